import type { PartitionLag } from '../bus.js';

/** A partition that does not move though there is something to read. */
export interface StandingPartition extends PartitionLag {
  readonly seconds: number;
}

export interface StandstillOptions {
  /** So long a partition with lag must not move before it is told: longer than any message takes. */
  readonly windowMs: number;
  /** Looks further apart than this tell nothing together: meanwhile the bus was away, and nobody could move. */
  readonly gapMs: number;
  /** A message at work for so long is taken for hung. */
  readonly hungMs: number;
}

export interface Look {
  readonly lag: readonly PartitionLag[];
  /** Held by this consumer. What another member holds is for that one to tell, or one hung instance would stop them all. */
  readonly holds: (topic: string, partition: number) => boolean;
  /** Since when a message of the partition is at work here. */
  readonly workingSince: (topic: string, partition: number) => number | undefined;
  readonly now: number;
}

/**
 * Finds consumers that have died without a word: a partition has lag, nobody works on it, and its committed place does not
 * move. An empty partition stands still rightly, and so does one whose messages are parked: parking moves the place on.
 */
export class Standstill {
  private readonly known = new Map<string, { committed: number; since: number; seen: number }>();

  constructor(private readonly options: StandstillOptions) {}

  look({ lag, holds, workingSince, now }: Look): readonly StandingPartition[] {
    const { windowMs, gapMs, hungMs } = this.options;
    return lag.flatMap((one) => {
      const { topic, partition, committed } = one;
      const before = this.known.get(`${topic} ${partition}`);
      const working = workingSince(topic, partition);
      const moves = before?.committed !== committed || one.lag === 0 || now - before.seen > gapMs;
      const works = working !== undefined && now - working < hungMs;
      const since = before === undefined || moves || works ? now : before.since;
      this.known.set(`${topic} ${partition}`, { committed, since, seen: now });
      const ours = holds(topic, partition) || one.held === false;
      return ours && now - since > windowMs ? [{ ...one, seconds: Math.round((now - since) / 1_000) }] : [];
    });
  }
}
