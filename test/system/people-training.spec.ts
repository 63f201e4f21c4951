import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { people } from '../../apps/people/src/people.module.js';
import { training } from '../../apps/training/src/training.module.js';
import { testDatabase, type TestDatabase, testService, type TestService } from '#libs/testing';

interface Done { id: string; position: number }
interface Imported { taken: number; refused: number; rows: {
  line: number; worker: string | null; id: string | null; error: { rule: string } | null;
}[] }

/** Two services on one bus, training asking people over real HTTP. */
describe('people and training', () => {
  let bus: TestDatabase;
  let register: TestService;
  let school: TestService;
  let gateway: Server;

  beforeAll(async () => {
    bus = await testDatabase();
    const env = { BUS_URL: bus.url, BUS_MIGRATION_URL: bus.migrationUrl };
    register = await testService(people, { env });
    gateway = createServer((request, response) => {
      request.url = (request.url ?? '').replace(/^\/people/, '');
      register.service.handle(request, response);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => gateway.once('listening', resolve));
    const { port } = gateway.address() as AddressInfo;
    school = await testService(training, { env: { ...env, PEERS_URL: `http://127.0.0.1:${port}/{service}` } });
  });
  afterAll(async () => {
    await school.close();
    await register.close();
    await new Promise((resolve) => gateway.close(resolve));
    await bus.drop();
  });

  const settled = async () => {
    for (let n = 0; n < 3; n += 1) {
      await register.settled();
      await school.settled();
    }
  };
  const file = (path: string, body: string | Buffer) =>
    school.request<Imported>('POST', path, { body, headers: { 'content-type': 'text/csv' } });
  const facts = (worker: string) => school.request('GET', `/workers/${worker}`);

  it('takes files by ID number, tells every bad row, and the same file twice is once', async () => {
    const people_ = [
      { idNumber: '34052419800101001X', name: '张卫国' }, { idNumber: '310110198807010005', name: '刘超' },
      { idNumber: '310113198806210004', name: '冯浩然' },
    ];
    await register.request('POST', '/workers/resolve', { body: { asOf: '2026-03-02', purpose: 'spec', rows: people_ } });
    const programme = await school.request<Done>('POST', '/programmes', {
      body: {
        code: 'turning', name: { zh: '车工', en: 'Turning' }, occupation: '6-18-01-01', hours: '40', credits: '4',
        trainers: ['t1'],
      },
    });
    expect(programme.status).toBe(201);
    const csv = [
      'programme,idNumber,hours,passedOn',
      'turning,34052419800101001X,40,2026-01-16',
      'turning,310110198807010005,38.5,2026/1/16',
      'turning,310113198806210004,x,2026-01-16',
      'welding,310113198806210004,40,2026-01-16',
      'turning,3.4E+17,40,2026-01-16',
      'turning,310109198607070008,40,2026-01-16',
    ].join('\n');
    const sent = await file('/training-records/file', csv);
    expect(sent.body).toMatchObject({ taken: 1, refused: 5 });
    expect(sent.body.rows.map((row) => [row.line, row.error?.rule ?? null])).toEqual([
      [2, null], [3, 'hours-short'], [4, 'cell-decimal'], [5, 'programme-unknown'], [6, 'id-number-as-float'],
      [7, 'name-missing'],
    ]);
    const head = await school.service.store.head();
    expect((await file('/training-records/file', csv)).body).toMatchObject({ taken: 1, refused: 5 });
    expect(await school.service.store.head()).toBe(head);

    const drills = await file(
      '/drills/file',
      '身份证号,职业编码,日期,成绩,合格\n310110198807010005,6-18-01-01,2026年1月23日,062,是\n310110198807010005,6-18-01-01,2026-01-23,63,是\n',
    );
    expect(drills.body.rows.map((row) => row.error?.rule ?? null)).toEqual([null, 'drill-differs']);
    await school.settled();
    expect((await facts(drills.body.rows[0]?.worker as string)).body).toMatchObject({
      enrolments: [], drills: [{ on: '2026-01-23', score: '62', passed: true }],
    });
  });

  it('follows a merge, and forgets what is written about a worker who is erased', async () => {
    const mint = async (idNumber: string, name: string) =>
      (await register.request<Done>('POST', '/workers', { body: { idNumber, name } })).body.id;
    const [old, survivor] = [await mint('310107197610190003', '陈一'), await mint('310107198510130008', '陈一')];
    const { id: programme } = (await school.request<Done>('POST', '/programmes', {
      body: {
        code: 'fitting', name: { zh: '钳工', en: 'Fitting' }, occupation: '6-20-01-01', hours: '8', credits: '1.5',
        trainers: ['t1'],
      },
    })).body;
    const { id: enrolment } = (await school.request<Done>('POST', '/enrolments', { body: { programme, worker: old } })).body;
    await school.request('POST', `/enrolments/${enrolment}/withdraw`, { body: { reason: '工伤休养' } });

    await register.request('POST', `/workers/${old}/merge`, { body: { into: survivor } });
    await settled();
    expect((await school.request('GET', '/me', { as: { role: 'worker', sub: survivor } })).body).toMatchObject({
      enrolments: [{ enrolment, worker: old }],
    });
    expect(await school.request('POST', '/drills', {
      body: { worker: old, occupation: '6-20-01-01', on: '2026-01-01', score: '1', passed: true },
    })).toMatchObject({
      status: 409, body: { type: expect.stringContaining('worker-merged'), data: { into: survivor } },
    });

    expect((await school.request('GET', `/enrolments/${enrolment}`)).body).toMatchObject({ reason: '工伤休养' });
    await register.request('POST', `/workers/${survivor}/erase`);
    await settled();
    expect((await school.request('GET', `/enrolments/${enrolment}`)).body).toMatchObject({ state: 'withdrawn', reason: null });
    expect((await school.request('POST', '/enrolments', { body: { programme, worker: survivor } })).status).toBe(409);
  });
});
