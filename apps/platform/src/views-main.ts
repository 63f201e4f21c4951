/**
 * `npm run views -- list` · `npm run views -- rebuild <service>/<view>` (or `<view>` where only one service has it):
 * makes a view again from position 0, beside the live one, and swaps it in without a gap for readers.
 *
 * With MIGRATION_DATABASE_URL: that service's database. Without: the data folder JINJI_DATA (.jinji), also while it is served.
 */
import pg from 'pg';
import { EventStore } from '#libs/event-store';
import type { ServiceDefinition } from '#libs/service';
import { rebuildView, type View } from '#libs/views';
import { openDatabases } from './databases.js';
import { services } from './services.js';

interface Found {
  readonly service: ServiceDefinition;
  readonly view: View;
}

const main = async ([command, wanted = '']: readonly string[]): Promise<void> => {
  const all: readonly Found[] = services.flatMap((service) => service.views.map((view) => ({ service, view })));
  const names = all.map(({ service, view }) => `${service.name}/${view.name}`);
  if (command === 'list') return console.log(names.join('\n'));
  const found = all.filter(({ service, view }) => wanted === view.name || wanted === `${service.name}/${view.name}`);
  const [one] = found;
  if (command !== 'rebuild' || !one || found.length > 1)
    throw new Error(`say which: npm run views -- rebuild <service>/<view>\n  ${names.join('\n  ')}`);
  if (process.env.MIGRATION_DATABASE_URL) return rebuild(one, process.env.MIGRATION_DATABASE_URL);
  const databases = await openDatabases(process.env.JINJI_DATA ?? '.jinji');
  try {
    await rebuild(one, (await databases.of(one.service.name)).migrationUrl);
  } finally {
    await databases.close();
  }
};

const rebuild = async ({ service, view }: Found, ownerUrl: string): Promise<void> => {
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 2 });
  try {
    const store = new EventStore(pool, { kinds: service.aggregates });
    const { events, position } = await rebuildView(view, { ownerUrl, store });
    console.log(`${service.name}/${view.name} was made again from ${events} events, up to position ${position}`);
  } finally {
    await pool.end();
  }
};

await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
