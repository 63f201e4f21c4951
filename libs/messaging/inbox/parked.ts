import { Refusal, text } from '#libs/decider';
import { messageOf } from '../backoff.js';
import { type Message, parse } from '../message.js';
import { isAway } from './errors.js';
import type { InboxOptions } from './inbox.js';
import { type ParkedMessage, type ParkedRecord, type ParkedState, readParked } from './parked-rows.js';
import { retryingConflicts, type Transaction, type Tx } from './transaction.js';

export interface ParkedFilter {
  readonly state?: ParkedState;
  /** Go on after this one. */
  readonly after?: string;
  readonly limit?: number;
}

/** How far a key got: `stoppedAt` still fails, and those behind it wait on. */
export interface Released {
  readonly released: number;
  readonly stoppedAt: { readonly id: string; readonly because: string } | null;
}

/** What an operator sees of the parked messages, and does with them. `by` is a token's subject. */
export class Parked<T extends Tx> {
  private readonly wanted: ReadonlySet<string>;
  private readonly transaction: Transaction<T>;

  constructor(private readonly inbox: Pick<InboxOptions<T>, 'transaction' | 'types' | 'react'>) {
    this.transaction = retryingConflicts(inbox.transaction);
    this.wanted = new Set(inbox.types);
  }

  async count(): Promise<number> {
    return this.transaction(async ({ query }) => {
      const [row] = await query<{ count: string }>(`SELECT count(*) FROM parked_messages WHERE state = 'parked'`);
      return Number(row?.count ?? 0);
    });
  }

  /** Oldest first. */
  async list({ state = 'parked', after, limit = 100 }: ParkedFilter = {}): Promise<readonly ParkedMessage[]> {
    const rows = await this.transaction(({ query }) =>
      readParked(
        query,
        `WHERE state = $1 AND n > coalesce((SELECT n FROM parked_messages WHERE id = $2), 0) ORDER BY n LIMIT $3`,
        [state, after ?? null, limit],
      ));
    return rows.map(({ n: _n, headers: _headers, value: _value, rawKey: _rawKey, ...message }) => message);
  }

  async show(id: string): Promise<ParkedRecord | undefined> {
    const [row] = await this.transaction(({ query }) => readParked(query, `WHERE id = $1`, [id]));
    return row;
  }

  /**
   * Tries the key's parked messages again in their order, beginning with the first, until one fails or none is left. What was
   * no CloudEvent stood in nobody's way and is tried alone, from the very bytes that came.
   */
  async retry(id: string, by: string, reason: string): Promise<Released> {
    const row = await this.waiting(id);
    return row.source === null ? this.releaseOne((tx) => stillParked(tx, id), by, reason) : this.release(row, by, reason);
  }

  /** Gives a message up, for a reason that is kept; those that waited behind it are tried. */
  async discard(id: string, by: string, reason: string): Promise<Released> {
    const row = await this.waiting(id);
    await this.transaction(async (tx) => {
      if (row.source !== null) await lockKey(tx, row);
      await decided(tx, id, 'discarded', by, reason);
    });
    return row.source === null ? { released: 0, stoppedAt: null } : this.release(row, by, `after ${id} was discarded`);
  }

  private async waiting(id: string): Promise<ParkedRecord> {
    const row = await this.show(id);
    if (row?.state !== 'parked') throw new Refusal('not-parked', ...NOT_PARKED);
    return row;
  }

  private async release(key: { topic: string; key: string }, by: string, reason: string): Promise<Released> {
    for (let released = 0; ; released += 1) {
      const one = await this.releaseOne((tx) => firstOf(tx, key), by, reason);
      if (one.stoppedAt || one.released === 0) return { released, stoppedAt: one.stoppedAt };
    }
  }

  private async releaseOne(
    next: (tx: Tx) => Promise<ParkedRecord | undefined>, by: string, reason: string,
  ): Promise<Released> {
    let at: ParkedRecord | undefined;
    try {
      at = await this.transaction(async (tx) => {
        at = await next(tx);
        const message = at && this.messageIn(at);
        if (message) await this.inbox.react(message, tx);
        if (at) await decided(tx, at.id, 'retried', by, reason);
        return at;
      });
    } catch (error) {
      if (!at || isAway(error)) throw error;
      return { released: 0, stoppedAt: { id: at.id, because: await this.failed(at, error) } };
    }
    return { released: at ? 1 : 0, stoppedAt: null };
  }

  /** Read again: a newer version of us may understand it by now. Undefined where it turned out to be none of ours. */
  private messageIn(row: ParkedRecord): Message | undefined {
    const parsed = parse({ ...row, key: row.rawKey }, this.wanted);
    if (parsed.is === 'bad') throw new Error(parsed.because);
    return parsed.is === 'message' ? parsed.message : undefined;
  }

  private async failed(row: ParkedRecord, error: unknown): Promise<string> {
    const because = messageOf(error).slice(0, 2_000);
    await this.transaction(({ query }) =>
      query(`UPDATE parked_messages SET attempts = attempts + 1, because = $2 WHERE id = $1`, [row.id, because]));
    return because;
  }
}

/** A consumer that has a later message of the key waits for these locks, and then sees whether something is parked. */
const lockKey = ({ query }: Tx, { topic, key }: { topic: string; key: string }) =>
  query(`SELECT FROM inbox_marks WHERE topic = $1 AND key = $2 ORDER BY source FOR UPDATE`, [topic, key]);

const firstOf = async (tx: Tx, key: { topic: string; key: string }): Promise<ParkedRecord | undefined> => {
  await lockKey(tx, key);
  const [first] = await readParked(
    tx.query,
    `WHERE topic = $1 AND key = $2 AND state = 'parked' AND source IS NOT NULL ORDER BY n LIMIT 1 FOR UPDATE`,
    [key.topic, key.key],
  );
  return first;
};

const stillParked = async (tx: Tx, id: string): Promise<ParkedRecord | undefined> =>
  (await readParked(tx.query, `WHERE id = $1 AND state = 'parked' FOR UPDATE`, [id]))[0];

const decided = async ({ query }: Tx, id: string, state: ParkedState, by: string, reason: string | null): Promise<void> => {
  await query(
    `UPDATE parked_messages SET state = $2, decided_by = $3, reason = $4, decided_at = clock_timestamp()
      WHERE id = $1 AND state = 'parked'`,
    [id, state, by, reason],
  );
};

const NOT_PARKED = [
  text('没有这条搁置的消息，或已经处理过', 'no such message is parked: there is none, or it was dealt with'),
  text('列出搁置的消息', 'list the parked messages'),
] as const;
