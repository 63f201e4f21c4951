/**
 * Once a run: compiles (for tests that start processes of their own) and finds one PostgreSQL for all test files:
 * DATABASE_URL, a container where JINJI_TEST_CONTAINERS=1 asks for it, or an embedded one.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from './build.mjs';

const prefix = 'jinji-test-';
const kafkaPrefix = 'jinji-kafka-';

export default async function setup() {
  await build({ quiet: true });
  // The first spec that needs a broker lets one be started there (libs/testing); the teardown stops it.
  await sweepKafka();
  const { ownerOf, removeContainers, startPostgresContainer, wantsContainers } = await import('../dist/libs/testing/containers.js');
  const owner = (process.env.JINJI_TEST_OWNER = ownerOf(process.pid));
  process.env.JINJI_TEST_KAFKA = path.join(tmpdir(), `${kafkaPrefix}${process.pid}`);
  if (process.env.DATABASE_URL) {
    process.env.JINJI_TEST_SERVER = process.env.DATABASE_URL;
    return;
  }
  if (wantsContainers()) {
    process.env.JINJI_TEST_SERVER = await startPostgresContainer(owner).catch((error) => {
      process.stderr.write(`JINJI_TEST_CONTAINERS asks for a PostgreSQL in a container, and there is none: ${error.message}\n`);
      process.exit(1);
    });
    globalThis.jinjiTestServer = { cluster: { remove: () => removeContainers(owner) } };
    return;
  }
  const { startPostgres } = await import('../dist/libs/postgres/index.js');
  await sweep(startPostgres);
  const folder = await mkdtemp(path.join(tmpdir(), `${prefix}${process.pid}-`));
  // What a crash of the machine would lose, a test run may lose.
  const cluster = await startPostgres(folder, { settings: { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' } });
  process.env.JINJI_TEST_SERVER = cluster.url;
  globalThis.jinjiTestServer = { cluster, folder };
}

/** What killed runs left behind. */
async function sweep(startPostgres) {
  for (const name of await readdir(tmpdir())) {
    const owner = Number(name.match(new RegExp(`^${prefix}(\\d+)-`))?.[1]);
    if (!owner || isAlive(owner)) continue;
    const folder = path.join(tmpdir(), name);
    await startPostgres(folder).then((cluster) => cluster.remove(), () => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

async function sweepKafka() {
  for (const name of await readdir(tmpdir())) {
    const owner = Number(name.match(new RegExp(`^${kafkaPrefix}(\\d+)$`))?.[1]);
    if (owner && !isAlive(owner)) await endKafka(path.join(tmpdir(), name));
  }
}

export async function endKafka(folder, owner) {
  if (!existsSync(folder)) return;
  const { stopBroker } = await import('../dist/libs/kafka-broker/index.js');
  await stopBroker(path.join(folder, 'broker'));
  if (owner && existsSync(path.join(folder, 'answer')) && !existsSync(path.join(folder, 'broker'))) {
    const { removeContainers } = await import('../dist/libs/testing/containers.js');
    await removeContainers(owner).catch(() => undefined); // a Docker that is gone took them along
  }
  await rm(folder, { recursive: true, force: true });
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
