import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Fleet, type Instance, type ServiceName, serviceNames, startFleet } from '#libs/fleet';
import { describeOwnKafka } from '#libs/testing';
import { type Call, Load } from './support/load.js';

const two = Object.fromEntries(serviceNames.map((name) => [name, 2]));
const text = (en: string) => ({ zh: en, en });

/** What is written to each service, and the name of the aggregate that comes of it. */
const writes: Partial<Record<ServiceName, { readonly aggregate: string; readonly call: Call }>> = {
  people: { aggregate: 'unit', call: (n) => ({ method: 'POST', path: '/people/units', body: { name: `unit ${n}` } }) },
  training: {
    aggregate: 'programme',
    call: (n) => ({
      method: 'POST', path: '/training/programmes', body: {
        code: `p-${n}`, name: text(`programme ${n}`), occupation: '6-18-01-01', hours: '40', credits: '4', trainers: ['t'],
      },
    }),
  },
  registration: {
    aggregate: 'competition',
    call: (n) => ({ method: 'POST', path: '/registration/competitions', body: { number: `c-${n}`, name: text(`c ${n}`), year: 2026 } }),
  },
  judging: {
    aggregate: 'marking-scheme',
    call: (n) => ({
      method: 'POST', path: '/judging/marking-schemes', body: {
        title: `scheme ${n}`, sections: [{ id: '1', name: 'all', marks: '100' }], criteria: [{
          id: 'A', name: 'work', mark: '100', subCriteria: [{
            id: 'A1', name: 'piece', day: 1, aspects: [{ type: 'M', name: 'size', section: '1', max: '100' }],
          }],
        }],
      },
    }),
  },
};

const reads: Partial<Record<ServiceName, string>> = {
  people: '/people/units', training: '/training/programmes', registration: '/registration/competitions',
  judging: '/judging/marking-schemes', certification: '/certification/policies', incentives: '/incentives/grants',
};

describeOwnKafka('two instances of each service', () => {
  let folder: string;
  let fleet: Fleet;
  let tokens: { organiser: string; operator: string; officer: string };
  const instance = (service: ServiceName, number: number): Instance =>
    fleet.instances.find((one) => one.service === service && one.number === number) as Instance;
  const on = (service: ServiceName, number: number): string => instance(service, number).url;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'jinji-instances-'));
    await chmod(folder, 0o755); // PostgreSQL may have to run as another user
    fleet = await startFleet({ folder, instances: two, postgres: { fsync: 'off' } });
    const token = (role: string) => fleet.token(`a-${role}`, 'org-1', [role]);
    tokens = {
      organiser: await token('organiser'), operator: await token('operator'), officer: await token('incentive-officer'),
    };
  }, 600_000);
  afterAll(async () => {
    await fleet?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }, 600_000);

  const asked = async <T>(
    base: string, at: string, { method = 'GET', body, key, as = tokens.organiser }: {
      method?: string; body?: unknown; key?: string; as?: string
    } = {},
  ): Promise<{ status: number; body: T }> => {
    const load = new Load(base);
    const answer = await load.once(method, at, as, body, key);
    await load.end();
    return { status: answer.status, body: JSON.parse(answer.body) as T };
  };

  it('share the partitions of what their service consumes', async () => {
    const held = async (number: number): Promise<number> => {
      const { body } = await asked<{ details: { consumers: { partitions: number } } }>(on('registration', number), '/health');
      return body.details.consumers.partitions;
    };
    let shares: number[] = [];
    for (const until = Date.now() + 180_000; Date.now() < until; await sleep(200)) {
      shares = [await held(1), await held(2)];
      if (shares.every((share) => share > 0)) break;
    }
    expect(shares.every((share) => share > 0)).toBe(true);
  }, 600_000);

  it('have one clock: what moves it through one is seen by the other at once', async () => {
    for (const [number, now] of [[1, '2026-03-05T01:00:00.000Z'], [2, '2026-03-06T01:00:00.000Z']] as const) {
      const other = on('training', 3 - number);
      const clock = () => asked<{ now: string }>(other, '/admin/clock', { as: tokens.operator });
      await clock();
      const moved = await asked(on('training', number), '/admin/clock', { method: 'POST', body: { now }, as: tokens.operator });
      expect(moved.status).toBe(200);
      expect((await clock()).body.now).toBe(now);
    }
  });

  it('let a user read on one what was written on the other', async () => {
    for (let n = 0; n < 20; n += 1) {
      const [here, there] = n % 2 === 0 ? [1, 2] : [2, 1];
      const name = `written on ${here}, ${n}`;
      const made = await asked<{ id: string; position: number }>(on('people', here), '/units', { method: 'POST', body: { name } });
      expect(made.status).toBe(201);
      const { position, id } = made.body;
      const read = await asked<{ items: { unit: string; name: string }[] }>(on('people', there), `/units?limit=500&after=${position}`);
      expect(read.body.items.find(({ unit }) => unit === id)?.name).toBe(name);
    }
  }, 600_000);

  it('do once what is sent to both with one key, and both give the one answer', async () => {
    const names: string[] = [];
    for (let n = 0; n < 10; n += 1) {
      const key = randomUUID();
      const body = { name: `sent to both, ${n}` };
      const send = async (number: number): Promise<unknown> => {
        for (;;) {
          const answer = await asked<{ id: string }>(on('people', number), '/units', { method: 'POST', body, key });
          if (answer.status !== 409) return answer; // 409: the other is at it
        }
      };
      const [one, other] = await Promise.all([send(1), send(2)]);
      expect(other).toEqual(one);
      names.push(body.name);
    }
    const { rows } = await inDatabase<{ name: string }>('people', `SELECT data->>'name' AS name FROM events
      WHERE type = 'UnitRegistered' AND data->>'name' LIKE 'sent to both%' ORDER BY position`);
    expect(rows.map(({ name }) => name)).toEqual(names);
  }, 600_000);

  const inDatabase = async <Row extends pg.QueryResultRow>(service: ServiceName, sql: string) => {
    const client = new pg.Client({ connectionString: fleet.databaseUrl(service) });
    await client.connect();
    try {
      return await client.query<Row>(sql);
    } finally {
      await client.end();
    }
  };

  it('are restarted one after the other without one failed request, and no write is lost or done twice', async () => {
    const load = new Load(fleet.url);
    for (const service of serviceNames) {
      const write = writes[service];
      if (write) load.begin(service, tokens.organiser, write.call);
      const path = reads[service] as string;
      load.begin(`${service} reads`, service === 'incentives' ? tokens.officer : tokens.organiser, () => ({ method: 'GET', path }));
    }
    await sleep(500); // a moment of everyday life before
    for (const number of [1, 2])
      await Promise.all(serviceNames.map(async (service) => {
        await instance(service, number).stop();
        await instance(service, number).start();
      }));
    await sleep(500);
    await load.end();

    expect(load.failed).toEqual([]);
    for (const [service, { aggregate }] of Object.entries(writes) as [ServiceName, { aggregate: string }][]) {
      const acknowledged = (load.acknowledged.get(service) ?? []).map((body) => (JSON.parse(body) as { id: string }).id).sort();
      expect(acknowledged.length).toBeGreaterThan(20);
      expect(new Set(acknowledged).size).toBe(acknowledged.length);
      const { rows } = await inDatabase<{ id: string; n: string }>(service, `SELECT split_part(stream, ':', 2) AS id, count(*) AS n
        FROM events WHERE stream LIKE '${aggregate}:%' AND version = 1 GROUP BY 1`);
      const there = new Map(rows.map(({ id, n }) => [id, Number(n)]));
      expect(acknowledged.filter((id) => there.get(id) !== 1)).toEqual([]);
      if (service !== 'people') expect(there.size).toBe(acknowledged.length); // nothing besides
    }
  }, 600_000);
});
