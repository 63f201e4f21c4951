import kafkajs, { type Kafka, type Producer } from 'kafkajs';
import type { WireRecord } from '../bus.js';

/** A broker takes a megabyte at once for a partition; all of these could be of one. */
const MOST_BYTES = 700 * 1024;
const MOST_RECORDS = 1_000;
const ALL_REPLICAS = -1;

interface Waiting {
  readonly records: readonly WireRecord[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * An idempotent producer with one batch in flight. What is published meanwhile waits and leaves together. More requests at
 * once gain nothing, and kafkajs then loses count of its sequences.
 */
export class Lane {
  private readonly waiting: Waiting[] = [];
  private producer: Promise<Producer> | undefined;
  private working: Promise<void> | undefined;

  constructor(private readonly kafka: Kafka) {}

  publish(records: readonly WireRecord[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ records, resolve, reject });
      this.working ??= this.drain().finally(() => {
        this.working = undefined;
      });
    });
  }

  async close(): Promise<void> {
    await this.working;
    await this.drop();
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const together = this.take();
      try {
        for (const piece of pieces(together.flatMap(({ records }) => records))) await this.send(piece);
        for (const { resolve } of together) resolve();
      } catch (error) {
        // Nobody knows what of it was stored: a new producer has no memory of its sequences.
        await this.drop();
        for (const { reject } of together) reject(error);
      }
    }
  }

  /** As many as fit into one batch, and at least one. */
  private take(): Waiting[] {
    let count = 0;
    let bytes = 0;
    const fits = this.waiting.findIndex(({ records }) => {
      count += records.length;
      bytes += records.reduce((sum, record) => sum + sizeOf(record), 0);
      return count > MOST_RECORDS || bytes > MOST_BYTES;
    });
    return this.waiting.splice(0, fits < 0 ? this.waiting.length : Math.max(1, fits));
  }

  private async send(records: readonly WireRecord[]): Promise<void> {
    const byTopic = new Map<string, WireRecord[]>();
    for (const record of records) {
      const others = byTopic.get(record.topic);
      if (others) others.push(record);
      else byTopic.set(record.topic, [record]);
    }
    const producer = await (this.producer ??= this.connect());
    await producer.sendBatch({
      acks: ALL_REPLICAS,
      topicMessages: [...byTopic].map(([topic, messages]) => ({
        topic, messages: messages.map(({ key, headers, value }) => ({ key, headers: { ...headers }, value })),
      })),
    });
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner, // the partition that Java clients choose for a key
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 },
    });
    await producer.connect();
    return producer;
  }

  private async drop(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    await producer?.then((each) => each.disconnect()).catch(() => undefined);
  }
}

/** Roughly: the broker's framing is less than a hundred bytes, and a header's text hardly more bytes than letters. */
const sizeOf = ({ key, headers, value }: WireRecord): number => {
  const named = Object.entries(headers).reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  return 100 + named + (key?.length ?? 0) + (value?.length ?? 0);
};

function* pieces(records: readonly WireRecord[]): Generator<readonly WireRecord[]> {
  let from = 0;
  let bytes = 0;
  for (const [at, record] of records.entries()) {
    const size = sizeOf(record);
    if (at > from && (bytes + size > MOST_BYTES || at - from >= MOST_RECORDS)) {
      yield records.slice(from, at);
      [from, bytes] = [at, 0];
    }
    bytes += size;
  }
  if (from < records.length) yield records.slice(from);
}
