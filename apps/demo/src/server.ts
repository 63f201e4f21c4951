import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#libs/ports';

/** A server of the demo's own, in an empty data folder of its own. */
export interface Server {
  readonly url: string;
  readonly folder: string;
  stop(options: { readonly keep: boolean }): Promise<void>;
}

export const FIRST_INSTANT = '2026-03-02T01:00:00.000Z'; // 09:00 in Shanghai
const platform = resolve('dist/apps/platform/src/main.js'); // from the repository's root, as npm runs it

export interface Launched {
  readonly url: string;
  readonly child: ChildProcess;
  /** Ends it cleanly, where it runs still. */
  end(): Promise<void>;
}

/** Starts the platform on a folder and port, and waits until it is up. */
export const launch = async (folder: string, port: number): Promise<Launched> => {
  const child = spawn(process.execPath, [platform, '--quiet'], {
    env: {
      ...process.env, JINJI_DATA: folder, PORT: String(port),
      JINJI_CLOCK: 'manual', JINJI_CLOCK_START: FIRST_INSTANT, LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    process.stderr.write(chunk);
    said = (said + chunk.toString('utf8')).slice(-2000);
  });
  const url = `http://127.0.0.1:${port}`;
  const end = (): Promise<void> => ended(child);
  try {
    await ready(url, child);
  } catch (error) {
    await end();
    throw new Error(`${String(error)}: ${said}`, { cause: error });
  }
  return { url, child, end };
};

/** The platform as a process of its own. */
export const startServer = (): Promise<Server> =>
  startIn(emptyFolder(), async (folder) => launch(folder, await freePort()));

/** Whatever ends us, the server ends before, and takes its folder with it. */
export const startIn = async (
  folder: string, start: (folder: string) => Promise<{ readonly url: string; end(): Promise<void> }>,
): Promise<Server> => {
  const starting = start(folder);
  const stop = async ({ keep }: { keep: boolean }): Promise<void> => {
    await starting.then((started) => started.end(), () => undefined);
    if (!keep) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  const interrupted = (): void => void stop({ keep: false }).finally(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const { url } = await starting;
    return { url, folder, stop };
  } catch (error) {
    await stop({ keep: false });
    throw error;
  }
};

export const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'jinji-demo-'));
  chmodSync(folder, 0o755); // PostgreSQL may have to run as another user, who must be able to enter
  return folder;
};

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
};

const ready = async (url: string, child: ChildProcess): Promise<void> => {
  for (const until = Date.now() + 180_000; Date.now() < until; await sleep(100)) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const health = await fetch(`${url}/health`).catch(() => undefined);
    if (health?.ok) return;
  }
  throw new Error('the server did not come up within three minutes');
};
