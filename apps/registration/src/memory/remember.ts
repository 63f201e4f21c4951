import type { Aggregate } from '#libs/event-store';

/** What others said in public, kept as our own events so that views can be rebuilt. It is recorded, never decided. */
export const memory = <S, E extends { readonly type: string }>(
  name: string, initial: S, evolve: (state: S, event: E) => S, organisation: (state: S) => string | undefined = () => undefined,
): Aggregate<never, S, E> => ({ name, decider: { initial, decide: () => [], evolve }, organisation });
