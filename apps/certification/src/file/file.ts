/**
 * File (档案): what certification knows of one worker and reads when it decides: the results of all contests, who trained
 * the worker, in which occupations there are skill records, the unit; and which decisions were made from it. It holds no name.
 */
import type { Decider } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';
import type { ContestFacts, PersonFacts, Place } from '#libs/policy';
import { digestOf } from '#libs/policy';
import type { AutomationRefusal, PackRef, Review } from '../decision/decision.js';

/** A contest's facts about this worker, as the last final revision and the seal have them. */
export interface Result {
  readonly contest: ContestFacts;
  readonly placing: Place;
  readonly person: PersonFacts;
  readonly organisation: string;
  readonly entryNumber: string;
  readonly pack: PackRef;
  readonly revision: number;
  /** What earlier final revisions said, where the pack may let something of it stand. */
  readonly earlier?: readonly { readonly revision: number; readonly placing: Place }[];
  /** The public events that it comes from. */
  readonly sources: readonly string[];
}

/** The current decision in a contest. `effects` and `facts` are digests: what differs from them is decided again. */
export interface Made { readonly decision: string; readonly nth: number; readonly effects: string; readonly facts: string }

export type FileEvent =
  | ({ type: 'ResultKnown' } & Result)
  | ({ type: 'DecisionMade'; contest: string } & Made)
  | { type: 'DecisionRevoked'; contest: string }
  /** A person said no to these effects: as long as the rules say the same, they count for nothing. */
  | { type: 'EffectsRejected'; contest: string; effects: string }
  | { type: 'PlaceRuled'; contest: string; place: number; by: string; reasons: string }
  | ({ type: 'AutomationRefused'; contest: string } & AutomationRefusal)
  /** `place`: as for which rank; null where what was proposed is confirmed or rejected. */
  | ({ type: 'DecidedInPerson'; contest: string; place: number | null } & Review)
  | { type: 'SkillRecordOpened'; occupation: string }
  | { type: 'TrainedBy'; enrolment: string; trainers: readonly string[] }
  | { type: 'UnitKnown'; unit: string | null }
  | { type: 'MergedInto'; into: string }
  | {
    type: 'MergedFrom'; worker: string; results: readonly (Result & Partial<Settled>)[]; occupations: readonly string[]; trainers: readonly string[]
  }
  /** The texts about this worker are to be made unreadable; a job does it. */
  | { type: 'WorkerErased' }
  | { type: 'TextsShredded' }
  /** Something changed that earlier decisions depend on: they are decided again, by a job. */
  | { type: 'RefoldAsked'; because: string }
  | { type: 'Refolded' };

/** What persons said about it: it goes with the result into another record. */
export interface Settled {
  /** The place within a shared rank that a panel ruled. */
  readonly ruled: number | null;
  readonly rejected: string | null;
  /** The person would not be decided about by automation alone. */
  readonly refusal?: AutomationRefusal;
  /** What a named person then decided, of this very placing; `applied`: a decision says so already. */
  readonly review?: Review & { readonly place: number | null; readonly placing: string; readonly applied: boolean };
}
export interface Known extends Result, Settled {
  readonly made: Made | null;
}

export interface FileState {
  readonly contests: Readonly<Record<string, Known>>;
  readonly occupations: readonly string[];
  readonly trainers: readonly string[];
  readonly unit: string | null;
  readonly mergedInto: string | null;
  readonly mergedFrom: readonly string[];
  /** Decided again is asked for. */
  readonly stale: boolean;
  /** Shredding is asked for. */
  readonly erased: boolean;
}

const initial: FileState = {
  contests: {}, occupations: [], trainers: [], unit: null, mergedInto: null, mergedFrom: [], stale: false, erased: false,
};

const add = (list: readonly string[], ...values: readonly string[]): readonly string[] => [...new Set([...list, ...values])];

const known = (result: Result & Partial<Settled>, before: Known | undefined): Known => {
  const [refusal, review] = [before?.refusal ?? result.refusal, before?.review ?? result.review];
  return {
    ...result, ruled: before?.ruled ?? result.ruled ?? null, rejected: before?.rejected ?? result.rejected ?? null,
    ...(refusal === undefined ? {} : { refusal }), ...(review === undefined ? {} : { review }), made: before?.made ?? null,
  };
};

/** A named person decides about one placing: corrected, it waits for a person again. */
export const reviewed = ({ review, placing }: Known): Known['review'] =>
  (review !== undefined && review.placing === digestOf(placing) ? review : undefined);

/**
 * Does this result take the place of what is known? A later revision does. One person who was entered twice in a contest
 * (as two records, before they were merged) has the better place; it does not matter which was told first.
 */
export const counts = (a: Result, b: Result | undefined): boolean => {
  if (b === undefined || a.revision !== b.revision) return b === undefined || a.revision > b.revision;
  if (a.entryNumber === b.entryNumber) return true;
  const [rank, other] = [a.placing.rank ?? Infinity, b.placing.rank ?? Infinity];
  return rank < other || (rank === other && a.entryNumber < b.entryNumber);
};

export const evolveFile = (state: FileState, event: FileEvent): FileState => {
  const change = (contest: string, parts: Partial<Known>): FileState => {
    const before = state.contests[contest];
    return before === undefined ? state : { ...state, contests: { ...state.contests, [contest]: { ...before, ...parts } } };
  };
  switch (event.type) {
    case 'ResultKnown': {
      const { type: _, ...result } = event;
      return { ...state, contests: { ...state.contests, [result.contest.id]: known(result, state.contests[result.contest.id]) } };
    }
    case 'DecisionMade': {
      const { type: _, contest, ...made } = event;
      const review = state.contests[contest]?.review;
      const isNew = made.decision !== state.contests[contest]?.made?.decision;
      return change(contest, { made, ...(review === undefined || !isNew ? {} : { review: { ...review, applied: true } }) });
    }
    case 'DecisionRevoked': return change(event.contest, { made: null });
    case 'EffectsRejected': return change(event.contest, { rejected: event.effects });
    case 'PlaceRuled': return change(event.contest, { ruled: event.place });
    case 'AutomationRefused': return change(event.contest, { refusal: { by: event.by, statement: event.statement } });
    case 'DecidedInPerson': {
      const { type: _, contest, ...review } = event;
      const placing = state.contests[contest]?.placing;
      return placing === undefined ? state : change(contest, { review: { ...review, placing: digestOf(placing), applied: false } });
    }
    case 'SkillRecordOpened': return { ...state, occupations: add(state.occupations, event.occupation) };
    case 'TrainedBy': return { ...state, trainers: add(state.trainers, ...event.trainers) };
    case 'UnitKnown': return { ...state, unit: event.unit };
    case 'MergedInto': return { ...state, mergedInto: event.into };
    case 'MergedFrom': {
      const results = event.results.filter((result) => counts(result, state.contests[result.contest.id]));
      return {
        ...state, mergedFrom: add(state.mergedFrom, event.worker), occupations: add(state.occupations, ...event.occupations),
        trainers: add(state.trainers, ...event.trainers),
        contests: {
          ...state.contests,
          ...Object.fromEntries(results.map((result) => [result.contest.id, known(result, state.contests[result.contest.id])]))
        },
      };
    }
    case 'WorkerErased': return { ...state, erased: true };
    case 'TextsShredded': return { ...state, erased: false };
    case 'RefoldAsked': return { ...state, stale: true };
    case 'Refolded': return { ...state, stale: false };
  }
};

/** It decides nothing: it remembers, and what follows is folded from it (see run/refold.ts). */
export interface Remember { readonly type: 'Remember'; readonly events: readonly FileEvent[] }

const decider: Decider<Remember, FileState, FileEvent> = { initial, decide: ({ events }) => events, evolve: evolveFile };

export const file: Aggregate<Remember, FileState, FileEvent> = { name: 'file', decider, organisation: () => undefined };
