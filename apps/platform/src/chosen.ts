import { provision } from '#libs/postgres';
import type { ServiceDefinition } from '#libs/service';
import { openDatabases } from './databases.js';
import { services } from './services.js';

/** What work on a database does not need, so that it need not be configured for it. */
const unneeded = { AUTH_ISSUER: 'none', AUTH_JWKS_URL: 'http://127.0.0.1/none', NODE_ENV: '' };
const placeholderKey = Buffer.alloc(32).toString('base64');

type Work = (service: ServiceDefinition, env: NodeJS.ProcessEnv) => Promise<void>;

/**
 * For tools that work on databases as their owners: which services are meant (all where none is named), and how each is reached.
 *
 * With ADMIN_DATABASE_URL (who may make databases and roles) and, a service, PEOPLE_DATABASE_URL and so on, as that service will
 * connect: databases, their owners and the running roles are made where they are missing.
 * With DATABASE_URL and MIGRATION_DATABASE_URL (and BUS_URL, BUS_MIGRATION_URL): that database, and the service must be named.
 * Without: the databases of the data folder JINJI_DATA (.jinji).
 */
export const forChosen = async (name: string | undefined, work: Work): Promise<void> => {
  const chosen = services.filter((service) => name === undefined || service.name === name);
  if (chosen.length === 0)
    throw new Error(`there is no service ${name}; there are ${services.map((service) => service.name).join(', ')}`);
  if (process.env.ADMIN_DATABASE_URL) return inCluster(process.env.ADMIN_DATABASE_URL, chosen, work);
  if (process.env.MIGRATION_DATABASE_URL) {
    const [one] = chosen;
    if (!one || chosen.length > 1) throw new Error('say which service MIGRATION_DATABASE_URL belongs to, by its name');
    return work(one, {
      ...unneeded, MASTER_KEY: placeholderKey, ...process.env,
      DATABASE_URL: process.env.DATABASE_URL ?? process.env.MIGRATION_DATABASE_URL,
    });
  }
  const databases = await openDatabases(process.env.JINJI_DATA ?? '.jinji');
  const { KAFKA_BROKERS } = process.env;
  try {
    for (const service of chosen) {
      const { url, migrationUrl } = await databases.of(service.name);
      const bus = { BUS_URL: databases.bus.url, BUS_MIGRATION_URL: databases.bus.migrationUrl };
      await work(service, {
        ...unneeded, MASTER_KEY: databases.masterKey, DATABASE_URL: url, MIGRATION_DATABASE_URL: migrationUrl,
        ...(KAFKA_BROKERS ? { KAFKA_BROKERS } : bus),
      });
    }
  } finally {
    await databases.close();
  }
};

/** Databases on a server of which we are told the administrator. */
const inCluster = async (admin: string, chosen: readonly ServiceDefinition[], work: Work): Promise<void> => {
  const named = chosen.map((service) => ({ service, variable: `${service.name.toUpperCase()}_DATABASE_URL` }));
  const missing = named.filter(({ variable }) => !process.env[variable]).map(({ variable }) => variable);
  if (missing.length > 0)
    throw new Error(`beside ADMIN_DATABASE_URL must be set, as the service will connect: ${missing.join(', ')}`);
  for (const { service, variable } of named) {
    const url = new URL(process.env[variable] ?? '');
    const [database = '', running = '', password = ''] = [url.pathname.slice(1), url.username, url.password].map(decodeURIComponent);
    const { migrationUrl } = await provision(admin, database, { owner: `${running}_owner`, running, password });
    await work(service, {
      ...process.env, ...unneeded, MASTER_KEY: placeholderKey, DATABASE_URL: url.href, MIGRATION_DATABASE_URL: migrationUrl,
    });
  }
};
