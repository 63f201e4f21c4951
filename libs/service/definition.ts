import type { Provider, Type as Class } from '@nestjs/common';
import type { Text } from '#libs/decider';
import type { PublicType } from '#libs/contracts';
import type { Aggregate, AggregateKind, Recorded } from '#libs/event-store';
import type { Message, Published } from '#libs/messaging';
import type { EntityClass, MigrationClass, TimerRule, View } from '#libs/views';
import type { Work } from './work.js';

/** A service, whole: what it decides, shows, says in public, hears, and how it is asked. */
export interface ServiceDefinition {
  /** Its path behind the gateway, its database, its consumer group. */
  readonly name: string;
  readonly title: Text;
  readonly description?: Text;
  readonly aggregates: readonly AggregateKind[];
  readonly views: readonly View[];
  readonly timers?: readonly TimerRule[];
  readonly published?: Published;
  readonly reactions?: readonly Reaction[];
  readonly jobs?: readonly Class<Job>[];
  /** Its own tables: views, and what is no view (keys, files). The frame adds those of the store, views, vault and web. */
  readonly migrations: readonly MigrationClass[];
  /** Entities that belong to no view. */
  readonly entities?: readonly EntityClass[];
  /** What an auditor sees of an event's data, where something is secret for a while (a code, a seed); all, where not set. */
  readonly conceal?: Conceal;
  readonly controllers: readonly Class<unknown>[];
  readonly providers?: readonly Provider[];
}

export type Conceal = (
  recorded: Recorded,
  load: <C, S, E extends { readonly type: string }>(aggregate: Aggregate<C, S, E>, id: string) => Promise<S>,
) => unknown;

/** A public event → our commands. What it does commits together with the mark that it was done. */
export interface Reaction<T extends PublicType = PublicType> {
  readonly type: T;
  readonly react: (message: Message, work: Work) => Promise<void>;
}

/**
 * Reacts to public events of one type. Event ids follow from the message's, the time is the message's, so that a
 * redelivery decides the very same.
 */
export const on = <T extends PublicType>(type: T, react: (message: Message<T>, work: Work) => Promise<unknown>): Reaction<T> => ({
  type,
  react: async (message, work) => {
    await react(message as Message<T>, work);
  },
});


/** Work too long for one transaction: it goes on in steps, each a transaction of its own that remembers how far it came. */
export interface Job {
  readonly name: string;
  /** The view whose rows say what is to be done: it is called when that has gone on. */
  readonly view: string;
  /** True: there is more, call again at once. False: nothing to do until something changes. */
  step(): Promise<boolean>;
}
