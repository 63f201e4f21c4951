/**
 * Contest (赛项): one occupation, one group, one level of paper, one policy pack, one marking scheme.
 *
 *   draft ──announce──▶ announced ──open──▶ open ──close──▶ closed ──start──▶ running ──notice──▶ provisional ──▶ final
 *     └──────────────────── cancel ────────────────────────────┘
 *
 * Announcing freezes the pack by digest and the marking scheme. What follows the start is the chain's own doing:
 * judging says that marking is complete, then what the result is.
 */
import type { Aggregate } from '#libs/event-store';
import {
  addHours, afterWorkingDays, chinaCalendar, type CivilDate, type Decider, type Instant, never, Refusal, startOf, type Text, text,
  WrongState,
} from '#libs/decider';
import type { Condition, Level } from './conditions.js';

export interface ContestTerms {
  number: string;
  name: Text;
  occupation: string;
  group: 'worker' | 'student';
  /** The level of the paper, where the contest has one. */
  level: Level | null;
  teamSize: number;
  /** How many entries may take part; null: any number. */
  quota: number | null;
  series: string;
  class: string;
  purpose: 'award' | 'selection';
  pack: { id: string; version: string };
  scheme: string;
  notice: { workingDays: number; appealHours: number };
  /** Registration's last day: ages and months held are counted to it. */
  closesOn: CivilDate;
  startsOn: CivilDate;
  conditions: readonly Condition[];
}

export interface PackRef { id: string; version: string; digest: string }

export type ContestEvent =
  | { type: 'ContestDrafted'; competition: string; organisation: string; terms: ContestTerms }
  | { type: 'PackOverridden'; pack: { id: string; version: string }; reason: string; by: string }
  | { type: 'ContestAnnounced'; pack: PackRef; scheme: { id: string; digest: string }; overridden: boolean }
  | { type: 'RegistrationOpened' }
  | { type: 'RegistrationClosed' }
  | { type: 'ContestStarted'; codes: number }
  | { type: 'MarkingCompleted' }
  | { type: 'ContestNoticed'; revision: number; appealsUntil: Instant; until: Instant }
  | { type: 'AppealsEnded' }
  | { type: 'NoticeEnded' }
  | { type: 'ContestFinalised'; revision: number }
  | { type: 'ContestCancelled'; reason: string; announced: boolean };

export type ContestCommand =
  | { type: 'Draft'; competition: string; organisation: string; terms: ContestTerms }
  /** `doubtful`: the pack, or a rule of it, is recalled or hypothetical. The reason lies in the vault. */
  | { type: 'Override'; doubtful: boolean; reason: string; by: string }
  /**
   * What the pack library and judging know; null where they know nothing. `applies`: the pack speaks about such a contest.
   * `inForce`: its version on the day that its anchor names; null: none.
   */
  | {
    type: 'Announce'; pack: { digest: string; doubtful: boolean; applies: boolean; inForce: string | null } | null;
    scheme: { digest: string } | null
  }
  | { type: 'Open' }
  | { type: 'Close' }
  | { type: 'Start'; codes: number }
  | { type: 'CompleteMarking' }
  | { type: 'PutOnNotice'; revision: number; at: Instant }
  | { type: 'EndAppeals' }
  | { type: 'EndNotice' }
  | { type: 'Finalise'; revision: number }
  | { type: 'Cancel'; reason: string };

interface Known {
  competition: string;
  organisation: string;
  terms: ContestTerms;
  overridden: boolean;
  /** Who used a doubtful pack, and the id of the reason. */
  override: { reason: string; by: string } | null;
}

export interface Notice {
  revision: number;
  appealsUntil: Instant;
  until: Instant;
  appealsEnded: boolean;
  ended: boolean;
}

export type Contest =
  | { is: 'none' }
  | ({ is: 'draft' } & Known)
  | ({ is: 'announced' } & Known)
  | ({ is: 'open' } & Known)
  | ({ is: 'closed' } & Known)
  | ({ is: 'running'; marked: boolean } & Known)
  | ({ is: 'provisional'; notice: Notice } & Known)
  | ({ is: 'final'; revision: number } & Known)
  | ({ is: 'cancelled' } & Known);

const decide = (command: ContestCommand, contest: Contest): readonly ContestEvent[] => {
  switch (command.type) {
    case 'Draft':
      if (contest.is !== 'none') throw wrong('contest-exists', contest);
      plausible(command.terms);
      return [
        { type: 'ContestDrafted', competition: command.competition, organisation: command.organisation, terms: command.terms },
      ];
    case 'Override':
      requires(contest, 'draft', 'contest-not-draft');
      if (!command.doubtful)
        throw new Refusal(
          'pack-needs-no-override', text('该政策包无需特批', 'the pack needs no override'), text('请公布大赛', 'announce the competition'),
        );
      return [{ type: 'PackOverridden', pack: contest.terms.pack, reason: command.reason, by: command.by }];
    case 'Announce':
      requires(contest, 'draft', 'contest-not-draft');
      return [announced(contest, command)];
    case 'Open':
      requires(contest, 'announced', 'contest-not-announced');
      return [{ type: 'RegistrationOpened' }];
    case 'Close':
      requires(contest, 'open', 'registration-not-open');
      return [{ type: 'RegistrationClosed' }];
    case 'Start':
      requires(contest, 'closed', 'registration-not-closed');
      if (command.codes === 0)
        throw new Refusal(
          'nobody-checked-in', text('无人检录', 'no entry is checked in'),
          text('请检录，或取消赛项', 'check entries in, or cancel the contest'),
        );
      return [{ type: 'ContestStarted', codes: command.codes }];
    // From here on the chain speaks, perhaps twice: what is known already is no news.
    case 'CompleteMarking':
      return contest.is === 'running' && !contest.marked ? [{ type: 'MarkingCompleted' }] : [];
    case 'PutOnNotice':
      return onNotice(contest, command.revision, command.at);
    case 'EndAppeals':
      return contest.is === 'provisional' && !contest.notice.appealsEnded ? [{ type: 'AppealsEnded' }] : [];
    case 'EndNotice':
      return contest.is === 'provisional' && !contest.notice.ended ? [{ type: 'NoticeEnded' }] : [];
    case 'Finalise': {
      const known = contest.is === 'final' ? contest.revision : 0;
      const may = contest.is === 'running' || contest.is === 'provisional' || contest.is === 'final';
      return may && command.revision > known ? [{ type: 'ContestFinalised', revision: command.revision }] : [];
    }
    case 'Cancel':
      if (contest.is === 'none' || contest.is === 'provisional' || contest.is === 'final' || contest.is === 'cancelled')
        throw wrong('contest-not-cancellable', contest);
      return [{ type: 'ContestCancelled', reason: command.reason, announced: contest.is !== 'draft' }];
    default: return never(command);
  }
};

const announced = (contest: Known, { pack, scheme }: Extract<ContestCommand, { type: 'Announce' }>): ContestEvent => {
  const { terms, overridden } = contest;
  const which = { contest: terms.number };
  if (pack === null)
    throw new Refusal(
      'pack-unknown', text('没有这个政策包', 'there is no such policy pack'),
      text('请用已有的政策包起草赛项', 'draft the contest under a known pack'), which,
    );
  if (!pack.applies)
    throw new Refusal(
      'pack-does-not-apply', text('政策包不适用于此系列、类别、组别或性质的赛项', 'the pack does not speak about this series, class, group or purpose'),
      text('请用另一政策包起草赛项', 'draft the contest under another pack'), which,
    );
  if (pack.inForce !== terms.pack.version)
    throw new Refusal(
      'pack-not-in-force',
      pack.inForce === null
        ? text('政策包届时不在有效期内', 'the pack is not in force then')
        : text(`届时有效的是第 ${pack.inForce} 版`, `version ${pack.inForce} is in force then`),
      text('请用届时有效的政策包起草赛项', 'draft the contest under the pack that is in force then'), { ...which, inForce: pack.inForce },
    );
  if (pack.doubtful && !overridden)
    throw new Refusal(
      'pack-needs-override',
      text('政策包含有未经核实的规则，须说明理由特批', 'the pack, or a rule of it, is not found in a source: it needs an override'),
      text('请附理由调用 POST /contests/{id}/override', 'POST /contests/{id}/override with a reason'), which,
    );
  if (scheme === null)
    throw new Refusal(
      'marking-scheme-not-frozen', text('评分方案尚未冻结', 'the marking scheme is not frozen'),
      text('请在评判服务中冻结', 'freeze it in judging'), which,
    );
  return {
    type: 'ContestAnnounced', pack: { ...terms.pack, digest: pack.digest }, scheme: { id: terms.scheme, digest: scheme.digest },
    overridden: pack.doubtful && overridden,
  };
};

/**
 * The first provisional result starts the clocks. A corrected one is told again under the same deadlines: whoever
 * appealed has been heard by then, and arbitration is final.
 */
const onNotice = (contest: Contest, revision: number, at: Instant): readonly ContestEvent[] => {
  if (contest.is === 'provisional') {
    const { appealsUntil, until } = contest.notice;
    return revision > contest.notice.revision ? [{ type: 'ContestNoticed', revision, appealsUntil, until }] : [];
  }
  if (contest.is !== 'running') return [];
  const { workingDays, appealHours } = contest.terms.notice;
  const appealsUntil = addHours(at, appealHours);
  const noticeUntil = workingDays === 0 ? at : afterWorkingDays(chinaCalendar, at, workingDays);
  return [{ type: 'ContestNoticed', revision, appealsUntil, until: noticeUntil > appealsUntil ? noticeUntil : appealsUntil }];
};

const plausible = ({ closesOn, startsOn, notice }: ContestTerms): void => {
  if (closesOn > startsOn)
    throw new Refusal(
      'dates-out-of-order', text('报名截止日不得晚于开赛日', 'registration must close by the day of the start'),
      text('请改正日期', 'correct the dates'),
    );
  try {
    afterWorkingDays(chinaCalendar, startOf(startsOn), notice.workingDays);
  } catch {
    throw new Refusal(
      'calendar-unknown', text('开赛年度的节假日安排尚不可知', 'the public holidays of the year of the start are not known yet'),
      text('请另选日期', 'choose another date'),
    );
  }
};

const evolve = (contest: Contest, event: ContestEvent): Contest => {
  if (event.type === 'ContestDrafted')
    return {
      is: 'draft', competition: event.competition, organisation: event.organisation, terms: event.terms, overridden: false,
      override: null,
    };
  if (contest.is === 'none') return contest;
  const { competition, organisation, terms, overridden, override } = contest;
  const known: Known = { competition, organisation, terms, overridden, override };
  switch (event.type) {
    case 'PackOverridden': return { is: 'draft', ...known, overridden: true, override: { reason: event.reason, by: event.by } };
    case 'ContestAnnounced': return { is: 'announced', ...known, overridden: event.overridden };
    case 'RegistrationOpened': return { is: 'open', ...known };
    case 'RegistrationClosed': return { is: 'closed', ...known };
    case 'ContestStarted': return { is: 'running', ...known, marked: false };
    case 'MarkingCompleted': return { is: 'running', ...known, marked: true };
    case 'ContestNoticed': {
      const { revision, appealsUntil, until } = event;
      const ended = contest.is === 'provisional' ? contest.notice : { appealsEnded: false, ended: false };
      return {
        is: 'provisional', ...known,
        notice: { revision, appealsUntil, until, appealsEnded: ended.appealsEnded, ended: ended.ended },
      };
    }
    case 'AppealsEnded':
      return contest.is === 'provisional' ? { ...contest, notice: { ...contest.notice, appealsEnded: true } } : contest;
    case 'NoticeEnded':
      return contest.is === 'provisional' ? { ...contest, notice: { ...contest.notice, ended: true } } : contest;
    case 'ContestFinalised': return { is: 'final', ...known, revision: event.revision };
    case 'ContestCancelled': return { is: 'cancelled', ...known };
    default: return never(event);
  }
};

const nextStep: Record<Contest['is'], Text> = {
  none: text('请起草', 'draft it'), draft: text('请公布大赛', 'announce the competition'), announced: text('请开放报名', 'open registration'),
  open: text('请受理报名，然后截止', 'take entries, then close registration'),
  closed: text('请检录，然后开始', 'check entries in, then start'), running: text('请等待评判', 'wait for judging'),
  provisional: text('请等待公示结束', 'wait for the end of the notice'),
  final: text('无', 'none'),
  cancelled: text('无', 'none'),
};

export const contestStates: Record<Contest['is'], string> = {
  none: '未创建', draft: '草稿', announced: '已公告', open: '报名中', closed: '报名截止', running: '比赛中', provisional: '公示中', final: '成绩已生效',
  cancelled: '已取消',
};

const wrong = (rule: string, contest: Contest): WrongState =>
  new WrongState(rule, text(`赛项当前状态为${contestStates[contest.is]}`, `the contest is ${contest.is}`), nextStep[contest.is]);

export function requires<K extends Contest['is']>(
  contest: Contest, state: K, rule: string,
): asserts contest is Extract<Contest, { is: K }> {
  if (contest.is !== state) throw wrong(rule, contest);
}

export const contest: Aggregate<ContestCommand, Contest, ContestEvent> = {
  name: 'contest',
  decider: { initial: { is: 'none' }, decide, evolve } satisfies Decider<ContestCommand, Contest, ContestEvent>,
  organisation: (state) => (state.is === 'none' ? undefined : state.organisation),
};
