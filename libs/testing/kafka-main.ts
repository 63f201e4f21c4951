/**
 * Finds a broker for a test run, once: the first who asks starts one, the others wait for its address.
 * `node kafka-main.js FOLDER OWNER` leaves `{ "address" }` or `{ "error" }` in the folder's file `answer`.
 *
 * A program of its own, as Jest must know at once, while it collects the specs, whether those on Kafka can run.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { existsSync } from 'node:fs';
import { missingTools, startBroker } from '#libs/kafka-broker';
import { hasDocker, startKafkaContainer, wantsContainers } from './containers.js';

const [folder = '', owner = ''] = process.argv.slice(2);
const PATIENCE_MS = 600_000;

/** Docker, then Maven and Java; nothing but Docker where containers were asked for. */
const find = async (): Promise<string> => {
  let noContainer = 'there is no Docker';
  if (hasDocker() || wantsContainers())
    try {
      return await startKafkaContainer(owner);
    } catch (error) {
      if (wantsContainers()) throw error;
      noContainer = `no container: ${firstLine(error)}`;
    }
  const missing = missingTools();
  if (missing !== undefined) throw new Error(`${noContainer}, and ${missing}`);
  if (hasDocker()) process.stderr.write(`Kafka comes from Maven (${noContainer})\n`);
  return (await startBroker(path.join(folder, 'broker'), { outlives: true, heap: '384m' })).address;
};

const firstLine = (error: unknown): string => String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';

const first = await mkdir(folder).then(() => true, () => false);
const answer = path.join(folder, 'answer');
if (first) {
  const told = await find().then((address) => ({ address }), (error: unknown) => ({ error: firstLine(error) }));
  await writeFile(`${answer}.new`, JSON.stringify(told));
  await rename(`${answer}.new`, answer);
}
for (const until = Date.now() + PATIENCE_MS; !existsSync(answer) && Date.now() < until; ) await sleep(100);
process.exit(existsSync(answer) ? 0 : 1);
