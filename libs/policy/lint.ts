import { type Text, text } from '#libs/decider';
import {
  beforeLast, conditionsOf, firstOf, fullField, peopleAt, placesAt, type Point, pointsOf, speaks,
} from './coverage.js';
import { isLevelEffect } from './effects.js';
import { levelName, medalName } from './names.js';
import type { Condition, Effect, Pack, Rule } from './pack.js';

export interface Finding {
  readonly is: 'error' | 'warning';
  /** Stable, for machines: `overlapping-bands`, `undeclared-hole`… */
  readonly check: string;
  readonly pack: string;
  /** The rule, hole, cap or other part of the pack; several are separated by commas. */
  readonly rule: string;
  readonly says: Text;
  readonly todo: Text;
}

export type Found = Omit<Finding, 'pack'>;

export const nameOf = ({ id, version }: Pick<Pack, 'id' | 'version'>): string => `${id}@${version}`;

/** What the shape cannot say: a pack that passes can be read by a person and decided by the engine. */
export const lint = (pack: Pack): readonly Finding[] =>
  [
    ...citations(pack), ...moments(pack), ...levels(pack), ...fractions(pack), ...lists(pack), ...overlaps(pack), ...gaps(pack),
    ...pack.holes.map((hole): Found => ({
      is: 'warning', check: 'declared-hole', rule: hole.id, says: hole.title,
      todo: text('找到规定后，以新版本补上', 'when the source is found, close it in a new version'),
    })),
  ].map((found) => ({ ...found, pack: nameOf(pack) }));

const error = (check: string, rule: string, says: Text, todo: Text): Found => ({ is: 'error', check, rule, says, todo });

const partsOf = (pack: Pack): readonly { id: string; cite: readonly string[] }[] => [
  ...pack.rules, ...pack.caps, ...pack.holes, ...pack.ceilings, ...(pack.entry ?? []),
  ...(['passGate', 'fieldMinimum', 'occupations'] as const).flatMap((id) => {
    const part = pack[id];
    return part === undefined ? [] : [{ id, cite: part.cite }];
  }),
];

const citations = (pack: Pack): Found[] => {
  const ids = new Set(pack.citations.map(({ id }) => id));
  const known = [...ids].join(', ') || '—';
  return [
    ...partsOf(pack).filter(({ cite }) => cite.length === 0).map(({ id }) => error('rule-without-citation', id,
      text('没有注明出处', 'says nothing of its source'), text('在 cite 中写明出处', 'name the citation in `cite`'))),
    ...partsOf(pack).flatMap(({ id, cite }) => cite.filter((each) => !ids.has(each)).map((each) => error('unknown-citation', id,
      text(`引用了不存在的出处 ${each}`, `cites ${each}, which the pack does not have`),
      text(`改为 ${known} 之一，或补上该出处`, `cite one of ${known}, or add it to \`citations\``)))),
    ...namedRules(pack).filter(({ rule }) => !pack.rules.some(({ id }) => id === rule)).map(({ where, rule }) => error('unknown-rule', where,
      text(`指向不存在的规则 ${rule}`, `names the rule ${rule}, which the pack does not have`),
      text(`改为 ${pack.rules.map(({ id }) => id).join(', ')} 之一`, `name one of ${pack.rules.map(({ id }) => id).join(', ')}`))),
    ...repeats(partsOf(pack).map(({ id }) => id)).map((id) => error('repeated-id', id,
      text('标识重复', 'names two parts of the pack'), text('改用不同的标识', 'give one of them another id'))),
  ];
};

const namedRules = ({ holes, caps }: Pack): readonly { where: string; rule: string }[] => [
  ...holes.flatMap(({ id, rule }) => (rule === undefined ? [] : [{ where: id, rule }])),
  ...caps.flatMap(({ id, rules }) => (rules ?? []).map((rule) => ({ where: id, rule }))),
];

const repeats = (ids: readonly string[]): string[] => [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];

const levels = (pack: Pack): Found[] => [
  ...pack.ceilings.map(({ id, level }) => ({ level, where: id })),
  ...pack.rules.flatMap(({ id, effects }) => effects.flatMap(levelsOf).map((level) => ({ level, where: id }))),
].filter(({ level }) => level < 1).map(({ where }) => error('level-above-1', where,
  text('高于一级：特级技师、首席技师由企业聘任，竞赛不得授予', 'above 一级 enterprises appoint: no contest may write it'),
  text('改为 1（一级）至 5（五级）', 'write a level from 1 (一级) to 5 (五级)')));

const levelsOf = (effect: Effect): readonly number[] =>
  'grant' in effect ? [effect.grant.level]
  : 'grantOrStep' in effect ? [effect.grantOrStep.level]
  : 'step' in effect ? [effect.step.cap ?? 1, effect.step.fromNone ?? 5]
  : [];

const fractions = ({ rules, holes }: Pack): Found[] => [
  ...[...rules, ...holes].flatMap(({ id, when }) => conditionsOf(when)
    .flatMap((condition) => ('share' in condition ? [condition.share] : []))
    .filter((share) => share.rounding === undefined)
    .map(() => error('share-without-rounding', id,
      text('比例没有注明取整方式', 'a share of the ranked must state how its cut is rounded'),
      text('写明 rounding；出处未说明的，规则标为 recalled',
        'state `rounding`; where the source does not, mark the rule `recalled`')))),
  ...rules.flatMap((rule) => inexact(rule).map(({ amount, part }) => error('inexact-fraction', rule.id,
    text(`${amount} × ${part} 不是整数`, `${amount} × ${part} is no whole number`),
    text('改用能整除的金额或比例', 'choose an amount that the part divides, or write the amounts themselves')))),
];

const inexact = ({ effects }: Rule): readonly { amount: string; part: string }[] =>
  effects.flatMap((effect) => {
    const { amounts, unit } = amountsOf(effect);
    return factorsOf(effect).flatMap(({ part: { numerator, denominator } }) =>
      amounts.filter((amount) => (BigInt(amount) * BigInt(numerator)) % BigInt(denominator) !== 0n)
        .map((amount) => ({ amount: `${amount} ${unit}`, part: `${numerator}/${denominator}` })));
  });

/** The parts of an amount, by status or by class. */
const factorsOf = (effect: Effect) =>
  ('pay' in effect ? effect.pay.factor : 'points' in effect ? effect.points.factor : undefined) ?? [];

const amountsOf = (effect: Effect): { amounts: readonly number[]; unit: string } => {
  if ('points' in effect) {
    const { amount } = effect.points;
    return { amounts: ('byRank' in amount ? amount.byRank : amount.byLevel).map(({ points }) => points), unit: 'points' };
  }
  if (!('pay' in effect)) return { amounts: [], unit: '' };
  const { amount } = effect.pay;
  return {
    amounts: 'fixed' in amount ? [amount.fixed] : ('byRank' in amount ? amount.byRank : amount.byLevel).map(({ fen }) => fen),
    unit: 'fen',
  };
};

/**
 * Who is behind an entry, how old and in what status, registration asks once, when it closes; certification knows no birth date.
 * A pack that reads them as of another moment would be decided by facts of the wrong day.
 */
const moments = (pack: Pack): Found[] => {
  if (pack.factsAsOf === 'registrationClosed') return [];
  const reads = (when: Condition): boolean => conditionsOf(when).some((each) => 'age' in each || 'status' in each);
  const byStatus = (effect: Effect): boolean => factorsOf(effect).some(({ status }) => status !== undefined);
  const asking = [
    ...[...(pack.entry ?? []), ...pack.holes, ...pack.rules].filter(({ when }) => reads(when)),
    ...pack.rules.filter(({ effects }) => effects.some(byStatus)),
  ];
  return [...new Set(asking.map(({ id }) => id))]
    .map((id) => error('facts-of-another-day', id,
      text('年龄与身份以报名截止时为准，factsAsOf 却指向别的时点',
        'asks for age or status, which are known as of the end of registration, and `factsAsOf` says otherwise'),
      text('将 factsAsOf 改为 registrationClosed', 'say `"factsAsOf": "registrationClosed"`')));
};

interface Range { readonly from: number; readonly to: number | null }
const meet = (a: Range, b: Range): boolean => a.from <= (b.to ?? Infinity) && b.from <= (a.to ?? Infinity);
const pairs = <T>(list: readonly T[]): readonly (readonly [T, T])[] =>
  list.flatMap((a, index) => list.slice(index + 1).map((b) => [a, b] as const));
const span = ({ from, to }: Range): string => (to === null ? `${from}+` : `${from}–${to}`);

/** Lists that are read from the top: a second entry for the same case would never be seen. */
const lists = ({ rules }: Pack): Found[] => rules.flatMap((rule) => {
  const ranges: readonly (readonly Range[])[] = [
    ...conditionsOf(rule.when).flatMap((each) => ('rankByField' in each ? [each.rankByField.map(({ field }) => field)] : [])),
    ...rule.effects.flatMap((effect) => ('pay' in effect && 'byRank' in effect.pay.amount ? [effect.pay.amount.byRank] : [])),
  ];
  return ranges.flatMap((list) => pairs(list).filter(([a, b]) => meet(a, b)).map(([a, b]) => error('overlapping-bands', rule.id,
    text(`${span(a)} 与 ${span(b)} 重叠`, `${span(a)} and ${span(b)} overlap`), text('使各档互不重叠', 'let each case be in one entry'))));
});

/** What must not be given twice for one place, nor be forgotten for one: the level, and each honour. */
interface Subject { readonly kind: 'level' | 'honours'; readonly title: Text; readonly rules: readonly Rule[] }

const subjectsOf = ({ rules }: Pack): readonly Subject[] => {
  const giving = (test: (effect: Effect) => boolean) => rules.filter(({ effects }) => effects.some(test));
  const honours = [...new Map(rules.flatMap(({ effects }) => effects).flatMap((effect) =>
    'honour' in effect ? [[honourKey(effect), effect.honour.title] as const] : []))];
  return [
    { kind: 'level' as const, title: text('等级', 'the level'), rules: giving(isLevelEffect) },
    ...honours.map(([key, title]) => ({ kind: 'honours' as const, title, rules: giving((each) => honourKey(each) === key) })),
  ].filter((subject) => subject.rules.length > 0);
};

const honourKey = (effect: Effect): string | null =>
  ('honour' in effect ? `${effect.honour.honour} ${effect.honour.payee ?? ''}` : null);

const at = ({ group, level, teamSize, field, medal }: Point): Text => text(
  `${group === 'worker' ? '职工组' : '学生组'}，每队 ${teamSize} 人，${field} 人（队）排名${level === null ? '' : `，${levelName(level).zh}试题`}${medalled(medal, 'zh')}`,
  `${group}s, teams of ${teamSize}, ${field} ranked${level === null ? '' : `, a paper of ${levelName(level).en}`}${medalled(medal, 'en')}`);

const medalled = (medal: string | undefined, language: 'zh' | 'en'): string =>
  Object.entries(medalName).filter(([key]) => key === medal).map(([, name]) => (language === 'zh' ? `，${name.zh}` : `, ${name.en}`)).join('');

/** Once a kind of finding: the nearest point shows it. */
const once = (found: Found[], finding: Found): void => {
  if (!found.some(({ check, rule }) => check === finding.check && rule === finding.rule)) found.push(finding);
};

const overlaps = (pack: Pack): Found[] => {
  const found: Found[] = [];
  const people = peopleAt(pack);
  const points = pointsOf(pack);
  for (const { title, rules } of subjectsOf(pack))
    for (const [a, b] of pairs(rules)) {
      const both = (point: Point) => placesAt(a.when, point).may & placesAt(b.when, point).may;
      const point = points.flatMap((each) => (both(each) === 0n ? [] : people(each))).find((each) => both(each) !== 0n);
      if (point === undefined) continue;
      const rank = firstOf(both(point));
      once(found, error('overlapping-bands', `${a.id}, ${b.id}`,
        text(`${at(point).zh}：第 ${rank} 名的${title.zh}两条规则都给`, `${at(point).en}: rank ${rank} is in both, for ${title.en}`),
        text('使同一名次只属于一条规则', 'let each place be in one of them')));
    }
  return found;
};

const medals: readonly string[] = ['gold', 'silver', 'bronze', 'excellence', 'none'];

/** A place between others that no rule has, and a group, team size or field size that none speaks about. */
const gaps = (pack: Pack): Found[] => {
  const found: Found[] = [];
  const points = pointsOf(pack);
  const todo = text('写明规则；出处未规定的，声明 hole 及其处理（hold 或 nothing）',
    'write the rule, or declare a hole with its citation and what then: hold or nothing');
  for (const { kind, title, rules } of subjectsOf(pack)) {
    const ids = rules.map(({ id }) => id);
    const holes = pack.holes.filter(({ effects, rule }) => effects.includes(kind) && (rule === undefined || ids.includes(rule)));
    // An honour that is meant for one group, class or paper is not owed to the others; a level is.
    const meant = (point: Point): boolean => kind === 'level' || points.some((each) => each.group === point.group &&
      each.class === point.class && each.level === point.level && rules.some(({ when }) => speaks(when, each)));
    const scopes = new Map<string, boolean>();
    const inScope = (point: Point): boolean => {
      const key = `${point.group} ${point.class} ${point.level}`;
      if (!scopes.has(key)) scopes.set(key, meant(point));
      return scopes.get(key) ?? false;
    };
    const last = medals.findLastIndex((medal) => points.some((point) =>
      point.medal === medal && rules.some(({ when }) => speaks(when, point))));
    for (const point of points) {
      if (!inScope(point) || (point.medal !== undefined && medals.indexOf(point.medal) > last)) continue;
      const declared = holes.reduce((bits, { when }) => bits | placesAt(when, point).may, 0n);
      const given = rules.reduce((bits, { when }) => bits | placesAt(when, point).may, 0n);
      const silent = !rules.some(({ when }) => speaks(when, point));
      // A silver medal begins at the second place; a level that leaves the first place out is forgotten.
      const from = kind === 'level' || given === 0n ? fullField(point.field) : fullField(point.field) & ~((given & -given) - 1n);
      const missing = (silent ? fullField(point.field) : beforeLast(given) & from & ~given) & ~declared;
      if (missing === 0n) continue;
      const rank = firstOf(missing);
      once(found, error('undeclared-hole', `${ids.join(', ')} (${point.group}${point.medal === undefined ? '' : `, ${point.medal}`}${silent ? `, ${point.teamSize}` : ''})`,
        silent
          ? text(`${at(point).zh}：没有规则说明${title.zh}`, `${at(point).en}: no rule speaks about ${title.en}`)
          : text(`${at(point).zh}：第 ${rank} 名没有${title.zh}规则，其后的名次却有`,
            `${at(point).en}: no band has rank ${rank}, though later ranks have one, for ${title.en}`), todo));
    }
  }
  return found.concat(unpaid(pack));
};

/** A place for which a rule pays, but names no amount. */
const unpaid = (pack: Pack): Found[] => {
  const found: Found[] = [];
  for (const rule of pack.rules)
    for (const effect of rule.effects) {
      if (!('pay' in effect) || !('byRank' in effect.pay.amount)) continue;
      const { byRank } = effect.pay.amount;
      for (const point of pointsOf(pack)) {
        const paid = placesAt({ rank: byRank.map(({ from, to }) => ({ from, to })) }, point).may;
        const declared = pack.holes.filter(({ effects, rule: of }) => effects.includes('money') && (of === undefined || of === rule.id))
          .reduce((bits, { when }) => bits | placesAt(when, point).may, 0n);
        const missing = placesAt(rule.when, point).may & ~paid & ~declared;
        if (missing !== 0n)
          once(found, error('undeclared-hole', rule.id,
            text(`${at(point).zh}：第 ${firstOf(missing)} 名没有金额`, `${at(point).en}: rank ${firstOf(missing)} has no amount`),
            text('写明金额，或收窄条件', 'name an amount, or narrow the condition')));
      }
    }
  return found;
};
