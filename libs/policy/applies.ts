import type { Pack } from './pack.js';

const weak = (verification: string | undefined): boolean => verification === 'recalled' || verification === 'hypothetical';

/** Where the pack, or anything in it, is recalled or hypothetical, it is used only with a recorded override. */
export const needsOverride = (pack: Pack): boolean =>
  weak(pack.verification) || weak(pack.ranking.verification) ||
  [...pack.rules, ...pack.caps, ...(pack.entry ?? [])].some((part) => weak(part.verification));

export interface ContestKind {
  readonly series: string;
  readonly class: string;
  readonly group: 'worker' | 'student';
  readonly purpose: 'award' | 'selection';
}

const allows = (list: readonly string[], value: string): boolean => list.length === 0 || list.includes(value);

/** Does the pack speak about this contest? One about certificates decides no contest. */
export const appliesTo = ({ applies, occasion }: Pack, contest: ContestKind): boolean =>
  occasion === undefined && allows(applies.series, contest.series) && allows(applies.classes, contest.class) &&
  allows(applies.groups, contest.group) && allows(applies.purposes, contest.purpose);
