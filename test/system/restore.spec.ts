import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Fleet, type ServiceName, startFleet } from '#libs/fleet';
import { describeOwnKafka } from '#libs/testing';
import { Load } from './support/load.js';

describeOwnKafka("a service's database that is put back to an earlier point", () => {
  let folder: string;
  let fleet: Fleet;
  let token: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'jinji-restore-'));
    await chmod(folder, 0o755); // PostgreSQL may have to run as another user
    const instances = { training: 0, registration: 0, judging: 0, incentives: 0 };
    fleet = await startFleet({ folder, instances, postgres: { fsync: 'off' } });
    token = await fleet.token('a-organiser', 'org-1', ['organiser']);
  }, 600_000);
  afterAll(async () => {
    await fleet?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }, 600_000);

  const post = async (at: string, body: object): Promise<string> => {
    const load = new Load(fleet.url);
    const answer = await load.once('POST', at, token, body, randomUUID());
    await load.end();
    if (answer.status >= 300) throw new Error(answer.body);
    return (JSON.parse(answer.body) as { id: string }).id;
  };
  const inDatabase = async <Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const asAdministrator = (...sql: string[]): Promise<unknown> =>
    sql.reduce<Promise<unknown>>((before, one) => before.then(() => inDatabase(fleet.postgresUrl, one)), Promise.resolve());

  /** The units that certification has been told of, in order. */
  const told = async (worker: string): Promise<string[]> =>
    (await inDatabase<{ unit: string }>(fleet.databaseUrl('certification'), `SELECT data->>'unit' AS unit FROM events
      WHERE type = 'UnitKnown' AND stream LIKE '%${worker}' ORDER BY position`)).map(({ unit }) => unit);
  const until = async (worker: string, units: readonly string[]): Promise<void> => {
    for (const end = Date.now() + 60_000; Date.now() < end && (await told(worker)).length < units.length; ) await sleep(100);
    expect(await told(worker)).toEqual(units);
  };

  const away = async (service: ServiceName, work: () => Promise<unknown>): Promise<void> => {
    const own = fleet.instances.filter((one) => one.service === service);
    await Promise.all(own.map((one) => one.stop()));
    await work();
    await Promise.all(own.map((one) => one.start()));
  };
  const backUp = (service: ServiceName) =>
    away(service, () => asAdministrator(`CREATE DATABASE "${service} before" TEMPLATE ${service}`));
  const restore = (service: ServiceName) => away(service, async () => {
    await asAdministrator(`DROP DATABASE ${service}`, `ALTER DATABASE "${service} before" RENAME TO ${service}`,
      `GRANT CONNECT ON DATABASE ${service} TO ${service}`);
    const env = { PATH: process.env.PATH, JINJI_DATA: folder, KAFKA_BROKERS: fleet.brokers };
    const { stdout } = await promisify(execFile)(process.execPath, ['dist/apps/platform/src/restored-main.js', service], { env });
    expect(stdout).toMatch(new RegExp(`^${service}: speaks as ${service}/[0-9a-f-]{36} now`));
  });

  it('is heard again, and hears again what it forgot, once', async () => {
    const units = [];
    for (const name of ['first', 'lost', 'second', 'forgotten']) units.push(await post('/people/units', { name }));
    const [first, lost, second, forgotten] = units as [string, string, string, string];
    const worker = await post('/people/workers', {
      name: '张三', idNumber: '310101199001011234', status: 'worker', unit: first,
    });
    await until(worker, [first]);

    // What people publish anew stands at positions that others have seen before.
    await backUp('people');
    await post(`/people/workers/${worker}/unit`, { unit: lost });
    await until(worker, [first, lost]);
    await restore('people');
    await post(`/people/workers/${worker}/unit`, { unit: second });
    await until(worker, [first, lost, second]);

    // What certification had heard since its backup it hears again, and nothing of before a second time.
    await backUp('certification');
    await post(`/people/workers/${worker}/unit`, { unit: forgotten });
    await until(worker, [first, lost, second, forgotten]);
    await restore('certification');
    await until(worker, [first, lost, second, forgotten]);
  }, 600_000);

  it('is not taken for restored while the service runs', async () => {
    const env = { PATH: process.env.PATH, JINJI_DATA: folder, KAFKA_BROKERS: fleet.brokers };
    const tried = promisify(execFile)(process.execPath, ['dist/apps/platform/src/restored-main.js', 'certification'], { env });
    await expect(tried).rejects.toMatchObject({ stderr: expect.stringContaining('is at work') });
  }, 600_000);
});
