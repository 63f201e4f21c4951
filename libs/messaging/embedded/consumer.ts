import { newId } from '#libs/decider';
import type { Query } from '#libs/event-store';
import { Limit, messageOf, pause, sleep } from '../backoff.js';
import { type Batch, type BatchHandler, ClaimLost, type Subscription, type SubscriptionState } from '../bus.js';
import { type ClaimRow, Claims } from './claims.js';

export interface ConsumerTimes {
  /** A member that does not show itself for so long loses its partitions. */
  readonly leaseMs: number;
  /** How often it shows itself, and looks whether a notification was missed. */
  readonly beatMs: number;
  /** So many partitions are worked on side by side: each takes a database connection of the service. */
  readonly sideBySide: number;
}

/** A partition held. */
interface Held {
  readonly claim: ClaimRow;
  /** Where to read on. */
  next: number;
  /** Known to be written up to here; `written` says that there may be more. */
  head: number;
  written: boolean;
  validUntil: number;
  lost: boolean;
  leaving: boolean;
  /** While batches of it are at work. */
  busy: Promise<void> | undefined;
  failures: number;
}

const BATCH = 500;

const hasMore = ({ written, next, head }: Held): boolean => written || next < head;

/** One member of a group. Partitions are worked on side by side, each in its order. */
export class EmbeddedConsumer implements Subscription {
  private readonly claims: Claims;
  private readonly held = new Map<string, Held>();
  private readonly limit: Limit;
  private readonly stopping = new AbortController();
  private woken = new AbortController();
  private failing: string | null = null;
  private readonly running: Promise<void>;

  constructor(
    query: Query,
    readonly group: string,
    readonly topics: readonly string[],
    private readonly handler: BatchHandler,
    private readonly times: ConsumerTimes,
    private readonly ended: (consumer: EmbeddedConsumer) => void,
  ) {
    this.claims = new Claims(query, group, newId(), topics, times.leaseMs);
    this.limit = new Limit(times.sideBySide);
    this.running = this.run();
  }

  state(): SubscriptionState {
    return {
      partitions: this.held.size, holds: (topic, partition) => this.held.has(`${topic} ${partition}`),
      missing: [], crashed: false, failing: this.failing,
    };
  }

  /** Something was written to a partition. */
  written(topic: string, partition: number): void {
    const held = this.held.get(`${topic} ${partition}`);
    if (!held) return;
    held.written = true;
    this.work(held);
  }

  /** Look around now: the group changed, or notifications may have been missed. */
  wake(): void {
    this.woken.abort();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      this.woken = new AbortController();
      try {
        await this.beat();
        if (this.failing?.startsWith('bus')) this.failing = null;
      } catch (error) {
        this.failing = `bus: ${messageOf(error)}`;
      }
      await sleep(this.times.beatMs, this.stopping.signal, this.woken.signal);
    }
    await Promise.all([...this.held.values()].map((held) => this.handOver(held)));
    await this.claims.leave().catch(() => undefined); // the lease ends by itself
    this.ended(this);
  }

  private async beat(): Promise<void> {
    const share = await this.claims.join();
    const asked = performance.now();
    const mine = await this.claims.renew();
    const known = new Map(mine.map((row) => [`${row.topic} ${row.partition}`, row]));
    for (const [name, held] of this.held) {
      const row = known.get(name);
      if (row?.epoch !== held.claim.epoch) this.forget(name, held);
      else {
        held.validUntil = asked + this.times.leaseMs;
        held.head = Math.max(held.head, row.head);
      }
    }
    const staying = [...this.held.values()].filter((held) => !held.leaving);
    for (const held of staying.slice(share)) void this.handOver(held);
    if (staying.length < share) {
      const since = performance.now();
      for (const row of await this.claims.take(share - staying.length)) this.hold(row, since + this.times.leaseMs);
    }
    for (const held of this.held.values()) this.work(held);
  }

  private hold(claim: ClaimRow, validUntil: number): void {
    this.held.set(`${claim.topic} ${claim.partition}`, {
      claim, next: claim.committed, head: claim.head, written: false, validUntil, lost: false, leaving: false, busy: undefined,
      failures: 0,
    });
  }

  private forget(name: string, held: Held): void {
    held.lost = true;
    this.held.delete(name);
  }

  private async handOver(held: Held): Promise<void> {
    held.leaving = true;
    await held.busy;
    await this.claims.release(held.claim).catch(() => undefined); // the lease ends by itself
    this.forget(`${held.claim.topic} ${held.claim.partition}`, held);
  }

  private alive(held: Held): boolean {
    return !held.lost && !held.leaving && !this.stopping.signal.aborted && performance.now() < held.validUntil;
  }

  private work(held: Held): void {
    held.busy ??= this.drain(held).finally(() => {
      held.busy = undefined;
      if (this.alive(held) && hasMore(held)) this.work(held); // told between the last look and here
    });
  }

  private async drain(held: Held): Promise<void> {
    while (this.alive(held) && hasMore(held)) {
      try {
        await this.limit.run(() => this.handle(held));
        if (held.failures > 0) this.failing = null;
        held.failures = 0;
      } catch (error) {
        if (error instanceof ClaimLost) return this.wake();
        held.failures += 1;
        this.failing = messageOf(error);
        await sleep(pause(held.failures), this.stopping.signal);
      }
    }
  }

  private async handle(held: Held): Promise<void> {
    if (!this.alive(held)) return;
    const { claim } = held;
    held.written = false;
    const records = await this.claims.read(claim, held.next, BATCH);
    const last = records.at(-1);
    if (!last) {
      held.head = held.next;
      return;
    }
    held.head = Math.max(held.head, last.offset + 1);
    if (records.length === BATCH) held.written = true;
    const batch: Batch = {
      topic: claim.topic,
      partition: claim.partition,
      records,
      alive: () => this.alive(held),
      commit: async (offset) => {
        if (held.lost || !(await this.claims.commit(claim, offset + 1))) {
          this.forget(`${claim.topic} ${claim.partition}`, held);
          throw new ClaimLost(claim.topic, claim.partition);
        }
        held.next = Math.max(held.next, offset + 1);
      },
    };
    const before = held.next;
    await this.handler(batch);
    if (held.next === before && this.alive(held)) throw new Error('the handler committed nothing');
  }
}
