/** The same waves with no fault: all services in one process, on the embedded bus. */
import { rmSync } from 'node:fs';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#libs/ports';
import { Actors } from '../../apps/demo/src/actors.js';
import { Api } from '../../apps/demo/src/http.js';
import { emptyFolder } from '../../apps/demo/src/server.js';
import { moveClock, settle } from '../../apps/demo/src/settle.js';
import { FIRST_INSTANT, type Played, playWave, type Stage } from './wave.js';

export interface Reference {
  /** What a wave comes to. Waves are played in their order, once. */
  upTo(wave: number): Promise<readonly Played[]>;
  close(): Promise<void>;
}

export const startReference = async (seed: number): Promise<Reference> => {
  const folder = emptyFolder();
  const port = await freePort();
  const child = spawn(process.execPath, [resolve('dist/apps/platform/src/main.js'), '--quiet'], {
    env: {
      ...process.env, NODE_OPTIONS: '', JINJI_DATA: folder, PORT: String(port), JINJI_CLOCK: 'manual',
      JINJI_CLOCK_START: FIRST_INSTANT, LOG_LEVEL: 'warn', RATE_LIMIT: '1000000',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString('utf8')).slice(-2_000)));
  const url = `http://127.0.0.1:${port}`;
  const api = new Api(new URL(url));
  const close = async (): Promise<void> => {
    api.close();
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await up(url, child, () => said);
  } catch (error) {
    await close();
    throw error;
  }
  const actors = new Actors(api);
  const stage: Stage = { url, settled: () => settle(api, actors), moveClock: (to) => moveClock(api, actors, to) };
  const played: Played[] = [];
  return {
    upTo: async (wave) => {
      while (played.length <= wave) played.push(await playWave(stage, seed, played.length));
      return played.slice(0, wave + 1);
    },
    close,
  };
};

const up = async (url: string, child: ChildProcess, said: () => string): Promise<void> => {
  for (const until = Date.now() + 300_000; Date.now() < until; await sleep(100)) {
    if (child.exitCode !== null) throw new Error(`the server without faults ended with ${child.exitCode}: ${said()}`);
    const health = await fetch(`${url}/health`).catch(() => undefined);
    if (health?.ok) return;
  }
  throw new Error(`the server without faults did not come up: ${said()}`);
};

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
};
