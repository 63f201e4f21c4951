import type { Append, Verdict } from './append.js';
import { SEPARATOR } from './schema/append-function.js';

/** At so many appends the call itself costs nothing any more. */
export const MAX_APPENDS = 512;

/** One call of the SQL function. At most one append a stream. */
export const APPEND_SQL = 'SELECT * FROM append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)';

export interface AppendRow {
  readonly of_stream: string;
  readonly at_version: number;
  readonly at_position: string | null;
  readonly outcome: 'appended' | 'again' | 'conflict';
}

/** An append with its JSON written: done once, where it enters, so that a bad one fails alone. */
export interface Prepared {
  readonly stream: string;
  readonly expected: number;
  readonly ids: readonly string[];
  readonly types: readonly string[];
  readonly schemas: readonly number[];
  readonly data: readonly string[];
  readonly metadata: readonly string[];
  readonly size: number;
  /** It may hold what jsonb refuses (NUL, half a surrogate pair): it must not ride with others. */
  readonly alone: boolean;
}

const ANY = -1;
// eslint-disable-next-line no-control-regex -- control characters are what it is about
const control = /[\u0000-\u001f]/;
const refusedByJsonb = /\\u(0000|d[89a-f])/;

export const prepare = ({ stream, expected, events }: Append): Prepared => {
  if (events.length === 0) throw new RangeError(`an append to ${stream} without events`);
  if (stream === '' || control.test(stream)) throw new RangeError('a stream needs a name without control characters');
  if (expected !== 'any' && (!Number.isSafeInteger(expected) || expected < 0)) {
    throw new RangeError(`${String(expected)} is no version`);
  }
  const data: string[] = [];
  const metadata: string[] = [];
  let size = 0;
  let alone = false;
  for (const event of events) {
    if (event.type === '' || control.test(event.type)) throw new RangeError('an event needs a type without control characters');
    const json = JSON.stringify(event.data);
    const context = JSON.stringify(event.metadata);
    alone ||= refusedByJsonb.test(json) || refusedByJsonb.test(context);
    size += json.length + context.length;
    data.push(json);
    metadata.push(context);
  }
  return {
    stream,
    expected: expected === 'any' ? ANY : expected,
    ids: events.map((event) => event.id),
    types: events.map((event) => event.type),
    schemas: events.map((event) => event.schema),
    data,
    metadata,
    size,
    alone,
  };
};

/** Few, compact parameters: numbers and ids need no quotes in an array literal; what parts texts is never in them. */
export const appendParameters = (appends: readonly Prepared[], careful: boolean): unknown[] => {
  const owner: number[] = [];
  const nth: number[] = [];
  appends.forEach(({ ids }, index) => {
    for (let n = 1; n <= ids.length; n += 1) {
      owner.push(index + 1);
      nth.push(n);
    }
  });
  const texts = (of: (append: Prepared) => readonly string[]): string => appends.flatMap(of).join(SEPARATOR);
  const list = (of: (append: Prepared) => readonly unknown[]): string => `{${appends.flatMap(of).join()}}`;
  return [
    careful,
    appends.map((append) => append.stream).join(SEPARATOR),
    `{${appends.map((append) => append.expected).join()}}`,
    `{${appends.map((append) => append.ids.length).join()}}`,
    `{${owner.join()}}`,
    `{${nth.join()}}`,
    list((append) => append.ids),
    texts((append) => append.types),
    list((append) => append.schemas),
    texts((append) => append.data),
    texts((append) => append.metadata),
  ];
};

/** In the order of the appends. An append of several events has a row for each; the last one counts. */
export const verdicts = (appends: readonly Prepared[], rows: readonly AppendRow[]): readonly Verdict[] => {
  const last = new Map<string, AppendRow>();
  for (const row of rows) {
    const before = last.get(row.of_stream);
    if (before === undefined || before.at_version < row.at_version) last.set(row.of_stream, row);
  }
  return appends.map(({ stream }) => {
    const row = last.get(stream);
    if (row === undefined) throw new Error(`the store gave no verdict for ${stream}`);
    return row.outcome === 'conflict'
      ? { appended: false, conflictAt: row.at_version }
      : { appended: true, version: row.at_version, position: Number(row.at_position), again: row.outcome === 'again' };
  });
};
