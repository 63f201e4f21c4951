import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What `npm start` runs, as a process of its own: only so can it be killed. */
const start = (folder: string, env: NodeJS.ProcessEnv = {}): ChildProcess =>
  spawn(process.execPath, ['dist/apps/platform/src/main.js', '--quiet'], {
    env: { ...process.env, JINJI_DATA: folder, PORT: '0', JINJI_CLOCK: 'manual', ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  });

const ready = async (child: ChildProcess): Promise<string> => {
  const errors: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString('utf8')));
  const [line] = (await Promise.race([
    once(child.stdout as NodeJS.ReadableStream, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error(errors.join('')))),
  ])) as [Buffer];
  return (JSON.parse(line.toString('utf8')) as { url: string }).url;
};

const ended = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> => {
  const exit = once(child, 'exit');
  child.kill(signal);
  return ((await exit) as [number | null])[0];
};

describe('the platform', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'jinji-platform-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const call = async (url: string, method: string, at: string, { role, body }: { role?: string; body?: unknown } = {}) => {
    const headers: Record<string, string> = { 'content-type': 'application/json', 'accept-language': 'en' };
    if (role) {
      const issued = await fetch(`${url}/issuer/token`, {
        method: 'POST', headers, body: JSON.stringify({ subject: `test-${role}`, organisation: 'test', roles: [role] }),
      });
      headers.authorization = `Bearer ${((await issued.json()) as { token: string }).token}`;
    }
    const answer = await fetch(url + at, {
      method, headers, redirect: 'manual', ...(body === undefined ? {} : { body: JSON.stringify(body) })
    });
    const text = await answer.text();
    const json = answer.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: answer.status, type: answer.headers.get('content-type') ?? '',
      body: (json ? JSON.parse(text) : text) as Record<string, unknown>,
    };
  };

  it('serves all services behind one port, keeps its data through SIGKILL, and stops cleanly', async () => {
    const first = start(folder);
    const url = await ready(first);
    expect(await call(url, 'GET', '/health')).toMatchObject({ status: 200, body: { status: 'ok', postgres: 'up' } });
    const { body: document } = await call(url, 'GET', '/openapi.json');
    const paths = Object.keys(document.paths as object);
    for (const service of ['people', 'training', 'registration', 'judging', 'certification', 'incentives'])
      expect(paths.filter((at) => at.startsWith(`/${service}/`)).length).toBeGreaterThan(3);
    expect(JSON.stringify(document)).not.toMatch(
      /"#\/components\/schemas\/(?!people|training|registration|judging|certification|incentives)/,
    );
    expect((await call(url, 'GET', '/docs')).status).toBe(200);
    expect((await call(url, 'GET', '/people/docs/swagger-ui-bundle.js')).status).toBe(200);
    expect(await call(url, 'GET', '/nothing')).toMatchObject({
      status: 404, type: expect.stringContaining('application/problem+json'),
    });
    expect(await call(url, 'GET', '/people/%E0%A4%A')).toMatchObject({
      status: 400, type: expect.stringContaining('application/problem+json'),
    });
    expect(await call(url, 'GET', '/judging/admin/clock')).toMatchObject({ status: 401 });
    const now = '2026-03-05T01:00:00.000Z';
    expect(
      await call(url, 'POST', '/judging/admin/clock', { role: 'operator', body: { now } }),
    ).toMatchObject({ status: 200, body: { now } });
    expect((await stat(path.join(folder, 'master-key'))).mode & 0o777).toBe(0o600);
    expect((await stat(path.join(folder, 'issuer-key.json'))).mode & 0o777).toBe(0o600);

    await ended(first, 'SIGKILL');
    const second = start(folder);
    const again = await ready(second);
    expect(
      await call(again, 'GET', '/judging/admin/clock', { role: 'operator' }),
    ).toMatchObject({ status: 200, body: { now, mode: 'manual' } });
    expect(await ended(second, 'SIGTERM')).toBe(0);
  }, 120_000);

  it('refuses production, and says why', async () => {
    await expect(ready(start(folder, { NODE_ENV: 'production' }))).rejects.toThrow('refuses NODE_ENV=production');
  }, 120_000);
});
