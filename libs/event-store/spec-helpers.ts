import { randomUUID } from 'node:crypto';
import { migrated, type TestDatabase } from '#libs/testing';
import type { EventMetadata, Query } from './aggregate.js';
import type { NewEvent } from './append.js';
import { eventStoreGrants, eventStoreMigrations } from './schema/index.js';

export const eventStoreDatabase = (): Promise<TestDatabase> => migrated(eventStoreMigrations, eventStoreGrants);

export const metadata: EventMetadata = {
  actor: 'tester',
  organisation: null,
  correlation: 'c1',
  causation: null,
  at: '2026-03-02T01:00:00.000Z',
};

export const happened = (n: number, more: Partial<NewEvent> = {}): NewEvent => ({
  id: randomUUID(),
  type: 'Happened',
  schema: 1,
  data: { n },
  metadata,
  ...more,
});

/** Runs work in a transaction and ends it as the work says. */
export const transaction = async (
  { pool }: Pick<TestDatabase, 'pool'>,
  work: (query: Query) => Promise<'commit' | 'rollback'>,
): Promise<void> => {
  const client = await pool.connect();
  const query: Query = async <Row>(sql: string, params: readonly unknown[] = []) =>
    (await client.query(sql, [...params])).rows as Row[];
  try {
    await query('BEGIN');
    await query(await work(query));
  } catch (error) {
    await query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
};
