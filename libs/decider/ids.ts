import { parse, v5, v7, validate } from 'uuid';

declare const brand: unique symbol;
/** A string that only its own kind may stand for: a `Id<'worker'>` is no `Id<'entry'>`. */
export type Id<Kind extends string> = string & { readonly [brand]?: Kind };

/** Names of this project's derived ids live in one namespace of their own. In bytes: as texts both would be parsed each time. */
const JINJI = parse('b7a1c9f4-5f0e-5d1c-9a55-6a696e6a6931');

/** A fresh id (UUIDv7), for what a client or a person creates. Not for deciders: they get ids in commands. */
export const newId = (): string => v7();

/** The id of what follows from a cause (UUIDv5): a redelivery derives the same one. */
export const derivedId = (cause: string, ...names: readonly (string | number)[]): string =>
  v5(Buffer.from([cause, ...names].join('/')), JINJI);

export const isId = (value: unknown): value is string => typeof value === 'string' && validate(value);
