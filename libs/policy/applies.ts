import type { CivilDate } from '#libs/decider';
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

/** The days on which a pack is in force. */
export const isValid = ({ valid: { from, to } }: Pack, on: CivilDate): boolean =>
  (from ?? '') <= on && on <= (to ?? '9999-12-31');

/** The version of a pack that is in force on a day: a later one takes over from its first. */
export const versionOn = (versions: readonly Pack[], on: CivilDate): Pack | undefined =>
  versions.filter((each) => isValid(each, on)).reduce<Pack | undefined>(
    (newest, each) => (newest === undefined || (each.valid.from ?? '') > (newest.valid.from ?? '') ? each : newest), undefined,
  );
