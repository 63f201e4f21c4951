import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Cluster, provision } from '#libs/postgres';

/** What the process says when it is up, and whenever it is asked what it has used since it began. */
export interface Started { readonly address: string; readonly token: string }
export interface Used { readonly cpuSeconds: number; readonly peakMiB: number }

/**
 * What is streamed needs no more: without a limit V8 lets garbage lie about, and the peak says nothing. The young generation
 * is as large as it would be without one, which V8 else makes smaller with the limit.
 */
const HEAP = ['--max-old-space-size=224', '--max-semi-space-size=16'];

export interface BenchService {
  readonly address: string;
  /** An organiser, certifier and operator of org-1. */
  readonly token: string;
  /** Its database, as the running role and as the owner. */
  readonly url: string;
  readonly migrationUrl: string;
  /** Fails unless it is answered with 2xx. */
  readonly request: <T>(method: 'GET' | 'POST', path: string, body?: unknown) => Promise<T>;
  /** All that follows from what was recorded has happened. */
  caughtUp(): Promise<void>;
  used(): Promise<Used>;
  close(): Promise<void>;
}

/**
 * Certification as it runs alone: a process of its own, so that what it takes is its own; its own database, the bus beside it;
 * views, relay and jobs at work.
 */
export const startBenchService = async (cluster: Cluster, env: Readonly<Record<string, string>>): Promise<BenchService> => {
  const { url, migrationUrl } = await provision(cluster.url, 'certification', {
    owner: 'certification_owner', running: 'certification',
  });
  const child = fork(fileURLToPath(new URL('./certification-process.js', import.meta.url)), [], {
    execArgv: HEAP,
    env: { ...process.env, DATABASE_URL: url, MIGRATION_DATABASE_URL: migrationUrl, ...env },
  });
  const { address, token } = await said<Started>(child);
  const request = async <T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${address}${path}`, {
      method, ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'accept-language': 'en' },
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${(await answer.text()).slice(0, 1000)}`);
    return (await answer.json()) as T;
  };
  return {
    address, token, url, migrationUrl, request,
    caughtUp: async () => {
      for (let before = -1; ; ) {
        const { idle, position } = await request<{ idle: boolean; position: number }>('GET', '/admin/caught-up');
        if (idle && position === before) return;
        before = idle ? position : -1;
        await sleep(20);
      }
    },
    used: () => {
      const answer = said<Used>(child);
      child.send('used');
      return answer;
    },
    close: async () => {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
};

const said = async <T>(child: ChildProcess): Promise<T> => {
  const ended = new AbortController();
  const died = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`the service ended with ${String(code)}`);
  });
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal: ended.signal }), died])) as [T];
    return message;
  } finally {
    ended.abort();
    died.catch(() => undefined);
  }
};
