/**
 * Appeal (申诉): an entry objects to its provisional result. Judging hears it by code; the grounds stay here, in the vault,
 * and the arbitrator reads them as the organiser redacted them.
 *
 *   filed ──an arbitrator is assigned──▶ heard ──▶ upheld · dismissed
 *     └────────────── withdraw ───────────┘──▶ withdrawn
 */
import type { Aggregate } from '#libs/event-store';
import { type Decider, type Instant, never, Refusal, type Text, text, WrongState } from '#libs/decider';

export type AppealEvent =
  | {
    type: 'AppealFiled'; contest: string; organisation: string; entry: string; code: string; contested: readonly string[];
    grounds: string; until: Instant;
  }
  | { type: 'GroundsRedacted'; redacted: string }
  | { type: 'ArbitratorAssigned'; arbitrator: string }
  | { type: 'AppealUpheld' }
  | { type: 'AppealDismissed' }
  | { type: 'AppealWithdrawn' };

export type AppealCommand =
  | {
    type: 'File'; contest: string; organisation: string; entry: string; code: string | null; contested: readonly string[];
    grounds: string;
    at: Instant;
    /** The contest's notice, where it is on one. */
    notice: { appealsUntil: Instant; until: Instant } | null;
  }
  | { type: 'Redact'; redacted: string }
  | { type: 'Assign'; arbitrator: string }
  | { type: 'Uphold' }
  | { type: 'Dismiss' }
  | { type: 'Withdraw' };

interface Known {
  contest: string;
  organisation: string;
  entry: string;
  grounds: string;
  redacted: string | null;
  arbitrator: string | null;
}

export type Appeal = { is: 'none' } | ({ is: 'filed' | 'heard' | 'upheld' | 'dismissed' | 'withdrawn' } & Known);

const decide = (command: AppealCommand, appeal: Appeal): readonly AppealEvent[] => {
  switch (command.type) {
    case 'File':
      if (appeal.is !== 'none') throw wrong('appeal-exists', appeal);
      return [filed(command)];
    case 'Redact':
      if (!pending(appeal)) throw wrong('appeal-not-pending', appeal);
      return [{ type: 'GroundsRedacted', redacted: command.redacted }];
    case 'Withdraw':
      if (!pending(appeal)) throw wrong('appeal-not-pending', appeal);
      return [{ type: 'AppealWithdrawn' }];
    // Judging speaks; an appeal withdrawn meanwhile stays withdrawn.
    case 'Assign': return pending(appeal) ? [{ type: 'ArbitratorAssigned', arbitrator: command.arbitrator }] : [];
    case 'Uphold': return pending(appeal) ? [{ type: 'AppealUpheld' }] : [];
    case 'Dismiss': return pending(appeal) ? [{ type: 'AppealDismissed' }] : [];
    default: return never(command);
  }
};

const filed = ({ notice, code, at, type: _, ...terms }: Extract<AppealCommand, { type: 'File' }>): AppealEvent => {
  if (notice === null)
    throw new Refusal(
      'result-not-on-notice', text('成绩尚未公示或已公布', 'the result is not on public notice'),
      text('请等待公示', 'wait for the public notice'),
    );
  if (at > notice.appealsUntil)
    throw new Refusal(
      'appeal-window-over', text(`申诉已于${notice.appealsUntil}截止`, `appeals ended at ${notice.appealsUntil}`), text('无', 'none'),
      { appealsUntil: notice.appealsUntil },
    );
  if (code === null) throw new Refusal('entry-has-no-result', text('该报名没有成绩', 'the entry has no result'), text('无', 'none'));
  return { type: 'AppealFiled', ...terms, code, until: notice.until };
};

const pending = (appeal: Appeal): boolean => appeal.is === 'filed' || appeal.is === 'heard';

const evolve = (appeal: Appeal, event: AppealEvent): Appeal => {
  if (event.type === 'AppealFiled') {
    const { contest, organisation, entry, grounds } = event;
    return { is: 'filed', contest, organisation, entry, grounds, redacted: null, arbitrator: null };
  }
  if (appeal.is === 'none') return appeal;
  switch (event.type) {
    case 'GroundsRedacted': return { ...appeal, redacted: event.redacted };
    case 'ArbitratorAssigned': return { ...appeal, is: 'heard', arbitrator: event.arbitrator };
    case 'AppealUpheld': return { ...appeal, is: 'upheld' };
    case 'AppealDismissed': return { ...appeal, is: 'dismissed' };
    case 'AppealWithdrawn': return { ...appeal, is: 'withdrawn' };
    default: return never(event);
  }
};

const nextStep: Record<Appeal['is'], Text> = {
  none: text('请提出', 'file it'), filed: text('请等待仲裁员，或撤回', 'wait for an arbitrator, or withdraw'),
  heard: text('请等待审理，或撤回', 'wait for the hearing, or withdraw'), upheld: text('无', 'none'),
  dismissed: text('无', 'none'),
  withdrawn: text('无', 'none'),
};

const states: Record<Appeal['is'], string> = {
  none: '未提出', filed: '已提出', heard: '审理中', upheld: '成立', dismissed: '不成立', withdrawn: '已撤回',
};

const wrong = (rule: string, appeal: Appeal): WrongState =>
  new WrongState(rule, text(`申诉当前状态为${states[appeal.is]}`, `the appeal is ${appeal.is}`), nextStep[appeal.is]);

export const appeal: Aggregate<AppealCommand, Appeal, AppealEvent> = {
  name: 'appeal',
  decider: { initial: { is: 'none' }, decide, evolve } satisfies Decider<AppealCommand, Appeal, AppealEvent>,
  organisation: (state) => (state.is === 'none' ? undefined : state.organisation),
};
