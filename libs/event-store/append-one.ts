import type { Prepared } from './append-call.js';
import { ANNOUNCE } from './schema/watermark.js';

/**
 * The lean way for one event of one stream, which is what a quiet service appends: one statement instead of a function for
 * many, about 0.2 ms less. It keeps the same order: claim the stream, announce, then draw the position — `announced` reads
 * `claimed` and is not merged with what follows (MATERIALIZED), and the default of `position` is evaluated last.
 * No row means that the stream is not as expected; the function for many then says why.
 */
const one = (claim: string): string => `
  WITH claimed AS (${claim}),
  announced AS MATERIALIZED (SELECT ${ANNOUNCE} FROM claimed)
  INSERT INTO events (stream, version, id, type, schema, data, metadata)
  SELECT $1, $2::integer + 1, $3::uuid, $4, $5::smallint, $6::jsonb, $7::jsonb FROM announced
  RETURNING version, position`;

const FIRST = one('INSERT INTO streams (stream, version) SELECT $1, $2::integer + 1 ON CONFLICT DO NOTHING RETURNING stream');
const NEXT = one('UPDATE streams SET version = version + 1 WHERE stream = $1 AND version = $2::integer RETURNING stream');

export interface OneRow {
  readonly version: number;
  readonly position: string;
}

export const isOne = (appends: readonly Prepared[]): boolean => {
  const [append] = appends;
  return append !== undefined && appends.length === 1 && append.ids.length === 1 && append.expected >= 0;
};

/** A named statement for `pg`: planned once a connection. */
export const appendOne = ({ stream, expected, ids, types, schemas, data, metadata }: Prepared) => ({
  ...(expected === 0 ? { name: 'append_first', text: FIRST } : { name: 'append_next', text: NEXT }),
  values: [stream, expected, ids[0], types[0], schemas[0], data[0], metadata[0]],
});
