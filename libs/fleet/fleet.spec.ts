import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { alive } from '#libs/postgres';
import { describeOwnKafka } from '#libs/testing';
import { type Address, type Fleet, type FleetOptions, startFleet } from './index.js';

/** A proxy that counts who came. */
class Proxy {
  came = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(readonly at: Address, private readonly server: Server) {}

  static async to({ host, port }: Address): Promise<Proxy> {
    const server = createServer((client) => {
      proxy.came += 1;
      const there = connect(port, host);
      for (const [one, other] of [[client, there], [there, client]] as const) {
        proxy.sockets.add(one.on('error', () => other.destroy()).on('close', () => other.destroy()));
        one.pipe(other);
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy: Proxy = new Proxy({ host: '127.0.0.1', port: (server.address() as { port: number }).port }, server);
    return proxy;
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

const soon = async (what: () => boolean | Promise<boolean>): Promise<boolean> => {
  for (const until = Date.now() + 180_000; Date.now() < until; await sleep(100)) if (await what()) return true;
  return false;
};

const pidsOf = (fleet: Fleet): number[] =>
  [...fleet.instances.map((one) => one.pid()), fleet.broker.pid(), fleet.postgres.pid()].filter((pid) => pid !== undefined);

describeOwnKafka('a fleet', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'jinji-fleet-'));
    await chmod(folder, 0o755); // PostgreSQL may have to run as another user
  });
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));

  const few: FleetOptions['instances'] = { training: 0, registration: 0, judging: 0, certification: 0, incentives: 2 };
  const options = (): FleetOptions => ({ folder, instances: few, postgres: { fsync: 'off' } });
  const clockOf = async (fleet: Fleet, method = 'GET', body?: object): Promise<unknown> => {
    const authorization = `Bearer ${await fleet.token('someone', 'org', ['operator'])}`;
    const answer = await fetch(`${fleet.url}/people/admin/clock`, {
      method, headers: { authorization, 'content-type': 'application/json', 'idempotency-key': 'clock' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return answer.json();
  };

  it('runs, lets each instance see PostgreSQL, Kafka and its peers through a proxy, and goes on in its folder', async () => {
    const proxies = new Map<string, Proxy>();
    const fleet = await startFleet({
      ...options(),
      through: async ({ service, instance }, to, at) => {
        const proxy = await Proxy.to(at);
        proxies.set(`${service} ${instance} ${to}`, proxy);
        return proxy.at;
      },
    });
    try {
      expect(fleet.instances.map(({ service, number }) => `${service} ${number}`))
        .toEqual(['people 1', 'incentives 1', 'incentives 2']);
      for (const { service, number } of fleet.instances)
        for (const to of ['postgres', 'kafka'])
          expect(await soon(() => (proxies.get(`${service} ${number} ${to}`)?.came ?? 0) > 0)).toBe(true);
      // Who came in by a door is sent to its proxy, and nowhere else.
      const door = proxies.get('incentives 2 kafka') as Proxy;
      const admin = new kafkajs.Kafka({ brokers: [`127.0.0.1:${door.at.port}`] }).admin();
      await admin.connect();
      expect((await admin.describeCluster()).brokers).toMatchObject([{ port: door.at.port }]);
      await admin.disconnect();
      expect(await clockOf(fleet, 'POST', { now: '2026-05-01T01:00:00.000Z' })).toMatchObject({ mode: 'manual' });
      const pids = pidsOf(fleet);
      expect(pids).toHaveLength(5);
      await fleet.stop();
      expect(pids.filter(alive)).toEqual([]);
    } finally {
      await fleet.stop();
      for (const proxy of proxies.values()) proxy.close();
    }
  }, 300_000);

  it('starts each part again where it was', async () => {
    const fleet = await startFleet(options());
    try {
      expect(await clockOf(fleet)).toMatchObject({ now: '2026-05-01T01:00:00.000Z' });
      const ports = [fleet.brokers, fleet.postgresUrl, ...fleet.instances.map(({ url }) => url)];
      const healthy = async () => (await fetch(`${fleet.url}/health`)).ok;
      const [people] = fleet.instances;
      people?.signal('SIGKILL');
      await fleet.broker.kill();
      await fleet.postgres.stop('immediate');
      await soon(() => people?.running() === false);
      expect(await healthy()).toBe(false);
      await Promise.all([fleet.broker.start(), fleet.postgres.start()]);
      await people?.start();
      expect(await soon(healthy)).toBe(true);
      expect([fleet.brokers, fleet.postgresUrl, ...fleet.instances.map(({ url }) => url)]).toEqual(ports);
      expect(await clockOf(fleet)).toMatchObject({ now: '2026-05-01T01:00:00.000Z' });
    } finally {
      await fleet.stop();
    }
  }, 300_000);

  it.each(['SIGTERM', 'SIGKILL'] as const)('leaves no process behind when its parent is ended by %s', async (signal) => {
    const parent = fork('dist/libs/fleet/testing/parent.js', [folder], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const pids = await toldBy(parent);
    expect(pids.length).toBeGreaterThan(3);
    expect(pids.every(alive)).toBe(true);
    if (signal === 'SIGKILL') process.kill(pids[0] as number, 'SIGSTOP'); // what is frozen, too
    parent.kill(signal);
    await once(parent, 'exit');
    // Whoever begins at once in the same folder finds nothing of it in the way.
    if (signal === 'SIGKILL') await (await startFleet(options())).stop();
    expect(await soon(() => !pids.some(alive))).toBe(true);
  }, 300_000);
});

const toldBy = async (parent: ChildProcess): Promise<number[]> => {
  const [told] = (await Promise.race([once(parent, 'message'), once(parent, 'exit')])) as [unknown];
  if (!Array.isArray(told)) throw new Error(`the parent ended with ${String(told)}`);
  return told as number[];
};
