import type { Pool } from 'pg';
import type { AggregateKind, Query, Recorded, Told } from './aggregate.js';
import type { Append, NewEvent, Verdict } from './append.js';
import { APPEND_SQL, type AppendRow, appendParameters, MAX_APPENDS, prepare, type Prepared, verdicts } from './append-call.js';
import { appendOne, isOne, type OneRow } from './append-one.js';
import { Coalescer } from './coalesce.js';
import { EVENT_COLUMNS, type EventRow, reader, TOLD_COLUMNS, type ToldRow } from './recorded.js';

/** A request's events lie near each other: so far is looked for them. */
const SPAN_OF_A_REQUEST = 10_000;

/** More than one, so that a call that waits for a lock does not hold up all others. */
const CALLS_AT_ONCE = 2;

/** Sees every append go by: for metrics and traces. */
export interface StoreWatch {
  /** What the events recorded now carry of their trace. */
  readonly traceparent: () => string | undefined;
  readonly appending: <T>(how: 'alone' | 'in-transaction', events: number, work: () => Promise<T>) => Promise<T>;
}

/** With the types of the events that were recorded, where they are known. */
export type OnAppended = (types?: ReadonlySet<string>) => void;

export interface EventStoreOptions {
  /** What is needed to upcast; events of other aggregates are read as they were written. */
  readonly kinds?: readonly AggregateKind[];
  /** How many calls of `append` may be under way; each takes a connection. */
  readonly callsAtOnce?: number;
  readonly watch?: StoreWatch | undefined;
}

export class EventStore {
  private readonly coalescer: Coalescer;
  private readonly recorded: (row: EventRow) => Recorded;
  private readonly told: (row: ToldRow) => Told;
  private readonly listeners = new Set<OnAppended>();
  private readonly watch: StoreWatch | undefined;

  constructor(
    private readonly pool: Pick<Pool, 'query'>,
    { kinds = [], callsAtOnce = CALLS_AT_ONCE, watch }: EventStoreOptions = {},
  ) {
    this.watch = watch;
    ({ recorded: this.recorded, told: this.told } = reader(kinds));
    this.coalescer = new Coalescer((appends, careful) => this.send(appends, careful), callsAtOnce);
  }

  /** In a transaction of its own, shared with whatever else is appended at the same moment. */
  async append(append: Append): Promise<Verdict> {
    if (!this.watch) return this.coalescer.append(prepare(append));
    return this.watch.appending('alone', append.events.length, () => this.coalescer.append(prepare(this.stamped(append))));
  }

  /** In the caller's transaction: nothing is recorded unless that commits. */
  async appendIn(query: Query, appends: readonly Append[]): Promise<readonly Verdict[]> {
    if (!this.watch || appends.length === 0) return this.sendIn(query, appends);
    const events = appends.reduce((sum, append) => sum + append.events.length, 0);
    return this.watch.appending('in-transaction', events, () =>
      this.sendIn(query, appends.map((append) => this.stamped(append))));
  }

  /** With the trace in which they are recorded, where there is one: an append that leaves later is stamped where it arises. */
  traced(events: readonly NewEvent[]): readonly NewEvent[] {
    const traceparent = this.watch?.traceparent();
    if (traceparent === undefined) return events;
    return events.map((event) =>
      event.metadata.traceparent === undefined ? { ...event, metadata: { ...event.metadata, traceparent } } : event);
  }

  private stamped(append: Append): Append {
    return { ...append, events: this.traced(append.events) };
  }

  private async sendIn(query: Query, appends: readonly Append[]): Promise<readonly Verdict[]> {
    const outcome = new Map<Prepared, Verdict>();
    const prepared = appends.map(prepare);
    for (let rest: readonly Prepared[] = prepared; rest.length > 0; ) {
      const { first, later } = oneCall(rest);
      const told = verdicts(first, await query<AppendRow>(APPEND_SQL, appendParameters(first, true)));
      first.forEach((append, index) => outcome.set(append, present(told[index])));
      rest = later;
    }
    return prepared.map((append) => present(outcome.get(append)));
  }

  async readStream(stream: string, from = 1, query: Query = this.query): Promise<readonly Recorded[]> {
    const rows = await query<EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM events WHERE stream = $1 AND version >= $2 ORDER BY version`,
      [stream, from],
    );
    return rows.map(this.recorded);
  }

  /**
   * Many streams in one round trip, each from a version on and at most so many events; a stream without events is absent.
   * What folds them need not know why they were recorded.
   */
  async readStreams(
    wanted: readonly { readonly stream: string; readonly from: number }[],
    query: Query = this.often,
    limit?: number,
  ): Promise<ReadonlyMap<string, readonly Told[]>> {
    if (wanted.length === 0) return new Map();
    const [only] = wanted;
    if (only !== undefined && wanted.length === 1) {
      const rows = await query<ToldRow>(
        `SELECT ${TOLD_COLUMNS} FROM events WHERE stream = $1 AND version >= $2 ORDER BY version LIMIT $3`,
        [only.stream, only.from, limit ?? null],
      );
      return new Map(rows.length === 0 ? [] : [[only.stream, rows.map(this.told)]]);
    }
    // Stream by stream: a planner that may join reads the whole log for a few hundred of them.
    const rows = await query<ToldRow>(
      `SELECT found.* FROM unnest($1::text[], $2::int[]) AS wanted (name, first), LATERAL (
         SELECT ${TOLD_COLUMNS} FROM events WHERE stream = name AND version >= first ORDER BY version LIMIT $3) AS found`,
      [wanted.map(({ stream }) => stream), wanted.map(({ from }) => from), limit ?? null],
    );
    const byStream = new Map<string, Told[]>();
    for (const row of rows) {
      const events = byStream.get(row.stream);
      if (events === undefined) byStream.set(row.stream, [this.told(row)]);
      else events.push(this.told(row));
    }
    return byStream;
  }

  /** The first event of each stream, in one round trip however long they are. */
  async firsts(streams: readonly string[]): Promise<ReadonlyMap<string, Recorded>> {
    const rows = await this.query<EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM events WHERE stream = ANY ($1::text[]) AND version = 1`, [streams],
    );
    return new Map(rows.map((row) => [row.stream, this.recorded(row)]));
  }

  /**
   * All streams, in the order of positions, beginning after `after`. Go on from `upTo`: nothing at or below it can still
   * appear. Not for use inside a transaction with one snapshot: the watermark must be taken before the snapshot. `types`:
   * events of these alone; what the others say stays in the database. `known`: a head that was asked before.
   */
  async read(
    after: number, limit: number, types?: readonly string[], known?: number,
  ): Promise<{ events: readonly Recorded[]; upTo: number }> {
    const head = known ?? (await this.head());
    if (head <= after) return { events: [], upTo: after };
    const ofTypes = types === undefined ? '' : 'AND type = ANY ($4)';
    const rows = await this.often<EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM events WHERE position > $1 AND position <= $2 ${ofTypes} ORDER BY position LIMIT $3`,
      [after, head, limit, ...(types === undefined ? [] : [types])],
    );
    const events = rows.map(this.recorded);
    return { events, upTo: events.length < limit ? head : present(events.at(-1)).position };
  }

  /** How many events lie after a position, counted up to `most`, and when the first of them was recorded. */
  async backlog(after: number, most = 100_000): Promise<{ events: number; oldest: Date | null }> {
    const [row] = await this.query<{ events: string; oldest: Date | null }>(
      `SELECT count(*) AS events, min(recorded_at) AS oldest
         FROM (SELECT recorded_at FROM events WHERE position > $1 ORDER BY position LIMIT $2) AS unread`,
      [after, most],
    );
    return { events: Number(present(row).events), oldest: present(row).oldest };
  }

  /** The last position that anyone drew: what was appended with it may not be there yet, or never. Cheaper than `head`. */
  async drawn(): Promise<number> {
    const [row] = await this.query<{ drawn: string }>(`SELECT pg_sequence_last_value('events_position'::regclass) AS drawn`);
    return Number(present(row).drawn);
  }

  /** The highest position below which nothing can still appear. */
  async head(): Promise<number> {
    const [row] = await this.often<{ head: string }>('SELECT events_watermark() AS head');
    return Number(present(row).head);
  }

  async find(eventId: string): Promise<Recorded | undefined> {
    const [row] = await this.query<EventRow>(`SELECT ${EVENT_COLUMNS} FROM events WHERE id = $1`, [eventId]);
    return row && this.recorded(row);
  }

  /** What followed from events or messages, oldest first. */
  async effectsOf(causes: string | readonly string[], limit = 10_000): Promise<readonly Recorded[]> {
    // `+ 0`: through the index of causes, however many there are thought to be, and never along all positions.
    const rows = await this.query<EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM events WHERE metadata->>'causation' = ANY ($1::text[]) ORDER BY position + 0 LIMIT $2`,
      [typeof causes === 'string' ? [causes] : causes, limit],
    );
    return rows.map(this.recorded);
  }

  /**
   * How a story goes on from events or messages, oldest first: what they caused; what people then did to the same streams;
   * and what else the same request recorded, in streams of other kinds.
   */
  async nextOf(ids: readonly string[], limit = 10_000): Promise<readonly Recorded[]> {
    const rows = await this.query<EventRow>(
      `WITH asked AS (
         SELECT position, stream, version, split_part(stream, ':', 1) AS kind, metadata->>'correlation' AS story,
           metadata->>'causation' IS NULL AS is_request FROM events WHERE id = ANY ($1::uuid[])),
       requests AS (
         SELECT story, min(position) AS first, array_agg(DISTINCT kind) AS kinds FROM asked WHERE is_request GROUP BY story)
       SELECT ${EVENT_COLUMNS} FROM events WHERE position IN (
         SELECT e.position FROM events e WHERE e.metadata->>'causation' = ANY ($1::text[])
         UNION ALL
         SELECT e.position FROM asked a JOIN events e ON e.stream = a.stream AND e.version > a.version
           WHERE e.metadata->>'causation' IS NULL
         UNION ALL
         SELECT e.position FROM requests r JOIN events e ON e.position > r.first AND e.position < r.first + $3
           WHERE e.metadata->>'causation' IS NULL AND e.metadata->>'correlation' = r.story
             AND NOT split_part(e.stream, ':', 1) = ANY (r.kinds)
       ) ORDER BY position LIMIT $2`,
      [ids, limit, SPAN_OF_A_REQUEST],
    );
    return rows.map(this.recorded);
  }

  /** Changes when positions are used again, after a restore to an earlier point: a part of every message's source. */
  async incarnation(): Promise<string> {
    const [row] = await this.query<{ incarnation: string }>('SELECT incarnation FROM store');
    return present(row).incarnation;
  }

  /** A hint for followers of this process, after each `append` (never for `appendIn`): look now. Returns how to stop. */
  onAppended(listener: OnAppended): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Parsed once a connection: what every request, relay and view asks. */
  private readonly often: Query = async <Row>(sql: string, params: readonly unknown[] = []) =>
    (await this.pool.query({ name: nameOf(sql), text: sql, values: [...params] })).rows as Row[];

  private readonly query: Query = async <Row>(sql: string, params: readonly unknown[] = []) =>
    (await this.pool.query(sql, [...params])).rows as Row[];

  private async send(appends: readonly Prepared[], careful: boolean): Promise<readonly Verdict[]> {
    const outcome = (careful ? undefined : await this.sendOne(appends)) ?? (await this.sendMany(appends, careful));
    const types = new Set(appends.flatMap((append) => append.types));
    for (const listener of this.listeners) listener(types);
    return outcome;
  }

  private async sendOne(appends: readonly Prepared[]): Promise<readonly Verdict[] | undefined> {
    const [append] = appends;
    if (append === undefined || !isOne(appends)) return undefined;
    const { rows } = await this.pool.query<OneRow>(appendOne(append));
    const [row] = rows;
    return row && [{ appended: true, version: row.version, position: Number(row.position), again: false }];
  }

  private async sendMany(appends: readonly Prepared[], careful: boolean): Promise<readonly Verdict[]> {
    const { rows } = await this.pool.query<AppendRow>({
      name: 'append_events',
      text: APPEND_SQL,
      values: appendParameters(appends, careful),
    });
    return verdicts(appends, rows);
  }
}

const names = new Map<string, string>();
const nameOf = (sql: string): string => {
  const name = names.get(sql) ?? `often-${names.size}`;
  names.set(sql, name);
  return name;
};

/** What one call may carry: of each stream the first append, sorted by stream; and the rest in their order. */
const oneCall = (appends: readonly Prepared[]): { first: readonly Prepared[]; later: readonly Prepared[] } => {
  const byStream = new Map<string, Prepared>();
  for (const append of appends) if (!byStream.has(append.stream)) byStream.set(append.stream, append);
  const first = [...byStream.values()].sort((a, b) => (a.stream < b.stream ? -1 : 1)).slice(0, MAX_APPENDS);
  const going = new Set(first);
  return { first, later: appends.filter((append) => !going.has(append)) };
};

const present = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('the store answered less than it was asked');
  return value;
};
