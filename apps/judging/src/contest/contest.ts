/**
 * Contest (赛项) as judging remembers it: what registration published, recorded as own events, and when its marking
 * was completed. It knows codes alone, never who is behind one.
 *
 *   announced ──started──▶ running ──complete marking──▶ marked          cancelled at any time
 */
import { type Decider, type Instant, Refusal, text, type Text, WrongState } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';

export type ContestEvent =
  | {
    type: 'ContestAnnounced'; organisation: string; competition: string; number: string; name: Text;
    scheme: { id: string; digest: string }; teamSize: number
  }
  | { type: 'CodeSealed'; code: string }
  | { type: 'ContestStarted'; codes: number }
  | { type: 'ContestCancelled' }
  | { type: 'CodeVoided'; code: string; because: string }
  | { type: 'CodeErased'; code: string }
  | { type: 'ContestNoticed'; revision: number; appealsUntil: Instant; until: Instant }
  | { type: 'AppealFiled'; appeal: string; code: string; contested: readonly string[]; until: Instant }
  | { type: 'AppealWithdrawn'; appeal: string }
  | { type: 'AppealDecided'; appeal: string; outcome: 'upheld' | 'dismissed' }
  | { type: 'MarkingCompleted'; contest: string; by: string };

export type ContestCommand =
  | { type: 'CompleteMarking'; contest: string; by: string }
  | { type: 'DecideAppeal'; appeal: string; outcome: 'upheld' | 'dismissed' };

export interface Appeal {
  readonly code: string;
  readonly contested: readonly string[];
  readonly is: 'filed' | 'withdrawn' | 'upheld' | 'dismissed';
}

export interface KnownContest {
  readonly is: 'announced' | 'running' | 'marked' | 'cancelled';
  readonly organisation: string;
  readonly number: string;
  readonly name: Text;
  readonly scheme: { readonly id: string; readonly digest: string };
  /** In the order in which they were sealed; registration says how many there are. */
  readonly codes: readonly string[];
  readonly voided: Readonly<Record<string, string>>;
  readonly notice: { readonly revision: number; readonly appealsUntil: Instant; readonly until: Instant } | null;
  readonly appeals: Readonly<Record<string, Appeal>>;
}

export type Contest = { readonly is: 'none' } | KnownContest;

const decide = (command: ContestCommand, state: Contest): readonly ContestEvent[] => {
  const contest = known(state);
  switch (command.type) {
    case 'CompleteMarking':
      if (contest.is === 'marked') return [];
      running(contest);
      return [{ type: 'MarkingCompleted', contest: command.contest, by: command.by }];
    case 'DecideAppeal': {
      const appeal = appealOf(contest, command.appeal);
      if (appeal.is !== 'filed')
        throw new WrongState(
          'appeal-closed', text('该申诉已结案', `the appeal is ${appeal.is}`), text('已无可决定事项', 'nothing is left to decide')
        );
      return [{ type: 'AppealDecided', appeal: command.appeal, outcome: command.outcome }];
    }
  }
};

const evolve = (state: Contest, event: ContestEvent): Contest => {
  if (event.type === 'ContestAnnounced') {
    const { organisation, number, name, scheme } = event;
    const terms = { organisation, number, name, scheme };
    if (state.is !== 'none') return { ...state, ...terms }; // announced again, with other terms
    return { is: 'announced', ...terms, codes: [], voided: {}, notice: null, appeals: {} };
  }
  if (state.is === 'none') return state;
  switch (event.type) {
    case 'CodeSealed': return state.codes.includes(event.code) ? state : { ...state, codes: [...state.codes, event.code] };
    case 'ContestStarted': return { ...state, is: 'running' };
    case 'ContestCancelled': return { ...state, is: 'cancelled' };
    case 'CodeVoided': return { ...state, voided: { ...state.voided, [event.code]: event.because } };
    case 'CodeErased': return state;
    case 'ContestNoticed': return {
      ...state, notice: { revision: event.revision, appealsUntil: event.appealsUntil, until: event.until }
    };
    case 'AppealFiled': return {
      ...state, appeals: { ...state.appeals, [event.appeal]: { code: event.code, contested: event.contested, is: 'filed' } }
    };
    case 'AppealWithdrawn': return withAppeal(state, event.appeal, 'withdrawn');
    case 'AppealDecided': return withAppeal(state, event.appeal, event.outcome);
    case 'MarkingCompleted': return { ...state, is: 'marked' };
  }
};

const withAppeal = (state: KnownContest, id: string, is: Appeal['is']): KnownContest => {
  const appeal = state.appeals[id];
  return appeal ? { ...state, appeals: { ...state.appeals, [id]: { ...appeal, is } } } : state;
};

export const contestDecider: Decider<ContestCommand, Contest, ContestEvent> = { initial: { is: 'none' }, decide, evolve };

export const contest: Aggregate<ContestCommand, Contest, ContestEvent> = {
  name: 'contest',
  decider: contestDecider,
  organisation: (state) => (state.is === 'none' ? undefined : state.organisation),
  snapshotEvery: 200,
};

export const known = (state: Contest): KnownContest => {
  if (state.is === 'none')
    throw new WrongState(
      'contest-unknown', text('尚不知道该赛项', 'judging does not know this contest'), text('请先公布', 'announce it first')
    );
  return state;
};

export const running = (state: Pick<KnownContest, 'is'>): void => {
  if (state.is === 'running') return;
  throw new WrongState('contest-not-running', text('该赛项不在进行中', `the contest is ${state.is}`), {
    announced: text('请开始比赛', 'start the contest'),
    marked: text('请提出申诉：只有成立的裁决才能更改已锁定的评分表', 'file an appeal: only an upheld hearing changes a locked sheet'),
    cancelled: text('无', 'none'),
  }[state.is]);
};

export const appealOf = (state: KnownContest, id: string): Appeal => {
  const appeal = state.appeals[id];
  if (!appeal)
    throw new Refusal('appeal-unknown', text('没有这件申诉', 'there is no such appeal in this contest'), text('请先提出', 'file it first'));
  return appeal;
};
