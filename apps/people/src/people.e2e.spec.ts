import { testService, type TestService } from '#libs/testing';
import { checkDigit } from './id-number.js';
import { people } from './people.module.js';

interface Done { id: string; version: number; position: number }
interface Identity {
  worker: string; name: string | null; maskedName: string | null; maskedIdNumber: string | null; staffNumber: string | null;
  unit: string | null; erased: boolean; mergedInto: string | null;
}
interface Row {
  row: number; worker: string | null; age: number | null; status: string | null; unit: string | null; minted: boolean;
  error: { rule: string } | null;
}

const numberOf = (n: number): string => {
  const first17 = `310115${1980 + (n % 30)}0615${String(n % 1000).padStart(3, '0')}`;
  return first17 + checkDigit(first17);
};

describe('the people service', () => {
  let people_: TestService;
  const request: TestService['request'] = (...args) => people_.request(...args);
  const zhang = { idNumber: '34052419800101001X', name: '张卫国', staffNumber: 'HD-0412', status: 'worker' };
  const register = (body: unknown, org = 'org-1') =>
    request<Done & { minted: boolean }>('POST', '/workers', { body, as: { org } });
  const names = async (ids: readonly string[], as: NonNullable<Parameters<TestService['request']>[2]>['as'] = {}) =>
    (await request<{ workers: Identity[] }>('POST', '/workers/names', { body: { ids, purpose: 'spec' }, as })).body.workers;

  beforeAll(async () => {
    people_ = await testService(people);
  });
  afterAll(() => people_.close());

  it('registers a person once, whichever organisation does it, and shows them to those alone', async () => {
    const first = await register(zhang);
    expect(first).toMatchObject({ status: 201, body: { minted: true, version: 1 } });
    const { id, position } = first.body;
    expect(await register(zhang)).toMatchObject({ status: 200, body: { id, minted: false } });
    expect((await request('GET', `/workers/${id}?after=${position}`, { as: { org: 'org-2' } })).status).toBe(404);
    expect((await request('POST', '/workers/find', {
      body: { idNumber: zhang.idNumber }, as: { org: 'org-2' },
    })).status).toBe(404);

    const second = await register({ ...zhang, name: ' 张卫国 ' }, 'org-2');
    expect(second).toMatchObject({ status: 200, body: { id, minted: false } });
    expect(await request('GET', `/workers/${id}`, { as: { org: 'org-2' } })).toMatchObject({
      status: 200, body: {
        worker: id, name: '张卫国', maskedName: '张*国', maskedIdNumber: '340524********001X', staffNumber: 'HD-0412',
        erased: false,
      },
    });
    expect(await request('POST', '/workers/find', { body: { idNumber: ' 34052419800101001x' } })).toMatchObject({
      status: 200, body: { worker: id },
    });
  });

  it('refuses a number that fails its check, and another name for a known one', async () => {
    expect(await register({ ...zhang, idNumber: '340524198001010013' })).toMatchObject({
      status: 422, body: { type: expect.stringContaining('id-number-check-digit') },
    });
    expect(await register({ ...zhang, name: '李四' })).toMatchObject({
      status: 422, body: { type: expect.stringContaining('name-differs') },
    });
    expect((await register({ idNumber: numberOf(7) })).status).toBe(422);
  });

  it('keeps no personal data in events, views, logs and idempotency rows', async () => {
    await request('POST', '/workers', {
      body: { ...zhang, idNumber: numberOf(999), name: '欧阳修竹' }, headers: { 'idempotency-key': 'secret-1' },
    });
    await people_.settled();
    const tables = await people_.database.asOwner<{ name: string }>(
      `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
    );
    for (const { name } of tables) {
      const rows = await people_.database.asOwner<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      const all = rows.map((r) => r.row).join('\n');
      for (const secret of [
        '欧阳修竹', numberOf(999), 'HD-0412', Buffer.from('欧阳修竹').toString('hex'),
      ]) expect(all).not.toContain(secret);
    }
  });

  describe('resolving a file', () => {
    const resolve = (rows: unknown[], more: object = {}) =>
      request<{ rows: Row[] }>('POST', '/workers/resolve', { body: { asOf: '2026-03-02', purpose: 'spec', rows, ...more } });

    it('mints or finds each person with derived facts, and tells each bad row', async () => {
      const { body: unit } = await request<Done & { warnings: unknown[] }>('POST', '/units', {
        body: { name: '沪东机床厂', code: '91350100M000100Y43' },
      });
      expect(unit.warnings).toEqual([]);
      const { body } = await resolve([
        { ...zhang, unitCode: '91350100m000100y43' },
        { idNumber: numberOf(1), name: '王一', status: 'student' },
        { idNumber: '3.40524E+17', name: '赵二' },
        { idNumber: numberOf(1), name: '王一' },
        { idNumber: numberOf(2), name: '孙三', unitCode: 'no such unit' },
        { idNumber: numberOf(3) },
      ]);
      const [known, fresh, float, again, unitless, nameless] = body.rows;
      expect(body.rows.map((r) => r.row)).toEqual([0, 1, 2, 3, 4, 5]);
      expect(known).toMatchObject({ age: 46, status: 'worker', unit: unit.id, minted: false, error: null });
      expect(fresh).toMatchObject({ age: 44, status: 'student', unit: null, minted: true, error: null });
      expect(again?.worker).toBe(fresh?.worker);
      expect([float, unitless, nameless].map((r) => [r?.worker, r?.error?.rule])).toEqual([
        [null, 'id-number-as-float'], [null, 'unit-unknown'], [null, 'name-missing'],
      ]);
      expect(JSON.stringify(body)).not.toMatch(/1980|0101/);
      await people_.settled();
      expect((await names([known?.worker as string]))[0]).toMatchObject({ unit: unit.id }); // was unknown, is filled in
      expect((await resolve([{
        idNumber: zhang.idNumber,
      }])).body.rows[0]).toMatchObject({ worker: known?.worker }); // known here: no name needed
    });

    it('writes nothing in a dry run', async () => {
      const before = await people_.service.store.head();
      const { body } = await resolve([zhang, { idNumber: numberOf(55), name: '周五' }], { mint: false });
      expect(body.rows).toEqual([
        expect.objectContaining({ worker: expect.any(String), error: null }),
        expect.objectContaining({ worker: null, age: 20, minted: false, error: null }),
      ]);
      expect(await people_.service.store.head()).toBe(before);
      expect((await request('POST', '/workers/find', { body: { idNumber: numberOf(55) } })).status).toBe(404);
    });

    it('gives the same person the same id to two files at once', async () => {
      const rows = Array.from({ length: 40 }, (_, n) => ({ idNumber: numberOf(100 + n), name: `员工${n}` }));
      const [a, b] = await Promise.all([resolve(rows), resolve([...rows].reverse())]);
      expect(a.body.rows.map((r) => r.worker)).toEqual(b.body.rows.map((r) => r.worker).reverse());
      expect(new Set(a.body.rows.map((r) => r.worker)).size).toBe(40);
      expect(a.body.rows.filter((r) => r.minted).length + b.body.rows.filter((r) => r.minted).length).toBe(40);
    });
  });

  it('shows an HR system the workers of its unit alone, and an auditor masked data alone', async () => {
    const { body: unit } = await request<Done>('POST', '/units', { body: { name: '宝山轧辊' } });
    const inside = (await register({ idNumber: numberOf(200), name: '钱内', staffNumber: 'N1', unit: unit.id })).body.id;
    const outside = (await register({ idNumber: numberOf(201), name: '钱外', staffNumber: 'N2' })).body.id;
    await people_.settled();
    expect(await names([inside, outside], { role: 'hr', org: unit.id })).toEqual([expect.objectContaining({
      worker: inside, name: '钱内', staffNumber: 'N1',
    })]);
    const list = await request<{ items: Identity[] }>('GET', '/workers', { as: { role: 'hr', org: unit.id } });
    expect(list.body.items.map((w) => w.worker)).toEqual([inside]);
    expect(await names([inside], 'auditor')).toEqual([expect.objectContaining({
      name: null, maskedName: '钱*', staffNumber: null,
    })]);
    expect(await names([inside], { org: 'org-3' })).toEqual([]);

    await request('POST', `/workers/${inside}/unit`, { body: { unit: null } });
    await request('POST', `/workers/${inside}/status`, { body: { status: 'student' } });
    await people_.settled();
    expect(await names([inside], { role: 'hr', org: unit.id })).toEqual([]);
    expect(await request('GET', '/me', { as: { role: 'worker', sub: inside } })).toMatchObject({
      status: 200, body: { name: '钱内', unit: null, status: 'student' },
    });
  });

  it('logs each bulk read without personal data, for the auditor of that organisation', async () => {
    const id = (await register({ idNumber: numberOf(210), name: '查一' }, 'org-7')).body.id;
    await names([id], { org: 'org-7', sub: 'reader-7' });
    const log = await request<{ items: Record<string, unknown>[] }>('GET', '/access-log', {
      as: { role: 'auditor', org: 'org-7' },
    });
    expect(log.body.items).toEqual([expect.objectContaining({
      subject: 'reader-7', route: 'POST /workers/names', people: 1, purpose: 'spec', at: '2026-03-02T01:00:00.000Z',
    })]);
    expect((await request('GET', '/access-log', { as: 'organiser' })).status).toBe(403);
  });

  it('merges two records into one person, whom every lookup finds', async () => {
    const [a, b] = [(await register({ idNumber: numberOf(300), name: '合并' })).body.id, (await register({
      idNumber: numberOf(301), name: '合并', staffNumber: 'S2',
    })).body.id];
    expect((await request('POST', `/workers/${a}/merge`, { body: { into: b }, as: { org: 'org-2' } })).status).toBe(404);
    expect((await request('POST', `/workers/${a}/merge`, { body: { into: b } })).status).toBe(200);
    await people_.settled();
    expect(await names([a, b])).toEqual(expect.arrayContaining([
      expect.objectContaining({ worker: a, mergedInto: b, staffNumber: 'S2' }), expect.objectContaining({
        worker: b, mergedInto: null,
      }),
    ]));
    expect((await register({ idNumber: numberOf(300), name: '合并' })).body).toMatchObject({ id: b, minted: false });
    expect(await request('POST', `/workers/${b}/merge`, { body: { into: a } })).toMatchObject({
      status: 409, body: { type: expect.stringContaining('worker-merged') },
    });
    expect((await request('POST', `/workers/${a}/merge`, { body: { into: a } })).status).toBe(409);
    expect((await request('POST', `/workers/${b}/merge`, { body: { into: b } })).status).toBe(422);
  });

  it('erases a person with all that was merged into them: keys, numbers, names; the events still fold', async () => {
    const [a, b] = [(await register({ idNumber: numberOf(310), name: '清除' })).body.id, (await register({
      idNumber: numberOf(311), name: '清除',
    })).body.id];
    await request('POST', `/workers/${a}/merge`, { body: { into: b } });
    expect((await request('POST', `/workers/${a}/erase`)).status).toBe(200);
    await people_.settled();
    expect(await names([a, b])).toEqual([
      expect.objectContaining({ erased: true, name: null, maskedIdNumber: null }), expect.objectContaining({
        erased: true, name: null, maskedName: null,
      }),
    ]);
    expect((await request('POST', '/workers/find', { body: { idNumber: numberOf(310) } })).status).toBe(404);
    expect(await request('POST', `/workers/${b}/status`, { body: { status: 'student' } })).toMatchObject({
      status: 409, body: { type: expect.stringContaining('worker-erased') },
    });
    expect((await request('POST', `/workers/${b}/erase`)).status).toBe(200);
    const again = await register({ idNumber: numberOf(310), name: '清除' });
    expect(again.status).toBe(201); // a new record, which nothing ties to the old one
    const keys = await people_.database.query<{ n: string }>(
      'SELECT count(*) AS n FROM vault_keys WHERE record = ANY($1) AND wrapped IS NOT NULL', [[a, b]],
    );
    expect(keys[0]?.n).toBe('0');
  });

  it('gives facts without a birth date, and to a worker the own ones alone', async () => {
    const [a, b] = [(await register({ idNumber: numberOf(400), name: '甲方' })).body.id, (await register({
      idNumber: numberOf(401), name: '乙方',
    })).body.id];
    await people_.settled();
    const facts = (as: object | string) =>
      request<{ workers: object[] }>('POST', '/workers/facts', {
        body: { ids: [a, b], asOf: '2026-06-14', purpose: 'spec' }, as: as as 'worker',
      });
    expect((await facts('organiser')).body.workers).toEqual([
      { worker: a, age: 35, status: 'worker', unit: null, mergedInto: null },
      { worker: b, age: 34, status: 'worker', unit: null, mergedInto: null },
    ]);
    expect((await facts({ role: 'worker', sub: a })).body.workers).toEqual([expect.objectContaining({ worker: a })]);
  });

  it('tells a doubtful organisation code, and takes it', async () => {
    const odd = await request<Done & { warnings: unknown[] }>('POST', '/units', {
      body: { name: '老厂', code: '91350100M000100Y44' },
    });
    expect(odd).toMatchObject({ status: 201, body: { warnings: [{ en: expect.stringContaining('GB 32100') }] } });
    expect(await request('POST', '/units', {
      body: { name: '老厂', code: '91350100M000100Y44' }, as: { org: 'org-2' },
    })).toMatchObject({ status: 200, body: { id: odd.body.id } });
    expect((await request('POST', `/units/${odd.body.id}/name`, {
      body: { name: '新厂' }, as: { org: 'org-2' },
    })).status).toBe(422);
    expect((await request('POST', `/units/${odd.body.id}/name`, { body: { name: '新厂' } })).status).toBe(200);
    await people_.settled();
    expect((await request<{ items: object[] }>('GET', '/units?limit=500')).body.items).toContainEqual({
      unit: odd.body.id, name: '新厂', code: '91350100M000100Y44',
    });
  });
});
