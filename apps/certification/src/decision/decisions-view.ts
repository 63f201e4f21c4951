import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import type { Recorded } from '#libs/event-store';
import type { HeldKind, HonourEffect, Level, MoneyEffect, OtherEffect } from '#libs/policy';
import { view } from '#libs/views';
import type { DecisionEvent, DecisionState } from './decision.js';

export const decisionStates = [
  'onNotice', 'awaiting', 'held', 'approved', 'issued', 'withoutEffect', 'rejected', 'superseded', 'revoked',
] as const satisfies DecisionState['is'][];
export type DecisionStateName = (typeof decisionStates)[number];

/** Did the person refuse that automation decides, and did a named person decide then? */
export const automations = ['accepted', 'refused', 'decided-in-person'] as const;
export type Automation = (typeof automations)[number];

/** A position fits into a safe integer; PostgreSQL's driver gives a bigint as text. */
export const whole = { to: (value: number) => value, from: Number };

@Entity('decisions')
export class DecisionRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') organisation!: string;
  @Column('uuid') contest!: string;
  @Column('uuid') worker!: string;
  @Column('text', { name: 'entry_number' }) entryNumber!: string;
  @Column('text') occupation!: string;
  @Column('integer') nth!: number;
  @Column('text') state!: DecisionStateName;
  @Column('integer', { nullable: true }) rank!: number | null;
  @Column('integer', { name: 'from_level', nullable: true }) from!: Level | null;
  @Column('integer', { name: 'to_level', nullable: true }) to!: Level | null;
  /** The rule that gives the level. */
  @Column('text', { nullable: true }) rule!: string | null;
  @Column('jsonb') honours!: HonourEffect[];
  @Column('jsonb') money!: MoneyEffect[];
  /** Points, credits, applications, and what is for a coach, a team or the experts. */
  @Column('jsonb') others!: OtherEffect[];
  /** Effects that wait for a panel, or for an objection to be settled. */
  @Column('jsonb') held!: HeldKind[];
  @Column('text') automation!: Automation;
  @Column('text', { name: 'notice_until', nullable: true }) noticeUntil!: string | null;
  @Column('uuid', { nullable: true }) certificate!: string | null;
  @Column('text', { nullable: true }) number!: string | null;
  @Column('integer') version!: number;
  /** Where its first event stands: lists are in this order. */
  @Column('bigint', { transformer: whole }) position!: number;
}

type Found = Extract<DecisionEvent, { type: 'PromotionProposed' | 'NothingFound' | 'PromotionHeld' }>;

const insert = (recorded: Recorded<Found>, db: EntityManager, parts: Partial<DecisionRow>): Promise<unknown> => {
  const { aggregateId: id, version, position, event } = recorded;
  const { organisation, contest, worker, entryNumber, occupation, nth, facts } = event;
  const nothing = {
    from: facts.held.level?.level ?? null, to: null, rule: null, honours: [], money: [], others: [], held: [], automation: 'accepted' as const,
    noticeUntil: null, certificate: null, number: null,
  };
  return db.insert(DecisionRow, {
    id, organisation, contest, worker, entryNumber, occupation, nth, rank: facts.placing.rank, version, position, ...nothing,
    ...parts,
  });
};

const change = (recorded: Recorded, db: EntityManager, parts: Partial<DecisionRow>): Promise<unknown> =>
  db.update(DecisionRow, { id: recorded.aggregateId }, { ...parts, version: recorded.version });

export const decisionsView = view<DecisionEvent>('decisions', [DecisionRow], {
  PromotionProposed: (recorded, db) => {
    const { from, to, rule, honours, money, others, noticeUntil } = recorded.event;
    return insert(recorded, db, {
      state: 'onNotice', from, to, rule, honours: [...honours], money: [...money], others: [...others], noticeUntil,
    });
  },
  NothingFound: (recorded, db) => insert(recorded, db, { state: 'withoutEffect' }),
  PromotionHeld: (recorded, db) => insert(recorded, db, { state: 'held', held: [...recorded.event.effects] }),
  EffectsHeld: (recorded, db) => change(recorded, db, { held: [...recorded.event.effects] }),
  PromotionConfirmed: (recorded, db) => change(recorded, db, { rank: recorded.event.facts.placing.rank }),
  ObjectionRaised: (recorded, db) => change(recorded, db, { state: 'held' }),
  ObjectionDismissed: (recorded, db) => change(recorded, db, { state: 'onNotice' }),
  AutomationRefused: (recorded, db) => change(recorded, db, { automation: 'refused' }),
  DecidedInPerson: (recorded, db) => change(recorded, db, { automation: 'decided-in-person' }),
  NoticeEnded: (recorded, db) => change(recorded, db, { state: 'awaiting' }),
  PromotionApproved: (recorded, db) => change(recorded, db, { state: 'approved' }),
  PromotionRejected: (recorded, db) => change(recorded, db, { state: 'rejected' }),
  PromotionIssued: (recorded, db) => change(recorded, db, {
    state: 'issued', certificate: recorded.event.certificate, number: recorded.event.number,
  }),
  PromotionSuperseded: (recorded, db) => change(recorded, db, { state: 'superseded' }),
  PromotionRevoked: (recorded, db) => change(recorded, db, { state: 'revoked' }),
});
