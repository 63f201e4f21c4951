import type { AggregateKind, EventMetadata, Recorded, Told } from './aggregate.js';

export const TOLD_COLUMNS = 'position, stream, version, id, type, schema, data';
export const EVENT_COLUMNS = `${TOLD_COLUMNS}, metadata, recorded_at`;

export interface ToldRow {
  readonly position: string;
  readonly stream: string;
  readonly version: number;
  readonly id: string;
  readonly type: string;
  readonly schema: number;
  readonly data: Record<string, unknown>;
}

export interface EventRow extends ToldRow {
  readonly metadata: EventMetadata;
  readonly recorded_at: Date;
}

/** Makes rows into events, the data of old schema versions brought up to today's. */
export interface Reads {
  readonly told: (row: ToldRow) => Told;
  readonly recorded: (row: EventRow) => Recorded;
}

export const reader = (kinds: readonly AggregateKind[]): Reads => {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]));
  const told = (row: ToldRow, aggregate: string): Told => {
    const { id, stream, version, type } = row;
    return { id, position: Number(row.position), stream, version, event: { type, ...current(byName.get(aggregate), row) } };
  };
  return {
    told: (row) => told(row, row.stream.slice(0, row.stream.indexOf(':'))),
    recorded: (row) => {
      const colon = row.stream.indexOf(':');
      const [aggregate, aggregateId] = [row.stream.slice(0, colon), row.stream.slice(colon + 1)];
      const { metadata, recorded_at: at } = row;
      return { ...told(row, aggregate), aggregate, aggregateId, metadata, recordedAt: at.toISOString() };
    },
  };
};

const current = (kind: AggregateKind | undefined, { type, schema, data, stream }: ToldRow): Record<string, unknown> => {
  if (kind === undefined) return data;
  const today = kind.schema?.[type] ?? 1;
  if (schema === today) return data;
  // A newer program wrote it: to guess at its meaning would be worse than to stop.
  if (schema > today) throw new Error(`${type} of ${stream} has schema ${schema}, this program knows ${today}`);
  const upcast = kind.upcast?.[type];
  if (upcast === undefined) throw new Error(`${type} of ${stream} has schema ${schema}, and nothing brings it up to ${today}`);
  return upcast(data, schema);
};
