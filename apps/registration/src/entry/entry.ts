/**
 * Entry (参赛报名): a worker, or a team, in one contest.
 *
 *   submitted ──▶ accepted ──check in──▶ checked-in ──start──▶ drawn (sealed code) ──seal opens──▶ competed
 *      ├──▶ waitlisted ──▶ accepted            └─ not checked in at the start: absent
 *      └──▶ rejected
 *   withdrawn: by the entry, until it has competed · disqualified, annulled: by the organiser
 *
 * Whether there is a place is the roster's to decide; which code an entry has is the seal's, and stands here only after
 * the seal opened.
 */
import type { Aggregate } from '#libs/event-store';
import { type Decider, never, type Text, text, WrongState } from '#libs/decider';
import type { Finding, MemberFacts } from '../contest/conditions.js';

export interface Submitted {
  contest: string;
  competition: string;
  organisation: string;
  /** 参赛号 */
  number: string;
  members: readonly MemberFacts[];
}

export type EntryEvent =
  | ({ type: 'EntrySubmitted' } & Submitted)
  | { type: 'EntryAccepted'; findings: readonly Finding[] }
  | { type: 'EntryWaitlisted'; findings: readonly Finding[] }
  | { type: 'EntryRejected'; findings: readonly Finding[] }
  /** From the waiting list, when a place came free. */
  | { type: 'EntryPromoted' }
  | { type: 'FactsTaken'; members: readonly MemberFacts[] }
  | { type: 'EntryCheckedIn' }
  | { type: 'EntryDrawn' }
  | { type: 'EntryAbsent' }
  | { type: 'EntryCompeted'; code: string }
  | { type: 'EntryWithdrawn'; reason: string | null }
  | { type: 'EntryDisqualified'; reason: string }
  | { type: 'EntryAnnulled'; reason: string }
  | { type: 'EntryAppealed'; appeal: string }
  | { type: 'MemberMerged'; worker: string; into: string }
  | { type: 'MemberErased'; worker: string };

export type EntryCommand =
  | ({ type: 'Submit' } & Submitted)
  | { type: 'Screen'; outcome: 'accepted' | 'waitlisted' | 'rejected'; findings: readonly Finding[] }
  | { type: 'Promote' }
  /** The facts as of the end of registration, which everything later reads. */
  | { type: 'TakeFacts'; members: readonly MemberFacts[] }
  | { type: 'CheckIn' }
  /** The contest starts: with those who were checked in, without the others. */
  | { type: 'Start' }
  /** The seal opened, and this is the entry's code. */
  | { type: 'Reveal'; code: string }
  | { type: 'Withdraw'; reason: string | null }
  | { type: 'Disqualify'; reason: string }
  | { type: 'Annul'; reason: string }
  /** Whether it may, the appeal itself decides; here it is remembered, so that two at once do not pass each other unseen. */
  | { type: 'Appeal'; appeal: string }
  | { type: 'MergeMember'; worker: string; into: string }
  | { type: 'EraseMember'; worker: string };

interface Known extends Submitted {
  /** Id of the text that says why it was withdrawn, disqualified or annulled. */
  reason: string | null;
  appeals: readonly string[];
}

export type EntryStatus =
  | 'submitted' | 'accepted' | 'waitlisted' | 'rejected' | 'checked-in' | 'drawn' | 'competed' | 'withdrawn' | 'absent'
  | 'disqualified' | 'annulled';

export type Entry = { is: 'none' } | ({ is: EntryStatus } & Known);

const alive: readonly Entry['is'][] = ['submitted', 'accepted', 'waitlisted', 'checked-in', 'drawn'];

const decide = (command: EntryCommand, entry: Entry): readonly EntryEvent[] => {
  switch (command.type) {
    case 'Submit': {
      if (entry.is !== 'none') throw wrong('entry-exists', entry);
      const { type: _, ...terms } = command;
      return [{ type: 'EntrySubmitted', ...terms }];
    }
    case 'Screen':
      requires(entry, ['submitted'], 'entry-already-screened');
      return [screened(command)];
    case 'Promote':
      requires(entry, ['waitlisted'], 'entry-not-waiting');
      return [{ type: 'EntryPromoted' }];
    case 'TakeFacts':
      return entry.is === 'none' || same(entry.members, command.members) ? [] : [
        { type: 'FactsTaken', members: command.members },
      ];
    case 'CheckIn':
      requires(entry, ['accepted'], 'entry-not-accepted');
      return [{ type: 'EntryCheckedIn' }];
    case 'Start':
      if (entry.is === 'checked-in') return [{ type: 'EntryDrawn' }];
      return entry.is === 'accepted' ? [{ type: 'EntryAbsent' }] : [];
    case 'Reveal':
      return entry.is === 'drawn' ? [{ type: 'EntryCompeted', code: command.code }] : [];
    case 'Withdraw':
      requires(entry, alive, 'entry-not-withdrawable');
      return [{ type: 'EntryWithdrawn', reason: command.reason }];
    case 'Disqualify':
      requires(entry, ['accepted', 'checked-in', 'drawn', 'competed'], 'entry-not-taking-part');
      return [{ type: 'EntryDisqualified', reason: command.reason }];
    case 'Annul':
      requires(entry, ['competed'], 'entry-has-no-result');
      return [{ type: 'EntryAnnulled', reason: command.reason }];
    case 'Appeal':
      return entry.is === 'none' || entry.appeals.includes(command.appeal) ? [] : [
        { type: 'EntryAppealed', appeal: command.appeal },
      ];
    case 'MergeMember':
      return has(entry, command.worker) ? [{ type: 'MemberMerged', worker: command.worker, into: command.into }] : [];
    case 'EraseMember':
      return has(entry, command.worker) ? [{ type: 'MemberErased', worker: command.worker }] : [];
    default: return never(command);
  }
};

const screened = ({ outcome, findings }: Extract<EntryCommand, { type: 'Screen' }>): EntryEvent => {
  switch (outcome) {
    case 'accepted': return { type: 'EntryAccepted', findings };
    case 'waitlisted': return { type: 'EntryWaitlisted', findings };
    case 'rejected': return { type: 'EntryRejected', findings };
    default: return never(outcome);
  }
};

const has = (entry: Entry, worker: string): boolean => entry.is !== 'none' && entry.members.some((m) => m.worker === worker);

const same = (a: readonly MemberFacts[], b: readonly MemberFacts[]): boolean => {
  const plain = (members: readonly MemberFacts[]) => JSON.stringify(members.map((m) => [m.worker, m.age, m.status, m.unit]));
  return plain(a) === plain(b);
};

const becomes: Partial<Record<EntryEvent['type'], EntryStatus>> = {
  EntryAccepted: 'accepted', EntryWaitlisted: 'waitlisted', EntryRejected: 'rejected', EntryPromoted: 'accepted',
  EntryCheckedIn: 'checked-in', EntryDrawn: 'drawn', EntryAbsent: 'absent', EntryCompeted: 'competed',
  EntryWithdrawn: 'withdrawn',
  EntryDisqualified: 'disqualified', EntryAnnulled: 'annulled',
};

const evolve = (entry: Entry, event: EntryEvent): Entry => {
  if (event.type === 'EntrySubmitted') {
    const { type: _, ...known } = event;
    return { is: 'submitted', ...known, reason: null, appeals: [] };
  }
  if (entry.is === 'none') return entry;
  if (event.type === 'EntryAppealed') return { ...entry, appeals: [...entry.appeals, event.appeal] };
  if (event.type === 'FactsTaken') return { ...entry, members: event.members };
  if (event.type === 'MemberMerged')
    return { ...entry, members: entry.members.map((m) => (m.worker === event.worker ? { ...m, worker: event.into } : m)) };
  return { ...entry, is: becomes[event.type] ?? entry.is, reason: 'reason' in event ? event.reason : entry.reason };
};

const nextStep: Record<Entry['is'], Text> = {
  none: text('请提交', 'submit it'), submitted: text('请审查该赛项', 'screen the contest'), accepted: text('请检录', 'check in'),
  waitlisted: text('请等待名额', 'wait for a place'), rejected: text('无', 'none'),
  'checked-in': text('请开始比赛', 'start the contest'), drawn: text('请等待评判', 'wait for judging'),
  competed: text('请在期限内申诉', 'appeal within the window'), withdrawn: text('无', 'none'),
  absent: text('无', 'none'),
  disqualified: text('无', 'none'), annulled: text('无', 'none'),
};

export const entryStates: Record<Exclude<Entry['is'], 'none'>, string> = {
  submitted: '已报名', accepted: '通过', waitlisted: '候补', rejected: '未通过', 'checked-in': '已检录', drawn: '参赛中', competed: '已参赛',
  withdrawn: '退赛', absent: '缺赛', disqualified: '取消资格', annulled: '成绩作废',
};

const wrong = (rule: string, entry: Entry): WrongState =>
  new WrongState(
    rule, text(`报名当前状态为${entry.is === 'none' ? '未提交' : entryStates[entry.is]}`, `the entry is ${entry.is}`),
    nextStep[entry.is],
  );

function requires(entry: Entry, states: readonly Entry['is'][], rule: string): asserts entry is Exclude<Entry, { is: 'none' }> {
  if (!states.includes(entry.is)) throw wrong(rule, entry);
}

export const entry: Aggregate<EntryCommand, Entry, EntryEvent> = {
  name: 'entry',
  decider: { initial: { is: 'none' }, decide, evolve } satisfies Decider<EntryCommand, Entry, EntryEvent>,
  organisation: (state) => (state.is === 'none' ? undefined : state.organisation),
};
