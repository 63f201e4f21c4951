import type { Condition, Pack, Rule } from './pack.js';

export interface Finding {
  readonly is: 'error' | 'warning';
  readonly rule: string;
  readonly where: string;
  readonly says: string;
}

/** What the shape cannot say: a pack that passes can be read by a person and decided by the engine. */
export const lint = (pack: Pack): readonly Finding[] => {
  const ids = new Set(pack.citations.map(({ id }) => id));
  const found: Finding[] = [];
  const error = (rule: string, where: string, says: string) => found.push({ is: 'error', rule, where, says });

  for (const { id, cite } of [...pack.rules, ...pack.caps, ...pack.holes, ...pack.ceilings]) {
    if (cite.length === 0) error('rule-without-citation', id, 'says nothing of its source');
    for (const each of cite) if (!ids.has(each)) error('unknown-citation', id, `cites ${each}, which the pack does not have`);
  }
  for (const repeated of repeats([...pack.rules, ...pack.caps, ...pack.holes, ...pack.ceilings].map(({ id }) => id)))
    error('repeated-id', repeated, 'names two parts of the pack');
  for (const level of levelsOf(pack))
    if (level.level < 1) error('level-above-1', level.where, 'above 一级 enterprises appoint: no contest may write it');
  for (const rule of pack.rules) {
    for (const condition of conditionsOf(rule.when))
      if ('share' in condition && condition.share.rounding === undefined)
        error('share-without-rounding', rule.id, 'a share of the ranked must state how its cut is rounded');
    for (const fen of inexact(rule)) error('inexact-fraction', rule.id, `${fen.fen} × ${fen.part} is no whole fen`);
  }
  for (const { a, b, teamSize, rank } of overlaps(pack))
    error('overlapping-bands', `${a}, ${b}`, `teams of ${teamSize}: rank ${rank} is in both`);
  for (const { teamSize, rank } of gaps(pack))
    error(
      'undeclared-hole', `teams of ${teamSize}`, `no band has rank ${rank}, though later ranks have one, and no hole is declared`,
    );
  for (const hole of pack.holes) found.push({ is: 'warning', rule: 'declared-hole', where: hole.id, says: hole.title.en });
  return found;
};

const repeats = (ids: readonly string[]): string[] => ids.filter((id, index) => ids.indexOf(id) !== index);

const conditionsOf = (condition: Condition): readonly Condition[] =>
  'all' in condition ? [condition, ...condition.all.flatMap(conditionsOf)]
  : 'any' in condition ? [condition, ...condition.any.flatMap(conditionsOf)]
  : 'not' in condition ? [condition, ...conditionsOf(condition.not)]
  : [condition];

const levelsOf = (pack: Pack): readonly { level: number; where: string }[] => [
  ...pack.ceilings.map(({ id, level }) => ({ level, where: id })),
  ...pack.rules.flatMap(({ id, effects }) => effects.flatMap((effect) =>
    ('grant' in effect ? [effect.grant.level]
    : 'grantOrStep' in effect ? [effect.grantOrStep.level]
    : 'step' in effect ? [effect.step.cap ?? 1, effect.step.fromNone ?? 5]
    : []).map((level) => ({ level, where: id })))),
];

const inexact = ({ effects }: Rule): readonly { fen: number; part: string }[] =>
  effects.flatMap((effect) => {
    if (!('pay' in effect)) return [];
    const { amount, factor } = effect.pay;
    const all = 'fixed' in amount ? [amount.fixed] : ('byRank' in amount ? amount.byRank : amount.byLevel).map(({ fen }) => fen);
    return (factor ?? []).flatMap(({ part: { numerator, denominator } }) =>
      all.filter((fen) => (BigInt(fen) * BigInt(numerator)) % BigInt(denominator) !== 0n)
        .map((fen) => ({ fen, part: `${numerator}/${denominator}` })));
  });

interface Band { readonly rule: string; readonly group: string; readonly from: number; readonly to: number }

/** The bands by which rules give a level, for one team size and group. */
const bandsOf = (pack: Pack, teamSize: number, group: string): readonly Band[] =>
  pack.rules.filter(({ effects }) => effects.some((effect) => !('honour' in effect) && !('pay' in effect))).flatMap((rule) => {
    const conditions = conditionsOf(rule.when);
    if (conditions.some((condition) => 'group' in condition && condition.group !== group)) return [];
    return conditions.flatMap((condition) => ('rank' in condition ? condition.rank : []))
      .filter((band) => band.teamSize === undefined || band.teamSize === teamSize)
      .map(({ from, to }) => ({ rule: rule.id, group, from, to }));
  });

const teamSizes = [1, 2, 3, 4];
const groups = ['worker', 'student'];

const overlaps = (pack: Pack) =>
  teamSizes.flatMap((teamSize) => groups.flatMap((group) => {
    const bands = bandsOf(pack, teamSize, group);
    return bands.flatMap((a, index) => bands.slice(index + 1)
      .filter((b) => a.rule !== b.rule && a.from <= b.to && b.from <= a.to)
      .map((b) => ({ a: a.rule, b: b.rule, teamSize, rank: Math.max(a.from, b.from) })));
  }));

/** A rank between two bands that neither has; and a team size without bands where others have some. */
const gaps = (pack: Pack) => {
  if (!teamSizes.some((size) => groups.some((group) => bandsOf(pack, size, group).length > 0))) return [];
  return teamSizes.filter((size) => !pack.holes.some((hole) => declares(hole.when, size))).flatMap((teamSize) => groups
    .filter(
      (group) => pack.applies.groups.length === 0 || pack.applies.groups.some((each) => each === group),
    ).flatMap((group) => {
      const bands = [...bandsOf(pack, teamSize, group)].sort((a, b) => a.from - b.from);
      if (bands.length === 0) return [{ teamSize, rank: 1 }];
      let next = 1;
      const missing: { teamSize: number; rank: number }[] = [];
      for (const { from, to } of bands) {
        if (from > next) missing.push({ teamSize, rank: next });
        next = Math.max(next, to + 1);
      }
      return missing;
    }));
};

const declares = (condition: Condition, teamSize: number): boolean =>
  'teamSize' in condition && teamSize >= condition.teamSize.from &&
    (condition.teamSize.to === null || teamSize <= condition.teamSize.to);
