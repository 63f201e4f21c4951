import { sleep } from '../backoff.js';
import type { Bus, PartitionLag, Subscription, SubscriptionState } from '../bus.js';
import { Inbox, type InboxOptions } from './inbox.js';
import { Parked } from './parked.js';
import { type StandingPartition, Standstill } from './standstill.js';
import type { Tx } from './transaction.js';

/** What is known without asking anybody. */
export interface ReactorHealth {
  readonly partitions: number;
  /** No attempt of the consumer's own mends it: health fails. */
  readonly crashed: boolean;
  readonly failing: string | null;
  /** Topics that it listens to and that are not there, or not for it. */
  readonly missing: readonly string[];
  /** Partitions with lag whose committed place has not moved for long: health fails. */
  readonly standing: readonly StandingPartition[];
}

/** What health and metrics ask of a service's consumer. */
export interface ReactorState extends ReactorHealth {
  readonly lag: readonly PartitionLag[];
  readonly parked: number;
  readonly retries: number;
}

export interface ReactorOptions<T extends Tx> extends InboxOptions<T> {
  readonly bus: Bus;
  /** The consumer group: the service's name. */
  readonly group: string;
  /** A partition with lag that stands still for so long is told. */
  readonly standingMs?: number;
  /** How often it is looked how far the group has come. */
  readonly lookMs?: number;
}

const HUNG_MS = 600_000;
const NOT_STARTED: SubscriptionState = { partitions: 0, holds: () => false, missing: [], crashed: false, failing: null };

/** A service's consumer: the bus's group on one side, the inbox on the other. */
export class Reactor<T extends Tx> {
  readonly parked: Parked<T>;
  readonly topics: readonly string[];
  private readonly inbox: Inbox<T>;
  private readonly standstill: Standstill;
  private readonly lookMs: number;
  private standing: readonly StandingPartition[] = [];
  private subscription: Subscription | undefined;
  private stopping = new AbortController();
  private watching: Promise<void> | undefined;

  constructor(private readonly options: ReactorOptions<T>) {
    const { standingMs = 60_000, lookMs = 5_000 } = options;
    this.inbox = new Inbox(options);
    this.topics = this.inbox.topics;
    this.parked = new Parked(options);
    this.lookMs = lookMs;
    this.standstill = new Standstill({ windowMs: standingMs, gapMs: Math.max(3 * lookMs, standingMs / 2), hungMs: HUNG_MS });
  }

  start(): void {
    const { bus, group } = this.options;
    const { topics, handle } = this.inbox;
    if (topics.length === 0 || this.subscription) return;
    this.stopping = new AbortController();
    this.subscription = bus.subscribe(group, topics, handle);
    this.watching = this.watch();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.subscription?.stop();
    this.subscription = undefined;
    await this.watching;
  }

  /** Everything sent so far was dealt with: offsets are committed after the effects. */
  async idle(): Promise<boolean> {
    return (await this.lag()).every(({ lag }) => lag === 0);
  }

  health(): ReactorHealth {
    const { partitions, missing, crashed, failing } = this.subscription?.state() ?? NOT_STARTED;
    return { partitions, missing, crashed, failing, standing: this.standing };
  }

  async state(): Promise<ReactorState> {
    const lag = await this.look();
    return { ...this.health(), lag, parked: await this.parked.count(), retries: this.retries };
  }

  get retries(): number {
    return this.inbox.retried;
  }

  async lag(): Promise<readonly PartitionLag[]> {
    const { bus, group } = this.options;
    return this.topics.length === 0 ? [] : bus.lag(group, this.topics);
  }

  private async look(): Promise<readonly PartitionLag[]> {
    const lag = await this.lag();
    const { holds } = this.subscription?.state() ?? NOT_STARTED;
    const workingSince = (topic: string, partition: number) => this.inbox.workingSince(topic, partition);
    this.standing = this.standstill.look({ lag, holds, workingSince, now: performance.now() });
    return lag;
  }

  /** A bus that is away tells nothing, and nothing is held against the consumer for that time. */
  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await sleep(this.lookMs, signal);
      if (signal.aborted) return;
      await this.look().catch(() => (this.standing = []));
    }
  }
}
