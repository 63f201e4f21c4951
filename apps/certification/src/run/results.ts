import type { Instant } from '#libs/decider';
import type { Query } from '#libs/event-store';
import { type ContestFacts, findPack, mayStand, type Moment, notPlaced, type Pack, type Place, Ranking, type Status } from '#libs/policy';
import { type Code, type CodePlaced, entriesIn, placingsOf } from '../contest/codes.js';
import type { ContestState, ContestTerms, Member } from '../contest/contest.js';
import type { PackRef } from '../decision/decision.js';
import type { Result } from '../file/file.js';

/** The pack as it was frozen: same id, version and content; anything else is not the pack that was announced. */
export const frozenPack = ({ id, version, digest }: PackRef): Pack | null => {
  const found = findPack(id, version);
  return found?.digest === digest ? found.pack : null;
};

/** What is the same for all codes of a contest: its facts, and the rankings as the frozen pack sees them. */
export interface Frame {
  readonly terms: ContestTerms;
  readonly facts: ContestFacts;
  /** The last final revision, by which all are decided. */
  readonly revision: number;
  /** Of that revision; before it of the earlier ones, where the pack may let stand what they gave. */
  readonly rankings: ReadonlyMap<number, Ranking>;
  /** A place says what was the code's own, where the pack asks whose result was corrected. */
  readonly own: boolean;
}

/** What a revision says; as recorded, or as somebody supposes. */
export type ReadsPlacings = (revision: number) => AsyncIterable<CodePlaced>;

/** One pass over the placings of each revision. Undefined while the view of the codes is behind. */
export const frameOf = async (
  query: Query, id: string, state: ContestState, read: ReadsPlacings = (revision) => placingsOf(query, id, revision),
): Promise<Frame | undefined> => {
  const { terms, registrationClosedAt, seal, result } = state;
  if (terms === null || registrationClosedAt === null || seal === null || result === null)
    throw new Error(`contest ${id} is not complete`);
  const pack = frozenPack(terms.pack);
  // Where every correction takes effect as it is, the last revision says all; the others need not be carried about.
  const carried = pack !== null && mayStand(pack);
  const rankings = new Map<number, Ranking>();
  let last = 0;
  for (const revision of [...(carried ? state.earlier ?? [] : []), result.number]) {
    const ranking = new Ranking(pack ?? undefined);
    last = 0;
    for await (const placing of read(revision)) {
      ranking.tell(placing);
      last += 1;
    }
    rankings.set(revision, ranking);
  }
  if (last !== result.count || (await entriesIn(query, id)) !== seal.count) return undefined;
  const moments: Record<Moment, Instant> = {
    announced: terms.at, registrationClosed: registrationClosedAt, finalEnded: result.firstFinalAt,
    resultFinal: result.firstFinalAt,
  };
  const { occupation, group, teamSize, level, series, class: of, purpose, overridden } = terms;
  const facts: ContestFacts = {
    id, occupation, group, teamSize, level, series, class: of, purpose, overridden, firstFinalAt: result.firstFinalAt,
    factsAt: moments[pack?.factsAsOf ?? 'registrationClosed'],
  };
  return { terms, facts, revision: result.number, rankings, own: carried };
};

/** `placed`: the message that placed the worker's code. */
export interface Placed { readonly worker: string; readonly placed: string; readonly result: Result }

/** Seal and final revision joined: what each worker behind a code is decided by. */
export const resultsOf = (frame: Frame, { entry, placings }: Code): readonly Placed[] => {
  const { terms, facts, revision, rankings } = frame;
  const placing = placings.get(revision);
  const earlier = [...rankings.keys()].filter((each) => each !== revision)
    .map((each) => ({ revision: each, placing: placeIn(frame, each, placings) }));
  const { entryNumber, message } = entry;
  return entry.members.map((member) => ({
    worker: member.worker, placed: placing?.message ?? message,
    result: {
      contest: facts, placing: placeIn(frame, revision, placings), person: { age: member.age, status: statusOf(member) },
      organisation: terms.organisation, entryNumber, pack: terms.pack, revision,
      ...(earlier.length === 0 ? {} : { earlier }),
      sources: placing === undefined ? [message] : [placing.message, message],
    },
  }));
};

const placeIn = ({ rankings, own }: Frame, revision: number, placings: Code['placings']): Place => {
  const [ranking, placing] = [rankings.get(revision), placings.get(revision)];
  if (ranking === undefined || placing === undefined) return notPlaced;
  const place = ranking.place(placing);
  return own && placing.own !== null ? { ...place, own: placing.own } : place;
};

/** In work is who has a unit. */
const statusOf = ({ status, unit }: Member): Status =>
  (status === 'student' ? 'student' : unit === null ? 'unemployed' : 'employed');
