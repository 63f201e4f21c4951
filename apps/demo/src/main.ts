/**
 * `npm run demo`: starts the platform in an empty folder of its own, plays, tells, removes it.
 *
 *   --json   one JSON document on standard output, nothing else there
 *   --keep   leaves the folder, and says where it is
 *   --url    plays against a server that is running (with its clock moved by hand)
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Actors } from './actors.js';
import { type Examples, readExamples } from './examples.js';
import { Api } from './http.js';
import { play } from './play.js';
import { progressBar } from './progress.js';
import { holdsDemo } from './register.js';
import { startServer } from './server.js';
import { isManual } from './settle.js';
import { told } from './tell.js';

const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, keep: { type: 'boolean' }, url: { type: 'string' } } });
  const { json = false, keep = false, url } = values;
  const examples = readExamples(join('examples', 'municipal-2026'));
  const progress = progressBar();
  if (url === undefined) progress.step('启动 an embedded PostgreSQL and six services');
  const server = url === undefined ? await startServer() : undefined;
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

interface Obstacle { readonly because: string; readonly code: number }

/** Why it cannot be played there; that it was played already is no failure. */
const obstacleTo = async (api: Api, actors: Actors, examples: Examples): Promise<Obstacle | undefined> => {
  if (!(await isManual(api, actors)))
    return { because: "this server's clock is the machine's: start it with JINJI_CLOCK=manual to play the demo", code: 1 };
  if (await holdsDemo(api, actors, examples))
    return { because: 'this server holds the people of the demo already: start it on an empty data folder to play', code: 0 };
  return undefined;
};

await main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
