import { type EventStore, Nap, type Query, type Recorded } from '#libs/event-store';
import { messageOf, pause, sleep } from '../backoff.js';
import type { Bus, WireRecord } from '../bus.js';
import { toWire } from '../message.js';
import type { Published } from '../published.js';
import { FirstEvents } from './first-events.js';
import { Fenced, Lease } from './lease.js';
import { OwnTopics } from './own-topics.js';
import { Progress } from './progress.js';

type Send = (records: readonly WireRecord[]) => Promise<void>;

export interface RelayOptions {
  /** The service's name: the first half of `ce_source`, and owner of its topics. */
  readonly service: string;
  readonly store: Pick<EventStore, 'read' | 'firsts' | 'head' | 'incarnation' | 'onAppended'>;
  readonly published: Published;
  readonly bus: Pick<Bus, 'createTopics' | 'publish'>;
  /** Each call a transaction of its own, on the service's database. */
  readonly query: Query;
  readonly partitions?: number;
  readonly leaseMs?: number;
  /** How long it waits at most before it looks for events that nobody told it of. */
  readonly pollMs?: number;
  readonly batch?: number;
  /** Around what is published, where traces are on: gives each message the trace in which it goes on. */
  readonly publishing?: ((records: readonly WireRecord[], send: Send) => Promise<void>) | undefined;
}

export interface RelayState {
  /** This one sends; else another instance does. */
  readonly active: boolean;
  readonly checkpoint: number;
  readonly head: number;
  readonly failing: string | null;
}

/** Between two batches at least: under load a moment's events travel together, as every batch costs each of those who read it. */
const BREATH_MS = 12;

/** Follows the store in order, says in public what is public, and moves its checkpoint once the bus has it durably. */
export class Relay {
  /** The topics that it writes to; every instance tries them, also one that does not send. */
  readonly topics: OwnTopics;
  private readonly lease: Lease;
  private readonly first: FirstEvents;
  private readonly progress: Progress;
  private readonly stopping = new AbortController();
  private woken = false;
  private readonly nap = new Nap();
  private running: Promise<void> | undefined;
  /** `ce_source`, once the topics are there. */
  private source: string | undefined;
  /** Up to here everything was handed to the bus and taken by it; what is kept of it may lag a moment behind. */
  private checkpoint = 0;
  private failures = 0;
  private failing: string | null = null;

  constructor(private readonly options: RelayOptions) {
    this.topics = new OwnTopics(options);
    this.lease = new Lease(options.query, options.leaseMs ?? 3_000);
    this.first = new FirstEvents(options.store);
    this.progress = new Progress((checkpoint) => this.lease.renew(checkpoint), () => this.wake());
  }

  start(): void {
    this.topics.start();
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.nap.rouse();
    await Promise.all([this.topics.stop(), this.running]);
  }

  /** Something was appended, of these types where that is known: it does not hurry for what it does not speak of. */
  wake(types?: ReadonlySet<string>): void {
    if (types && this.options.published.types?.every((type) => !types.has(type))) return;
    this.woken = true;
    this.nap.rouse();
  }

  async state(): Promise<RelayState> {
    const [checkpoint, head] = [await this.sentUpTo(), await this.options.store.head()];
    return { active: this.lease.held, checkpoint, head, failing: this.failing };
  }

  /** Everything recorded so far is sent, by whichever instance. */
  async idle(): Promise<boolean> {
    const head = await this.options.store.head();
    if ((await this.sentUpTo()) >= head) return true;
    this.wake();
    return false;
  }

  private async sentUpTo(): Promise<number> {
    const [row] = await this.options.query<{ checkpoint: string }>('SELECT checkpoint FROM relay');
    return Number(row?.checkpoint ?? 0);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const leaseMs = this.options.leaseMs ?? 3_000;
    const deaf = this.options.store.onAppended((types) => this.wake(types));
    const renewing = setInterval(() => void this.renew(), leaseMs / 3);
    let idle = 0;
    while (!signal.aborted) {
      this.woken = false;
      const began = performance.now();
      try {
        if (!this.lease.held && !(await this.takeOver())) await sleep(leaseMs / 5, signal);
        else if (!(await this.step())) await this.rest(Math.min(this.options.pollMs ?? 250, 10 * 2 ** idle++));
        else {
          idle = 0;
          await sleep(BREATH_MS - (performance.now() - began), signal);
        }
        this.failures = 0;
        this.failing = null;
      } catch (error) {
        if (error instanceof Fenced) continue;
        this.failures += 1;
        this.failing = messageOf(error);
        await sleep(pause(this.failures), signal);
      }
    }
    clearInterval(renewing);
    deaf();
    await this.progress.settled();
    await this.lease.release().catch(() => undefined); // it ends by itself
  }

  /** Until somebody wakes it, and no longer than this. */
  private async rest(ms: number): Promise<void> {
    if (!this.woken && !this.stopping.signal.aborted) await this.nap.take(ms);
  }

  private async renew(): Promise<void> {
    if (this.lease.held) await this.lease.renew().catch(() => undefined); // what matters is that `held` ends
  }

  private async takeOver(): Promise<boolean> {
    await this.progress.settled(); // nothing of the turn before may be kept in this one
    const checkpoint = await this.lease.take();
    if (checkpoint === undefined) return false;
    this.checkpoint = checkpoint;
    this.progress.begin(checkpoint);
    this.source = undefined; // the store may be another incarnation by now
    return true;
  }

  private async prepare(): Promise<string> {
    const { service, store } = this.options;
    await this.topics.create();
    return `${service}/${await store.incarnation()}`;
  }

  /** One batch; false where there was nothing to say. */
  private async step(): Promise<boolean> {
    const { store, bus, publishing, published, batch = 500 } = this.options;
    this.progress.check();
    this.source ??= await this.prepare(); // also where nothing is to be said yet: others subscribe to our topics
    const { events, upTo } = await store.read(this.checkpoint, batch, published.types);
    if (upTo <= this.checkpoint) return false;
    const { records, sentUpTo } = await this.records(events, upTo, this.source);
    if (!this.lease.held) throw new Fenced();
    await (publishing ? publishing(records, (traced) => bus.publish(traced)) : bus.publish(records));
    this.progress.reached(sentUpTo);
    this.checkpoint = sentUpTo;
    return records.length > 0;
  }

  /** An event that cannot be said stops the relay, visibly, but not what comes before it. */
  private async records(
    events: readonly Recorded[], upTo: number, source: string,
  ): Promise<{ records: WireRecord[]; sentUpTo: number }> {
    const { published } = this.options;
    await this.first.recall(events.filter((recorded) => published.speaksOf(recorded)));
    const records: WireRecord[] = [];
    let before = this.checkpoint;
    for (const recorded of events) {
      try {
        const publication = published.speaksOf(recorded) && published.publication(recorded, this.first.of(recorded));
        if (publication) records.push(toWire(publication, recorded, source));
      } catch (error) {
        if (before === this.checkpoint) throw error;
        return { records, sentUpTo: before };
      }
      before = recorded.position;
    }
    return { records, sentUpTo: upTo };
  }
}
