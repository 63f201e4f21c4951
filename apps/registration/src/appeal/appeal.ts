/**
 * Appeal (申诉): an entry objects to its result. Judging hears it by code; the grounds stay here, in the vault,
 * and the arbitrator reads them as the organiser redacted them.
 *
 *   filed ──an arbitrator is assigned──▶ heard ──▶ upheld · dismissed
 *     └────────────── withdraw ───────────┘──▶ withdrawn
 *
 * Who is late, also after the result is final, is heard only where the organiser admits it, with reasons and a day by which
 * it is to be decided. Arbitration is final: what an entry contested and was heard on, it does not contest again.
 */
import type { Aggregate } from '#libs/event-store';
import { type Decider, type Instant, never, Refusal, type Text, text, WrongState } from '#libs/decider';

export type AppealEvent =
  | {
    type: 'AppealFiled'; contest: string; organisation: string; entry: string; code: string; contested: readonly string[];
    grounds: string; until: Instant;
    /** Out of time: the id of the text that says why the organiser admitted it. */
    admitted?: string;
  }
  | { type: 'GroundsRedacted'; redacted: string }
  | { type: 'ArbitratorAssigned'; arbitrator: string }
  | { type: 'AppealUpheld' }
  | { type: 'AppealDismissed' }
  | { type: 'AppealWithdrawn' };

/** What registration has published of the contest's result. */
export type Published = { is: 'none' } | { is: 'provisional'; appealsUntil: Instant; until: Instant } | { is: 'final' };
export interface Contested { contested: readonly string[]; is: Exclude<Appeal['is'], 'none'> }

export type AppealCommand =
  | {
    type: 'File'; contest: string; organisation: string; entry: string; code: string | null; contested: readonly string[];
    grounds: string;
    at: Instant;
    result: Published;
    /** What the same entry contested before. */
    earlier: readonly Contested[];
    /** By the organiser, for an entry that is late: why (the id of a text), and until when it is to be decided. */
    late?: { reasons: string; until: Instant };
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
  contested: readonly string[];
  grounds: string;
  admitted: string | null;
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

type File = Extract<AppealCommand, { type: 'File' }>;

const filed = (command: File): AppealEvent => {
  const { contest, organisation, entry, code, contested, grounds, late } = command;
  const until = late === undefined ? inTime(command) : admitted(command, late);
  if (code === null) throw new Refusal('entry-has-no-result', text('该报名没有成绩', 'the entry has no result'), text('无', 'none'));
  onceOnly(command);
  const terms = { contest, organisation, entry, code, contested, grounds, until };
  return { type: 'AppealFiled', ...terms, ...(late === undefined ? {} : { admitted: late.reasons }) };
};

const onceOnly = ({ contested, earlier }: File): void => {
  const before = earlier.filter(({ is }) => is !== 'withdrawn');
  const about = (each: string) =>
    before.filter((one) => one.contested.some((other) => isPart(each, other) || isPart(other, each)));
  const again = contested.filter((each) => about(each).length > 0);
  if (again.length === 0) return;
  const pending = again.flatMap(about).some(({ is }) => is === 'filed' || is === 'heard');
  throw new Refusal(
    'appealed-before', text(`${again.join('、')} 已申诉过，仲裁为终局`, `${again.join(', ')} was appealed before, and arbitration is final`),
    pending
      ? text('请等待其裁决；或先撤回，再重新提出', 'wait for its hearing; or withdraw it, and file it anew')
      : text('无：仲裁为终局', 'none: arbitration is final'),
    { contested: again },
  );
};

const notPublished = (): Refusal => new Refusal(
  'result-not-on-notice', text('成绩尚未公示', 'the result is not on public notice'), text('请等待公示', 'wait for the public notice'),
);

const inTime = ({ at, result }: File): Instant => {
  if (result.is === 'none') throw notPublished();
  if (result.is === 'provisional' && at <= result.appealsUntil) return result.until;
  const appealsUntil = result.is === 'provisional' ? { appealsUntil: result.appealsUntil } : {};
  throw new Refusal(
    'appeal-window-over', text('申诉期限已过', 'the time to appeal is over'),
    text('组织者可附理由受理逾期申诉：POST /entries/{id}/late-appeals',
      'the organiser may admit it out of time, with reasons: POST /entries/{id}/late-appeals'), appealsUntil,
  );
};

const admitted = ({ at, result }: File, { until }: NonNullable<File['late']>): Instant => {
  if (result.is === 'none') throw notPublished();
  if (result.is === 'provisional' && at <= result.appealsUntil)
    throw new Refusal(
      'appeals-are-open', text(`申诉期至${result.appealsUntil}`, `appeals are open until ${result.appealsUntil}`),
      text('请按期提出：POST /entries/{id}/appeals', 'file it in time: POST /entries/{id}/appeals'),
    );
  if (until <= at)
    throw new Refusal(
      'deadline-over', text('裁决期限须晚于现在', 'it must be decided later than now'), text('请给出将来的时刻', 'name an instant to come'),
    );
  return until;
};

/** B covers B2 and B2.3, but B1 does not cover B12. */
const isPart = (part: string, whole: string): boolean =>
  part === whole || (part.startsWith(whole) && !/^(\d\d|\p{L}\p{L})/u.test(part.slice(whole.length - 1)));

const pending = (appeal: Appeal): boolean => appeal.is === 'filed' || appeal.is === 'heard';

const evolve = (appeal: Appeal, event: AppealEvent): Appeal => {
  if (event.type === 'AppealFiled') {
    const { contest, organisation, entry, contested, grounds, admitted: reasons = null } = event;
    return {
      is: 'filed', contest, organisation, entry, contested, grounds, admitted: reasons, redacted: null, arbitrator: null,
    };
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
