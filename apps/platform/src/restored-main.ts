/**
 * `npm run restored <service>`: after a service's database was put back to an earlier point, and before the service starts again.
 * chosen.ts says how the database is reached; with KAFKA_BROKERS the bus is Kafka.
 *
 * The store becomes another incarnation: positions that it gives out a second time are not taken for those of before. And the
 * service's group reads the topics from the beginning: what the database still remembers has no effect, what it forgot has it again.
 */
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { contractOf } from '#libs/contracts';
import { EmbeddedBus, KafkaBus } from '#libs/messaging';
import { readConfig, type ServiceConfig, type ServiceDefinition } from '#libs/service';
import { forChosen } from './chosen.js';

const restored = async ({ name, reactions = [] }: ServiceDefinition, config: ServiceConfig): Promise<void> => {
  const topics = [...new Set(reactions.map(({ type }) => contractOf(type).topic))];
  const bus = config.kafka
    ? new KafkaBus({ access: config.kafka, clientId: name })
    : new EmbeddedBus({ url: config.BUS_URL ?? config.DATABASE_URL });
  try {
    if (topics.length > 0) await bus.rewind(name, topics);
  } finally {
    await bus.close();
  }
  const owner = new pg.Client({ connectionString: config.MIGRATION_DATABASE_URL ?? config.DATABASE_URL });
  await owner.connect();
  try {
    const sql = 'UPDATE store SET incarnation = gen_random_uuid() RETURNING incarnation';
    const { rows: [store] } = await owner.query<{ incarnation: string }>(sql);
    console.log(`${name}: speaks as ${name}/${store?.incarnation} now, and reads ${topics.join(', ') || 'nothing'} again`);
  } finally {
    await owner.end();
  }
};

const main = async (service: string | undefined): Promise<void> => {
  if (service === undefined) throw new Error('say which service was restored: npm run restored <service>');
  await forChosen(service, (definition, env) => restored(definition, readConfig(env)));
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await main(process.argv[2]).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
