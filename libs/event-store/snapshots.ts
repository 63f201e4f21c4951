import { createHash } from 'node:crypto';
import type { AggregateKind, Query } from './aggregate.js';

export interface Snapshot<S> {
  readonly version: number;
  readonly position: number;
  readonly state: S;
}

/** A snapshot only saves time: it is left aside where the program that made it folds differently. */
interface SnapshotRow {
  readonly stream: string;
  readonly version: number;
  readonly position: string;
  readonly state: unknown;
}

type Folds = AggregateKind & { readonly decider: { readonly evolve: unknown } };

const shapeOf = ({ schema = {}, snapshotShape = 1, decider }: Folds): string =>
  createHash('sha256').update(JSON.stringify([schema, snapshotShape, String(decider.evolve)])).digest('hex');

export const readSnapshots = async <S>(
  query: Query,
  aggregate: Folds,
  streams: readonly string[],
): Promise<ReadonlyMap<string, Snapshot<S>>> => {
  const rows = await query<SnapshotRow>(
    'SELECT stream, version, position, state FROM snapshots WHERE stream = ANY ($1) AND shape = $2',
    [streams, shapeOf(aggregate)],
  );
  return new Map(
    rows.map(({ stream, version, position, state }) => [stream, { version, position: Number(position), state: state as S }]),
  );
};

export const writeSnapshot = async <S>(query: Query, aggregate: Folds, stream: string, made: Snapshot<S>): Promise<void> => {
  requirePlain(made.state, aggregate.name);
  await query(
    `INSERT INTO snapshots AS s (stream, version, position, shape, state) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (stream) DO UPDATE
        SET version = excluded.version, position = excluded.position, shape = excluded.shape, state = excluded.state
      WHERE s.version < excluded.version OR s.shape <> excluded.shape`,
    [stream, made.version, made.position, shapeOf(aggregate), JSON.stringify(made.state)],
  );
};

/** JSON turns a Map into {} without a word: said here, at the first snapshot that a test makes. */
const requirePlain = (value: unknown, path: string): void => {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (Array.isArray(value)) {
    value.forEach((item: unknown, index) => {
      if (item === undefined) throw new TypeError(`${path}[${index}] is undefined: a snapshot cannot hold it`);
      requirePlain(item, `${path}[${index}]`);
    });
    return;
  }
  const prototype: unknown = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined;
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`the state of a snapshot is plain JSON, and ${path} is not`);
  }
  for (const [key, item] of Object.entries(value)) requirePlain(item, `${path}.${key}`);
};
