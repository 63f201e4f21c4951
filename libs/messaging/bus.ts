/**
 * The event bus as a small port. Retry, parking, marks, transactions and tracing live once, above it (relay, inbox);
 * an adapter only carries bytes, in order by key, at least once. Kafka and the embedded adapter pass one contract suite.
 */

/** What travels: CloudEvents 1.0 in binary mode, that is headers and the data's bytes. Foreign bytes may lack anything. */
export interface WireRecord {
  readonly topic: string;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer | null;
}

export interface DeliveredRecord extends WireRecord {
  readonly partition: number;
  readonly offset: number;
}

/** Records of one partition, in its order, given to one consumer of the group. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly DeliveredRecord[];
  /** False once the partition may belong to another consumer, or this one stops: ask before each piece of work. */
  alive(): boolean;
  /** Everything up to and including `offset` is done. Rejects with ClaimLost where the partition went elsewhere. */
  commit(offset: number): Promise<void>;
}

/**
 * Works through a batch and commits what it did. What it did not commit is delivered again: at once after a rebalance
 * or a restart, and after a pause where it threw. Batches of different partitions may be handled at the same time. One in
 * which nothing was of interest says so: whoever reads such a topic need not read it at once.
 */
export type BatchHandler = (batch: Batch) => Promise<void | 'nothing'>;

export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** The next offset that the group will read, and the next that will be written. */
  readonly committed: number;
  readonly head: number;
  readonly lag: number;
  /** Some member of the group holds it now; undefined where the bus does not tell. */
  readonly held?: boolean;
}

export interface SubscriptionState {
  /** Partitions held by this consumer now. */
  readonly partitions: number;
  readonly holds: (topic: string, partition: number) => boolean;
  /** Topics that it listens to and that are not there, or not for it. */
  readonly missing: readonly string[];
  /** No attempt of its own mends it, though it still tries now and then: health fails. */
  readonly crashed: boolean;
  /** What went wrong last, while it keeps trying; null when all is well. */
  readonly failing: string | null;
}

export interface Subscription {
  state(): SubscriptionState;
  /** Lets running handlers end, then hands the partitions over. */
  stop(): Promise<void>;
}

export interface Bus {
  /** Topics that are missing are made with so many partitions; those that exist stay as they are. */
  createTopics(topics: readonly string[], partitions: number): Promise<void>;
  /** Resolves once every record is stored durably; records of one key stay in order. A rejection may have stored some. */
  publish(batch: readonly WireRecord[]): Promise<void>;
  /** Joins the group, at first from the beginning of each topic; keeps trying where the bus or a topic is away. */
  subscribe(group: string, topics: readonly string[], handler: BatchHandler): Subscription;
  /** The group reads these topics again from the beginning. Refused while one of its consumers runs. */
  rewind(group: string, topics: readonly string[]): Promise<void>;
  lag(group: string, topics: readonly string[]): Promise<readonly PartitionLag[]>;
  close(): Promise<void>;
}

/** The partition belongs to another consumer by now: what was done is done again there, and has no effect twice. */
export class ClaimLost extends Error {
  constructor(topic: string, partition: number) {
    super(`the claim on ${topic}/${partition} is lost`);
    this.name = 'ClaimLost';
  }
}

/** The bus answered, and says no: rights, credentials or settings have to change first. One that is away says nothing. */
export class Refused extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Refused';
  }
}
