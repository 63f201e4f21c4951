/**
 * `npm start`: all services on an embedded PostgreSQL, behind one port.
 *
 *   --demo    plays the demo's competition into an empty data folder first, and serves it
 *   --quiet   tells only `{"url", "pid"}` on standard output, once it is ready
 *
 * JINJI_DATA (.jinji) · PORT (3000, or the next free one) · HOST (127.0.0.1) · JINJI_CLOCK (system | manual) ·
 * JINJI_CLOCK_START · LOG_LEVEL (warn)
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { onStop } from '#libs/service';
import { type Platform, startPlatform } from './platform.js';
import { welcome } from './welcome.js';

const { values } = parseArgs({ options: { demo: { type: 'boolean' }, quiet: { type: 'boolean' } } });
const { demo = false, quiet = false } = values;
const { JINJI_DATA, PORT, HOST, JINJI_CLOCK, JINJI_CLOCK_START, LOG_LEVEL } = process.env;

const tell = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

let platform: Platform | undefined;
let stopping = false;
const starting = (async (): Promise<void> => {
  const began = Date.now();
  if (!quiet) tell('启动中 starting: PostgreSQL and six services …');
  platform = await startPlatform({
    folder: JINJI_DATA ?? '.jinji',
    clock: demo || JINJI_CLOCK === 'manual' ? 'manual' : 'system',
    tell,
    ...(PORT ? { port: Number(PORT) } : {}),
    ...(HOST ? { host: HOST } : {}),
    ...(JINJI_CLOCK_START ? { clockStart: JINJI_CLOCK_START } : {}),
    ...(LOG_LEVEL ? { logLevel: LOG_LEVEL } : {}),
  });
  if (stopping) return;
  if (demo) await playDemo(platform.url);
  if (quiet) process.stdout.write(`${JSON.stringify({ url: platform.url, pid: process.pid })}\n`);
  else process.stdout.write(await welcome(platform, Date.now() - began, demo));
})();

onStop(async () => {
  stopping = true;
  if (!quiet) tell('停止中 stopping …');
  await starting.catch(() => undefined);
  await platform?.stop();
});

await starting.catch((error: unknown) => {
  tell(`it cannot start: ${error instanceof Error ? error.message : String(error)}`);
  if (LOG_LEVEL === 'debug') console.error(error);
  process.exit(1);
});

/** The demo is a client like any other: a process of its own that talks HTTP. */
async function playDemo(url: string): Promise<void> {
  const client = spawn(process.execPath, [fileURLToPath(new URL('../../demo/src/main.js', import.meta.url)), '--url', url], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = (await once(client, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the demo ended with ${code ?? 'a signal'}`);
}
