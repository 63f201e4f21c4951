import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import type { Recorded } from '#libs/event-store';
import { view } from '#libs/views';
import type { WorkerEvent } from '../worker/worker.js';
import type { Grant, GrantEvent, Payee } from './grant.js';

/** Every state that a list may be asked for. */
export const grantStates = [
  'proposed', 'approved', 'paid', 'owed', 'refused', 'expired', 'recovered', 'writtenOff',
] as const satisfies Grant['is'][];
export type GrantState = (typeof grantStates)[number];

/** Fen fit into a safe integer; PostgreSQL's driver gives a bigint as text. */
const fen = { to: (value: number) => value, from: Number };

@Entity('grants')
export class GrantRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') organisation!: string;
  @Column('uuid') worker!: string;
  @Column('uuid') contest!: string;
  @Column('uuid') decision!: string;
  @Column('text') rule!: string;
  @Column('bigint', { transformer: fen }) fen!: number;
  @Column('text') payee!: Payee;
  @Column('text') state!: GrantState;
  @Column('text', { name: 'claim_by', nullable: true }) claimBy!: string | null;
  @Column('bigint', { transformer: fen }) owed!: number;
  @Column('text', { nullable: true }) reference!: string | null;
  /** The reason of a refusal or a write-off, as the id of a text in the vault. */
  @Column('uuid', { nullable: true }) reason!: string | null;
  /** Why it ended with its decision. */
  @Column('text', { nullable: true }) because!: string | null;
  @Column('integer') version!: number;
  @Column('bigint', { transformer: fen }) position!: number;
}

/** What each later event changes. */
const change = (recorded: Recorded, db: EntityManager, columns: Partial<GrantRow>): Promise<unknown> =>
  db.update(GrantRow, { id: recorded.aggregateId }, { ...columns, version: recorded.version });

export const grantsView = view<GrantEvent | WorkerEvent>('grants', [GrantRow], {
  GrantProposed: async ({ aggregateId: id, version, position, event: { type: _, ...terms } }, db) =>
    db.insert(GrantRow, {
      id, ...terms, state: 'proposed', owed: 0, reference: null, reason: null, because: null, version, position,
    }),
  GrantApproved: (recorded, db) => change(recorded, db, { state: 'approved' }),
  GrantRefused: (recorded, db) => change(recorded, db, { state: 'refused', reason: recorded.event.reason }),
  GrantLapsed: (recorded, db) => change(recorded, db, { state: 'refused', because: recorded.event.because }),
  GrantExpired: (recorded, db) => change(recorded, db, { state: 'expired' }),
  GrantPaid: (recorded, db) => change(recorded, db, { state: 'paid', reference: recorded.event.reference }),
  RecoveryOpened: (recorded, db) =>
    change(recorded, db, { state: 'owed', owed: recorded.event.fen, because: recorded.event.because }),
  GrantCarriedOver: (recorded, db) => change(recorded, db, { decision: recorded.event.decision }),
  RecoveryWrittenOff: (recorded, db) => change(recorded, db, { state: 'writtenOff', owed: 0, reason: recorded.event.reason }),
  PartRepaid: (recorded, db) => change(recorded, db, { owed: recorded.event.left }),
  WorkerMerged: ({ aggregateId, event }, db) => db.update(GrantRow, { worker: aggregateId }, { worker: event.into }),
  GrantRecovered: (recorded, db) => change(recorded, db, { state: 'recovered', owed: 0 }),
});
