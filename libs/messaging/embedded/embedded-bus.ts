import pg from 'pg';
import type { Query } from '#libs/event-store';
import { pause, sleep } from '../backoff.js';
import type { BatchHandler, Bus, PartitionLag, Subscription, WireRecord } from '../bus.js';
import { lagOf, rewindGroup } from './claims.js';
import { EmbeddedConsumer, type ConsumerTimes } from './consumer.js';
import { CHANNEL } from './schema.js';

export interface EmbeddedBusOptions extends Partial<ConsumerTimes> {
  /** The bus's own database, as the running role. */
  readonly url: string;
  readonly connections?: number;
}

/** The bus on PostgreSQL, for one process or a few, where there is no Kafka. */
export class EmbeddedBus implements Bus {
  private readonly pool: pg.Pool;
  private readonly times: ConsumerTimes;
  private readonly consumers = new Set<EmbeddedConsumer>();
  private readonly closing = new AbortController();
  private listening: Promise<void> | undefined;

  constructor(private readonly options: EmbeddedBusOptions) {
    this.pool = new pg.Pool({ connectionString: options.url, max: options.connections ?? 8, application_name: 'jinji-bus' });
    this.pool.on('error', () => undefined); // an idle connection was cut: the next query opens another
    this.times = { leaseMs: options.leaseMs ?? 4_000, beatMs: options.beatMs ?? 1_000, sideBySide: options.sideBySide ?? 4 };
  }

  async createTopics(topics: readonly string[], partitions: number): Promise<void> {
    await this.query(
      `WITH made AS (
         INSERT INTO bus.topics SELECT t, $2 FROM unnest($1::text[]) AS t ON CONFLICT DO NOTHING RETURNING topic, partitions
       ) INSERT INTO bus.partitions (topic, partition) SELECT topic, generate_series(0, partitions - 1) FROM made`,
      [topics, partitions],
    );
  }

  async publish(batch: readonly WireRecord[]): Promise<void> {
    if (batch.length === 0) return;
    await this.query('SELECT bus.publish($1, $2, $3, $4)', [
      batch.map((record) => record.topic),
      batch.map((record) => record.key),
      batch.map((record) => JSON.stringify(record.headers)),
      batch.map((record) => record.value),
    ]);
  }

  subscribe(group: string, topics: readonly string[], handler: BatchHandler): Subscription {
    this.listening ??= this.listen();
    const ended = (one: EmbeddedConsumer) => this.consumers.delete(one);
    const consumer = new EmbeddedConsumer(this.query, group, topics, handler, this.times, ended);
    this.consumers.add(consumer);
    return consumer;
  }

  rewind(group: string, topics: readonly string[]): Promise<void> {
    return rewindGroup(this.query, group, topics);
  }

  lag(group: string, topics: readonly string[]): Promise<readonly PartitionLag[]> {
    return lagOf(this.query, group, topics);
  }

  async close(): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
    this.closing.abort();
    await this.listening;
    await this.pool.end();
  }

  private readonly query: Query = async <Row>(sql: string, params: readonly unknown[] = []) =>
    (await this.pool.query(sql, [...params])).rows as Row[];

  /** One connection hears for all consumers. While it is away, their slow beat finds what was written. */
  private async listen(): Promise<void> {
    for (let attempt = 1; !this.closing.signal.aborted; attempt += 1) {
      const client = new pg.Client({ connectionString: this.options.url, application_name: 'jinji-bus-listen' });
      const cut = new AbortController();
      client.on('error', () => cut.abort());
      client.on('end', () => cut.abort());
      client.on('notification', ({ payload }) => this.heard(payload ?? ''));
      try {
        await client.connect();
        await client.query(`LISTEN ${CHANNEL}`);
        for (const consumer of this.consumers) consumer.wake();
        attempt = 0;
        await sleep(2 ** 31 - 1, cut.signal, this.closing.signal);
      } catch {
        // tried again below
      }
      await client.end().catch(() => undefined);
      await sleep(pause(attempt, 200), this.closing.signal);
    }
  }

  /** `<topic> <partition>`: something was written; `@<group>`: a partition is free, or a member went. */
  private heard(payload: string): void {
    const [topic = '', partition = ''] = payload.split(' ');
    for (const consumer of this.consumers) {
      if (topic === `@${consumer.group}`) consumer.wake();
      else consumer.written(topic, Number(partition));
    }
  }
}
