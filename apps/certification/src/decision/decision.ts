/**
 * Promotion decision (晋级决定): what one contest's result gives one worker: a level, honours, money,
 * and what else the pack gives, for the worker or a coach or team; any of them or none.
 * Its id follows from contest, worker and how often it was decided before.
 *
 *   proposed, on notice ──notice over──▶ awaiting ──approve──▶ approved ──certificate──▶ issued
 *        │    ▲                             │  ▲                  │                        │
 *     object  └─objection dismissed──▶ or ──┘  │                  └── superseded (a later decision takes its place)
 *        ▼                                     │                      revoked (its worker's record was merged away)
 *      held ───────────────────────────────────┘
 *   Beside them: held by the rules (a panel must settle it) · without effect · rejected by a person.
 *
 *   A person may refuse that it is decided by automation alone (PIPL art. 24(3)), until a person has approved it. It then waits
 *   for a named person, who decides with reasons: confirmed (and so approved) · changed (to what the pack gives for another
 *   place; another decision takes this one's place) · rejected, which also revokes what the pack had approved by itself.
 */
import { type CivilDate, type Decider, derivedId, type Instant, Refusal, text, WrongState } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';
import type { Effects, Facts, HeldKind, HonourEffect, Level, MoneyEffect, OtherEffect, Reason } from '#libs/policy';
import { apart } from './apart.js';
import { approval, find, supersession } from './given.js';
import { decideInPerson, refuseAutomation } from './in-person.js';
import { isOver, wrong } from './standing.js';

export interface PackRef { readonly id: string; readonly version: string; readonly digest: string }

/** Whose decision, and about what: the first event of every stream has it, and it never changes. */
export interface About {
  readonly worker: string;
  readonly contest: string;
  readonly occupation: string;
  readonly organisation: string;
  readonly entryNumber: string;
  /** The first decision of this worker in this contest is 1. */
  readonly nth: number;
  readonly pack: PackRef;
}

/** What was decided, and from which facts. */
export interface Found {
  readonly facts: Facts;
  /** The public events that the facts came from. */
  readonly sources: readonly string[];
  readonly revision: number;
  readonly reasons: readonly Reason[];
}

export interface Given {
  readonly from: Level | null;
  readonly to: Level | null;
  /** The rule that gives the level. */
  readonly rule: string | null;
  readonly honours: readonly HonourEffect[];
  readonly money: readonly MoneyEffect[];
  /** Points, credits, applications, and what is for a coach, a team or the experts. */
  readonly others: readonly OtherEffect[];
}

export type DecisionEvent =
  | ({ type: 'PromotionProposed'; noticeUntil: Instant; approval: 'person' | 'pack' } & About & Found & Given)
  | ({ type: 'NothingFound' } & About & Found)
  | ({ type: 'PromotionHeld'; effects: readonly HeldKind[] } & About & Found)
  /** Some effects of what was proposed wait for a panel. */
  | { type: 'EffectsHeld'; effects: readonly HeldKind[] }
  /** A later revision of the result changed facts, but not what follows from them. */
  | ({ type: 'PromotionConfirmed' } & Found)
  | { type: 'ObjectionRaised'; by: string; grounds: string; effects: readonly HeldKind[] }
  | { type: 'ObjectionDismissed'; by: string; reasons: string }
  /** A panel gave a place within a shared rank; another decision takes this one's place. */
  | { type: 'PlaceRuled'; place: number; by: string; reasons: string }
  /** `statement`, `reasons`: texts in the vault. */
  | { type: 'AutomationRefused'; by: string; statement: string }
  | { type: 'DecidedInPerson'; by: string; outcome: ReviewOutcome; reasons: string }
  | { type: 'NoticeEnded' }
  | ({ type: 'PromotionApproved'; by: string; how: 'person' | 'pack'; on: CivilDate } & Given)
  | { type: 'PromotionRejected'; by: string; reasons: string }
  | { type: 'PromotionIssued'; certificate: string; number: string }
  /** `keeps`: the money rules that the next decision gives just so; what was paid by them need not come back. */
  | { type: 'PromotionSuperseded'; next: string; keeps?: readonly string[] }
  | { type: 'PromotionRevoked'; because: string };

export const reviewOutcomes = ['confirmed', 'changed', 'rejected'] as const;
export type ReviewOutcome = (typeof reviewOutcomes)[number];
/** What is known of an automated decision that the person refused, in the same contest. */
export interface AutomationRefusal { readonly by: string; readonly statement: string }
export interface Review { readonly by: string; readonly outcome: ReviewOutcome; readonly reasons: string }

export type DecisionCommand =
  | {
    type: 'Find'; about: About; found: Found; effects: Effects; noticeUntil: Instant; approval: 'person' | 'pack';
    refusal?: AutomationRefusal; review?: Review
  }
  | { type: 'RefuseAutomation'; by: string; statement: string }
  | { type: 'DecideInPerson'; by: string; trainers: readonly string[]; outcome: ReviewOutcome; reasons: string; at: Instant }
  | { type: 'Confirm'; found: Found }
  /** `grounds` and `reasons` are texts in the vault. */
  | { type: 'Object'; by: string; grounds: string; at: Instant }
  | { type: 'DismissObjection'; by: string; reasons: string; at: Instant }
  | { type: 'RulePlace'; by: string; place: number; reasons: string }
  | { type: 'EndNotice'; due: Instant }
  /** `trainers`: whoever trained this worker. */
  | { type: 'Approve'; by: string; trainers: readonly string[]; at: Instant }
  | { type: 'Reject'; by: string; reasons: string }
  | { type: 'Issue'; certificate: string; number: string }
  /** `money`: what the next decision gives. */
  | { type: 'Supersede'; next: string; money: readonly MoneyEffect[] }
  | { type: 'Revoke'; because: string };

export interface Proposed extends Given { readonly noticeUntil: Instant; readonly approval: 'person' | 'pack' }

export type DecisionState =
  | { readonly is: 'none' }
  | ({ readonly is: 'onNotice' | 'awaiting'; readonly proposed: Proposed } & Known)
  /** `proposed` where a person objected; null where the rules hold all of it. */
  | ({ readonly is: 'held'; readonly proposed: Proposed | null } & Known)
  | ({ readonly is: 'approved'; readonly proposed: Proposed; readonly how: 'person' | 'pack' } & Known)
  | (
    { readonly is: 'issued'; readonly proposed: Proposed; readonly how: 'person' | 'pack'; readonly certificate: string } & Known
  )
  | ({ readonly is: 'withoutEffect' | 'rejected' | 'superseded' | 'revoked' } & Known);

export const noteKinds = [
  'objection', 'objection-dismissed', 'ruling', 'rejection', 'automation-refused', 'decided-in-person',
] as const;
/** What a person wrote about it; the text lies in the vault. */
export interface Note {
  readonly what: (typeof noteKinds)[number];
  readonly by: string;
  readonly text: string;
}

interface Known {
  readonly about: About;
  readonly found: Found;
  readonly notes: readonly Note[];
  /** Effects that a panel must settle. */
  readonly held: readonly HeldKind[];
  readonly refusal: AutomationRefusal | null;
  readonly review: Review | null;
}

/** The n-th decision of a contest about a worker; the first needs no number. */
export const decisionId = (contest: string, worker: string, nth: number): string =>
  nth === 1 ? derivedId(contest, worker) : derivedId(contest, worker, nth);

const decide = (command: DecisionCommand, state: DecisionState): readonly DecisionEvent[] => {
  switch (command.type) {
    case 'Find': return state.is === 'none' ? find(command) : [];
    case 'Confirm': return isOver(state) ? [] : [{ type: 'PromotionConfirmed', ...command.found }];
    case 'Object':
      if (state.is !== 'onNotice' || command.at >= state.proposed.noticeUntil) throw wrong(state, 'not-on-notice');
      return [{ type: 'ObjectionRaised', by: command.by, grounds: command.grounds, effects: kindsOf(state.proposed) }];
    case 'DismissObjection':
      if (state.is !== 'held' || state.proposed === null) throw wrong(state, 'no-objection');
      return [
        { type: 'ObjectionDismissed', by: command.by, reasons: command.reasons },
        ...(command.at >= state.proposed.noticeUntil ? endNotice(state, state.proposed, state.proposed.noticeUntil) : []),
      ];
    case 'RulePlace': {
      if (isOver(state) || state.is === 'none' || !state.found.reasons.some(({ code }) => code === 'tie-at-the-cut'))
        throw wrong(state, 'no-tie-to-settle');
      const { rank, tied } = state.found.facts.placing;
      if (rank === null || command.place < rank || command.place >= rank + tied)
        throw new Refusal('place-outside-the-tie', text('名次不在并列范围内', 'the place is outside the shared rank'),
          text(`请给出第${rank ?? 0}至${(rank ?? 0) + tied - 1}名中的名次`, `give a place from ${rank ?? 0} to ${(rank ?? 0) + tied - 1}`));
      return [{ type: 'PlaceRuled', by: command.by, place: command.place, reasons: command.reasons }];
    }
    case 'EndNotice':
      return state.is === 'onNotice' && command.due >= state.proposed.noticeUntil
        ? endNotice(state, state.proposed, command.due)
        : [];
    case 'Approve': {
      if ((state.is === 'approved' || state.is === 'issued')) return []; // approved already, whoever asks again
      if (state.is !== 'awaiting') throw wrong(state, state.is === 'onNotice' ? 'notice-not-over' : 'not-awaiting-approval');
      if (state.refusal !== null && state.review === null)
        throw new WrongState('automation-refused', text('本人已拒绝自动化决定', 'the person refused the automated decision'),
          text('请由指定人员附理由决定', 'decide it in person, with reasons'));
      apart(command.by, state.about.worker, command.trainers);
      return [approval(state.proposed, command.by, 'person', command.at)];
    }
    case 'RefuseAutomation': return refuseAutomation(command, state);
    case 'DecideInPerson': return decideInPerson(command, state);
    case 'Reject':
      if (state.is === 'rejected') return [];
      if (state.is !== 'onNotice' && state.is !== 'awaiting' && state.is !== 'held') throw wrong(state, 'not-open');
      return [{ type: 'PromotionRejected', by: command.by, reasons: command.reasons }];
    case 'Issue':
      return state.is === 'approved' && state.proposed.to !== null
        ? [{ type: 'PromotionIssued', certificate: command.certificate, number: command.number }] : [];
    case 'Supersede': return isOver(state) ? [] : [supersession(command, state)];
    case 'Revoke': return isOver(state) ? [] : [{ type: 'PromotionRevoked', because: command.because }];
  }
};

/**
 * Then a person approves, or the pack; or the named person has decided already, and not the pack alone where that was
 * refused.
 */
const endNotice = ({ refusal, review }: Known, proposed: Proposed, at: Instant): readonly DecisionEvent[] => {
  const ended: DecisionEvent = { type: 'NoticeEnded' };
  if (review !== null) return [ended, approval(proposed, review.by, 'person', at)];
  return proposed.approval === 'pack' && refusal === null ? [ended, approval(proposed, 'pack', 'pack', at)] : [ended];
};

const kindsOf = ({ to, honours, money, others }: Given): readonly HeldKind[] => [
  ...(to === null ? [] : ['level' as const]), ...(honours.length === 0 ? [] : ['honours' as const]),
  ...(money.length === 0 ? [] : ['money' as const]), ...(others.length === 0 ? [] : ['others' as const]),
];

const evolve = (state: DecisionState, event: DecisionEvent): DecisionState => {
  switch (event.type) {
    case 'PromotionProposed': {
      const { from, to, rule, honours, money, others, noticeUntil, approval: by } = event;
      return { is: 'onNotice', proposed: { from, to, rule, honours, money, others, noticeUntil, approval: by }, ...known(event, []) };
    }
    case 'NothingFound': return { is: 'withoutEffect', ...known(event, []) };
    case 'PromotionHeld': return { is: 'held', proposed: null, ...known(event, event.effects) };
    default: return state.is === 'none' ? state : further(state, event);
  }
};

type Further = Exclude<DecisionEvent, { type: 'PromotionProposed' | 'NothingFound' | 'PromotionHeld' }>;

const further = (state: Exclude<DecisionState, { is: 'none' }>, event: Further): DecisionState => {
  const { about, found, held, notes, refusal, review } = state;
  const same = { about, found, held, notes, refusal, review };
  const noted = (what: Note['what'], by: string, text: string) => ({ ...same, notes: [...notes, { what, by, text }] });
  const proposed = 'proposed' in state ? state.proposed : null;
  switch (event.type) {
    case 'EffectsHeld': return { ...state, held: event.effects };
    case 'PromotionConfirmed': {
      const { facts, sources, revision, reasons } = event;
      return { ...state, found: { facts, sources, revision, reasons } };
    }
    case 'AutomationRefused': {
      const { by, statement } = event;
      return { ...state, refusal: { by, statement }, notes: noted('automation-refused', by, statement).notes };
    }
    case 'DecidedInPerson': {
      const { by, outcome, reasons } = event;
      return { ...state, review: { by, outcome, reasons }, notes: noted('decided-in-person', by, reasons).notes };
    }
    case 'PlaceRuled': return { ...state, notes: noted('ruling', event.by, event.reasons).notes };
    case 'ObjectionRaised': return { is: 'held', proposed, ...noted('objection', event.by, event.grounds) };
    case 'ObjectionDismissed': {
      const after = noted('objection-dismissed', event.by, event.reasons);
      return proposed === null ? { ...state, ...after } : { is: 'onNotice', proposed, ...after };
    }
    case 'NoticeEnded': return proposed === null ? state : { is: 'awaiting', proposed, ...same };
    case 'PromotionApproved': return proposed === null ? state : { is: 'approved', proposed, how: event.how, ...same };
    case 'PromotionRejected': return { is: 'rejected', ...noted('rejection', event.by, event.reasons) };
    case 'PromotionIssued': return proposed === null
      ? state
      : { is: 'issued', proposed, how: 'how' in state ? state.how : 'person', certificate: event.certificate, ...same };
    case 'PromotionSuperseded': return { is: 'superseded', ...same };
    case 'PromotionRevoked': return { is: 'revoked', ...same };
  }
};

const known = (event: About & Found, held: readonly HeldKind[]): Known => {
  const { worker, contest, entryNumber, occupation, organisation, nth, pack, facts, sources, revision, reasons } = event;
  return {
    about: { worker, contest, entryNumber, occupation, organisation, nth, pack }, found: { facts, sources, revision, reasons },
    held, notes: [], refusal: null, review: null,
  };
};

const decider: Decider<DecisionCommand, DecisionState, DecisionEvent> = { initial: { is: 'none' }, decide, evolve };

export const decision: Aggregate<DecisionCommand, DecisionState, DecisionEvent> = {
  name: 'decision',
  decider,
  schema: { PromotionProposed: 2, PromotionApproved: 2 },
  // What else was given before was a reason in words, and nobody was promised it.
  upcast: { PromotionProposed: (data) => ({ others: [], ...data }), PromotionApproved: (data) => ({ others: [], ...data }) },
  organisation: (state) => (state.is === 'none' ? undefined : state.about.organisation),
};
