import type { Pool } from 'pg';
import { derivedId, type Instant, newId } from '#libs/decider';
import { eventStoreGrants, eventStoreMigrations, type EventMetadata, type Query } from '#libs/event-store';
import { migrated, type TestDatabase } from '#libs/testing';
import type { Batch, DeliveredRecord, WireRecord } from '../bus.js';
import { embeddedBusGrants, embeddedBusMigrations } from '../embedded/schema.js';
import type { Transaction, Tx } from '../inbox/transaction.js';
import type { Message } from '../message.js';
import { messagingGrants, messagingMigrations } from '../schema.js';

/** A service that runs alone: its store, what it keeps for messages, and the bus in one database; and a table of effects. */
export const messagingDatabase = async (): Promise<TestDatabase> => {
  const database = await migrated([...eventStoreMigrations, ...messagingMigrations, ...embeddedBusMigrations], (role) => [
    ...eventStoreGrants(role), ...messagingGrants(role), ...embeddedBusGrants(role),
    `CREATE TABLE effects (
       n bigint GENERATED ALWAYS AS IDENTITY, message uuid NOT NULL, key text NOT NULL, sequence bigint NOT NULL)`,
    `GRANT SELECT, INSERT, DELETE ON effects TO ${role}`,
  ]);
  return database;
};

export const transactionOn = (pool: Pool): Transaction<Tx> => async (work) => {
  const client = await pool.connect();
  const query: Query = async <Row>(sql: string, params: readonly unknown[] = []) =>
    (await client.query(sql, [...params])).rows as Row[];
  try {
    await client.query('BEGIN');
    const result = await work({ query });
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
};

/** The effect that tests count: a row. */
export const recordEffect = async ({ id, key, sequence }: Message, { query }: Tx): Promise<void> => {
  await query('INSERT INTO effects (message, key, sequence) VALUES ($1, $2, $3)', [id, key, sequence]);
};

/** The sequences that had an effect, by key, in the order in which they had it. */
export const effects = async (query: Query): Promise<Record<string, number[]>> => {
  const rows = await query<{ key: string; sequence: string }>('SELECT key, sequence FROM effects ORDER BY n');
  const byKey: Record<string, number[]> = {};
  for (const { key, sequence } of rows) (byKey[key] ??= []).push(Number(sequence));
  return byKey;
};

/** A contest's id that one can read. */
export const contest = (name: string): string => derivedId('contest', name);

export const AT: Instant = '2026-03-02T01:00:00.000Z';

export const metadata = (): EventMetadata => ({
  actor: 'test', organisation: null, correlation: newId(), causation: null, at: AT,
});

/** A message as the relay of registration writes it; `over` breaks it. */
export const sealed = (
  key: string,
  sequence: number,
  over: Partial<WireRecord> & { type?: string; source?: string } = {},
): WireRecord => {
  const { type = 'jinji.contest.code-sealed.v1', source = 'registration/i1', ...rest } = over;
  return {
    topic: 'jinji.competitions',
    key,
    headers: {
      ce_specversion: '1.0', ce_id: derivedId('message', source, sequence), ce_source: source, ce_type: type, ce_subject: key,
      ce_time: AT, ce_dataschema: 'https://jinji.dev/', ce_sequence: String(sequence), ce_correlationid: 'c',
      'content-type': 'application/json',
    },
    value: Buffer.from(JSON.stringify({ contest: key, code: `C${sequence}` })),
    ...rest,
  };
};

/** Hands records to an inbox as a bus would, and tells which offsets were committed. */
export const batchOf = (records: readonly WireRecord[], partition = 0): Batch & { committed: number[] } => {
  const committed: number[] = [];
  return {
    topic: records[0]?.topic ?? '',
    partition,
    records: records.map((record, offset): DeliveredRecord => ({ ...record, partition, offset })),
    alive: () => true,
    commit: async (offset) => {
      committed.push(offset);
    },
    committed,
  };
};
