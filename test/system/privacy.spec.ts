import { idNumber } from '../../scripts/examples/numbers.js';
import { arbitrator, type Chain, chief, grounds, persons, playChain, reasons, resignation, workerOf } from './support/chain.js';
import { type Answer, type Platform, services, startPlatform } from './support/platform.js';

/** Who is behind an id lies nowhere in clear: not in a table, not on the bus, not in a log. After erasure, nobody can read it. */
describe('personal data', () => {
  let platform: Platform;
  let chain: Chain;
  beforeAll(async () => {
    platform = await startPlatform();
    chain = await playChain(platform);
  }, 300_000);
  afterAll(() => platform?.stop());

  /** Every row of every table of a database, as text, and what its bytes hold. */
  const rowsOf = async (database: (typeof services)[number] | 'bus'): Promise<{ table: string; text: string }[]> => {
    const tables = await platform.query<{ name: string }>(
      database,
      `SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name FROM information_schema.tables
       WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    return Promise.all(
      tables.map(async ({ name }) => {
        const rows = await platform.query<{ text: string }>(database, `SELECT t::text AS text FROM ${name} t`);
        return { table: `${database} ${name}`, text: rows.map(({ text }) => text).join('\n') };
      }),
    );
  };
  /** As it is written, as PostgreSQL shows bytes, and as JSON or base64 may carry it. */
  const forms = (value: string): string[] => {
    const bytes = Buffer.from(value);
    const escaped = [...value].map((c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`).join('');
    return [value, bytes.toString('hex'), bytes.toString('base64').replace(/.{0,4}$/, ''), escaped];
  };
  const found = (text: string, values: readonly string[]): string[] =>
    values.filter((value) => forms(value).some((form) => text.includes(form)));
  const secrets = (): string[] => [
    ...persons.flatMap(({ name, idNumber: id, staffNumber }) => [name, id, staffNumber]),
    grounds,
    '夏侯师傅',
    reasons,
    '慕容仲裁员',
    resignation,
    '独孤氏',
  ];

  it('lies in clear in no table of any service, nor on the bus, nor in a log', async () => {
    await extraTexts();
    const all = (await Promise.all([...services, 'bus' as const].map(rowsOf))).flat();
    expect(all.length).toBeGreaterThan(60);
    expect(all.filter(({ text }) => text !== '').length).toBeGreaterThan(40);
    expect(all.flatMap(({ table, text }) => found(text, secrets()).map((value) => `${table}: ${value}`))).toEqual([]);
    expect(platform.logs().length).toBeGreaterThan(10_000); // every request was logged
    expect(found(platform.logs(), secrets())).toEqual([]);
    const server = await platform.serverLog();
    expect(server).not.toBe('');
    expect(found(server, secrets())).toEqual([]);
    // So that the search can fail: what may be read is found.
    expect(found(all.map(({ text }) => text).join('\n'), ['浦江精工', chain.workers[0] ?? ''])).toEqual([
      '浦江精工',
      chain.workers[0],
    ]);
  }, 600_000);

  /** More of what people write, and requests that fail with it in them. */
  const extraTexts = async (): Promise<void> => {
    const [person] = persons;
    const key = { 'idempotency-key': 'with-a-person' };
    const wrong = { idNumber: `${person.idNumber.slice(0, 17)}${person.idNumber.endsWith('1') ? '2' : '1'}`, name: person.name };
    await platform.request('POST', '/people/workers', { body: wrong, headers: key });
    await platform.request('POST', '/people/workers/find', { body: { idNumber: person.idNumber } });
    await platform.request('GET', `/people/workers?name=${encodeURIComponent(person.name)}&idNumber=${person.idNumber}`);
    await platform.request('POST', '/people/workers', {
      body: `{"name": "${person.name}", `,
      headers: { 'content-type': 'application/json' },
    });
    await platform.request('POST', `/registration/contests/${chain.contest}/entries/import?dryRun=true`, {
      body: `姓名,身份证号\n${person.name},3.4E+17\n`,
      headers: { 'content-type': 'text/csv', ...key },
    });
    await platform.request('POST', `/registration/entries/${chain.entries[3]}/withdraw`, {
      body: { reason: resignation },
      as: workerOf(chain.workers[3] ?? ''),
    });
    const { id: enrolment } = await platform.ok('POST', '/training/enrolments', {
      as: 'trainer',
      body: { programme: chain.programme, worker: chain.workers[3] },
    });
    await platform.ok('POST', `/training/enrolments/${enrolment}/withdraw`, { as: 'trainer', body: { reason: resignation } });
    await platform.ok('POST', `/incentives/grants/${chain.grants[1]}/refuse`, {
      as: 'incentive-officer',
      body: { reason: resignation },
    });
    for (const format of ['csv', 'xlsx'])
      await platform.ok('GET', `/registration/contests/${chain.contest}/exports/entries?format=${format}`);
    await platform.settled();
  };

  it('is read by whoever may, masked for whoever may not, and each bulk read is logged', async () => {
    const ids = { ids: chain.workers, purpose: 'spec of privacy' };
    const names = (as: 'organiser' | 'auditor'): Promise<Answer> =>
      platform.request('POST', '/people/workers/names', { as, body: ids });
    expect(
      found(
        (await names('organiser')).text,
        persons.map(({ name }) => name),
      ),
    ).toHaveLength(4);
    expect(found((await names('auditor')).text, secrets())).toEqual([]);
    expect((await platform.request('GET', '/people/access-log?limit=100', { as: 'auditor' })).text).toContain('spec of privacy');
    const notice = await platform.request('GET', `/registration/contests/${chain.contest}/notice`, { as: null });
    expect([notice.status, found(notice.text, secrets())]).toEqual([200, []]);
    for (const as of ['auditor', chief, arbitrator] as const)
      for (const path of [
        `/judging/contests/${chain.contest}/sheets?code=${chain.codes[2]}`,
        `/judging/hearings/${chain.appeal}`,
        `/judging/contests/${chain.contest}/result`,
      ])
        expect(
          found((await platform.request('GET', path, { as })).text, [
            ...chain.workers,
            ...chain.entries,
            ...persons.map(({ name }) => name),
          ]),
        ).toEqual([]);
  });

  /** As data, and as the page at the short address that is printed on the certificate. */
  const verify = async (number: string): Promise<[Answer, Answer]> => [
    await platform.request('GET', `/certification/verify/${number}`, { as: null, headers: { accept: 'application/json' } }),
    await platform.request('GET', `/verify/${number}`, { as: null, headers: { accept: 'text/html', 'accept-language': 'zh' } }),
  ];
  const certified = async (): Promise<{ id: string; number: string; worker: string; person: (typeof persons)[number] }> => {
    const certificate = await platform.ok<{ id: string; number: string; worker: string }>(
      'GET',
      `/certification/certificates/${chain.certificates[0]}`,
      { as: 'certifier' },
    );
    const person = persons[chain.workers.indexOf(certificate.worker)];
    if (person === undefined) throw new Error(`who is ${certificate.worker}?`);
    return { ...certificate, person };
  };
  const maskedOf = (name: string): string => `${name[0]}**${name.at(-1)}`;

  it('is masked for whoever verifies a certificate, and whole for the holder and the certifier', async () => {
    const { id, number, worker, person } = await certified();
    const [data, page] = await verify(number);
    expect(data.body).toMatchObject({ number, status: 'valid', name: { is: 'name', name: maskedOf(person.name) } });
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.text).toContain(maskedOf(person.name));
    expect(found(data.text + page.text, secrets())).toEqual([]);
    // The way by which certification asks is open to nobody else.
    for (const as of [null, 'certifier', 'operator'] as const)
      expect((await platform.request('GET', `/people/workers/${worker}/masked-name`, { as })).status).toBe(404);
    const holder = (as: Parameters<Platform['token']>[0]): Promise<Answer> =>
      platform.request('GET', `/people/workers/${worker}/certificate-holder`, { as });
    for (const as of [workerOf(worker), 'certifier'] as const)
      expect((await holder(as)).body).toMatchObject({ name: person.name, idNumber: person.idNumber });
    expect((await holder({ role: 'hr', org: chain.unit })).body).toMatchObject({ name: person.name, idNumber: null });
    for (const as of [workerOf(chain.workers[3] ?? ''), { role: 'certifier', org: 'org-2' }, { role: 'hr', org: 'org-1' }] as const)
      expect((await holder(as)).status).toBe(404);

    const credential = await platform.request('GET', `/certification/certificates/${id}/credential`, { as: workerOf(worker) });
    const claims = Buffer.from(credential.text.split('.')[1] ?? '', 'base64url').toString();
    expect([credential.status, found(claims, [person.name, person.idNumber])]).toEqual([200, [person.name]]);
    const paper = await platform.request('GET', `/certification/certificates/${id}/pdf`, { as: 'certifier' });
    expect([paper.status, paper.headers['content-type'], paper.text.slice(0, 5)]).toEqual([200, 'application/pdf', '%PDF-']);
    const log = await platform.request('GET', '/people/access-log?limit=100', { as: 'auditor' });
    expect(log.text).toContain('GET /workers/{worker}/certificate-holder');
  }, 60_000);

  it('cannot be read after erasure, anywhere, and everything still works', async () => {
    const [, , worker = ''] = chain.workers;
    const entry = chain.entries[2] ?? '';
    expect((await grounded()).body).toMatchObject({ grounds });
    await platform.ok('POST', `/people/workers/${worker}/erase`);
    await platform.settled();

    const { body } = await platform.request<{ workers: { worker: string; name: string | null; erased: boolean }[] }>(
      'POST',
      '/people/workers/names',
      { body: { ids: [worker], purpose: 'spec' } },
    );
    expect(body.workers.filter(({ name, erased }) => name !== null || !erased)).toEqual([]);
    expect((await grounded()).body).toMatchObject({ grounds: null });
    expect((await platform.request('GET', `/judging/hearings/${chain.appeal}`, { as: 'auditor' })).body).toMatchObject({
      state: 'upheld',
      reasons: null,
    });
    const file = await platform.request('GET', `/registration/contests/${chain.contest}/exports/entries?format=csv`);
    expect([
      file.status,
      found(
        file.text,
        persons.map(({ name }) => name),
      ),
    ]).toEqual([200, [0, 1, 3].map((n) => persons[n]?.name)]);
    // The keys are gone, not only the way to them.
    const keys = async (service: (typeof services)[number], of: string): Promise<boolean[]> =>
      (
        await platform.query<{ gone: boolean }>(service, 'SELECT wrapped IS NULL AS gone FROM vault_keys WHERE record LIKE $1', [
          `%${of}%`,
        ])
      ).map(({ gone }) => gone);
    expect(new Set(await keys('people', worker))).toEqual(new Set([true]));
    expect(new Set(await keys('registration', entry))).toEqual(new Set([true]));
    expect(new Set(await keys('judging', chain.codes[2] ?? ''))).toEqual(new Set([true]));

    // Every fold still works: what was decided stands, by id.
    for (const [path, as] of [
      [`/registration/entries/${entry}`, 'organiser'],
      [`/registration/contests/${chain.contest}/results`, 'organiser'],
      [`/registration/contests/${chain.contest}/notice`, null],
      [`/judging/contests/${chain.contest}/result`, 'auditor'],
      [`/certification/decisions/${chain.decisions[2]}/explanation`, 'auditor'],
      [`/certification/decisions?contest=${chain.contest}`, 'auditor'],
      [`/certification/workers/${worker}/skill-record`, 'certifier'],
      [`/training/workers/${worker}`, 'trainer'],
      [`/people/history/worker/${worker}`, 'auditor'],
      [`/registration/history/entry/${entry}?follow=true`, 'auditor'],
    ] as const)
      expect([path, (await platform.request('GET', path, { as })).status]).toEqual([path, 200]);
    // And the same person may come back, as somebody new.
    const again = await platform.request<{ id: string }>('POST', '/people/workers', {
      body: { name: persons[2].name, idNumber: persons[2].idNumber, status: 'worker' },
    });
    expect([again.status, again.body.id === worker]).toEqual([201, false]);
  }, 600_000);

  it('is gone from a certificate too, whose facts stay as the law keeps them', async () => {
    const { id, number, worker } = await certified();
    await platform.ok('POST', `/people/workers/${worker}/erase`);
    await platform.settled();
    const [data, page] = await verify(number);
    expect(data.body).toMatchObject({ number, status: 'valid', occupation: '6-18-01-01', name: { is: 'erased' } });
    expect([page.status, page.text.includes('个人信息已依法清除')]).toEqual([200, true]);
    for (const what of ['credential', 'pdf'])
      expect(await platform.request('GET', `/certification/certificates/${id}/${what}`, { as: 'certifier' })).toMatchObject({
        status: 410,
        body: { type: 'https://jinji.dev/problems/holder-erased' },
      });
  }, 60_000);

  const grounded = (): Promise<Answer> => platform.request('GET', `/registration/appeals/${chain.appeal}/grounds`);

  it('keeps to numbers that belong to nobody', () => {
    expect(persons.map((person) => person.idNumber.slice(14, 17))).toEqual(persons.map(() => '000'));
    expect(idNumber('310101', '1986-05-04')).toBe(persons[0].idNumber);
  });
});
