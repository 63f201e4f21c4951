import type { PublicData, PublicType } from '#libs/contracts';
import type { AggregateKind, Recorded } from '#libs/event-store';

/** What a private event says in public. */
export type Publication<T extends PublicType = PublicType> = { [K in T]: { readonly type: K; readonly data: PublicData<K> } }[T];

export const publication = <T extends PublicType>(type: T, data: PublicData<T>): Publication<T> => ({ type, data });

type Event = { readonly type: string };

/**
 * Private event → public contract: pure, at most one message, so that its id and position are the event's own.
 * `first` is the stream's first event, for what later ones do not repeat.
 */
export type Publish<E extends Event = Event, T extends E['type'] = E['type']> = (
  recorded: Recorded<Extract<E, { readonly type: T }>>,
  first: Recorded<E>,
) => Publication | undefined;

/** An aggregate whose decider tells the type of its events. */
interface AggregateOf<E extends Event> extends AggregateKind {
  readonly decider: { readonly evolve: (state: never, event: E) => unknown };
}

export interface AggregatePublications<E extends Event> {
  readonly aggregate: AggregateOf<E>;
  readonly publish: { readonly [T in E['type']]?: Publish<E, T> };
}

/** The same, once the compiler has checked it. */
interface Untyped {
  readonly aggregate: AggregateKind;
  readonly publish: Readonly<Record<string, Publish | undefined>>;
}

/** All that a service says in public. */
export interface Published {
  /** Of which private events it speaks; where it is not set, of any. */
  readonly types?: readonly string[];
  /** False: the event is private, and its stream's first event need not be looked up. */
  speaksOf(recorded: Recorded): boolean;
  publication(recorded: Recorded, first: Recorded): Publication | undefined;
}

export const published = <Events extends readonly Event[]>(
  ...perAggregate: { readonly [I in keyof Events]: AggregatePublications<Events[I]> }
): Published => {
  const rules = new Map<string, Publish>();
  for (const { aggregate, publish } of perAggregate as readonly Untyped[])
    for (const [type, rule] of Object.entries(publish)) if (rule) rules.set(`${aggregate.name} ${type}`, rule);
  const ruleOf = ({ aggregate, event }: Recorded): Publish | undefined => rules.get(`${aggregate} ${event.type}`);
  return {
    types: [...new Set((perAggregate as readonly Untyped[]).flatMap(({ publish }) => Object.keys(publish)))],
    speaksOf: (recorded) => ruleOf(recorded) !== undefined,
    publication: (recorded, first) => ruleOf(recorded)?.(recorded, first),
  };
};
