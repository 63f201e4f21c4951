import type { Instant } from '#libs/decider';
import { findPack, mayStand, type Moment, type Pack, type Place, placesOf, type Status } from '#libs/policy';
import type { ContestState, Member, Revision } from '../contest/contest.js';
import type { PackRef } from '../decision/decision.js';
import type { Result } from '../file/file.js';

/** The pack as it was frozen: same id, version and content; anything else is not the pack that was announced. */
export const frozenPack = ({ id, version, digest }: PackRef): Pack | null => {
  const found = findPack(id, version);
  return found?.digest === digest ? found.pack : null;
};

export interface CodeResults {
  readonly code: string;
  readonly members: readonly { readonly worker: string; readonly placed: string; readonly result: Result }[]
}

/** Seal and final revision joined: what each worker behind each code is decided by. */
export const resultsOf = (id: string, state: ContestState): readonly CodeResults[] => {
  const { terms, registrationClosedAt, seal, result } = state;
  if (terms === null || registrationClosedAt === null || seal === null || result === null)
    throw new Error(`contest ${id} is not complete`);
  const pack = frozenPack(terms.pack);
  // Where every correction takes effect as it is, the last revision says all; the others need not be carried about.
  const carried = pack !== null && mayStand(pack);
  const places = placed(pack, result, carried);
  const earlier = carried
    ? (state.earlier ?? []).map((revision) => ({ revision: revision.number, places: placed(pack, revision, true) }))
    : [];
  const moments: Record<Moment, Instant> = {
    announced: terms.at, registrationClosed: registrationClosedAt, finalEnded: result.firstFinalAt,
    resultFinal: result.firstFinalAt,
  };
  const contest = {
    id, occupation: terms.occupation, group: terms.group, teamSize: terms.teamSize, level: terms.level, series: terms.series,
    class: terms.class,
    purpose: terms.purpose, overridden: terms.overridden, firstFinalAt: result.firstFinalAt,
    factsAt: moments[pack?.factsAsOf ?? 'registrationClosed'],
  };
  return Object.keys(seal.entries).sort().map((code) => {
    const entry = seal.entries[code];
    const placing = result.placings[code];
    if (entry === undefined) throw new Error(`no entry is behind ${code}`);
    const place = places.get(code) ?? notPlaced;
    const before = earlier.map(({ revision, places: then }) => ({ revision, placing: then.get(code) ?? notPlaced }));
    return {
      code,
      members: entry.members.map((member) => ({
        worker: member.worker, placed: placing?.message ?? entry.message,
        result: {
          contest, placing: place, person: { age: member.age, status: statusOf(member) }, organisation: terms.organisation,
          entryNumber: entry.entryNumber,
          pack: terms.pack, revision: result.number, ...(before.length === 0 ? {} : { earlier: before }),
          sources: placing === undefined ? [entry.message] : [placing.message, entry.message],
        },
      })),
    };
  });
};

const placed = (pack: Pack | null, { placings }: Revision, own: boolean): ReadonlyMap<string, Place> => {
  const places = placesOf(pack ?? undefined, Object.entries(placings).map(([code, placing]) => ({ code, ...placing })));
  if (!own) return places;
  return new Map([...places].map(([code, place]) => {
    const digest = placings[code]?.own;
    return [code, digest === undefined ? place : { ...place, own: digest }];
  }));
};

const notPlaced: Place = {
  rank: null, unranked: 'not-in-the-result', tied: 1, field: 0, theory: null, practical: null, ifPassed: null,
};

/** In work is who has a unit. */
const statusOf = ({ status, unit }: Member): Status =>
  (status === 'student' ? 'student' : unit === null ? 'unemployed' : 'employed');
