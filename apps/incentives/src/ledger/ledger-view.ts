import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import type { Recorded } from '#libs/event-store';
import { view } from '#libs/views';
import type { GrantEvent } from '../grant/grant.js';

/**
 * The money ledger (资金台账): every movement of money goes from one account to another, so that nothing is ever made or lost.
 *
 *   fund ──paid──▶ granted ──its decision falls──▶ owed ──repaid──▶ fund (as recovered)
 *                                                   └──written off──▶ writtenOff
 */
export const accounts = ['fund', 'granted', 'owed', 'recovered', 'writtenOff'] as const;
export type Account = (typeof accounts)[number];

const whole = { to: (value: number) => value, from: Number };

@Entity('ledger_entries')
export class LedgerEntry {
  @PrimaryColumn('bigint', { transformer: whole }) position!: number;
  @Column('text') organisation!: string;
  @Column('uuid') contest!: string;
  @Column('uuid') grant_id!: string;
  @Column('text') from_account!: Account;
  @Column('text') to_account!: Account;
  @Column('bigint', { transformer: whole }) fen!: number;
  /** The reference of the payment or repayment, where there is one. */
  @Column('text', { nullable: true }) reference!: string | null;
  @Column('text') at!: string;
}

/** Whose money it is and how much was promised: later events do not repeat it. */
@Entity('ledger_grants')
export class LedgerGrant {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') organisation!: string;
  @Column('uuid') contest!: string;
  @Column('bigint', { transformer: whole }) fen!: number;
}

interface Movement { readonly from: Account; readonly to: Account; readonly fen?: number; readonly reference?: string }

const book = async (recorded: Recorded, db: EntityManager, { from, to, fen, reference = '' }: Movement): Promise<void> => {
  const { aggregateId: id, position, metadata: { at } } = recorded;
  const { organisation, contest, fen: promised } = await db.findOneByOrFail(LedgerGrant, { id });
  await db.insert(LedgerEntry, {
    position, organisation, contest, grant_id: id, from_account: from, to_account: to, fen: fen ?? promised,
    reference: reference === '' ? null : reference, at,
  });
};

export const ledgerView = view<GrantEvent>('ledger', [LedgerEntry, LedgerGrant], {
  GrantProposed: ({ aggregateId: id, event: { organisation, contest, fen } }, db) =>
    db.insert(LedgerGrant, { id, organisation, contest, fen }).then(() => undefined),
  GrantPaid: (recorded, db) => book(recorded, db, { from: 'fund', to: 'granted', reference: recorded.event.reference }),
  RecoveryOpened: (recorded, db) => book(recorded, db, { from: 'granted', to: 'owed', fen: recorded.event.fen }),
  PartRepaid: (recorded, db) =>
    book(recorded, db, { from: 'owed', to: 'recovered', fen: recorded.event.fen, reference: recorded.event.reference }),
  GrantRecovered: (recorded, db) =>
    book(recorded, db, { from: 'owed', to: 'recovered', fen: recorded.event.fen, reference: recorded.event.reference }),
  RecoveryWrittenOff: (recorded, db) => book(recorded, db, { from: 'owed', to: 'writtenOff', fen: recorded.event.fen }),
});
