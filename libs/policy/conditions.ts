import { civilDate, exact, round, type Text, text, wholeMonths } from '#libs/decider';
import type { Facts } from './facts.js';
import type { Condition, Fraction, Rounded } from './pack.js';
import { levelName, statusName } from './names.js';

/** A condition with the value that it met. */
export interface Checked {
  readonly holds: boolean;
  readonly text: Text;
  /** What was found, as a person reads it; null where parts say it. */
  readonly value: string | null;
  readonly parts: readonly Checked[];
}

/** The last place that a share of the field reaches, rounded as the rule states. */
export const cutOf = (share: Fraction, field: number, rounding: Rounded | undefined): number => {
  if (rounding === undefined) throw new Error('a share without a stated rounding is no rule');
  const places = BigInt(share.numerator) * BigInt(field);
  const denominator = BigInt(share.denominator);
  // Whole places need no rounding, and a division that does not end never comes near a float.
  if (places % denominator === 0n) return Number(places / denominator);
  if (rounding.mode === 'truncate') return Number(places / denominator);
  return Number(round(exact(places.toString()).div(denominator.toString()), rounding));
};

const within = (value: number, { from, to }: { from: number; to: number | null }): boolean =>
  value >= from && (to === null || value <= to);

const span = ({ from, to }: { from: number; to: number | null }): string =>
  (to === null ? `${from}+` : from === to ? `${from}` : `${from}–${to}`);

const check = (holds: boolean, zh: string, en: string, value: string | number | null): Checked => ({
  holds, text: text(zh, en), value: value === null ? 'none' : String(value), parts: [],
});

/** Each condition with its value. `place` is the place taken: the rank, or one place within a shared rank. */
export const evaluate = (condition: Condition, facts: Facts, place: number | null): Checked => {
  const { contest, placing, person, held } = facts;
  const several = (parts: readonly Checked[], holds: boolean, zh: string, en: string): Checked =>
    ({ holds, text: text(zh, en), value: null, parts });
  const part = (inner: Condition) => evaluate(inner, facts, place);

  if ('all' in condition) {
    const parts = condition.all.map(part);
    return several(parts, parts.every(({ holds }) => holds), '同时满足', 'all of');
  }
  if ('any' in condition) {
    const parts = condition.any.map(part);
    return several(parts, parts.some(({ holds }) => holds), '满足其一', 'any of');
  }
  if ('not' in condition) {
    const inner = part(condition.not);
    return several([inner], !inner.holds, '不满足', 'not');
  }
  if ('group' in condition)
    return check(
      contest.group === condition.group, `组别为${statusName[condition.group].zh}组`, `group is ${condition.group}`, contest.group,
    );
  if ('class' in condition)
    return check(contest.class === condition.class, `赛事类别为 ${condition.class}`, `class is ${condition.class}`, contest.class);
  if ('contestLevel' in condition)
    return check(contest.level === condition.contestLevel, `赛项等级为${levelName(condition.contestLevel).zh}`,
      `the contest's paper is of ${levelName(condition.contestLevel).en}`, contest.level);
  if ('teamSize' in condition)
    return check(
      within(contest.teamSize, condition.teamSize), `每队 ${span(condition.teamSize)} 人`, `teams of ${span(condition.teamSize)}`,
      contest.teamSize,
    );
  if ('fieldSize' in condition)
    return check(
      within(placing.field, condition.fieldSize), `参与排名 ${span(condition.fieldSize)} 人（队）`, `${span(condition.fieldSize)} ranked`,
      placing.field,
    );
  if ('rank' in condition) {
    const bands = condition.rank.filter(({ teamSize }) => teamSize === undefined || teamSize === contest.teamSize);
    const ranks = bands.map(span).join('、') || '—';
    return check(place !== null && bands.some((band) => within(place, band)), `名次为 ${ranks}`, `rank is ${ranks}`, place);
  }
  if ('rankByField' in condition) {
    const top = condition.rankByField.find(({ field }) => within(placing.field, field))?.top ?? 0;
    return check(
      place !== null && place <= top, `名次不低于第 ${top} 名（${placing.field} 人参与排名）`,
      `rank is within ${top} of ${placing.field} ranked`, place,
    );
  }
  if ('share' in condition) {
    const { above, upTo, rounding } = condition.share;
    const first = (above === undefined ? 0 : cutOf(above, placing.field, rounding)) + 1;
    const last = cutOf(upTo, placing.field, rounding);
    const parts = `${upTo.numerator}/${upTo.denominator}`;
    return check(place !== null && place >= first && place <= last,
      `名次在第 ${first}–${last} 名（参与排名 ${placing.field}，前 ${parts}）`,
      `rank is within ${first}–${last} (the first ${parts} of ${placing.field} ranked)`, place);
  }
  if ('qualified' in condition)
    return check(
      (place !== null) === condition.qualified, condition.qualified ? '成绩合格' : '成绩不合格',
      condition.qualified ? 'ranked' : 'not ranked', placing.unranked ?? place,
    );
  if ('holds' in condition) {
    const { level, orAbove, months } = condition.holds;
    const has = held.level !== null && (orAbove ? held.level.level <= level : held.level.level === level) &&
      (months === undefined || wholeMonths(held.level.since, civilDate(contest.factsAt)) >= months);
    const since = months === undefined ? '' : ` ≥ ${months} 个月`;
    return check(has, `已具有${levelName(level).zh}${orAbove ? '及以上' : ''}${since}`,
      `holds ${levelName(level).en}${orAbove ? ' or above' : ''}${months === undefined ? '' : ` for ${months} months`}`,
      held.level === null ? null : `${held.level.level} (${held.level.since})`);
  }
  if ('holdsHonour' in condition)
    return check(
      held.honours.includes(condition.holdsHonour), `已获 ${condition.holdsHonour}`, `holds ${condition.holdsHonour}`,
      held.honours.join(', '),
    );
  if ('age' in condition)
    return check(
      person.age !== null && within(person.age, condition.age), `年龄 ${span(condition.age)} 周岁`, `age is ${span(condition.age)}`,
      person.age,
    );
  return check(
    person.status === condition.status, `身份为${statusName[condition.status].zh}`, `status is ${condition.status}`, person.status,
  );
};
