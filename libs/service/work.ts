import type { EntityManager } from 'typeorm';
import type { Instant } from '#libs/decider';
import {
  type Aggregate, type Aggregates, type DecisionContext, type Done, type EventStore, type Loaded, type Query, streamOf,
  VersionConflict,
} from '#libs/event-store';
import type { Vault } from '#libs/vault';
import { queryIn } from '#libs/views';
import type { Recordings } from './recordings.js';

type Typed = { readonly type: string };

/** What one decision of a work says otherwise than the work itself. */
export interface Because {
  readonly causation?: string | null;
  readonly correlation?: string;
  readonly at?: Instant;
  readonly organisation?: string | null;
  /** The version that the aggregate must have. */
  readonly expected?: number;
}

/** What can be done in one transaction: decisions on several aggregates, texts in the vault, rows of own tables. */
export interface Work {
  readonly query: Query;
  readonly manager: EntityManager;
  /** Texts about people; use it with this work's `query`. */
  readonly vault: Vault;
  readonly at: Instant;
  readonly actor: string;
  load<C, S, E extends Typed>(aggregate: Aggregate<C, S, E>, id: string): Promise<Loaded<S>>;
  /** One round trip; ids without events have the initial state and version 0. */
  loadMany<C, S, E extends Typed>(aggregate: Aggregate<C, S, E>, ids: readonly string[]): Promise<ReadonlyMap<string, Loaded<S>>>;
  decide<C, S, E extends Typed>(aggregate: Aggregate<C, S, E>, id: string, command: C, because?: Because): Promise<Done>;
  /** One decision each on many, loaded at once and appended at once; an item may say what differs for it. */
  decideMany<C, S, E extends Typed>(
    aggregate: Aggregate<C, S, E>, items: readonly { readonly id: string; readonly command: C; readonly because?: Because }[],
    because?: Because,
  ): Promise<readonly Done[]>;
  /** Appends to many streams in one call, without loading them: each must stand at the version that was read before. */
  recordMany<C, S, E extends Typed>(
    aggregate: Aggregate<C, S, E>,
    items: readonly {
      readonly id: string; readonly version: number; readonly events: readonly E[]; readonly because?: Because
    }[],
  ): Promise<void>;
  /** Appends without loading the stream: for a memory of others' events, which takes thousands. */
  record<C, S,
  E extends Typed>(aggregate: Aggregate<C, S, E>, id: string, events: readonly E[], because?: Because): Promise<void>;
}

/** Who works, and where the ids of what is recorded come from. */
export interface WorkOrder {
  readonly actor: string;
  readonly organisation: string | null;
  readonly at: Instant;
  readonly correlation: string;
  readonly causation: string | null;
  /** The id of the n-th event that this work records in a stream. */
  eventId(stream: string, n: number): string;
  /** The version of what the caller addressed; asked of the first decision on this id, as some aggregates share one. */
  readonly expected?: { readonly id: string; readonly version: number };
  /** Called with each state that is loaded or decided on: may throw, where the caller must not know of it. */
  readonly guard?: (aggregate: Aggregate<unknown, unknown, Typed>, id: string, state: unknown) => void;
}

/** What a work is done with. */
export interface Tools {
  readonly store: EventStore;
  readonly aggregates: Aggregates;
  readonly vault: Vault;
}

export const workIn = (
  manager: EntityManager, { store, aggregates, vault }: Tools, order: WorkOrder, recordings: Recordings,
): Work => {
  const plain = queryIn(manager);
  /** Who reads, reads what was recorded before. */
  const query: Query = async (sql, params) => {
    await recordings.flush(plain);
    return plain(sql, params);
  };
  const recorded = new Map<string, number>();
  let addressed = order.expected;

  const expectedOf = (id: string): number | undefined => {
    if (addressed?.id !== id) return undefined;
    const { version } = addressed;
    addressed = undefined;
    return version;
  };
  const contextFor = (stream: string, id: string, because: Because): DecisionContext => {
    const from = recorded.get(stream) ?? 0;
    const addressedAt = expectedOf(id);
    const { expected = addressedAt, ...said } = because;
    // What was read since is not what the caller saw.
    if (addressedAt !== undefined && addressedAt !== expected) throw new VersionConflict(stream, addressedAt, expected ?? 0);
    return {
      actor: order.actor, organisation: order.organisation, at: order.at, correlation: order.correlation,
      causation: order.causation, ...said,
      eventId: (n) => order.eventId(stream, from + n),
      ...(expected === undefined ? {} : { expected }),
    };
  };
  const guarded = <C, S, E extends Typed>(
    aggregate: Aggregate<C, S, E>, id: string, context: DecisionContext,
  ): DecisionContext => {
    const { guard } = order;
    return guard
      ? { ...context, guard: (state) => guard(aggregate as unknown as Aggregate<unknown, unknown, Typed>, id, state) }
      : context;
  };
  const count = (stream: string, events: readonly Typed[]): void => {
    recorded.set(stream, (recorded.get(stream) ?? 0) + events.length);
    for (const { type } of events) recordings.types.add(type);
  };

  return {
    query,
    manager,
    vault,
    at: order.at,
    actor: order.actor,
    load: async (aggregate, id) => {
      const loaded = await aggregates.load(aggregate, id, query);
      order.guard?.(aggregate as unknown as Aggregate<unknown, unknown, Typed>, id, loaded.state);
      return loaded;
    },
    loadMany: async (aggregate, ids) => {
      const loaded = await aggregates.loadMany(aggregate, ids, query);
      for (const [id, { state }] of loaded) order.guard?.(aggregate as unknown as Aggregate<unknown, unknown, Typed>, id, state);
      return loaded;
    },
    decide: async (aggregate, id, command, because = {}) => {
      const stream = streamOf(aggregate, id);
      const done = await aggregates.decide(
        aggregate, id, command, guarded(aggregate, id, contextFor(stream, id, because)), query,
      );
      count(stream, done.events);
      return done;
    },
    decideMany: async (aggregate, items, because = {}) => {
      const own = new Map(items.map((item) => [item.id, item.because]));
      const contextOf = (id: string) =>
        guarded(aggregate, id, contextFor(streamOf(aggregate, id), id, { ...because, ...own.get(id) }));
      const done = await aggregates.decideMany(aggregate, items, contextOf, query);
      for (const { id, events } of done) count(streamOf(aggregate, id), events);
      return done;
    },
    recordMany: async (aggregate, items) => {
      const appends = items.filter(({ events }) => events.length > 0).map(({ id, version, events, because = {} }) => {
        const stream = streamOf(aggregate, id);
        const context = contextFor(stream, id, because);
        const { actor, organisation, at, correlation, causation } = context;
        const metadata = { actor, organisation, at, correlation, causation };
        return {
          stream, expected: version,
          events: events.map(
            ({ type, ...data }, n) => ({ id: context.eventId(n), type, schema: aggregate.schema?.[type] ?? 1, data, metadata }),
          ),
        };
      });
      if (appends.length === 0) return;
      await recordings.flush(plain);
      const verdicts = await store.appendIn(plain, appends);
      appends.forEach(({ stream, expected, events }, index) => {
        const verdict = verdicts[index];
        if (verdict?.appended === false) throw new VersionConflict(stream, expected, verdict.conflictAt);
        count(stream, events);
      });
    },
    record: async (aggregate, id, events, because = {}) => {
      if (events.length === 0) return;
      const stream = streamOf(aggregate, id);
      const context = contextFor(stream, id, because);
      const { actor, organisation, at, correlation, causation, expected } = context;
      const metadata = { actor, organisation, at, correlation, causation };
      const added = events.map(
        ({ type, ...data }, n) => ({ id: context.eventId(n), type, schema: aggregate.schema?.[type] ?? 1, data, metadata }),
      );
      count(stream, events);
      if (expected === undefined) return recordings.add(stream, added);
      const [verdict] = await store.appendIn(query, [{ stream, expected, events: added }]);
      if (verdict?.appended === false) throw new VersionConflict(stream, expected, verdict.conflictAt);
    },
  };
};
