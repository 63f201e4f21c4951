import type { Decider, Instant } from '#libs/decider';

/** Runs SQL: a pool, a client in a transaction, or TypeORM's manager. Rows come back as plain objects. */
export type Query = <Row = Record<string, unknown>>(sql: string, params?: readonly unknown[]) => Promise<Row[]>;

export interface EventMetadata {
  /** The subject of the token, or `timer:<name>`, or `reaction`. Never a name. */
  readonly actor: string;
  readonly organisation: string | null;
  /** One story: copied from cause to effect. */
  readonly correlation: string;
  /** The id of the event or message that this one follows from; null where a person began. */
  readonly causation: string | null;
  /** Domain time: a reaction takes it from its cause, a timer from its due time. */
  readonly at: Instant;
  /** Where traces are on: the trace and span (W3C) in which it was recorded, so that who hears of it goes on with them. */
  readonly traceparent?: string;
}

/** An event as a decider knows it, with where and why it was recorded. */
export interface Recorded<E extends { readonly type: string } = { readonly type: string }> {
  readonly id: string;
  readonly position: number;
  readonly stream: string;
  /** The two halves of the stream's name `<aggregate>:<id>`. */
  readonly aggregate: string;
  readonly aggregateId: string;
  /** The first event of a stream has version 1. */
  readonly version: number;
  readonly event: E;
  readonly metadata: EventMetadata;
  /** The machine's time of the append. */
  readonly recordedAt: Instant;
}

/** An event as a fold needs it: why it was recorded stays in the database. */
export type Told = Pick<Recorded, 'id' | 'position' | 'stream' | 'version' | 'event'>;

/** What every aggregate shows to the frame, whatever it decides. */
export interface AggregateKind {
  /** The stream is `<name>:<id>`; also its name in `/history/<name>/<id>`. */
  readonly name: string;
  /** The current schema version of an event type, where it is not 1. */
  readonly schema?: Readonly<Record<string, number>>;
  /** Brings the data of an older version up to the current one, on read. */
  readonly upcast?: Readonly<Record<string, (data: Record<string, unknown>, from: number) => Record<string, unknown>>>;
  /** Aggregates that grow long keep a snapshot every so many events. Their state must be plain JSON: no Map, Set or Date. */
  readonly snapshotEvery?: number;
  /** Raised when older snapshots must not be used any more. A changed `evolve` is noticed by itself, its helpers are not. */
  readonly snapshotShape?: number;
}

export interface Aggregate<C, S, E extends { readonly type: string }> extends AggregateKind {
  readonly decider: Decider<C, S, E>;
  /** The organisation that it belongs to: others get a 404. Undefined while nothing was recorded, or where it has none. */
  readonly organisation: (state: S) => string | undefined;
}

export const streamOf = (aggregate: { readonly name: string }, id: string): string => `${aggregate.name}:${id}`;
