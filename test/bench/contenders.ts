import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type pg from 'pg';
import { newId } from '#libs/decider';
import { EventStore, type EventMetadata } from '#libs/event-store';

/** Records one event of its writer's own stream, at the version that the writer knows. */
export interface Contender {
  readonly name: string;
  append(stream: string, version: number): Promise<void>;
  close(): Promise<void>;
}

/** What a judge's entry looks like. */
const TYPE = 'MarkEntered';
const data = (version: number) => ({
  n: version + 1, aspect: 'C3.07', code: 'K7F-2', judge: '0190e2a0-1c5b-7d3e-8f4a-5b6c7d8e9f00', mark: '2.75', day: '2026-03-02',
});
const metadata: EventMetadata = {
  actor: '0190e2a0-1c5b-7d3e-8f4a-5b6c7d8e9f01', organisation: '0190e2a0-1c5b-7d3e-8f4a-5b6c7d8e9f02',
  correlation: '0190e2a0-1c5b-7d3e-8f4a-5b6c7d8e9f03', causation: null, at: '2026-03-02T01:00:00.000Z',
};

export const thisStore = (pool: pg.Pool): Contender => {
  const store = new EventStore(pool);
  return {
    name: 'jinji',
    append: async (stream, version) => {
      const event = { id: newId(), type: TYPE, schema: 1, data: data(version), metadata };
      const verdict = await store.append({ stream, expected: version, events: [event] });
      if (!verdict.appended || verdict.version !== version + 1) throw new Error(`${stream}: ${JSON.stringify(verdict)}`);
    },
    close: async () => undefined,
  };
};

const COLUMNS = 'stream, version, id, type, schema, data, metadata';

/** The same row into the same table, without a claim of the stream, a verdict or an order that one may follow. */
export const plainInsert = (pool: pg.Pool): Contender => ({
  name: 'plain INSERT',
  append: async (stream, version) => {
    await pool.query({
      name: 'plain',
      text: `INSERT INTO events (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING position`,
      values: [stream, version + 1, newId(), TYPE, 1, JSON.stringify(data(version)), JSON.stringify(metadata)],
    });
  },
  close: async () => undefined,
});

export const ROWS_AT_ONCE = 1000;

/** What one connection can bring into the table at all; each call one stream of 1 000 rows. */
export const ceiling = (pool: pg.Pool) => async (stream: string): Promise<void> => {
  const rows = Array.from({ length: ROWS_AT_ONCE }, (_, version) => version);
  await pool.query({
    name: 'ceiling',
    text: `INSERT INTO events (${COLUMNS})
           SELECT * FROM unnest($1::text[], $2::int[], $3::uuid[], $4::text[], $5::smallint[], $6::jsonb[], $7::jsonb[])`,
    values: [
      rows.map(() => stream), rows.map((version) => version + 1), rows.map(() => newId()), rows.map(() => TYPE),
      rows.map(() => 1), rows.map((version) => JSON.stringify(data(version))), rows.map(() => JSON.stringify(metadata)),
    ],
  });
};

interface EmmettWriter {
  append(stream: string, version: number, type: string, data: unknown, metadata: unknown): Promise<void>;
  close(): Promise<void>;
}

/** From a package of its own, installed at the first use, so that nobody else has to. */
export const emmett = async (url: string, tell: (line: string) => void): Promise<Contender> => {
  const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../test/bench/emmett');
  if (!existsSync(path.join(folder, 'node_modules/@event-driven-io/emmett-postgresql'))) {
    tell('installing emmett-postgresql for the comparison (npm ci in test/bench/emmett)');
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const module = (await import(pathToFileURL(path.join(folder, 'writer.js')).href)) as {
    emmett(connection: string): Promise<EmmettWriter>;
  };
  const writer = await module.emmett(url);
  return {
    name: 'emmett 0.42.0',
    append: (stream, version) => writer.append(stream, version, TYPE, data(version), metadata),
    close: () => writer.close(),
  };
};
