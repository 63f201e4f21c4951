import { Column, DataSource, Entity, type MigrationInterface, PrimaryColumn, type QueryRunner } from 'typeorm';
import { newId } from '#libs/decider';
import { type Aggregate, type EventMetadata, EventStore, eventStoreGrants, eventStoreMigrations } from '#libs/event-store';
import { migrated, type TestDatabase } from '#libs/testing';
import { queryIn, view, viewsGrants, viewsMigrations } from './index.js';

/** A small account, for the specs of this folder: what a view, a timer and a rebuild are tried on. */
export type AccountEvent =
  | { type: 'Booked'; amount: number }
  | { type: 'Promised'; by: string }
  | { type: 'Settled'; at: string };

export type AccountCommand = { type: 'Promise'; by: string } | { type: 'Settle'; at: string };

export const account: Aggregate<AccountCommand, { promised: boolean }, AccountEvent> = {
  name: 'account',
  organisation: () => undefined,
  decider: {
    initial: { promised: false },
    decide: (command, state) => {
      if (command.type === 'Promise') return [{ type: 'Promised', by: command.by }];
      return state.promised ? [{ type: 'Settled', at: command.at }] : [];
    },
    evolve: (state, event) => (event.type === 'Booked' ? state : { promised: event.type === 'Promised' }),
  },
};

@Entity('balances')
export class Balance {
  @PrimaryColumn() account!: string;
  @Column() total!: number;
  @Column() events!: number;
}

@Entity('bookings')
export class Booking {
  @PrimaryColumn() account!: string;
  @PrimaryColumn() version!: number;
  @Column() amount!: number;
}

export const balances = view<AccountEvent>('balances', [Balance, Booking], {
  async Booked({ aggregateId, version, event }, db) {
    await db.insert(Booking, { account: aggregateId, version, amount: event.amount });
    // In plain SQL, as a handler may: unqualified, so that a rebuild can put other tables under the same names.
    await queryIn(db)(
      `INSERT INTO balances (account, total, events) VALUES ($1, $2, 1)
       ON CONFLICT (account) DO UPDATE SET total = balances.total + $2, events = balances.events + 1`,
      [aggregateId, event.amount],
    );
  },
});

class Accounts1700000009000 implements MigrationInterface {
  name = 'Accounts1700000009000';
  async up(run: QueryRunner): Promise<void> {
    await run.query('CREATE TABLE balances (account text PRIMARY KEY, total integer NOT NULL, events integer NOT NULL)');
    await run.query('CREATE INDEX largest_first ON balances (total DESC)');
    await run.query(
      'CREATE TABLE bookings (account text, version integer, amount integer NOT NULL, PRIMARY KEY (account, version))',
    );
    await run.query('CREATE UNIQUE INDEX by_version ON bookings (version, account) WHERE amount <> 0');
  }
  async down(run: QueryRunner): Promise<void> {
    await run.query('DROP TABLE bookings, balances');
  }
}

export interface Ledger {
  readonly database: TestDatabase;
  readonly store: EventStore;
  readonly db: DataSource;
  append(id: string, ...events: readonly AccountEvent[]): Promise<number>;
  close(): Promise<void>;
}

const metadata: EventMetadata = {
  actor: 'spec', organisation: 'o1', correlation: newId(), causation: null, at: '2026-03-02T01:00:00.000Z',
};

export const openLedger = async (): Promise<Ledger> => {
  const database = await migrated([...eventStoreMigrations, ...viewsMigrations, Accounts1700000009000], (role) => [
    ...eventStoreGrants(role), ...viewsGrants(role), `GRANT SELECT, INSERT, UPDATE, DELETE ON balances, bookings TO ${role}`,
  ]);
  const store = new EventStore(database.pool, { kinds: [account] });
  const db = await new DataSource({ type: 'postgres', url: database.url, entities: [Balance, Booking] }).initialize();
  return {
    database,
    store,
    db,
    async append(id, ...events) {
      const added = events.map(({ type, ...data }) => ({ id: newId(), type, schema: 1, data, metadata }));
      const verdict = await store.append({ stream: `account:${id}`, expected: 'any', events: added });
      if (!verdict.appended) throw new Error('a conflict without an expectation');
      return verdict.position;
    },
    async close() {
      await db.destroy();
      await database.drop();
    },
  };
};
