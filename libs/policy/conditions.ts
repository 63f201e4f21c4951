import { civilDate, exact, round, type Text, text, wholeMonths } from '#libs/decider';
import type { Facts } from './facts.js';
import type { Condition, Fraction, Rounded } from './pack.js';
import { factName, levelName, medalName, statusName } from './names.js';

/** A condition with the value that it met. */
export interface Checked {
  readonly holds: boolean;
  readonly text: Text;
  /** What was found, as a person reads it; null where parts say it. */
  readonly value: string | null;
  readonly parts: readonly Checked[];
  /** The facts without which nobody can say whether it holds; left out where it can be said. */
  readonly missing?: readonly string[];
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

interface Range { readonly from: number; readonly to: number | null }

const within = (value: number, { from, to }: Range): boolean =>
  value >= from && (to === null || value <= to);

const span = ({ from, to }: Range): string =>
  (to === null ? `${from}+` : from === to ? `${from}` : `${from}–${to}`);

const check = (holds: boolean, zh: string, en: string, value: string | number | null): Checked => ({
  holds, text: text(zh, en), value: value === null ? 'none' : String(value), parts: [],
});

const unknown = (fact: string, zh: string, en: string): Checked =>
  ({ holds: false, text: text(zh, en), value: null, parts: [], missing: [fact] });

const isFalse = ({ holds, missing }: Checked): boolean => !holds && missing === undefined;

/** Each condition with its value. `place` is the place taken: the rank, or one place within a shared rank. */
export const evaluate = (condition: Condition, facts: Facts, place: number | null): Checked => {
  const { contest, placing, person, held } = facts;
  const missing = (parts: readonly Checked[]): readonly string[] => [...new Set(parts.flatMap((each) => each.missing ?? []))];
  /** `settled`: the parts that are known decide it whatever the others are. */
  const several = (parts: readonly Checked[], holds: boolean, settled: boolean, zh: string, en: string): Checked =>
    settled || missing(parts).length === 0
      ? { holds, text: text(zh, en), value: null, parts }
      : { holds: false, text: text(zh, en), value: null, parts, missing: missing(parts) };
  const part = (inner: Condition) => evaluate(inner, facts, place);

  const number = (fact: string, found: number | undefined, range: Range, zh: string, en: string): Checked =>
    (found === undefined ? unknown(fact, zh, en) : check(within(found, range), zh, en, found));
  const flag = (fact: string, found: boolean | undefined, wanted: boolean, zh: string, en: string): Checked =>
    (found === undefined ? unknown(fact, zh, en) : check(found === wanted, `${zh}：${wanted ? '是' : '否'}`,
      `${en}: ${wanted ? 'yes' : 'no'}`, found ? 'yes' : 'no'));

  if ('all' in condition) {
    const parts = condition.all.map(part);
    return several(parts, parts.every(({ holds }) => holds), parts.some(isFalse), '同时满足', 'all of');
  }
  if ('any' in condition) {
    const parts = condition.any.map(part);
    return several(parts, parts.some(({ holds }) => holds), parts.some(({ holds }) => holds), '满足其一', 'any of');
  }
  if ('not' in condition) {
    const inner = part(condition.not);
    return several([inner], !inner.holds, false, '不满足', 'not');
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
    const { level, orAbove, months, related } = condition.holds;
    const fits = (each: { level: number; since: string }): boolean => (orAbove ? each.level <= level : each.level === level) &&
      (months === undefined || wholeMonths(each.since, civilDate(contest.factsAt)) >= months);
    const own = held.level !== null && fits(held.level);
    if (related === true && !own && held.related === undefined)
      return unknown('related', `本职业或相关职业已具有${levelName(level).zh}`, `holds ${levelName(level).en} in this or a related occupation`);
    const has = own || (related === true && (held.related ?? []).some(fits));
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
    return number('age', person.age ?? undefined, condition.age, `年龄 ${span(condition.age)} 周岁`, `age is ${span(condition.age)}`);
  if ('occupationMonths' in condition)
    return number('occupationMonths', person.occupationMonths, condition.occupationMonths,
      `从业 ${span(condition.occupationMonths)} 个月`, `${span(condition.occupationMonths)} months in the occupation`);
  if ('insuredMonths' in condition)
    return number('insuredMonths', person.insuredMonths, condition.insuredMonths, `参保 ${span(condition.insuredMonths)} 个月`,
      `${span(condition.insuredMonths)} months insured`);
  if ('entries' in condition)
    return number('entries', person.entries, condition.entries, `报名 ${span(condition.entries)} 个项目`,
      `${span(condition.entries)} events entered`);
  if ('holdsQualification' in condition) {
    const { title, months } = condition.holdsQualification;
    const label = { zh: `具有${title}${months === undefined ? '' : ` ≥ ${months} 个月`}`,
      en: `holds ${title}${months === undefined ? '' : ` for ${months} months`}` };
    if (person.qualifications === undefined) return unknown('qualifications', label.zh, label.en);
    const found = person.qualifications.filter((each) => each.title === title);
    return check(found.some(({ since }) => months === undefined || wholeMonths(since, civilDate(contest.factsAt)) >= months),
      label.zh, label.en, found.map(({ since }) => since).join(', ') || null);
  }
  if ('postMatches' in condition)
    return flag('postMatches', person.postMatches, condition.postMatches, '证书与岗位相符', 'the certificate matches the post');
  if ('hasStandard' in condition)
    return flag('standard', contest.standard, condition.hasStandard, '职业有国家标准', 'the occupation has a national standard');
  if ('medal' in condition) {
    const zh = `奖项为${condition.medal.map((each) => medalName[each].zh).join('、')}`;
    const en = `the medal is ${condition.medal.map((each) => medalName[each].en).join(' or ')}`;
    if (placing.medal === undefined) return unknown('medal', zh, en);
    return check(condition.medal.includes(placing.medal), zh, en, placing.medal);
  }
  if ('marks' in condition) {
    const asked = (['theory', 'practical'] as const).flatMap((fact) => {
      const least = condition.marks[fact];
      return least === undefined ? [] : [{ fact, least, found: placing[fact] }];
    });
    return several(asked.map(({ fact, least, found }) => {
      const [zh, en] = [`${factName(fact).zh}不低于 ${least}`, `${factName(fact).en} is at least ${least}`];
      return found === null ? unknown(fact, zh, en) : check(exact(found).gte(least), zh, en, found);
    }), asked.every(({ least, found }) => found !== null && exact(found).gte(least)),
      asked.some(({ least, found }) => found !== null && exact(found).lt(least)), '同时满足', 'all of');
  }
  return check(
    person.status === condition.status, `身份为${statusName[condition.status].zh}`, `status is ${condition.status}`, person.status,
  );
};
