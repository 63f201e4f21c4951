/**
 * `npm run migrate [service]`: brings a service's database up to date, as the owner of its tables.
 *
 * With DATABASE_URL and MIGRATION_DATABASE_URL (and BUS_URL, BUS_MIGRATION_URL): that database, and the service must be named.
 * Without: the databases of the data folder JINJI_DATA (.jinji), of all services or the one named.
 */
import { pathToFileURL } from 'node:url';
import { migrate, readConfig, type ServiceDefinition } from '#libs/service';
import { openDatabases } from './databases.js';
import { services } from './services.js';

/** What a migration does not need, so that it need not be configured for it. */
const unneeded = { AUTH_ISSUER: 'none', AUTH_JWKS_URL: 'http://127.0.0.1/none' };

const main = async (name: string | undefined): Promise<void> => {
  const all = services;
  const chosen = all.filter((service) => name === undefined || service.name === name);
  if (chosen.length === 0)
    throw new Error(`there is no service ${name}; there are ${all.map((service) => service.name).join(', ')}`);
  if (process.env.MIGRATION_DATABASE_URL) {
    const [one] = chosen;
    if (!one || chosen.length > 1)
      throw new Error('say which service MIGRATION_DATABASE_URL belongs to: npm run migrate <service>');
    const placeholder = Buffer.alloc(32).toString('base64');
    await told(one, {
      ...unneeded, MASTER_KEY: placeholder, ...process.env,
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

const told = async (service: ServiceDefinition, env: NodeJS.ProcessEnv): Promise<void> => {
  const ran = await migrate(service, readConfig(env));
  console.log(`${service.name}: ${ran.length === 0 ? 'nothing was pending' : ran.join(', ')}`);
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await main(process.argv[2]).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
