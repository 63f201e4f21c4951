import pg from 'pg';
import { DataSource } from 'typeorm';
import { eventStoreGrants } from '#libs/event-store';
import { embeddedBusGrants, embeddedBusMigrations, messagingGrants } from '#libs/messaging';
import { vaultGrants } from '#libs/vault';
import { type MigrationClass, viewsGrants } from '#libs/views';
import type { ServiceConfig } from './config.js';
import type { ServiceDefinition } from './definition.js';
import { frameMigrations } from './migrations.js';

/** Of several processes that start at once, one migrates and the others wait. */
const MIGRATION_LOCK = 0x6d696772;
/** What has grants of its own; on every other table the running role may read and write. */
const infrastructure = [
  'events', 'streams', 'snapshots', 'store', 'view_checkpoints', 'timers', 'vault_keys', 'vault_texts', 'relay', 'inbox_marks',
  'parked_messages',
  'migrations', 'bus_migrations',
];

export const migrationsOf = (definition: ServiceDefinition): MigrationClass[] => [...frameMigrations, ...definition.migrations];

/** As the tables' owner: what is pending, then what the running role may do. Returns the names of what was run. */
export const migrate = async (definition: ServiceDefinition, config: ServiceConfig): Promise<string[]> => {
  const owner = config.MIGRATION_DATABASE_URL;
  if (owner === undefined) throw new Error('MIGRATION_DATABASE_URL is needed to migrate: the owner of the tables');
  const busOwner = config.kafka ? undefined : config.BUS_MIGRATION_URL ?? (config.BUS_URL === undefined ? owner : undefined);
  const ran = await locked(owner, async () => {
    const names = await runAll(owner, 'migrations', migrationsOf(definition));
    await grant(
      owner, [...serviceGrants(roleOf(config.DATABASE_URL)), ...(await otherTables(owner, roleOf(config.DATABASE_URL)))],
    );
    return names;
  });
  if (busOwner === undefined) return ran;
  const busRole = roleOf(config.BUS_URL ?? config.DATABASE_URL);
  const onBus = await locked(busOwner, async () => {
    const names = await runAll(busOwner, 'bus_migrations', embeddedBusMigrations);
    await grant(busOwner, embeddedBusGrants(busRole));
    return names;
  });
  return [...ran, ...onBus];
};

/** What is not migrated yet, as far as the running role can see. */
export const pendingMigrations = async (definition: ServiceDefinition, db: DataSource): Promise<string[]> => {
  const names = migrationsOf(definition).map((migration) => new migration().name ?? migration.name);
  const rows: { name: string }[] = await db.query<{ name: string }[]>(
    'SELECT name FROM migrations',
  ).catch((error: { code?: string }) => {
    if (error.code === '42P01' || error.code === '42501') return [];
    throw error;
  });
  const done = new Set(rows.map(({ name }) => name));
  return names.filter((name) => !done.has(name));
};

const serviceGrants = (role: string): string[] => [
  ...eventStoreGrants(role), ...viewsGrants(role), ...vaultGrants(role), ...messagingGrants(role),
  `GRANT SELECT ON migrations TO ${role}`,
];

const otherTables = async (owner: string, role: string): Promise<string[]> =>
  connected(owner, async (client) => {
    const { rows } = await client.query<{ name: string; kind: string }>(
      `SELECT c.relname AS name, c.relkind AS kind FROM pg_class c
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'S') AND c.relname <> ALL ($1)
         AND NOT (c.relkind = 'S' AND c.relname IN ('events_position', 'migrations_id_seq', 'bus_migrations_id_seq'))`,
      [infrastructure],
    );
    return rows.map(({ name, kind }) =>
      kind === 'S'
        ? `GRANT USAGE, SELECT ON SEQUENCE ${pg.escapeIdentifier(name)} TO ${role}`
        : `GRANT SELECT, INSERT, UPDATE, DELETE ON ${pg.escapeIdentifier(name)} TO ${role}`);
  });

const runAll = async (url: string, table: string, migrations: readonly MigrationClass[]): Promise<string[]> => {
  const db = new DataSource({
    type: 'postgres', url, migrations: [...migrations], migrationsTableName: table, synchronize: false, poolSize: 2,
    installExtensions: false,
  });
  await db.initialize();
  try {
    return (await db.runMigrations({ transaction: 'all' })).map(({ name }) => name);
  } finally {
    await db.destroy();
  }
};

/** Nothing to grant where the service runs as the owner: on a developer's own database. */
const grant = (owner: string, statements: readonly string[]): Promise<void> =>
  connected(owner, async (client) => {
    await client.query('BEGIN');
    for (const statement of statements) await client.query(statement);
    await client.query('COMMIT');
  });

const locked = <T>(url: string, work: () => Promise<T>): Promise<T> =>
  connected(url, async (client) => {
    await client.query('SELECT pg_advisory_lock($1, 0)', [MIGRATION_LOCK]);
    return work();
  });

const connected = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

const roleOf = (url: string): string => pg.escapeIdentifier(decodeURIComponent(new URL(url).username));
