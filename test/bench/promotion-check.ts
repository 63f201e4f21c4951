import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { derivedId } from '#libs/decider';
import { type BenchContest, rankOf, workerOf } from './promotion-feed.js';

const ROWS_AT_ONCE = 1000;

/** Until the run of the contest's first revision has decided everybody: read from the log itself. */
export const proposed = async (owner: pg.Pool, contest: string): Promise<void> => {
  const run = `decision-run:${derivedId(contest, 'decision-run', 1)}`;
  const sql = `SELECT 1 FROM events WHERE stream = $1 AND type = 'RunCompleted'`;
  while ((await owner.query(sql, [run])).rowCount === 0) await sleep(50);
};

/** The first half is proposed for 二级, nobody else, each once. */
export const checkDecisions = async (owner: pg.Pool, { id, shift }: BenchContest, entrants: number): Promise<string> => {
  const { rows } = await owner.query<{ worker: string; type: string; to: number | null }>(
    `SELECT data->>'worker' AS worker, type, (data->>'to')::int AS to FROM events
      WHERE stream LIKE 'decision:%' AND data->>'contest' = $1 AND type IN ('PromotionProposed', 'NothingFound', 'PromotionHeld')`,
    [id],
  );
  const found = new Map(rows.map((row) => [row.worker, row]));
  if (rows.length !== entrants || found.size !== entrants) throw new Error(`${rows.length} decisions for ${entrants} entrants`);
  let promoted = 0;
  for (let n = 0; n < entrants; n += 1) {
    const rises = rankOf(n, shift, entrants) <= Math.floor(entrants / 2);
    const { type, to } = found.get(workerOf(n)) ?? { type: 'none', to: null };
    if (rises ? type !== 'PromotionProposed' || to !== 2 : type !== 'NothingFound')
      throw new Error(`the decision of entrant ${n} is ${type} ${to ?? ''}`);
    promoted += rises ? 1 : 0;
  }
  return `checked: ${promoted} promoted, ${entrants - promoted} not`;
};

export interface Copied { readonly events: number; readonly bytes: number; readonly seconds: number }

interface Row {
  readonly position: string; readonly stream: string; readonly version: number; readonly id: string; readonly type: string;
  readonly schema: number; readonly data: string; readonly metadata: string;
}

/**
 * The ceiling: a table like the log, with its indexes, into which the same events go in INSERTs of many rows, and nothing
 * else.
 */
export const copyOfEvents = async (owner: pg.Pool): Promise<{ copy: (after: number) => Promise<Copied> }> => {
  await owner.query('CREATE SCHEMA ceiling');
  await owner.query('CREATE TABLE ceiling.events (LIKE public.events INCLUDING ALL)');
  await owner.query('CREATE SEQUENCE ceiling.position');
  await owner.query(`ALTER TABLE ceiling.events ALTER COLUMN position SET DEFAULT nextval('ceiling.position')`);
  const copy = async (after: number): Promise<Copied> => {
    const total = { events: 0, bytes: 0, seconds: 0 };
    for (let last = String(after); ; ) {
      const { rows } = await owner.query<Row>(
        `SELECT position, stream, version, id, type, schema, data::text, metadata::text FROM public.events
          WHERE position > $1 ORDER BY position LIMIT ${ROWS_AT_ONCE}`, [last],
      );
      const end = rows.at(-1);
      if (end === undefined) return total;
      last = end.position;
      const began = performance.now();
      await owner.query({
        name: 'ceiling',
        text: `INSERT INTO ceiling.events (stream, version, id, type, schema, data, metadata)
               SELECT * FROM unnest($1::text[], $2::int[], $3::uuid[], $4::text[], $5::smallint[], $6::jsonb[], $7::jsonb[])`,
        values: [
          rows.map((row) => row.stream), rows.map((row) => row.version), rows.map((row) => row.id), rows.map((row) => row.type),
          rows.map((row) => row.schema), rows.map((row) => row.data), rows.map((row) => row.metadata),
        ],
      });
      total.seconds += (performance.now() - began) / 1000;
      total.events += rows.length;
      total.bytes += rows.reduce((sum, row) => sum + row.data.length + row.metadata.length, 0);
    }
  };
  return { copy };
};
