/** Every view, made again from the first event beside the live one, is the same, row by row. */
import pg from 'pg';
import { getMetadataArgsStorage } from 'typeorm';
import { EventStore } from '#libs/event-store';
import type { Fleet } from '#libs/fleet';
import { provision } from '#libs/postgres';
import { rebuildView, type View } from '#libs/views';
import { definitions, type Problems, some } from './sources.js';

export const viewsAreFolds = async (fleet: Fleet): Promise<Problems> => {
  const problems: string[] = [];
  for (const { name, views, aggregates } of definitions) {
    const { migrationUrl: ownerUrl } = await provision(fleet.postgresUrl, name, { owner: `${name}_owner`, running: name });
    const pool = new pg.Pool({ connectionString: ownerUrl, max: 2 });
    try {
      const store = new EventStore(pool, { kinds: aggregates });
      for (const view of views) {
        const live = await rowsOf(pool, view);
        await rebuildView(view, { ownerUrl, store });
        const folded = await rowsOf(pool, view);
        problems.push(...differences(`${name}/${view.name}`, live, folded));
      }
    } finally {
      await pool.end();
    }
  }
  return some(problems);
};

const tablesOf = ({ entities }: View): readonly string[] =>
  getMetadataArgsStorage().tables.flatMap(({ target, name }) =>
    (name !== undefined && entities.some((entity) => entity === target) ? [name] : []));

const rowsOf = async (pool: pg.Pool, view: View): Promise<ReadonlySet<string>> => {
  const rows = new Set<string>();
  for (const table of tablesOf(view)) {
    const found = await pool.query<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM ${pg.escapeIdentifier(table)} t`);
    for (const { row } of found.rows) rows.add(`${table} ${row}`);
  }
  return rows;
};

const differences = (view: string, live: ReadonlySet<string>, folded: ReadonlySet<string>): Problems => [
  ...[...live].filter((row) => !folded.has(row)).map((row) => `${view} has a row that no fold gives: ${row.slice(0, 300)}`),
  ...[...folded].filter((row) => !live.has(row)).map((row) => `${view} lacks a row: ${row.slice(0, 300)}`),
];
