import pg from 'pg';
import kafkajs, { type Consumer, type Producer } from 'kafkajs';
import { newId } from '#libs/decider';
import { EventStore, eventStoreGrants, eventStoreMigrations } from '#libs/event-store';
import {
  kafkaAccess, KafkaBus, messagingGrants, messagingMigrations, PROBE_TYPE, Relay, toWire, type WireRecord,
} from '#libs/messaging';
import { provision } from '#libs/postgres';
import { published } from '../../../apps/people/src/published.js';
import { migrate } from '../cluster.js';
import type { Figure } from '../index.js';
import { median, range } from '../statistics.js';
import { recordWorkers } from './records.js';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 9);
const WORKERS = 5_000;
const MOVES = 2;
const EVENTS = WORKERS * (1 + MOVES);
const TOPIC = 'bench.people';
const RAW = 'bench.raw';
const BATCH = 500;
const PARTITIONS = 4;

/** The relay that drains a store, against kafkajs that sends the same bytes in batches of 500: messages a second. */
export const relayAgainstRaw = async (
  { postgres, brokers }: { postgres: string; brokers: string }, tell: (line: string) => void,
): Promise<Figure> => {
  const database = await provision(postgres, 'bench_relay', { owner: 'bench_relay_owner', running: 'bench_relay' });
  await migrate(
    database.migrationUrl, database.role, [...eventStoreMigrations, ...messagingMigrations], eventStoreGrants, messagingGrants,
  );
  const pool = new pg.Pool({ connectionString: database.url, max: 10 });
  const query = async <Row>(sql: string, params: readonly unknown[] = []) => (await pool.query(sql, [...params])).rows as Row[];
  const store = new EventStore(pool);
  const bus = new CountingBus({ access: kafkaAccess(brokers), clientId: 'bench' });
  await bus.createTopics([TOPIC, RAW], PARTITIONS);
  const relay = new Relay({ service: 'people', store, published, bus, query, partitions: PARTITIONS });
  const kafka = new kafkajs.Kafka({ brokers: [brokers], logLevel: kafkajs.logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner, maxInFlightRequests: 1 });
  await producer.connect();
  relay.start();
  try {
    const ratios: number[] = [];
    const rates: { relay: number[]; raw: number[] } = { relay: [], raw: [] };
    for (let round = 0; round <= ROUNDS; round += 1) {
      const before = await store.head();
      const drained = bus.after(EVENTS);
      await recordWorkers(pool, Array.from({ length: WORKERS }, () => newId()), MOVES);
      let began = performance.now();
      relay.wake();
      await drained;
      const ours = EVENTS / ((performance.now() - began) / 1000);

      const records = await wireRecords(store, before);
      began = performance.now();
      await produce(producer, records);
      const raw = records.length / ((performance.now() - began) / 1000);
      if (round === 0) continue; // warms up
      rates.relay.push(ours);
      rates.raw.push(raw);
      ratios.push(ours / raw);
    }
    await relay.stop();
    await checkTopic(kafka.consumer({ groupId: 'bench-check' }), EVENTS * (ROUNDS + 1));
    tell(`checked: each of ${EVENTS * (ROUNDS + 1)} events is on the topic once, in the order of its worker`);
    tell(`relay ${Math.round(median(rates.relay))} messages/s, raw kafkajs ${Math.round(median(rates.raw))} messages/s`);
    const value = Math.round(median(ratios) * 100) / 100;
    tell(`relay/raw: ${value} (${range(ratios)} over ${ratios.length} rounds)`);
    return { name: 'relay/raw kafkajs', value, goal: 0.5, met: value >= 0.5 };
  } finally {
    await relay.stop();
    await producer.disconnect();
    await bus.close();
    await pool.end();
  }
};

/** On a topic that no service reads, since the fleet shares the broker; says when so many events more are acknowledged. */
class CountingBus extends KafkaBus {
  private left = 0;
  private done = (): void => undefined;

  after(events: number): Promise<void> {
    this.left = events;
    return new Promise((resolve) => (this.done = resolve));
  }

  override async publish(batch: readonly WireRecord[]): Promise<void> {
    await super.publish(batch.map((record) => ({ ...record, topic: TOPIC })));
    this.left -= batch.filter(({ headers }) => headers['ce_type'] !== PROBE_TYPE).length;
    if (this.left === 0) this.done();
  }
}

const wireRecords = async (store: EventStore, after: number): Promise<readonly WireRecord[]> => {
  const source = `people/${await store.incarnation()}`;
  const { events } = await store.read(after, EVENTS);
  return events.flatMap((recorded) => {
    const publication = published.publication(recorded, recorded);
    return publication ? [toWire(publication, recorded, source)] : [];
  });
};

const produce = async (producer: Producer, records: readonly WireRecord[]): Promise<void> => {
  for (let from = 0; from < records.length; from += BATCH) {
    const messages = records.slice(from, from + BATCH).map(({ key, headers, value }) => ({ key, headers, value }));
    await producer.sendBatch({ acks: -1, topicMessages: [{ topic: RAW, messages }] });
  }
};

/** From the beginning: every event once, and of each worker in the order of the log. */
const checkTopic = async (consumer: Consumer, expected: number): Promise<void> => {
  const seen = new Set<string>();
  const last = new Map<string, number>();
  await consumer.connect();
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    void consumer.run({
      eachBatch: ({ batch }) => {
        for (const { key, headers } of batch.messages) {
          const header = (name: string): string => String(headers?.[name]);
          if (header('ce_type') === PROBE_TYPE) continue;
          const [worker, sequence] = [String(key), Number(header('ce_sequence'))];
          if (seen.has(header('ce_id'))) reject(new Error(`${header('ce_id')} came twice`));
          if ((last.get(worker) ?? 0) >= sequence) reject(new Error(`${worker}: ${sequence} came late`));
          seen.add(header('ce_id'));
          last.set(worker, sequence);
        }
        if (seen.size === expected) resolve();
        return Promise.resolve();
      },
    });
  });
  await consumer.disconnect();
};
