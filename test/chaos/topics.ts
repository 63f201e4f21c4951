/** The topics as anyone sees them: read whole from offset 0, and written to with whatever bytes. */
import { randomUUID } from 'node:crypto';
import kafkajs, { type IHeaders, type Kafka } from 'kafkajs';
import { topics as names } from '#libs/contracts';
import { chance } from '../../scripts/examples/chance.js';
import type { Poison } from './schedule.js';

export interface Seen {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: IHeaders;
}

export const clientOf = (brokers: string): Kafka => new kafkajs.Kafka({
  brokers: [brokers], clientId: 'chaos', connectionTimeout: 3_000, requestTimeout: 15_000,
  retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8 }, logLevel: kafkajs.logLevel.NOTHING,
});

/** What is there now, in each partition's order. */
export const readTopics = async (kafka: Kafka, wanted: readonly string[] = names): Promise<readonly Seen[]> => {
  const missing = await endsOf(kafka, wanted); // how many are still to come, by partition
  const seen: Seen[] = [];
  if (missing.size === 0) return seen;
  const consumer = kafka.consumer({ groupId: `chaos-${randomUUID()}`, allowAutoTopicCreation: false, maxWaitTimeInMs: 100 });
  try {
    await consumer.connect();
    await consumer.subscribe({
      topics: [...new Set([...missing.keys()].map((name) => name.split(' ')[0] ?? ''))], fromBeginning: true,
    });
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer.run({
        autoCommit: false,
        eachBatch: ({ batch: { topic, partition, messages } }) => {
          const end = missing.get(`${topic} ${partition}`);
          if (end === undefined) return Promise.resolve();
          for (const { offset, key, value, headers = {} } of messages)
            if (Number(offset) < end) seen.push({ topic, partition, offset: Number(offset), key, value, headers });
          if (Number(messages.at(-1)?.offset ?? 0) + 1 >= end) missing.delete(`${topic} ${partition}`);
          if (missing.size === 0) resolve();
          return Promise.resolve();
        },
      }).catch(reject);
    });
  } finally {
    await consumer.disconnect().catch(() => undefined);
  }
  return seen.sort((a, b) => compare(a.topic, b.topic) || a.partition - b.partition || a.offset - b.offset);
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const endsOf = async (kafka: Kafka, wanted: readonly string[]): Promise<Map<string, number>> => {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const there = (await admin.listTopics()).filter((name) => wanted.includes(name));
    const ends = new Map<string, number>();
    for (const topic of there)
      for (const { partition, high } of await admin.fetchTopicOffsets(topic))
        if (Number(high) > 0) ends.set(`${topic} ${partition}`, Number(high));
    return ends;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
};

const produce = async (kafka: Kafka, topic: string, messages: readonly Omit<Seen, 'topic' | 'offset'>[]): Promise<void> => {
  const producer = kafka.producer({ allowAutoTopicCreation: false, createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  try {
    await producer.connect();
    await producer.send({
      topic, acks: -1,
      messages: messages.map(
        ({ partition, key, value, headers }) => ({ ...(partition < 0 ? {} : { partition }), key, value, headers }),
      ),
    });
  } finally {
    await producer.disconnect().catch(() => undefined);
  }
};

/** Old messages once more, where they lay: same bytes, same headers, in their order. How many. */
export const publishAgain = async (kafka: Kafka, topic: string, from: number, count: number): Promise<number> => {
  const all = await readTopics(kafka, [topic]);
  const first = Math.floor((from / 1_000_000) * all.length);
  const old = all.slice(first, first + count);
  if (old.length > 0) await produce(kafka, topic, old);
  return old.length;
};

const MARK = 'poison';

export const poisonOf = (kind: Poison, salt: number): Pick<Seen, 'key' | 'value' | 'headers'> => {
  const by = chance(salt);
  const junk = Buffer.concat([Buffer.from(MARK), Buffer.from(Array.from({ length: by.below(200) }, () => by.below(256)))]);
  const key = Buffer.from(`${MARK}-${salt}`);
  const headers = (type: string) => ({
    ce_specversion: '1.0', ce_id: randomUUID(), ce_source: `chaos/${salt}`, ce_type: type, ce_time: '2024-01-01T00:00:00.000Z',
    ce_sequence: String(1 + salt), 'content-type': 'application/json',
  });
  switch (kind) {
    case 'bytes': return { key: by.below(2) === 0 ? null : key, value: junk, headers: { ce_specversion: junk, ce_id: 'none' } };
    case 'no-headers': return { key, value: junk, headers: {} };
    case 'unknown-major': return { key, value: Buffer.from('{}'), headers: headers('jinji.result.closed.v9') };
    case 'no-json': return { key, value: junk, headers: headers('jinji.worker.registered.v1') };
    case 'breach': return { key, value: Buffer.from('{"contest":7}'), headers: headers('jinji.contest.announced.v1') };
  }
};

export const publishPoison = (kafka: Kafka, topic: string, kind: Poison, salt: number): Promise<void> =>
  produce(kafka, topic, [{ ...poisonOf(kind, salt), partition: -1 }]);

export const isPoison = ({ key, value }: { readonly key: Buffer | string | null; readonly value: Buffer | null }): boolean =>
  (key?.toString('utf8').startsWith(MARK) ?? false) || (value?.subarray(0, MARK.length).toString('utf8') === MARK);

/** Of a header that is there several times, the first. */
export const headerOf = ({ headers }: Pick<Seen, 'headers'>, name: string): string | undefined => {
  const value = [headers[name]].flat()[0];
  return value === undefined ? undefined : value.toString('utf8');
};
