import type { Consumer, EachBatchHandler, EachBatchPayload, IHeaders, Kafka, KafkaMessage } from 'kafkajs';
import { Batches } from '#libs/batches';
import { messageOf, pause, sleep } from '../backoff.js';
import {
  type Batch, type BatchHandler, ClaimLost, type DeliveredRecord, type Subscription, type SubscriptionState,
} from '../bus.js';
import { isForGood, isLost } from './errors.js';

export interface KafkaTimes {
  /** A member that does not show itself for so long loses its partitions. */
  readonly sessionMs: number;
  /** How often it shows itself, and so how soon it learns that the group changes. */
  readonly beatMs: number;
  /** How long the broker may hold back an answer while there is nothing to read. */
  readonly waitMs: number;
  /** How often it looks for topics that were not there yet, and whether it is still alive. */
  readonly lookMs: number;
  /** How soon one that crashed for good tries once more: somebody may have given it the rights that it lacked. */
  readonly crashedMs: number;
  /** So many partitions are worked on side by side: each takes a database connection of the service. */
  readonly sideBySide: number;
}

const STOPPED_MS = 2_000;

/** After a batch in which nothing was of interest: a topic that others fill is then read a few times less, for as much. */
const REST_MS = 50;

/**
 * One member of a group. kafkajs' own restarts are off: a consumer that crashed, or that says nothing any more, is thrown
 * away and another one made here, so that what happens to it can be seen.
 */
export class KafkaConsumer implements Subscription {
  private readonly stopping = new AbortController();
  private readonly failures = new Map<string, number>();
  private readonly running: Promise<void>;
  private assigned: Readonly<Record<string, readonly number[]>> = {};
  private missing: readonly string[] = [];
  private crashed = false;
  private failing: string | null = null;

  constructor(
    private readonly kafka: Kafka,
    private readonly existing: (topics: readonly string[]) => Promise<readonly string[]>,
    /** The reason behind an error that hides it. */
    private readonly reason: (error: unknown, group: string) => Promise<unknown>,
    private readonly group: string,
    private readonly topics: readonly string[],
    private readonly handler: BatchHandler,
    private readonly times: KafkaTimes,
    private readonly ended: (consumer: KafkaConsumer) => void,
  ) {
    this.running = this.run();
  }

  state(): SubscriptionState {
    const { assigned, missing, crashed, failing } = this;
    return {
      partitions: Object.values(assigned).reduce((sum, each) => sum + each.length, 0),
      holds: (topic, partition) => assigned[topic]?.includes(partition) ?? false,
      missing, crashed, failing,
    };
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    let refused = 0;
    for (let attempt = 0; !signal.aborted; ) {
      try {
        const there = await this.existing(this.topics);
        this.missing = this.topics.filter((topic) => !there.includes(topic));
        if (there.length === 0) await sleep(this.times.lookMs, signal);
        else await this.member(there);
        attempt = 0;
      } catch (caught) {
        const error = await this.reason(caught, this.group);
        this.failing = `Kafka: ${messageOf(error)}`;
        // A broker that has just started may not know its users and rights yet: it is asked twice.
        refused = isForGood(error) ? refused + 1 : 0;
        this.crashed = refused > 1;
        attempt += 1;
        await sleep(this.crashed ? this.times.crashedMs : pause(attempt, refused > 0 ? 1_000 : 100), signal);
      }
    }
    this.ended(this);
  }

  /** Joins and works until it is stopped, crashes, falls silent, or a topic appears that was missing. */
  private async member(topics: readonly string[]): Promise<void> {
    const { sessionMs, beatMs, waitMs, lookMs, sideBySide } = this.times;
    const consumer = this.kafka.consumer({
      groupId: this.group, sessionTimeout: sessionMs, heartbeatInterval: beatMs, rebalanceTimeout: Math.max(10_000, sessionMs),
      maxWaitTimeInMs: waitMs, allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8, restartOnFailure: async () => false },
    });
    const over = new AbortController();
    let trouble: Error | undefined;
    let heard = performance.now();
    this.watch(consumer, over.signal, () => (heard = performance.now()), (error) => {
      if (over.signal.aborted) return; // it is on its way out
      trouble = error;
      over.abort();
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      await consumer.run({
        autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: sideBySide,
        eachBatch: this.eachBatch(over.signal),
      });
      while (!over.signal.aborted && !this.stopping.signal.aborted) {
        await sleep(lookMs, over.signal, this.stopping.signal);
        if (performance.now() - heard > 2 * sessionMs) trouble ??= new Error(`the consumer said nothing for ${2 * sessionMs} ms`);
        if (trouble) break;
        if (topics.length < this.topics.length && (await this.existing(this.topics)).length > topics.length) break;
      }
    } finally {
      over.abort();
      this.assigned = {};
      const leaving = consumer.disconnect().catch(() => undefined);
      // One that is in trouble may never end: its place in the group then ends with its session.
      await (trouble ? Promise.race([leaving, sleep(sessionMs)]) : leaving);
    }
    if (trouble) throw trouble;
  }

  private watch(consumer: Consumer, over: AbortSignal, heard: () => void, crash: (error: Error) => void): void {
    const { GROUP_JOIN, HEARTBEAT, FETCH, CRASH, STOP, DISCONNECT } = consumer.events;
    consumer.on(HEARTBEAT, heard);
    consumer.on(FETCH, heard);
    consumer.on(CRASH, ({ payload }) => crash(payload.error));
    // Before it tells of a crash it stops; one that stops and tells nothing is what nobody else would notice.
    const stopped = (): void => void sleep(STOPPED_MS, over).then(() => crash(new Error('the consumer stopped without a word')));
    consumer.on(STOP, stopped);
    consumer.on(DISCONNECT, stopped);
    consumer.on(GROUP_JOIN, ({ payload }) => {
      heard();
      this.failures.clear(); // of partitions that may be another member's now
      this.failing = null;
      this.assigned = payload.memberAssignment;
      this.crashed = false;
    });
  }

  private eachBatch(over: AbortSignal): EachBatchHandler {
    // kafkajs fetches again once the last partition of a fetch is dealt with, so they may as well wait for one request.
    const places = new Batches<Place, undefined>(async (all) => {
      await all[0]?.commit({ topics: byTopic(all) });
      return [];
    }, { byTurn: true });
    const ended = (): boolean => over.aborted || this.stopping.signal.aborted;
    return async (fetched) => {
      const { topic, partition, messages } = fetched.batch;
      let lost: unknown;
      let moved = false;
      const alive = (): boolean => lost === undefined && fetched.isRunning() && !fetched.isStale() && !ended();
      const batch: Batch = {
        topic,
        partition,
        records: messages.map((message) => delivered(topic, partition, message)),
        alive,
        commit: async (offset) => {
          try {
            const commit: Place['commit'] = (told) => fetched.commitOffsetsIfNecessary(told);
            await places.add({ topic, partition, offset: String(offset + 1), commit });
          } catch (error) {
            if (!isLost(error)) throw error;
            lost ??= error;
            throw new ClaimLost(topic, partition);
          }
          fetched.resolveOffset(String(offset));
          moved = true;
        },
      };
      // kafkajs shows itself between batches only; a long one would cost the membership.
      const beating = setInterval(() => void fetched.heartbeat().catch((error: unknown) => (lost ??= error)), this.times.beatMs);
      try {
        const outcome = await this.handler(batch);
        if (!moved && alive()) throw new Error('the handler committed nothing');
        if (this.failures.delete(`${topic} ${partition}`) && this.failures.size === 0) this.failing = null;
        if (outcome === 'nothing') await sleep(REST_MS, over, this.stopping.signal);
      } catch (error) {
        if (lost === undefined && !(error instanceof ClaimLost))
          this.later(`${topic} ${partition}`, error, fetched.pause(), over);
      } finally {
        clearInterval(beating);
      }
      if (lost !== undefined) throw lost as Error; // kafkajs then joins the group again
    };
  }

  /** The partition rests for a while, the others go on. What was not committed is read again. */
  private later(name: string, error: unknown, resume: () => void, over: AbortSignal): void {
    const failures = (this.failures.get(name) ?? 0) + 1;
    this.failures.set(name, failures);
    this.failing = messageOf(error);
    const timer = setTimeout(resume, pause(failures));
    over.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }
}

/** The next offset of a partition that will be read. */
interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly commit: EachBatchPayload['commitOffsetsIfNecessary'];
}

const byTopic = (places: readonly Place[]): { topic: string; partitions: { partition: number; offset: string }[] }[] =>
  [...new Set(places.map(({ topic }) => topic))].map((topic) => ({
    topic,
    partitions: places.filter((place) => place.topic === topic).map(({ partition, offset }) => ({ partition, offset })),
  }));

const delivered = (topic: string, partition: number, { key, headers, value, offset }: KafkaMessage): DeliveredRecord => ({
  topic, partition, offset: Number(offset), key: key?.toString('utf8') ?? null, headers: texts(headers ?? {}), value,
});

/** Of a header that is there several times, the first. */
const texts = (headers: IHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String([value].flat()[0] ?? '')]));
