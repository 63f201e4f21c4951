import { newId } from '#libs/decider';
import { idNumber } from '../../scripts/examples/numbers.js';
import { type Answer, type Ask, type Platform, type ServiceName, startPlatform } from './support/platform.js';

/** One request, one effect, one answer: through the platform's port, in several services. */
describe('an Idempotency-Key, over the platform', () => {
  let platform: Platform;
  beforeAll(async () => void (platform = await startPlatform()), 60_000);
  afterAll(() => platform?.stop());

  type Done = { id: string; version: number; position: number };
  const send = (path: string, key: string, body: unknown, as: Ask['as'] = 'organiser'): Promise<Answer<Done>> =>
    platform.request<Done>('POST', path, { as, body, headers: { 'idempotency-key': key } });
  const count = async (service: ServiceName): Promise<number> =>
    Number((await platform.query<{ n: string }>(service, 'SELECT count(*) AS n FROM events'))[0]?.n);
  const reused = {
    status: 422,
    body: { rule: 'idempotency-key-reused', type: 'https://jinji.dev/problems/idempotency-key-reused' },
  };

  const routes = [
    {
      path: '/registration/competitions',
      as: 'organiser',
      service: 'registration',
      body: (n: string) => ({ number: n, name: { zh: '大赛', en: 'Games' }, year: 2026 }),
    },
    {
      path: '/training/programmes',
      as: 'trainer',
      service: 'training',
      body: (n: string) => ({
        code: n,
        name: { zh: '车工', en: 'Turning' },
        occupation: '6-18-01-01',
        hours: '8',
        credits: '1',
        trainers: ['t'],
      }),
    },
    { path: '/people/units', as: 'organiser', service: 'people', body: (n: string) => ({ name: n }) },
    {
      path: '/judging/marking-schemes',
      as: 'organiser',
      service: 'judging',
      body: (n: string) => ({ title: n, sections: [], criteria: [] }),
    },
  ] as const;

  it.each(routes)(
    'answers the same once more, refuses another body, and is the caller’s and the route’s: $path',
    async ({ path, as, body }) => {
      const key = newId();
      const first = await send(path, key, body('K1'), as);
      expect(first.status).toBe(201);
      const again = await send(path, key, body('K1'), as);
      expect(again).toMatchObject({
        status: 201,
        body: first.body,
        headers: {
          etag: first.headers['etag'],
          'jinji-position': first.headers['jinji-position'],
          'idempotency-replayed': 'true',
        },
      });
      expect(await send(path, key, body('K2'), as)).toMatchObject(reused);
      const other = await send(path, key, body('K2'), { role: as, sub: 'somebody-else' });
      expect([other.status, other.body.id === first.body.id]).toEqual([201, false]);
      const elsewhere = await send(path, key, body('K3'), { role: as, org: 'org-2' });
      expect([elsewhere.status, elsewhere.body.id === first.body.id]).toEqual([201, false]);
      const [next] = routes.filter((route) => route.path !== path && route.as === as);
      if (next) expect((await send(next.path, key, next.body('K4'), as)).status).toBe(201);
    },
  );

  it.each(routes)('makes one thing of many that come at once: $path', async ({ path, as, body, service }) => {
    const [key, before] = [newId(), await count(service)];
    const answers = await Promise.all(Array.from({ length: 12 }, () => send(path, key, body('K9'), as)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(new Set(answers.map(({ body: { id } }) => id)).size).toBe(1);
    expect(await count(service)).toBe(before + 1);
  });

  it('keeps nothing in clear of what was sent and answered', async () => {
    const person = { name: '令狐问渠', idNumber: idNumber('310107', '1979-09-09'), staffNumber: 'GH-90909' };
    const key = newId();
    const body = { ...person, status: 'worker' };
    const first = await send('/people/workers', key, body);
    expect(first.status).toBe(201);
    expect(await send('/people/workers', key, body)).toMatchObject({ status: 201, body: first.body });
    const listed = await send('/people/workers/names', newId(), { ids: [first.body.id], purpose: 'spec' });
    expect(listed.text).toContain(person.name);
    for (const table of ['idempotency_keys', 'request_outcomes']) {
      const rows = await platform.query<{ row: string }>('people', `SELECT t::text AS row FROM ${table} t`);
      const bytes = await platform.query<{ hex: string }>(
        'people',
        `SELECT encode(convert_to(t::text, 'UTF8'), 'escape') AS hex FROM ${table} t`,
      );
      const all = [...rows.map(({ row }) => row), ...bytes.map(({ hex }) => hex)].join('\n');
      expect(all).not.toBe('');
      for (const value of [person.name, person.idNumber, person.staffNumber, key, ...hexOf(person.name, person.idNumber)])
        expect(all).not.toContain(value);
    }
  });

  /** As PostgreSQL shows bytes. */
  const hexOf = (...values: string[]): string[] => values.map((value) => Buffer.from(value).toString('hex'));
});
