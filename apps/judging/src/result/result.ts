/**
 * Result (成绩) of one contest, by code: a revision is opened, placed code by code and closed in one append. A
 * correction is the next revision; what was published once is never taken back in silence.
 *
 *   none ──compute──▶ provisional ⇄ appealed ──▶ corrected (next revision) ──finalise──▶ final ──▶ annulled in part
 *                                                                                         (next final revision)
 */
import { type Decider, type Instant, Refusal, text, WrongState } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';
import { digestOf } from '../marking-scheme/scheme.js';
import type { Placing } from './compute.js';

export type Stage = 'provisional' | 'final';

/** What the next revision is there for. */
export type Because =
  | { readonly kind: 'marking-completed' }
  | { readonly kind: 'hearing-upheld'; readonly appeal: string }
  | { readonly kind: 'code-voided'; readonly code: string }
  | { readonly kind: 'judge-recused'; readonly recusal: string }
  | { readonly kind: 'finalised' };

export type ResultEvent =
  | {
    type: 'ResultOpened'; organisation: string; contest: string; revision: number; stage: Stage; count: number; digest: string;
    scheme: string; firstFinalAt: Instant | null; because: Because; by: string
  }
  | ({ type: 'ResultPlaced'; contest: string; revision: number } & Placing)
  | { type: 'ResultClosed'; contest: string; revision: number; stage: Stage };

export type ResultCommand =
  | {
    type: 'Publish'; organisation: string; contest: string; scheme: string; because: Because; placings: readonly Placing[];
    by: string
  }
  /** `notice` is what registration announced, null before it did. */
  | {
      type: 'Finalise'; organisation: string; contest: string; scheme: string; placings: readonly Placing[]; by: string;
      at: Instant;
      openAppeals: readonly string[]; openRecusals: readonly string[]; notice: {
        readonly appealsUntil: Instant; readonly until: Instant
      } | null;
    };

export interface PublishedResult {
  readonly is: Stage;
  readonly organisation: string;
  readonly revision: number;
  readonly digest: string;
  readonly firstFinalAt: Instant | null;
}

/** Placings are not kept here: they are computed from the sheets again, and read from a view. */
export type Result = { readonly is: 'none' } | PublishedResult;

const decide = (command: ResultCommand, result: Result): readonly ResultEvent[] => {
  switch (command.type) {
    case 'Publish': {
      if (result.is === 'none') return revision(command, 1, 'provisional', null);
      if (command.because.kind === 'marking-completed') return []; // asked twice
      // A correction after the end is final at once: the first finalisation keeps its place in every person's order.
      return revision(command, result.revision + 1, result.is, result.firstFinalAt);
    }
    case 'Finalise': {
      if (result.is === 'final') return []; // asked twice
      if (result.is === 'none') throw new WrongState(
        'result-not-computed', text('尚无成绩', 'there is no result yet'), text('请先锁定评分', 'lock the marking first')
      );
      if (command.openAppeals.length > 0)
        throw new Refusal(
          'hearings-open',
          text(`还有 ${command.openAppeals.length} 件申诉未结`, `${command.openAppeals.length} appeals are not decided`),
          text('请作出裁决', 'decide them'),
          { appeals: command.openAppeals }
        );
      if (command.openRecusals.length > 0)
        throw new Refusal(
          'recusals-open',
          text(`还有 ${command.openRecusals.length} 件回避申请未裁决`, `${command.openRecusals.length} recusals are not decided`),
          text('请由仲裁员准许或驳回', 'have the arbitrators grant or dismiss them'), { recusals: command.openRecusals },
        );
      const { notice, at } = command;
      if (!notice) throw new Refusal(
        'not-noticed', text('成绩尚未公示', 'the result is not on public notice yet'), text('请等待公示', 'wait for the notice')
      );
      const until = notice.until > notice.appealsUntil ? notice.until : notice.appealsUntil;
      if (at < until)
        throw new Refusal(
          'notice-not-over', text('公示期或申诉期未满', 'the notice or the time to appeal is not over'),
          text(`请自${until}起终局`, `finalise from ${until}`), { until },
        );
      return revision({ ...command, because: { kind: 'finalised' } }, result.revision + 1, 'final', at);
    }
  }
};

const revision = (
  { organisation, contest, scheme, because, placings, by }: Omit<Extract<ResultCommand, { type: 'Publish' }>, 'type'>,
  number: number, stage: Stage, firstFinalAt: Instant | null,
): readonly ResultEvent[] => [
  {
    type: 'ResultOpened', organisation, contest, revision: number, stage, count: placings.length, digest: digestOf(placings),
    scheme, firstFinalAt, because, by
  },
  ...placings.map((placing): ResultEvent => ({ type: 'ResultPlaced', contest, revision: number, ...placing })),
  { type: 'ResultClosed', contest, revision: number, stage },
];

const evolve = (result: Result, event: ResultEvent): Result => {
  if (event.type !== 'ResultOpened') return result;
  const { organisation, revision: number, digest, firstFinalAt, stage } = event;
  return { is: stage, organisation, revision: number, digest, firstFinalAt };
};

export const resultDecider: Decider<ResultCommand, Result, ResultEvent> = { initial: { is: 'none' }, decide, evolve };

export const result: Aggregate<ResultCommand, Result, ResultEvent> = {
  name: 'result',
  decider: resultDecider,
  organisation: (state) => (state.is === 'none' ? undefined : state.organisation),
  snapshotEvery: 500,
};
