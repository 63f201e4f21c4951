/**
 * `npm run demo`: starts the platform in an empty folder of its own, plays, tells, removes it.
 *
 *   --json   one JSON document on standard output, nothing else there
 *   --keep   leaves the folder, and says where it is
 *   --url    plays against a server that is running (with its clock moved by hand)
 *   --kafka  each service as a process of its own with a database of its own, over a real Kafka (Java 17 and Maven)
 *   --instances 2   so many processes a service, with --kafka
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { missingTools } from '#libs/kafka-broker';
import { Actors } from './actors.js';
import { type Examples, readExamples } from './examples.js';
import { Api, Refused } from './http.js';
import { play } from './play.js';
import { progressBar } from './progress.js';
import { holdsDemo } from './register.js';
import { startServer } from './server.js';
import { startApart } from './services-apart.js';
import { isManual } from './settle.js';
import { told } from './tell.js';

const main = async (): Promise<void> => {
  const { json, keep, url, kafka, instances } = readOptions();
  const examples = readExamples(join('examples', 'municipal-2026'));
  const progress = progressBar();
  if (url === undefined) progress.step(`启动 an embedded PostgreSQL${kafka ? ', a Kafka' : ''} and six services`);
  const server = url !== undefined ? undefined : kafka ? await startApart(instances) : await startServer();
  const api = new Api(new URL(url ?? server?.url ?? ''));
  let failed = true;
  try {
    const actors = new Actors(api);
    const obstacle = await obstacleTo(api, actors, examples);
    if (obstacle !== undefined) {
      progress.stop();
      console.error(obstacle.because);
      process.exitCode = obstacle.code;
      return;
    }
    const outcome = await play(api, examples, progress);
    progress.stop();
    failed = false;
    const where = { url: url ?? null, folder: keep && server ? server.folder : null };
    process.stdout.write(json ? `${JSON.stringify(outcome, null, 2)}\n` : told(outcome, where));
    if (json && where.folder !== null) console.error(`kept in ${where.folder}`);
  } finally {
    progress.stop();
    api.close();
    await server?.stop({ keep: keep && !failed });
  }
};

interface Options {
  readonly json: boolean;
  readonly keep: boolean;
  readonly url: string | undefined;
  readonly kafka: boolean;
  readonly instances: number;
}

const readOptions = (): Options => {
  const flag = { type: 'boolean', default: false } as const;
  const { json, keep, url, kafka, instances } = parseArgs({
    options: { json: flag, keep: flag, url: { type: 'string' }, kafka: flag, instances: { type: 'string', default: '1' } },
  }).values;
  const fail = (because: string): never => {
    console.error(because);
    return process.exit(1);
  };
  if (kafka && url !== undefined) fail('--kafka starts services of its own: without --url');
  if (!/^[1-9]$/.test(instances)) fail('--instances takes a number from 1 to 9');
  if (!kafka && instances !== '1') fail('--instances goes with --kafka: without it all services are one process');
  const missing = kafka ? missingTools() : undefined;
  if (missing !== undefined) fail(`--kafka starts a broker from Maven Central with Java 17 and Maven: ${missing}`);
  return { json, keep, url, kafka, instances: Number(instances) };
};

const holdsAlready =
  'this server holds the people of the demo already; to empty it: ' +
  'docker compose --env-file examples/demo.env down -v (containers), or delete its data folder (npm start), and start it again';

interface Obstacle { readonly because: string; readonly code: number }

/** Why it cannot be played there; that it was played already is no failure. */
const obstacleTo = async (api: Api, actors: Actors, examples: Examples): Promise<Obstacle | undefined> => {
  const manual = await isManual(api, actors).catch((error: unknown) => {
    if (error instanceof Refused && error.status === 404) return undefined;
    throw error;
  });
  if (manual === undefined)
    return { because: 'this server has no development issuer: of containers, start it with --env-file examples/demo.env', code: 1 };
  if (!manual)
    return { because: "this server's clock is the machine's: start it with JINJI_CLOCK=manual to play the demo", code: 1 };
  if (await holdsDemo(api, actors, examples)) return { because: holdsAlready, code: 0 };
  return undefined;
};

await main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
