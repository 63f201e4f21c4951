/**
 * `npm run migrate [service]`: brings a service's database up to date, as the owner of its tables.
 *
 * With ADMIN_DATABASE_URL (who may make databases and roles) and, a service, PEOPLE_DATABASE_URL and so on, as that service will
 * connect: makes the databases, their owners and the running roles where they are missing, then migrates.
 * With DATABASE_URL and MIGRATION_DATABASE_URL (and BUS_URL, BUS_MIGRATION_URL): that database, and the service must be named.
 * Without: the databases of the data folder JINJI_DATA (.jinji), of all services or the one named.
 */
import { pathToFileURL } from 'node:url';
import { provision } from '#libs/postgres';
import { migrate, readConfig, type ServiceDefinition } from '#libs/service';
import { openDatabases } from './databases.js';
import { services } from './services.js';

/** What a migration does not need, so that it need not be configured for it. */
const unneeded = { AUTH_ISSUER: 'none', AUTH_JWKS_URL: 'http://127.0.0.1/none', NODE_ENV: '' };

const placeholderKey = Buffer.alloc(32).toString('base64');

const main = async (name: string | undefined): Promise<void> => {
  const all = services;
  const chosen = all.filter((service) => name === undefined || service.name === name);
  if (chosen.length === 0)
    throw new Error(`there is no service ${name}; there are ${all.map((service) => service.name).join(', ')}`);
  if (process.env.ADMIN_DATABASE_URL) return inCluster(process.env.ADMIN_DATABASE_URL, chosen);
  if (process.env.MIGRATION_DATABASE_URL) {
    const [one] = chosen;
    if (!one || chosen.length > 1)
      throw new Error('say which service MIGRATION_DATABASE_URL belongs to: npm run migrate <service>');
    await told(one, {
      ...unneeded, MASTER_KEY: placeholderKey, ...process.env,
      DATABASE_URL: process.env.DATABASE_URL ?? process.env.MIGRATION_DATABASE_URL,
    });
    return;
  }
  const databases = await openDatabases(process.env.JINJI_DATA ?? '.jinji');
  try {
    for (const service of chosen) {
      const { url, migrationUrl } = await databases.of(service.name);
      await told(service, {
        ...unneeded, MASTER_KEY: databases.masterKey, DATABASE_URL: url, MIGRATION_DATABASE_URL: migrationUrl,
        BUS_URL: databases.bus.url, BUS_MIGRATION_URL: databases.bus.migrationUrl,
      });
    }
  } finally {
    await databases.close();
  }
};

/** Databases on a server of which we are told the administrator: made, then migrated. */
const inCluster = async (admin: string, chosen: readonly ServiceDefinition[]): Promise<void> => {
  const named = chosen.map((service) => ({ service, variable: `${service.name.toUpperCase()}_DATABASE_URL` }));
  const missing = named.filter(({ variable }) => !process.env[variable]).map(({ variable }) => variable);
  if (missing.length > 0)
    throw new Error(`beside ADMIN_DATABASE_URL must be set, as the service will connect: ${missing.join(', ')}`);
  for (const { service, variable } of named) {
    const url = new URL(process.env[variable] ?? '');
    const [database = '', running = '', password = ''] = [url.pathname.slice(1), url.username, url.password].map(decodeURIComponent);
    const { migrationUrl } = await provision(admin, database, { owner: `${running}_owner`, running, password });
    await told(service, {
      ...process.env, ...unneeded, MASTER_KEY: placeholderKey, DATABASE_URL: url.href, MIGRATION_DATABASE_URL: migrationUrl,
    });
  }
};

const told = async (service: ServiceDefinition, env: NodeJS.ProcessEnv): Promise<void> => {
  const ran = await migrate(service, readConfig(env));
  console.log(`${service.name}: ${ran.length === 0 ? 'nothing was pending' : ran.join(', ')}`);
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await main(process.argv[2]).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
