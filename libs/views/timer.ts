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
export const timersView = (rules: readonly TimerRule[]): View => ({
  name: 'timers',
  entities: [],
  concerns: (recorded) =>
    rules.some((rule) => rule.aggregate.name === recorded.aggregate && rule.dueAfter(recorded) !== undefined),
  async apply(recorded, db) {
    for (const rule of rules) {
      if (rule.aggregate.name !== recorded.aggregate) continue;
      const due = rule.dueAfter(recorded);
      if (due === undefined) continue;
      const query = queryIn(db);
      await query('DELETE FROM timers WHERE name = $1 AND aggregate_id = $2', [rule.name, recorded.aggregateId]);
      if (due === null) continue;
      const { organisation, correlation } = recorded.metadata;
      await query(
        'INSERT INTO timers (name, aggregate_id, due, cause, correlation, organisation) VALUES ($1, $2, $3, $4, $5, $6)',
        [rule.name, recorded.aggregateId, instant(due), recorded.id, correlation, organisation],
      );
    }
  },
});
