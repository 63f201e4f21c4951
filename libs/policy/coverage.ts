import { cutOf } from './conditions.js';
import type { Condition, Pack } from './pack.js';

/**
 * What the linter walks: every group, class, paper, team size and field size that the pack can tell apart. At such a
 * point a condition holds for a set of places; sets are bits (bit 0 is the first place), so a whole field is one number.
 */
export interface Point {
  readonly group: 'worker' | 'student';
  readonly class: string;
  readonly level: number | null;
  readonly teamSize: number;
  readonly field: number;
  /** Where the pack speaks of medals. */
  readonly medal?: string;
  /** Left open, they may be anything. */
  readonly status?: string;
  readonly holds?: number | null;
}

/** Where a condition may hold, and where it does whatever else is the case. */
interface Places { readonly may: bigint; readonly must: bigint }

const none: Places = { may: 0n, must: 0n };
export const fullField = (field: number): bigint => (1n << BigInt(field)) - 1n;
const upTo = (place: number, field: number): bigint => fullField(Math.max(0, Math.min(place, field)));
const band = (from: number, to: number, field: number): bigint => upTo(to, field) & ~upTo(from - 1, field);
const within = (value: number, { from, to }: { from: number; to: number | null }): boolean =>
  value >= from && (to === null || value <= to);

export const placesAt = (condition: Condition, point: Point): Places => {
  const full = fullField(point.field);
  const sure = (holds: boolean): Places => (holds ? { may: full, must: full } : none);
  const exactly = (places: bigint): Places => ({ may: places, must: places });
  const inner = (each: Condition) => placesAt(each, point);
  if ('all' in condition)
    return condition.all.map(inner).reduce((a, b) => ({ may: a.may & b.may, must: a.must & b.must }), sure(true));
  if ('any' in condition) return condition.any.map(inner).reduce((a, b) => ({ may: a.may | b.may, must: a.must | b.must }), none);
  if ('not' in condition) {
    const { may, must } = inner(condition.not);
    return { may: full & ~must, must: full & ~may };
  }
  if ('group' in condition) return sure(point.group === condition.group);
  if ('class' in condition) return sure(point.class === condition.class);
  if ('contestLevel' in condition) return sure(point.level === condition.contestLevel);
  if ('teamSize' in condition) return sure(within(point.teamSize, condition.teamSize));
  if ('fieldSize' in condition) return sure(within(point.field, condition.fieldSize));
  if ('qualified' in condition) return sure(condition.qualified);
  if ('rank' in condition)
    return exactly(bandsFor(condition.rank, point).reduce((bits, { from, to }) => bits | band(from, to, point.field), 0n));
  if ('rankByField' in condition)
    return exactly(upTo(condition.rankByField.find(({ field }) => within(point.field, field))?.top ?? 0, point.field));
  if ('share' in condition) {
    const rounding = condition.share.rounding ?? { digits: 0, mode: 'truncate' };
    const first = condition.share.above === undefined ? 0 : cutOf(condition.share.above, point.field, rounding);
    return exactly(band(first + 1, cutOf(condition.share.upTo, point.field, rounding), point.field));
  }
  if ('medal' in condition && point.medal !== undefined) return sure(condition.medal.some((each) => each === point.medal));
  if ('status' in condition && point.status !== undefined) return sure(point.status === condition.status);
  if ('holds' in condition && point.holds !== undefined) {
    const { level, orAbove, months, related } = condition.holds;
    const has = point.holds !== null && (orAbove ? point.holds <= level : point.holds === level);
    return has ? { may: full, must: months === undefined ? full : 0n } : { may: related === true ? full : 0n, must: 0n };
  }
  return { may: full, must: 0n };
};

const bandsFor = (bands: Extract<Condition, { rank: unknown }>['rank'], { teamSize }: Point) =>
  bands.filter((each) => each.teamSize === undefined || each.teamSize === teamSize);

/** Does the condition say anything about this point, for whichever place? A share that reaches nobody does. */
export const speaks = (condition: Condition, point: Point): boolean => {
  if ('all' in condition) return condition.all.every((each) => speaks(each, point));
  if ('any' in condition) return condition.any.some((each) => speaks(each, point));
  if ('not' in condition) return conditionsOf(condition.not).some(aboutPlace) || placesAt(condition, point).may !== 0n;
  if ('share' in condition) return true;
  if ('rank' in condition) return bandsFor(condition.rank, point).length > 0;
  if ('rankByField' in condition) return condition.rankByField.some(({ field }) => within(point.field, field));
  return placesAt(condition, point).may !== 0n;
};

const aboutPlace = (condition: Condition): boolean =>
  'rank' in condition || 'rankByField' in condition || 'share' in condition;

export const conditionsOf = (condition: Condition): readonly Condition[] =>
  'all' in condition ? [condition, ...condition.all.flatMap(conditionsOf)]
  : 'any' in condition ? [condition, ...condition.any.flatMap(conditionsOf)]
  : 'not' in condition ? [condition, ...conditionsOf(condition.not)]
  : [condition];

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** All that is said in the pack, so that every border of a rule is walked on both sides. */
const dimensions = (pack: Pack) => {
  // What a certificate leads to does not hang on a place.
  const all = [...pack.rules, ...pack.holes].flatMap(({ when }) => conditionsOf(when));
  const pick = <T>(found: (condition: Condition) => readonly T[]): T[] => distinct(all.flatMap(found));
  const borders = (range: { from: number; to: number | null }) => [range.from, range.to ?? range.from];
  const sizes = pick((c) => ('rank' in c ? c.rank.flatMap(({ teamSize }) => teamSize ?? [])
    : 'teamSize' in c ? borders(c.teamSize) : []));
  const fields = pick((c) => ('fieldSize' in c ? borders(c.fieldSize)
    : 'rankByField' in c ? c.rankByField.flatMap(({ field, top }) => [...borders(field), top])
    : 'rank' in c ? c.rank.map(({ to }) => to)
    : []));
  // A share overtakes a band only in a field so many times as large.
  const times = pick((c) => ('share' in c ? [c.share.upTo, c.share.above ?? c.share.upTo] : [])
    .map(({ numerator, denominator }) => Math.ceil(denominator / Math.max(1, numerator))));
  const classes = pick((c) => ('class' in c ? [c.class] : []));
  const levels = pick((c) => ('contestLevel' in c ? [c.contestLevel] : []));
  return {
    groups: pack.applies.groups.length === 0 ? (['worker', 'student'] as const) : pack.applies.groups,
    classes: pack.applies.classes.length > 0 ? pack.applies.classes : [...classes, '—'],
    levels: levels.length === 0 ? [null] : [5, 4, 3, 2, 1, null],
    teamSizes: upwards(1, Math.min(Math.max(3, ...sizes) + 1, 20)),
    fields: upwards(Math.min(pack.fieldMinimum?.count ?? 1, pack.fieldMinimum?.forSelection ?? Infinity), Math.min((Math.max(10, ...fields) + 2) * Math.max(1, ...times), 300)),
    medals: all.some((c) => 'medal' in c) ? ['gold', 'silver', 'bronze', 'excellence', 'none'] : [undefined],
    statuses: pick((c) => ('status' in c ? [c.status] : [])),
    holds: all.some((c) => 'holds' in c) ? [null, 5, 4, 3, 2, 1] : [],
  };
};

const upwards = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);

/** Who the person is left open: what a rule gives only some is no hole for the others. */
export const pointsOf = (pack: Pack): readonly Point[] => {
  const { groups, classes, levels, teamSizes, fields, medals } = dimensions(pack);
  return groups.flatMap((group) => classes.flatMap((name) => levels.flatMap((level) => teamSizes.flatMap((teamSize) =>
    medals.flatMap((medal) => fields.map((field): Point =>
      ({ group, class: name, level, teamSize, field, ...(medal === undefined ? {} : { medal }) })))))));
};

/** With each kind of person that the pack tells apart: two rules for different people do not overlap. */
export const peopleAt = (pack: Pack): ((point: Point) => readonly Point[]) => {
  const { statuses, holds } = dimensions(pack);
  const some = statuses.length === 0 ? [undefined] : [...statuses, 'another'];
  const held = holds.length === 0 ? [undefined] : holds;
  return (point) => some.flatMap((status) => held.map((level): Point => ({
    ...point, ...(status === undefined ? {} : { status }), ...(level === undefined ? {} : { holds: level }),
  })));
};

/** The first place of a set; 0 where it is empty. */
export const firstOf = (places: bigint): number => {
  if (places === 0n) return 0;
  for (let place = 1; ; place += 1) if ((places >> BigInt(place - 1)) & 1n) return place;
};

/** Everything before the last place of a set. */
export const beforeLast = (places: bigint): bigint => (places === 0n ? 0n : (1n << BigInt(places.toString(2).length)) - 1n);
