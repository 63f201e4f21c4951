import type { Bus, PartitionLag, Subscription } from '../bus.js';
import { Inbox, type InboxOptions } from './inbox.js';
import { Parked } from './parked.js';
import type { Tx } from './transaction.js';

/** What health and metrics ask of a service's consumer. */
export interface ReactorState {
  readonly partitions: number;
  readonly crashed: boolean;
  readonly failing: string | null;
  readonly lag: readonly PartitionLag[];
  /** Partitions with lag whose committed place has not moved for long: health fails. */
  readonly standing: readonly PartitionLag[];
  readonly parked: number;
  readonly retries: number;
}

export interface ReactorOptions<T extends Tx> extends InboxOptions<T> {
  readonly bus: Bus;
  /** The consumer group: the service's name. */
  readonly group: string;
  /** A partition with lag that stands still for so long is told. */
  readonly standingMs?: number;
}

/** A service's consumer: the bus's group on one side, the inbox on the other. */
export class Reactor<T extends Tx> {
  readonly parked: Parked<T>;
  private readonly inbox: Inbox<T>;
  private readonly moved = new Map<string, { committed: number; since: number }>();
  private subscription: Subscription | undefined;

  constructor(private readonly options: ReactorOptions<T>) {
    this.inbox = new Inbox(options);
    this.parked = new Parked(options);
  }

  start(): void {
    const { bus, group } = this.options;
    const { topics, handle } = this.inbox;
    if (topics.length > 0) this.subscription ??= bus.subscribe(group, topics, handle);
  }

  async stop(): Promise<void> {
    await this.subscription?.stop();
    this.subscription = undefined;
  }

  /** Everything sent so far was dealt with: offsets are committed after the effects. */
  async idle(): Promise<boolean> {
    return (await this.lag()).every(({ lag }) => lag === 0);
  }

  async state(): Promise<ReactorState> {
    const lag = await this.lag();
    const { partitions, crashed, failing } = this.subscription?.state() ?? { partitions: 0, crashed: false, failing: null };
    const parked = await this.parked.count();
    return { partitions, crashed, failing, lag, standing: this.standing(lag), parked, retries: this.inbox.retried };
  }

  private async lag(): Promise<readonly PartitionLag[]> {
    const { bus, group } = this.options;
    return this.inbox.topics.length === 0 ? [] : bus.lag(group, this.inbox.topics);
  }

  private standing(lag: readonly PartitionLag[]): readonly PartitionLag[] {
    const now = performance.now();
    return lag.filter(({ topic, partition, committed, lag: behind }) => {
      const name = `${topic} ${partition}`;
      const before = this.moved.get(name);
      if (before?.committed !== committed || behind === 0) this.moved.set(name, { committed, since: now });
      return before?.committed === committed && behind > 0 && now - before.since > (this.options.standingMs ?? 30_000);
    });
  }
}
