/**
 * What judging made known of one contest's result (成绩), by code. Its stream is named by the contest. A revision counts once
 * it is closed, with as many placings as it promised.
 */
import { type DecimalString, type Instant, never } from '#libs/decider';
import { memory } from './remember.js';

export type Stage = 'provisional' | 'final';

export type ResultEvent =
  | {
    type: 'RevisionOpened'; organisation: string; revision: number; stage: Stage; count: number; digest: string;
    firstFinalAt: Instant | null;
  }
  | {
    type: 'CodePlaced'; revision: number; code: string; rank: number | null; unranked: string | null; total: DecimalString;
    tied: boolean;
    criteria: readonly { id: string; mark: DecimalString }[];
  }
  | { type: 'RevisionClosed'; revision: number; stage: Stage };

export interface Result {
  organisation: string | null;
  /** The newest revision that was opened. */
  revision: number;
  stage: Stage | null;
  expected: number;
  placed: number;
  closed: boolean;
}

const initial: Result = { organisation: null, revision: 0, stage: null, expected: 0, placed: 0, closed: false };

const evolve = (result: Result, event: ResultEvent): Result => {
  switch (event.type) {
    case 'RevisionOpened': {
      const { organisation, revision, stage, count } = event;
      return { organisation, revision, stage, expected: count, placed: 0, closed: false };
    }
    case 'CodePlaced': return event.revision === result.revision ? { ...result, placed: result.placed + 1 } : result;
    case 'RevisionClosed': return { ...result, closed: true };
    default: return never(event);
  }
};

export const result = memory<Result, ResultEvent>('contest-result', initial, evolve, (r) => r.organisation ?? undefined);
