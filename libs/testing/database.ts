import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';
import type { Query } from '#libs/event-store';
import { provision } from '#libs/postgres';

export type MigrationClass = new () => MigrationInterface;

/** A database of its own for one spec. */
export interface TestDatabase {
  readonly name: string;
  /** As the running role, which owns nothing. */
  readonly url: string;
  /** As the owner. */
  readonly migrationUrl: string;
  /** The running role's name. */
  readonly role: string;
  /** Connections of the running role. */
  readonly pool: pg.Pool;
  readonly query: Query;
  /** The owner's, for what a test does to the database behind the service's back. */
  readonly asOwner: Query;
  /** Closes the pools and drops the database. */
  drop(): Promise<void>;
}

/** The server that this run has: DATABASE_URL, or the one that Jest's global setup started; a container could stand here. */
const server = (): string => {
  const url = process.env.JINJI_TEST_SERVER ?? process.env.DATABASE_URL;
  if (!url) throw new Error('no test server: run through Jest with scripts/jest-setup.mjs, or set DATABASE_URL');
  return url;
};

export const testDatabase = async (): Promise<TestDatabase> => {
  const name = `t_${randomBytes(6).toString('hex')}`;
  const made = await provision(server(), name, { owner: `${name}_owner`, running: name });
  const pool = poolOf(made.url);
  const owner = poolOf(made.migrationUrl);
  return {
    name,
    url: made.url,
    migrationUrl: made.migrationUrl,
    role: made.role,
    pool,
    query: queryOf(pool),
    asOwner: queryOf(owner),
    drop: async () => {
      await Promise.all([pool.end(), owner.end()]);
      const client = new pg.Client({ connectionString: server() });
      await client.connect();
      await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await client.query(`DROP ROLE ${name}_owner, ${name}`);
      await client.end();
    },
  };
};

/** A test database with these migrations run by its owner; `grants` are what the running role may do. */
export const migrated = async (
  migrations: readonly MigrationClass[],
  grants: (role: string) => readonly string[] = () => [],
): Promise<TestDatabase> => {
  const database = await testDatabase();
  const owner = new DataSource({ type: 'postgres', url: database.migrationUrl, migrations: [...migrations], synchronize: false });
  await owner.initialize();
  await owner.runMigrations();
  for (const grant of grants(pg.escapeIdentifier(database.role))) await owner.query(grant);
  await owner.destroy();
  return database;
};

const poolOf = (connectionString: string): pg.Pool => {
  const pool = new pg.Pool({ connectionString, max: 20 });
  pool.on('error', () => undefined); // the database is dropped under it
  return pool;
};

const queryOf = (pool: pg.Pool): Query => async <Row>(sql: string, params: readonly unknown[] = []) =>
  (await pool.query(sql, [...params])).rows as Row[];
