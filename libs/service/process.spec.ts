import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '#libs/testing';
import { type ServiceProcess, startProcess } from './process.kit.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly status?: string; readonly position?: number; readonly type?: string };
}

describe('a service that is told to end', () => {
  let toys: ServiceProcess;
  const agent = new Agent({ keepAlive: true });
  afterEach(() => toys.remove());
  afterAll(() => agent.destroy());

  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const authorization = `Bearer ${await toys.token()}`;
    return new Promise((resolve, reject) => {
      const headers = { authorization, 'content-type': 'application/json' };
      const sent = request(`${toys.url}${path}`, { method, agent, headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString('utf8'))).on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(text) as Answer['body'] });
        });
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  };
  const rows = async (sql: string): Promise<number> => (await toys.database.asOwner(sql)).length;

  it('is not ready at once, answers what comes and what is under way, gives back what it holds, and ends', async () => {
    toys = await startProcess({ DRAIN_MS: '5000' });
    const { position = 0 } = (await call('POST', '/toys', { name: 'tram' })).body;
    await until(async () => (await rows('SELECT FROM bus.members')) === 1, 'a member of the group');
    await until(async () => (await rows('SELECT FROM relay WHERE holder IS NOT NULL')) === 1, 'a lease of the relay');
    await until(async () => (await rows(`SELECT FROM events WHERE type = 'ToyPainted'`)) === 1, 'the reaction');
    const before = await call('GET', '/health/ready');
    expect([before.status, before.headers.connection]).toEqual([200, 'keep-alive']);

    const underWay = call('GET', `/toys?after=${position + 2}`); // one is there: the coat of paint
    await delay(100);
    const since = Date.now();
    toys.child.kill('SIGTERM');
    await until(async () => (await call('GET', '/health/ready')).status === 503, 'not ready');
    const told = await call('GET', '/health/ready');
    expect([told.headers.connection, told.body.status]).toEqual(['close', 'shutting_down']);
    const late = await call('POST', '/toys', { name: 'bus' });
    expect([late.status, late.headers.connection]).toEqual([201, 'close']);
    const answered = await underWay;
    expect([answered.status, answered.headers.connection]).toEqual([200, 'close']);

    expect(await toys.ended).toBe(0);
    expect(Date.now() - since).toBeLessThan(40_000);
    expect(await rows('SELECT FROM bus.members')).toBe(0);
    expect(await rows('SELECT FROM relay WHERE holder IS NULL')).toBe(1);
    expect(toys.said()).not.toMatch(/cut requests|took too long|failed/);
  });

  it('takes no connection after that, but still ends what is under way', async () => {
    toys = await startProcess({ DRAIN_MS: '200', AFTER_WAIT_MS: '3000' });
    const underWay = call('GET', '/toys?after=999');
    await delay(100);
    toys.child.kill('SIGTERM');
    await until(() => fetch(`${toys.url}/health/live`).then(() => false, () => true), 'a refused connection');
    const answered = await underWay;
    expect([answered.status, answered.headers.connection]).toEqual([503, 'close']);
    expect(answered.body.type).toContain('view-behind');
    expect(await toys.ended).toBe(0);
  });
});

describe('a service in production', () => {
  it('does not start without issuer, audience and keys, and says so', async () => {
    const nothing = { NODE_ENV: 'production', AUTH_ISSUER: '', AUTH_AUDIENCE: '', AUTH_JWKS_URL: '' };
    const refused = await startProcess(nothing).then(() => 'started', String);
    for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_JWKS_URL']) expect(refused).toContain(`  ${name} must be`);
  });
});
