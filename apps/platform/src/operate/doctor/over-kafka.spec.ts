import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { topics } from '#libs/contracts';
import { type Fleet, serviceNames, startFleet } from '#libs/fleet';
import { kafkaAccess, KafkaBus } from '#libs/messaging';
import { describeOwnKafka, until } from '#libs/testing';

interface Said {
  readonly findings: readonly { readonly check: string; readonly about: string; readonly says: string }[];
  readonly checks: readonly { readonly check: string; readonly ok: boolean }[];
  readonly notLooked: readonly string[];
}

describeOwnKafka('the doctor, of services that are processes over Kafka', () => {
  let folder: string;
  let fleet: Fleet;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'jinji-doctor-'));
    await chmod(folder, 0o755); // PostgreSQL may have to run as another user
    fleet = await startFleet({ folder, postgres: { fsync: 'off' } });
  }, 600_000);
  afterAll(async () => {
    await fleet?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }, 600_000);

  const doctor = async (...args: readonly string[]): Promise<{ code: number; said: Said }> => {
    const databases = serviceNames.map((name) => [`${name.toUpperCase()}_DATABASE_URL`, fleet.databaseUrl(name)]);
    const env = {
      PATH: process.env.PATH, ...Object.fromEntries(databases) as Record<string, string>, KAFKA_BROKERS: fleet.brokers,
      JINJI_URL: fleet.url, AUTH_JWKS_URL: `${fleet.url}/issuer/jwks`,
    };
    const command = [path.resolve('dist/apps/platform/src/doctor-main.js'), '--json', ...args];
    const { code, stdout } = await promisify(execFile)(process.execPath, command, { env }).then(
      (done) => ({ ...done, code: 0 }), (error: { code: number; stdout: string }) => error,
    );
    return { code, said: JSON.parse(stdout) as Said };
  };

  it('finds nothing where all is well, looks at everything, and leaves everything as it is', async () => {
    const bus = new KafkaBus({ access: kafkaAccess(fleet.brokers) });
    const ends = async (): Promise<readonly string[]> =>
      (await bus.lag('nobody', topics)).map(({ topic, partition, head }) => `${topic}/${partition} ${head}`);
    // Who is ready has not made and tried its topics for certain.
    const tried = async (): Promise<boolean> => {
      const told = await ends();
      const isTried = (topic: string): boolean => told.some((end) => end.startsWith(`${topic}/`) && !end.endsWith(' 0'));
      return told.length === 4 * topics.length && topics.every(isTried);
    };
    await until(tried, 'topics made and tried');
    const before = await ends();
    const { code, said } = await doctor();
    expect(said.findings).toEqual([]);
    expect([code, said.notLooked]).toEqual([0, []]);
    const counts = new Map<string, number>();
    for (const { check } of said.checks) counts.set(check, (counts.get(check) ?? 0) + 1);
    // One of each service's but: people reads no topic, and clocks are six databases', six machines' and those moved by hand.
    expect(Object.fromEntries(counts)).toEqual({
      database: 6, migrations: 6, relay: 6, parked: 6, clocks: 13, broker: 1, topics: 1, groups: 5, keys: 1, services: 1,
    });
    expect(await ends()).toEqual(before);
    await bus.close();
  }, 120_000);

  it('finds what is parked, a group that nobody works for, and in the end a broker that is gone', async () => {
    const bus = new KafkaBus({ access: kafkaAccess(fleet.brokers) });
    const incentives = fleet.instances.find(({ service }) => service === 'incentives');
    await incentives?.stop();
    await bus.publish([{ topic: 'jinji.promotions', key: 'k', headers: {}, value: Buffer.from('poison') }]);
    await bus.close();
    const { code, said } = await doctor('--seconds', '1');
    expect(code).toBe(1);
    const found = said.findings.map(({ check, about }) => `${check} ${about}`);
    expect(found).toEqual(expect.arrayContaining(['groups incentives', 'services incentives']));
    await fleet.broker.stop();
    const gone = await doctor();
    expect(gone.said.findings.map(({ check, says }) => `${check}: ${says}`)).toContainEqual(
      expect.stringMatching(/^broker: Kafka at .* does not answer/),
    );
  }, 300_000);
});
