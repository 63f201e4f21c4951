import type { Instant } from '#libs/decider';
import { type Aggregate, type EventMetadata, type Query, streamOf, type Told } from './aggregate.js';
import { type Append, type Verdict, VersionConflict } from './append.js';
import { readSnapshots, type Snapshot, writeSnapshot } from './snapshots.js';
import type { EventStore } from './store.js';
import { Turns } from './turns.js';

/** Who decides, when, why. */
export interface DecisionContext {
  readonly actor: string;
  readonly organisation: string | null;
  readonly at: Instant;
  readonly correlation: string;
  readonly causation: string | null;
  /** The ids of the events of this decision, in order: a retry must give the same ones. */
  eventId(n: number): string;
  /** The version that the caller saw (If-Match). Without it, a decision that was overtaken is made again. */
  readonly expected?: number;
  /** Throws where the caller must not know of the aggregate: asked before its version, or what was decided, is told. */
  readonly guard?: (state: unknown) => void;
}

/** `version` and `position` of the stream after the decision. */
export interface Done {
  readonly id: string;
  readonly version: number;
  readonly position: number;
  readonly events: readonly { readonly type: string }[];
}

/** A state and where in its stream it stands. */
export interface Loaded<S> {
  readonly state: S;
  readonly version: number;
}

interface Folded<S> extends Snapshot<S> {
  readonly stream: string;
  /** Those that were read: all, or what came after the snapshot. */
  readonly tail: readonly Told[];
}

type Typed = { readonly type: string };

const PAGE = 1_000;

/** So often a decision is made again when others keep being faster (in other processes: in this one they take turns). */
const ATTEMPTS = 10;

/** Loads, folds, decides, appends. */
export class Aggregates {
  private readonly turns = new Turns();

  constructor(
    private readonly store: EventStore,
    private readonly query: Query,
    /** False: what is loaded leaves no snapshot behind. */
    private readonly options: { readonly keepsSnapshots: boolean } = { keepsSnapshots: true },
  ) {}

  async load<C, S, E extends Typed>(aggregate: Aggregate<C, S, E>, id: string, query?: Query): Promise<Loaded<S>> {
    const { state, version } = await this.fold(aggregate, id, query);
    return { state, version };
  }

  /** Many at once, in one round trip; an id without events has the initial state and version 0. */
  async loadMany<C, S, E extends Typed>(
    aggregate: Aggregate<C, S, E>,
    ids: readonly string[],
    query?: Query,
  ): Promise<ReadonlyMap<string, Loaded<S>>> {
    const folded = await this.foldMany(aggregate, ids, query);
    return new Map([...folded].map(([id, { state, version }]) => [id, { state, version }]));
  }

  /** With `query`, in that transaction. A retry of what was recorded returns what was recorded. */
  async decide<C, S, E extends Typed>(
    aggregate: Aggregate<C, S, E>,
    id: string,
    command: C,
    context: DecisionContext,
    query?: Query,
  ): Promise<Done> {
    const attempt = () => this.attempt(aggregate, id, command, context, query);
    // In a caller's transaction there is nobody to wait for but the stream's row: a turn held until it ends could deadlock.
    return query === undefined ? this.turns.take(streamOf(aggregate, id), attempt) : attempt();
  }

  /**
   * One decision each on many, in the caller's transaction: all are loaded at once and appended at once. Any conflict is
   * thrown, for the transaction to be run again. Each id once.
   */
  async decideMany<C, S, E extends Typed>(
    aggregate: Aggregate<C, S, E>,
    items: readonly { readonly id: string; readonly command: C }[],
    contextOf: (id: string) => DecisionContext,
    query: Query,
  ): Promise<readonly Done[]> {
    const folded = await this.foldMany(aggregate, items.map(({ id }) => id), query);
    const plans = await Promise.all(
      items.map(({ id, command }) => this.plan(aggregate, id, command, contextOf(id), folded.get(id))),
    );
    const appends = plans.flatMap((plan) => (plan.is === 'append' ? [plan.append] : []));
    const verdicts = (await this.store.appendIn(query, appends)).values();
    return plans.map((plan) => {
      if (plan.is === 'done') return plan.done;
      const verdict = verdicts.next().value as Verdict;
      if (!verdict.appended) throw new VersionConflict(plan.append.stream, plan.append.expected, verdict.conflictAt);
      return plan.done(verdict);
    });
  }

  private async attempt<C, S, E extends Typed>(
    aggregate: Aggregate<C, S, E>,
    id: string,
    command: C,
    context: DecisionContext,
    query: Query | undefined,
  ): Promise<Done> {
    for (let attempts = 1; ; attempts += 1) {
      const plan = await this.plan(aggregate, id, command, context, await this.fold(aggregate, id, query));
      if (plan.is === 'done') return plan.done;
      const verdict = await this.append(plan.append, query);
      if (verdict.appended) return plan.done(verdict);
      if (context.expected !== undefined || attempts === ATTEMPTS) {
        throw new VersionConflict(plan.append.stream, context.expected ?? plan.append.expected, verdict.conflictAt);
      }
    }
  }

  private async append(append: Append, query: Query | undefined): Promise<Verdict> {
    if (query === undefined) return this.store.append(append);
    const [verdict] = await this.store.appendIn(query, [append]);
    return verdict as Verdict;
  }

  /** What a decision comes to: done already (or nothing to do), or events to append. */
  private async plan<C, S, E extends Typed>(
    aggregate: Aggregate<C, S, E>,
    id: string,
    command: C,
    context: DecisionContext,
    folded: Folded<S> | undefined,
  ): Promise<Plan> {
    if (folded === undefined) throw new Error(`${streamOf(aggregate, id)} was not loaded`);
    context.guard?.(folded.state);
    const before = await this.recordedBefore(folded, context);
    if (before !== undefined) return { is: 'done', done: { id, ...before } };
    if (context.expected !== undefined && context.expected !== folded.version) {
      throw new VersionConflict(folded.stream, context.expected, folded.version);
    }
    const events = aggregate.decider.decide(command, folded.state);
    if (events.length === 0) return { is: 'done', done: { id, version: folded.version, position: folded.position, events } };
    return {
      is: 'append',
      append: { stream: folded.stream, expected: folded.version, events: newEvents(aggregate, events, context) },
      done: ({ version, position }) => ({ id, version, position, events }),
    };
  }

  /** What a decision with these ids came to, where it was recorded before. */
  async doneBefore<C, S, E extends Typed>(
    aggregate: Aggregate<C, S, E>, id: string, eventId: DecisionContext['eventId'],
  ): Promise<Done | undefined> {
    const before = await this.recordedBefore(await this.fold(aggregate, id), { eventId });
    return before && { id, ...before };
  }

  /** The outcome of this very decision, where an earlier try had recorded it. */
  private async recordedBefore<S>(
    { stream, tail, version }: Folded<S>,
    context: Pick<DecisionContext, 'eventId'>,
  ): Promise<Omit<Done, 'id'> | undefined> {
    if (version === 0) return undefined;
    const firstId = context.eventId(0);
    let begin = tail.findIndex((told) => told.id === firstId);
    let events: readonly Told[] = tail;
    if (begin < 0) {
      if (tail.length === version) return undefined;
      const found = await this.store.find(firstId); // it may lie before the snapshot
      if (found?.stream !== stream) return undefined;
      events = await this.store.readStream(stream, found.version);
      begin = 0;
    }
    let end = begin + 1;
    while (events[end]?.id === context.eventId(end - begin)) end += 1;
    const last = events[end - 1] as Told;
    return { version: last.version, position: last.position, events: events.slice(begin, end).map(({ event }) => event) };
  }

  private async fold<C, S, E extends Typed>(aggregate: Aggregate<C, S, E>, id: string, query?: Query): Promise<Folded<S>> {
    return (await this.foldMany(aggregate, [id], query)).get(id) as Folded<S>;
  }

  private async foldMany<C, S, E extends Typed>(
    aggregate: Aggregate<C, S, E>,
    ids: readonly string[],
    query: Query = this.query,
  ): Promise<ReadonlyMap<string, Folded<S>>> {
    const [only] = ids;
    if (only !== undefined && ids.length === 1 && aggregate.snapshotEvery !== undefined)
      return new Map([[only, await this.foldLong(aggregate, streamOf(aggregate, only), query)]]);
    const streams = ids.map((id) => streamOf(aggregate, id));
    const none: ReadonlyMap<string, Snapshot<S>> = new Map();
    const { snapshotEvery } = aggregate;
    const snapshots = snapshotEvery === undefined ? none : await readSnapshots<S>(query, aggregate, streams);
    const tails = await this.store.readStreams(
      streams.map((stream) => ({ stream, from: (snapshots.get(stream)?.version ?? 0) + 1 })),
      query,
    );
    const folded = new Map<string, Folded<S>>();
    for (const id of ids) {
      const stream = streamOf(aggregate, id);
      const one = foldTail(aggregate, stream, snapshots.get(stream), tails.get(stream) ?? []);
      folded.set(id, one);
      if (snapshotEvery !== undefined && one.tail.length >= snapshotEvery && this.options.keepsSnapshots)
        await writeSnapshot(query, aggregate, stream, one);
    }
    return folded;
  }

  /** A stream that may be long is folded page by page: its events are never in hand all at once. */
  private async foldLong<C, S, E extends Typed>(
    aggregate: Aggregate<C, S, E>, stream: string, query: Query,
  ): Promise<Folded<S>> {
    let folded = foldTail(aggregate, stream, (await readSnapshots<S>(query, aggregate, [stream])).get(stream), []);
    let read = 0;
    for (;;) {
      const tails = await this.store.readStreams([{ stream, from: folded.version + 1 }], query, PAGE);
      const page = tails.get(stream) ?? [];
      if (page.length > 0) folded = foldTail(aggregate, stream, folded, page);
      read += page.length;
      if (page.length < PAGE) break;
    }
    if (read >= (aggregate.snapshotEvery ?? Infinity) && this.options.keepsSnapshots)
      await writeSnapshot(query, aggregate, stream, folded);
    return folded;
  }
}

type Plan =
  | { readonly is: 'done'; readonly done: Done }
  | { readonly is: 'append'; readonly append: Append; readonly done: (verdict: { version: number; position: number }) => Done };

const foldTail = <C, S, E extends Typed>(
  { decider }: Aggregate<C, S, E>,
  stream: string,
  snapshot: Snapshot<S> | undefined,
  tail: readonly Told[],
): Folded<S> => {
  const last = tail.at(-1);
  return {
    stream,
    tail,
    version: last?.version ?? snapshot?.version ?? 0,
    position: last?.position ?? snapshot?.position ?? 0,
    state: tail.reduce((state, { event }) => decider.evolve(state, event as E), snapshot?.state ?? decider.initial),
  };
};

const newEvents = <E extends Typed>(
  { schema }: { readonly schema?: Readonly<Record<string, number>> },
  events: readonly E[],
  context: DecisionContext,
): Append['events'] => {
  const { actor, organisation, correlation, causation, at } = context;
  const metadata: EventMetadata = { actor, organisation, correlation, causation, at };
  return events.map(({ type, ...data }, n) => ({ id: context.eventId(n), type, schema: schema?.[type] ?? 1, data, metadata }));
};
