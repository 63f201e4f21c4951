import type { EntityManager } from 'typeorm';
import { derivedId, instant, type Instant } from '#libs/decider';
import type { Aggregate, AggregateKind, Aggregates, DecisionContext, Query, Recorded } from '#libs/event-store';
import { queryIn } from './sql.js';
import type { View } from './view.js';

/** A deadline that waits in the table `timers`: at most one a rule and aggregate. */
export interface DueTimer {
  readonly name: string;
  readonly aggregateId: string;
  readonly due: Instant;
  /** The event that set it. */
  readonly cause: string;
  readonly correlation: string;
  readonly organisation: string | null;
}

/** A deadline (notice, appeal, claim window): set and cleared by the aggregate's own events, then it fires a command. */
export interface TimerRule {
  readonly name: string;
  readonly aggregate: AggregateKind;
  /** The events that set or clear it. */
  readonly types: readonly string[];
  /** What an event does to the timer: an instant sets it, null clears it, undefined leaves it. */
  readonly dueAfter: (recorded: Recorded) => Instant | null | undefined;
  /** Timers of this rule, each of another aggregate, in one transaction. */
  readonly fire: (timers: readonly DueTimer[], aggregates: Aggregates, query: Query) => Promise<unknown>;
}

export interface TimerTerms<C extends { readonly type: string }, S, E extends { readonly type: string }> {
  readonly name: string;
  readonly aggregate: Aggregate<C, S, E>;
  /** The instant at which it is due; null: this event sets none and clears what was set. */
  readonly set: { readonly [T in E['type']]?: (event: Extract<E, { type: T }>, recorded: Recorded) => Instant | null };
  readonly clear: readonly E['type'][];
  /** Must be idempotent: decided again, it leads to nothing. */
  readonly command: (due: Instant, aggregateId: string) => C;
}

// T keeps the command's type a literal while C is still being inferred.
export const timer = <T extends string, C extends { readonly type: T }, S, E extends { readonly type: string }>(
  terms: TimerTerms<C, S, E>,
): TimerRule => {
  const set = new Map(Object.entries(terms.set)) as Map<string, (event: unknown, recorded: Recorded) => Instant | null>;
  const clear = new Set<string>(terms.clear);
  return {
    name: terms.name,
    aggregate: terms.aggregate,
    types: [...set.keys(), ...clear],
    dueAfter: (recorded) => {
      const due = set.get(recorded.event.type);
      if (due) return due(recorded.event, recorded);
      return clear.has(recorded.event.type) ? null : undefined;
    },
    fire: (timers, aggregates, query) => {
      const contexts = new Map(timers.map((due) => [due.aggregateId, contextOf(due)]));
      const contextFor = (id: string) => contexts.get(id) as DecisionContext;
      const items = timers.map(({ aggregateId, due }) => ({ id: aggregateId, command: terms.command(due, aggregateId) }));
      return aggregates.decideMany(terms.aggregate, items, contextFor, query);
    },
  };
};

/** The decision happens at the due time, whenever it is really made; its ids come from the event that set the timer. */
const contextOf = (due: DueTimer): DecisionContext => ({
  actor: `timer:${due.name}`,
  organisation: due.organisation,
  at: due.due,
  correlation: due.correlation,
  causation: due.cause,
  eventId: (n: number) => derivedId(due.cause, 'timer', due.name, due.due, n),
});

/** The table `timers` is a view of our own events like any other; firing takes the row away. */
export const timersView = (rules: readonly TimerRule[]): View => {
  const applyAll = async (events: readonly Recorded[], db: EntityManager): Promise<void> => {
    const { touched, set } = changes(rules, events);
    if (touched.length === 0) return;
    const query = queryIn(db);
    await query(
      `DELETE FROM timers t USING unnest($1::text[], $2::text[]) AS w (name, aggregate_id)
        WHERE t.name = w.name AND t.aggregate_id = w.aggregate_id`,
      [touched.map(({ name }) => name), touched.map(({ aggregateId }) => aggregateId)],
    );
    if (set.length === 0) return;
    await query(
      `INSERT INTO timers (name, aggregate_id, due, cause, correlation, organisation)
       SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::uuid[], $5::text[], $6::text[])`,
      [
        set.map(({ name }) => name), set.map(({ aggregateId }) => aggregateId), set.map(({ due }) => due),
        set.map(({ cause }) => cause), set.map(({ correlation }) => correlation), set.map(({ organisation }) => organisation),
      ],
    );
  };
  return {
    name: 'timers',
    entities: [],
    types: [...new Set(rules.flatMap(({ types }) => types))],
    apply: (recorded, db) => applyAll([recorded], db),
    applyAll,
  };
};

/** Of each timer the last word counts. */
const changes = (
  rules: readonly TimerRule[], events: readonly Recorded[],
): { touched: readonly { name: string; aggregateId: string }[]; set: readonly DueTimer[] } => {
  const last = new Map<string, { name: string; aggregateId: string; timer: DueTimer | null }>();
  for (const recorded of events)
    for (const rule of rules) {
      if (rule.aggregate.name !== recorded.aggregate) continue;
      const due = rule.dueAfter(recorded);
      if (due === undefined) continue;
      const { id: cause, aggregateId, metadata: { organisation, correlation } } = recorded;
      const { name } = rule;
      const timer = due === null ? null : { name, aggregateId, due: instant(due), cause, correlation, organisation };
      last.set(`${name} ${aggregateId}`, { name, aggregateId, timer });
    }
  const touched = [...last.values()];
  return { touched, set: touched.flatMap(({ timer }) => timer ?? []) };
};
