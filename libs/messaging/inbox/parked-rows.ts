import { createHash } from 'node:crypto';
import { derivedId } from '#libs/decider';
import type { Query } from '#libs/event-store';
import type { DeliveredRecord, WireRecord } from '../bus.js';
import type { Origin } from '../message.js';

export type ParkedState = 'parked' | 'retried' | 'discarded';

/** A message that waits for a person. */
export interface ParkedMessage {
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly type: string | null;
  /** Null: no CloudEvent, so that nothing waits behind it. */
  readonly source: string | null;
  readonly sequence: number | null;
  readonly because: string;
  readonly attempts: number;
  readonly state: ParkedState;
  readonly parkedAt: string;
  readonly decidedBy: string | null;
  readonly reason: string | null;
  readonly decidedAt: string | null;
}

export interface ParkedRecord extends ParkedMessage {
  readonly n: number;
  /** As it came; null where there was none. */
  readonly rawKey: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer | null;
}

/** PostgreSQL's text holds no NUL; foreign bytes may. */
const clean = (value: string): string => value.replaceAll('\0', '\uFFFD');

/** An index takes no text of any length; a key that is longer than ours was not sent by us. */
export const storedKey = (record: WireRecord): string => clean(record.key ?? '').slice(0, 200);

const sha256 = (value: Buffer | string): string => createHash('sha256').update(value).digest('hex');

const idOf = (record: DeliveredRecord, origin: Origin | undefined): string =>
  origin
    ? derivedId('parked', record.topic, storedKey(record), origin.source, origin.sequence)
    : derivedId('parked', record.topic, record.partition, record.offset, sha256(record.value ?? ''));

export const park = async (
  query: Query, record: DeliveredRecord, origin: Origin | undefined, because: string, attempts: number,
): Promise<void> => {
  const type = record.headers['ce_type'];
  await query(
    `INSERT INTO parked_messages (id, topic, partition, "offset", key, source, sequence, type, headers, value, because, attempts,
       raw_key)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::json, $10, $11, $12, $13) ON CONFLICT (id) DO NOTHING`,
    [idOf(record, origin), record.topic, record.partition, record.offset, storedKey(record), origin?.source ?? null,
      origin?.sequence ?? null, type === undefined ? null : clean(type).slice(0, 200), JSON.stringify(record.headers),
      record.value, clean(because).slice(0, 2_000), attempts, record.key === null ? null : Buffer.from(record.key)],
  );
};

type Raw = Omit<ParkedRecord, 'n' | 'offset' | 'sequence' | 'parkedAt' | 'decidedAt' | 'rawKey'> & {
  n: string; rawKey: Buffer | null; offset: string; sequence: string | null; parkedAt: Date; decidedAt: Date | null;
};

const SELECT_PARKED = `SELECT n, id, topic, partition, "offset", key, type, source, sequence, because, attempts, state,
  headers, value, raw_key AS "rawKey",
  parked_at AS "parkedAt", decided_by AS "decidedBy", reason, decided_at AS "decidedAt" FROM parked_messages`;

export const readParked = async (query: Query, where: string, params: readonly unknown[]): Promise<readonly ParkedRecord[]> => {
  const rows = await query<Raw>(`${SELECT_PARKED} ${where}`, params);
  return rows.map((row) => ({
    ...row, n: Number(row.n), offset: Number(row.offset), sequence: row.sequence === null ? null : Number(row.sequence),
    rawKey: row.rawKey?.toString('utf8') ?? null,
    parkedAt: row.parkedAt.toISOString(), decidedAt: row.decidedAt?.toISOString() ?? null,
  }));
};
