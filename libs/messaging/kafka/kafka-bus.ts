import type { Admin, Kafka } from 'kafkajs';
import { sleep } from '../backoff.js';
import type { BatchHandler, Bus, PartitionLag, Subscription, WireRecord } from '../bus.js';
import { clientOf, type KafkaAccess } from './access.js';
import { KafkaConsumer, type KafkaTimes } from './consumer.js';
import { isWithoutCoordinator, whyNoCoordinator } from './coordinator.js';
import { refusing } from './errors.js';
import { lagOf, rewindGroup } from './groups.js';
import { Lane } from './lane.js';

export interface KafkaBusOptions extends Partial<KafkaTimes> {
  readonly access: KafkaAccess;
  /** What the broker's logs and quotas call us: the service's name. */
  readonly clientId?: string;
}

/** The bus on Apache Kafka, between processes. */
export class KafkaBus implements Bus {
  private readonly kafka: Kafka;
  private readonly lane: Lane;
  private readonly times: KafkaTimes;
  private readonly consumers = new Set<KafkaConsumer>();
  /** Topics are never removed. */
  private readonly known = new Set<string>();
  private connected: Promise<Admin> | undefined;

  constructor(private readonly options: KafkaBusOptions) {
    this.kafka = clientOf(options.access, options.clientId ?? 'jinji');
    this.lane = new Lane(this.kafka);
    this.times = {
      sessionMs: options.sessionMs ?? 8_000, beatMs: options.beatMs ?? 1_000, waitMs: options.waitMs ?? 500,
      lookMs: options.lookMs ?? 1_000, crashedMs: options.crashedMs ?? 15_000,
      sideBySide: options.sideBySide ?? 4,
    };
  }

  createTopics(topics: readonly string[], partitions: number): Promise<void> {
    return refusing(() => this.create(topics, partitions));
  }

  async publish(batch: readonly WireRecord[]): Promise<void> {
    if (batch.length === 0) return;
    const topics = [...new Set(batch.map(({ topic }) => topic))];
    const there = await this.existing(topics);
    const missing = topics.filter((topic) => !there.includes(topic));
    if (missing.length > 0) throw new Error(`no topic ${missing.join(', ')}`);
    await refusing(() => this.lane.publish(batch));
  }

  subscribe(group: string, topics: readonly string[], handler: BatchHandler): Subscription {
    const ended = (one: KafkaConsumer) => this.consumers.delete(one);
    const consumer = new KafkaConsumer(this.kafka, this.existing, this.reason, group, topics, handler, this.times, ended);
    this.consumers.add(consumer);
    return consumer;
  }

  async rewind(group: string, topics: readonly string[]): Promise<void> {
    const there = await this.existing(topics);
    await this.asAdmin((admin) => rewindGroup(this.kafka, admin, group, there));
  }

  async lag(group: string, topics: readonly string[]): Promise<readonly PartitionLag[]> {
    const there = await this.existing(topics);
    return this.asAdmin((admin) => lagOf(admin, group, there));
  }

  async close(): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
    await this.lane.close();
    await this.disconnect();
  }

  private async create(topics: readonly string[], partitions: number): Promise<void> {
    const there = await this.existing(topics);
    const missing = topics.filter((topic) => !there.includes(topic));
    if (missing.length === 0) return;
    await this.asAdmin(async (admin) => {
      const wanted = missing.map((topic) => ({ topic, numPartitions: partitions }));
      await admin.createTopics({ topics: wanted, waitForLeaders: false }).catch((error: unknown) => {
        if (!String(error).includes('already exists')) throw error; // another instance was faster
      });
      await led(admin, missing);
    });
  }

  private readonly reason = async (error: unknown, group: string): Promise<unknown> =>
    (isWithoutCoordinator(error) ? await whyNoCoordinator(this.options.access, group) : undefined) ?? error;

  private readonly existing = async (topics: readonly string[]): Promise<readonly string[]> => {
    if (topics.some((topic) => !this.known.has(topic)))
      for (const topic of await this.asAdmin((admin) => admin.listTopics())) this.known.add(topic);
    return topics.filter((topic) => this.known.has(topic));
  };

  /** After an error the next one begins with a connection of its own. */
  private async asAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const connected = (this.connected ??= this.connect());
    try {
      return await work(await connected);
    } catch (error) {
      if (this.connected === connected) await this.disconnect();
      throw error;
    }
  }

  private async connect(): Promise<Admin> {
    const admin = this.kafka.admin();
    await admin.connect();
    return admin;
  }

  private async disconnect(): Promise<void> {
    const { connected } = this;
    this.connected = undefined;
    await connected?.then((admin) => admin.disconnect()).catch(() => undefined);
  }
}

const LED_WITHIN_MS = 30_000;

/** What a broker says of a topic that it has just made, and has not yet taken up. */
const notYet = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION']);

/** Until every partition has a leader that answers for it: a busy broker takes a while, and kafkajs alone gives up early. */
const led = async (admin: Admin, topics: readonly string[]): Promise<void> => {
  for (const until = Date.now() + LED_WITHIN_MS; ; await sleep(100)) {
    try {
      const { topics: told } = await admin.fetchTopicMetadata({ topics: [...topics] });
      if (told.every(({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0))) {
        for (const topic of topics) await admin.fetchTopicOffsets(topic);
        return;
      }
      if (Date.now() > until) throw new Error(`no leader for ${topics.join(', ')}`);
    } catch (error) {
      if (!notYet.has(String((error as { type?: unknown }).type)) || Date.now() > until) throw error;
    }
  }
};
