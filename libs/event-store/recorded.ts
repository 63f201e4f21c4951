import type { AggregateKind, EventMetadata, Recorded } from './aggregate.js';

export const EVENT_COLUMNS = 'position, stream, version, id, type, schema, data, metadata, recorded_at';

export interface EventRow {
  readonly position: string;
  readonly stream: string;
  readonly version: number;
  readonly id: string;
  readonly type: string;
  readonly schema: number;
  readonly data: Record<string, unknown>;
  readonly metadata: EventMetadata;
  readonly recorded_at: Date;
}

/** Makes rows into events, the data of old schema versions brought up to today's. */
export const reader = (kinds: readonly AggregateKind[]): ((row: EventRow) => Recorded) => {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]));
  return (row) => {
    const colon = row.stream.indexOf(':');
    const aggregate = row.stream.slice(0, colon);
    return {
      id: row.id,
      position: Number(row.position),
      stream: row.stream,
      aggregate,
      aggregateId: row.stream.slice(colon + 1),
      version: row.version,
      event: { type: row.type, ...current(byName.get(aggregate), row) },
      metadata: row.metadata,
      recordedAt: row.recorded_at.toISOString(),
    };
  };
};

const current = (kind: AggregateKind | undefined, { type, schema, data, stream }: EventRow): Record<string, unknown> => {
  if (kind === undefined) return data;
  const today = kind.schema?.[type] ?? 1;
  if (schema === today) return data;
  // A newer program wrote it: to guess at its meaning would be worse than to stop.
  if (schema > today) throw new Error(`${type} of ${stream} has schema ${schema}, this program knows ${today}`);
  const upcast = kind.upcast?.[type];
  if (upcast === undefined) throw new Error(`${type} of ${stream} has schema ${schema}, and nothing brings it up to ${today}`);
  return upcast(data, schema);
};
