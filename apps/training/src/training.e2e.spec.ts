import { newId } from '#libs/decider';
import { testService, type TestService } from '#libs/testing';
import { training } from './training.module.js';

interface Done { id: string; version: number; position: number }

describe('the training service', () => {
  let service: TestService;
  const request: TestService['request'] = (...args) => service.request(...args);
  const terms = {
    code: 'turning', name: { zh: '车工技能提升', en: 'Turning' }, occupation: '6-18-01-01', hours: '40', credits: '4',
    trainers: ['trainer-1'],
  };
  const post = <T = Done>(path: string, body?: unknown, as: NonNullable<Parameters<TestService['request']>[2]>['as'] = {}) =>
    request<T>('POST', path, { body, as });

  beforeAll(async () => {
    service = await testService(training);
  });
  afterAll(() => service.close());

  it('leads a worker from joining to credits, and refuses a pass while hours are short', async () => {
    const worker = newId();
    const programme = await post('/programmes', terms);
    expect(programme.status).toBe(201);
    const joined = await post('/enrolments', { programme: programme.body.id, worker });
    expect(joined.status).toBe(201);
    const enrolment = `/enrolments/${joined.body.id}`;
    expect((await post('/enrolments', { programme: programme.body.id, worker })).body).toMatchObject({
      id: joined.body.id, version: 1,
    });

    expect((await post(`${enrolment}/attendance`, { session: '1', on: '2026-01-10', hours: '39.5' })).status).toBe(200);
    expect(await post(`${enrolment}/pass`, { on: '2026-01-16' })).toMatchObject({
      status: 422, body: { type: expect.stringContaining('hours-short'), next: 'record the attendance that is missing' },
    });
    await post(`${enrolment}/attendance`, { session: '2', on: '2026-01-11', hours: '0.5' });
    expect((await post(`${enrolment}/pass`, { on: '2026-01-16' })).status).toBe(200);
    const again = await post(`${enrolment}/pass`, { on: '2026-01-16' });
    const file = await request('GET', `/workers/${worker}?after=${again.body.position}`, { as: 'trainer' });
    expect(file.body).toMatchObject({
      credits: '4', enrolments: [{ state: 'credited', needed: '40', attended: '40', passedOn: '2026-01-16' }], drills: [],
    });
    expect((await request('GET', '/me', { as: { role: 'worker', sub: worker } })).body).toMatchObject({ worker, credits: '4' });
    expect((await request('GET', enrolment)).body).toMatchObject({ state: 'credited', attended: '40', reason: null });
  });

  it('records one drill a worker, occupation and day', async () => {
    const drill = { worker: newId(), occupation: '6-18-01-01', on: '2026-01-23', score: '62', passed: true };
    const first = await post('/drills', drill);
    expect(first.status).toBe(201);
    expect((await post('/drills', { ...drill, score: '62.0' })).body.id).toBe(first.body.id);
    expect(await post('/drills', { ...drill, score: '63' })).toMatchObject({
      status: 409, body: { type: expect.stringContaining('drill-differs') },
    });
    const list = await request<{ items: object[] }>('GET', `/drills?worker=${drill.worker}&after=${first.body.position}`);
    expect(list.body.items).toEqual([{ drill: first.body.id, ...drill }]);
  });

  it('shows nothing to another organisation, and takes nothing from it', async () => {
    const as = { org: 'org-2' };
    const { id } = (await post('/programmes', { ...terms, code: 'mine' })).body;
    const worker = newId();
    const enrolment = (await post('/enrolments', { programme: id, worker })).body.id;
    await service.settled();
    expect((await request('GET', `/programmes/${id}`, { as })).status).toBe(404);
    expect((await post(`/programmes/${id}/close`, undefined, as)).status).toBe(404);
    expect((await post('/enrolments', { programme: id, worker: newId() }, as)).status).toBe(404);
    expect((await post(`/enrolments/${enrolment}/pass`, { on: '2026-01-16' }, as)).status).toBe(404);
    expect((await request('GET', `/workers/${worker}`, { as })).body).toMatchObject({ enrolments: [], credits: '0' });
    expect((await request('GET', `/enrolments/${newId()}`)).status).toBe(404);
  });

  it('closes a programme to who has not joined, and keeps the reason of a withdrawal readable to its organisation ' +
    'alone', async () => {
    const { id } = (await post('/programmes', { ...terms, code: 'closing' })).body;
    const worker = newId();
    const enrolment = (await post('/enrolments', { programme: id, worker })).body.id;
    expect((await post(`/programmes/${id}/close`)).status).toBe(200);
    expect(await post('/enrolments', { programme: id, worker: newId() })).toMatchObject({
      status: 409, body: { type: expect.stringContaining('programme-closed') },
    });
    expect((await post('/enrolments', { programme: id, worker })).status).toBe(201);
    expect((await post(`/enrolments/${enrolment}/withdraw`, { reason: '调往外地' })).status).toBe(200);
    expect((await request('GET', `/enrolments/${enrolment}`)).body).toMatchObject({ state: 'withdrawn', reason: '调往外地' });
    const events = await service.database.query<{ data: string }>('SELECT data::text FROM events');
    expect(events.map((e) => e.data).join()).not.toContain('调往外地');
  });

  it('imports nothing while people does not answer', async () => {
    const before = await service.service.store.head();
    const file = 'idNumber,programme,hours\n34052419800101001X,turning,40\n';
    const sent = await request('POST', '/training-records/file', { body: file, headers: { 'content-type': 'text/csv' } });
    expect(sent).toMatchObject({ status: 503, body: { part: 'people' } });
    expect(await service.service.store.head()).toBe(before);
  });

  it('names the columns that a file lacks', async () => {
    const sent = await request('POST', '/drills/file', {
      body: '身份证号,日期\n1,2026-01-01\n', headers: { 'content-type': 'text/csv' },
    });
    expect(sent).toMatchObject({ status: 422, body: {
      type: expect.stringContaining('columns-missing'), data: { missing: ['occupation', 'score', 'passed'] },
    } });
  });
});
