import { Batches } from '#libs/batches';
import { contractOf, isPublicType, type PublicType } from '#libs/contracts';
import { messageOf, pause, sleep } from '../backoff.js';
import type { Batch, BatchHandler, DeliveredRecord } from '../bus.js';
import { type Message, parse, type Parsed } from '../message.js';
import { isAway } from './errors.js';
import { Marks } from './marks.js';
import { park, storedKey } from './parked-rows.js';
import { retryingConflicts, type Transaction, type Tx } from './transaction.js';

export interface InboxOptions<T extends Tx> {
  readonly transaction: Transaction<T>;
  /** What the service reacts to; everything else flows by. */
  readonly types: readonly PublicType[];
  /** All effects go through `tx`: they commit together with the mark, or not at all. */
  readonly react: (message: Message, tx: T) => Promise<void>;
  /** A message that fails so often is parked. */
  readonly attempts?: number;
  /** Before the second attempt; doubled for each further one. */
  readonly pauseMs?: number;
  readonly perTransaction?: number;
}

interface Incoming {
  readonly record: DeliveredRecord;
  readonly key: string;
  readonly parsed: Parsed;
}

/** No transaction of ours stays open much longer. */
const LONG_MS = 500;

/**
 * Durable reactions: at-least-once delivery, once-only effect. A message's mark and its effects commit in one transaction,
 * and the bus is told afterwards. What keeps failing is parked with its successors of the same key, and others flow on.
 */
export class Inbox<T extends Tx> {
  readonly topics: readonly string[];
  private readonly wanted: ReadonlySet<string>;
  private readonly transaction: Transaction<T>;
  /** Some messages of each of several partitions in one transaction; tells of each how many were dealt with. */
  private readonly joint = new Batches<readonly Incoming[], number>(
    (parts) => this.transaction((tx) => this.apply(parts, tx)), { byTurn: true },
  );
  private retries = 0;
  /** Since when the next message of a partition is at work. */
  private readonly working = new Map<string, number>();

  constructor(private readonly options: InboxOptions<T>) {
    this.wanted = new Set(options.types);
    this.transaction = retryingConflicts(options.transaction, () => (this.retries += 1));
    this.topics = [...new Set(options.types.filter(isPublicType).map((type) => contractOf(type).topic))];
  }

  /** How often a message had to be tried again. */
  get retried(): number {
    return this.retries;
  }

  workingSince(topic: string, partition: number): number | undefined {
    return this.working.get(`${topic} ${partition}`);
  }

  readonly handle: BatchHandler = async (batch) => {
    const name = `${batch.topic} ${batch.partition}`;
    const moving = { ...batch, commit: (offset: number) => (this.working.set(name, performance.now()), batch.commit(offset)) };
    this.working.set(name, performance.now());
    try {
      return await this.workOff(moving);
    } finally {
      this.working.delete(name);
    }
  };

  private async workOff(batch: Batch): Promise<void | 'nothing'> {
    const incoming = batch.records.map((record) => ({ record, key: storedKey(record), parsed: parse(record, this.wanted) }));
    const concerned = incoming.findLastIndex(({ parsed }) => parsed.is !== 'unknown') + 1; // what comes after it is others'
    for (let from = 0; from < incoming.length && batch.alive(); ) {
      if (from >= concerned) from = incoming.length;
      else {
        const some = incoming.slice(from, from + (this.options.perTransaction ?? 100));
        from += (await this.together(some)) ?? (await this.oneByOne(some, batch));
      }
      const last = incoming[from - 1];
      if (last) await batch.commit(last.record.offset);
    }
    if (concerned === 0) return 'nothing';
  }

  /** Many messages in one transaction. Undefined where that fails: one of them, or of others in it, may be to blame. */
  private async together(some: readonly Incoming[]): Promise<number | undefined> {
    try {
      return await this.joint.add(some);
    } catch (error) {
      if (isAway(error)) throw error; // the bus delivers again, after a pause
      this.retries += 1;
      return undefined;
    }
  }

  private async oneByOne(some: readonly Incoming[], batch: Batch): Promise<number> {
    let done = 0;
    for (const one of some) {
      if (!(await this.single(one, batch))) break;
      await batch.commit(one.record.offset);
      done += 1;
    }
    return done;
  }

  /** False where the partition was lost before it came to an end. */
  private async single(one: Incoming, batch: Batch): Promise<boolean> {
    const attempts = this.options.attempts ?? 5;
    for (let attempt = 1; batch.alive(); attempt += 1) {
      try {
        await this.transaction((tx) => this.apply([[one]], tx));
        return true;
      } catch (error) {
        if (isAway(error)) throw error;
        this.retries += 1;
        if (attempt >= attempts) {
          await this.transaction((tx) => this.apply([[one]], tx, { because: messageOf(error), attempts }));
          return true;
        }
        await sleep(pause(attempt, this.options.pauseMs ?? 50));
      }
    }
    return false;
  }

  /** Tells how many of each part were dealt with; `failed` parks instead of reacting. */
  private async apply(
    parts: readonly (readonly Incoming[])[], tx: T, failed?: { because: string; attempts: number },
  ): Promise<readonly number[]> {
    const began = performance.now();
    const marks = await Marks.arrive(tx.query, parts.flat().flatMap(({ record: { topic }, key, parsed }) =>
      'origin' in parsed && parsed.origin ? [{ topic, key, origin: parsed.origin }] : []));
    const done = parts.map(() => 0);
    let any = false;
    for (const [n, part] of parts.entries())
      for (const one of part) {
        if (any && performance.now() - began > LONG_MS) break;
        any = true;
        await this.applyOne(one, marks, tx, failed);
        done[n] = (done[n] ?? 0) + 1;
      }
    await marks.settle();
    return done;
  }

  private async applyOne(
    { record, key, parsed }: Incoming, marks: Marks, tx: T, failed: { because: string; attempts: number } | undefined,
  ): Promise<void> {
    if (parsed.is === 'unknown') return;
    const { topic } = record;
    const { origin } = parsed;
    if (origin && !marks.pass({ topic, key, origin })) return;
    const because = parsed.is === 'bad' ? parsed.because : marks.holds(topic, key) ? WAITS : failed?.because;
    if (parsed.is === 'message' && because === undefined) return this.options.react(parsed.message, tx);
    await park(tx.query, record, origin, because ?? WAITS, failed?.attempts ?? 0);
    if (origin) marks.hold(topic, key);
  }
}

const WAITS = 'waits behind an earlier message of the same key';
