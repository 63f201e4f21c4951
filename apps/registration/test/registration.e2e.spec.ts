import iconv from 'iconv-lite';
import { newId } from '#libs/decider';
import { type As, testService, type TestService } from '#libs/testing';
import { rebuildView } from '#libs/views';
import { roles } from '#libs/web';
import { registration } from '../src/definition.js';
import { verifyDraw } from '../src/draw/order.js';
import { Others } from './others.js';
import { peopleStandIn, type PeopleStandIn, workerOf } from './people-stand-in.js';

/** One contest from its draft to a final result, through HTTP and the bus. */
describe('registration', () => {
  let people: PeopleStandIn;
  let test: TestService;
  let others: Others;

  const ask = async <T = Record<string, never>>(
    method: string, path: string, body?: unknown, as: As = {}, headers: Record<string, string> = {},
  ) =>
    test.request<T>(method, path, { as, headers, ...(body === undefined ? {} : { body }) });
  const post = async (
    path: string, body: unknown = {}, as: As = {},
  ): Promise<{ id: string; position: number } & Record<string, unknown>> => {
    const { status, body: answer } = await ask<{ id: string; position: number }>('POST', path, body, as);
    if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  };
  const get = async <T>(path: string, as: As = {}): Promise<T> => {
    await test.settled();
    const { status, body } = await ask<T>('GET', path, undefined, as);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  };
  const upload = (path: string, file: Buffer | string) => ask<Record<string, unknown>>(
    'POST', path, file, {}, { 'content-type': 'text/csv' },
  );

  const scheme = newId();
  const custodian: As = { role: 'custodian' };
  const workerAs = (idNumber: string): As => ({ role: 'worker', sub: workerOf(idNumber) });
  let competition = '';
  let contest = '';
  let entries: {
    id: string; number: string; is: string; code: string | null; findings: { met: boolean }[]; members: { age: number }[];
  }[] = [];
  let labels: { envelope: number; code: string }[] = [];
  const listed = async () => {
    entries = (await get<{ items: typeof entries }>(`/contests/${contest}/entries`)).items;
    return entries;
  };
  const numbered = (number: string) => {
    const found = entries.find((e) => e.number === number);
    if (found === undefined) throw new Error(`no entry ${number}`);
    return found;
  };

  beforeAll(async () => {
    people = await peopleStandIn();
    test = await testService(registration, { env: { PEERS_URL: people.url } });
    others = new Others(test);
    await others.prepare();
  }, 120_000);
  afterAll(async () => {
    await others.close();
    await test.close();
    await people.close();
  });

  const terms = {
    number: 'A01', name: { zh: '车工', en: 'Turning' }, occupation: '6-18-01-01', group: 'worker', level: 2, teamSize: 1, quota: 3,
    series: 'shanghai-special-2024', class: 'municipal-special', purpose: 'award',
    pack: { id: 'shanghai-special-2024', version: '1' }, scheme,
    notice: { workingDays: 5, appealHours: 24 }, closesOn: '2026-03-20', startsOn: '2026-03-28',
    conditions: [{ is: 'age', min: 16 }, { is: 'level-held', level: 3, months: 12 }, { is: 'one-event' }],
  };

  it('announces only with a frozen scheme, and a recalled pack only with an override', async () => {
    competition = (await post('/competitions', { number: 'SH-2026', name: { zh: '市赛', en: 'City' }, year: 2026 })).id;
    contest = (await post(`/competitions/${competition}/contests`, terms)).id;
    const refused = await ask<{ type: string; next: string }>('POST', `/competitions/${competition}/announce`, {});
    expect([refused.status, refused.body.type]).toEqual([422, expect.stringContaining('pack-needs-override')]);
    await post(`/contests/${contest}/override`, { reason: '经市局函复' });
    expect((await ask<{ type: string }>('POST', `/competitions/${competition}/announce`, {})).body.type).toContain(
      'marking-scheme-not-frozen'
    );
    await others.say(
      'jinji.marking-scheme.frozen.v1', { scheme, organisation: 'org-1', digest: 'd1', total: '100', aspects: 149 },
    );
    await test.settled();
    await post(`/competitions/${competition}/announce`);
    expect(await get(`/competitions/${competition}`)).toMatchObject({
      is: 'announced', list: [{ id: contest, overridden: true, is: 'announced' }],
    });
  });

  it('commits to a draw when registration opens', async () => {
    await post(`/contests/${contest}/open`, { publicValueName: '上证指数' });
    await test.settled();
    const { status, body } = await test.request('GET', `/contests/${contest}/draw`, { as: null });
    expect([status, body]).toEqual(
      [200, expect.objectContaining({ hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string, seed: null, order: [] })]
    );
  });

  const csv = [
    '姓名,身份证号,身份',
    '赵一,P30-1,职工', '钱二,P31-2,职工', '孙三,3.4E+17,职工', '李四,P15-4,职工', '周五,P40-5,职工', '吴六,P41-6,职工', '赵一,P30-1,职工', '郑七,P42-7,职工',
  ].join('\n');

  it('reports every bad row of an import, in GB18030 too, and writes nothing in a dry run', async () => {
    const { status, body } = await upload(`/contests/${contest}/entries/import?dryRun=true`, iconv.encode(csv, 'gb18030'));
    expect([status, body]).toEqual([200, expect.objectContaining({ rows: 8, entries: 6, dryRun: true })]);
    expect((body.bad as { line: number; rule: string }[]).map((b) => [b.line, b.rule])).toEqual(
      [[4, 'id-number-as-float'], [8, 'duplicate-in-file']]
    );
    expect(people.asked.filter((a) => a.body.mint !== false)).toEqual([]);
    expect(await listed()).toEqual([]);
  });

  it('takes all or nothing, or the good ones', async () => {
    const nothing = await upload(`/contests/${contest}/entries/import?mode=all-or-nothing`, csv);
    expect([nothing.status, nothing.body.type]).toEqual([422, expect.stringContaining('import-has-bad-rows')]);
    expect(await listed()).toEqual([]);
    const good = await upload(`/contests/${contest}/entries/import`, csv);
    expect([good.status, good.body]).toEqual([200, expect.objectContaining({ entries: 6 })]);
    expect((await listed()).map((e) => [e.number, e.is])).toEqual(
      ['001', '002', '003', '004', '005', '006'].map((n) => [n, 'submitted'])
    );
    const again = await upload(`/contests/${contest}/entries/import`, csv);
    expect(again.body).toMatchObject({ entries: 0 });
  });

  it('does nothing where people does not answer', async () => {
    people.answers = false;
    const { status } = await upload(`/contests/${contest}/entries/import`, '姓名,身份证号\n王八,P50-8');
    const closed = await ask('POST', `/contests/${contest}/close`, {});
    people.answers = true;
    expect([status, closed.status]).toEqual([503, 503]);
    expect(await listed()).toHaveLength(6);
  });

  it('screens by the conditions with reasons, fills the quota, and keeps a waiting list', async () => {
    for (const idNumber of ['P30-1', 'P31-2', 'P15-4', 'P40-5', 'P41-6', 'P42-7'])
      if (idNumber !== 'P31-2')
        await others.say(
          'jinji.skill-record.imported.v1',
          { worker: workerOf(idNumber), occupation: '6-18-01-01', level: 3, since: '2020-01-01' },
        );
    await test.settled();
    expect(await post(`/contests/${contest}/screen`)).toMatchObject({ accepted: 3, waitlisted: 1, rejected: 2 });
    expect((await listed()).map((e) => e.is)).toEqual(['accepted', 'rejected', 'rejected', 'accepted', 'accepted', 'waitlisted']);
    expect(numbered('002').findings.filter((f) => !f.met)).toHaveLength(1);
    await post(`/entries/${numbered('001').id}/withdraw`, { reason: '生病' }, workerAs('P30-1'));
    expect((await listed()).map((e) => e.is)).toEqual(['withdrawn', 'rejected', 'rejected', 'accepted', 'accepted', 'accepted']);
  });

  it('takes facts as of the end of registration, then reveals a draw that anyone can check', async () => {
    await post(`/contests/${contest}/close`);
    expect((await listed()).find((e) => e.number === '004')?.members[0]?.age).toBe(41);
    await post(`/contests/${contest}/draw/reveal`, { publicValue: '3012.45' });
    const draw = await get<{ hash: string; seed: string; publicValue: string; order: { entry: string }[] }>(
      `/contests/${contest}/draw`
    );
    expect(verifyDraw({ contest, ...draw, order: draw.order.map((o) => o.entry) })).toBe(true);
    expect(draw.order).toHaveLength(3);
  });

  it('gives envelopes out, and lets nobody see both sides of one', async () => {
    const entry = (await listed()).find((e) => e.number === '004')?.id ?? '';
    expect((await ask('POST', `/entries/${entry}/check-in`, { envelope: 1 })).status).toBe(409);
    expect((await ask('POST', `/contests/${contest}/codes`, {}, {})).status).toBe(403);
    await post(`/contests/${contest}/codes`, {}, custodian);
    ({ labels } = await get<{ labels: typeof labels }>(`/contests/${contest}/labels`, custodian));
    expect(labels.map((l) => l.envelope)).toEqual([1, 2, 3, 4]);
    expect((await ask('GET', `/contests/${contest}/labels`, undefined, { role: ['custodian', 'organiser'] })).status).toBe(409);
    expect((await ask<{ type: string }>('POST', `/entries/${entry}/check-in`, { envelope: 99 })).body.type).toContain(
      'no-such-envelope'
    );
    await post(`/entries/${entry}/check-in`, { envelope: 3 });
    expect((await ask<{ type: string }>('POST', `/entries/${numbered('005').id}/check-in`, { envelope: 3 })).body.type).toContain(
      'envelope-taken'
    );
    await post(`/entries/${numbered('005').id}/check-in`, { envelope: 1 });
  });

  it('starts: codes first, then the start; the rest are absent', async () => {
    await post(`/contests/${contest}/start`);
    expect((await listed()).map((e) => e.is)).toEqual(['withdrawn', 'rejected', 'rejected', 'drawn', 'drawn', 'absent']);
    const said = await others.heard('jinji.competitions');
    expect(said.map((m) => m.type.split('.').slice(1, 3).join('.'))).toEqual([
      'contest.announced', 'contest.registration-closed', 'contest.code-sealed', 'contest.code-sealed', 'contest.started',
    ]);
    expect(said.slice(2, 4).map((m) => m.data.code)).toEqual([labels[0]?.code, labels[2]?.code].sort());
  });

  /** Every GET of the service with ids filled in, as each role. */
  const everyAnswer = async () => {
    const document = test.service.openapi() as unknown as { paths: Record<string, Record<string, unknown>> };
    const paths = Object.entries(document.paths).filter(([path, methods]) => 'get' in methods && !path.endsWith('/labels')).map(
      ([path]) => path
    );
    const streams = [['contest', contest], ['seal', contest], ['draw', contest], ['roster', contest], [
      'competition', competition,
    ],
      ...entries.map((e) => ['entry', e.id])];
    const filled = paths.flatMap((path) => {
      if (path.includes('{aggregate}')) return streams.flatMap(
        ([a, id]) => ['', '?follow=true'].map((q) => path.replace('{aggregate}', a ?? '').replace('{id}', id ?? '') + q)
      );
      if (path.includes('/entries/{id}') || path.startsWith('/entries/')) return entries.map((e) => path.replace('{id}', e.id));
      return [path.replace('{id}', path.startsWith('/competitions') ? competition : contest)];
    });
    const answers: { path: string; role: string; text: string; status: number }[] = [];
    for (const path of filled)
      for (const role of roles) {
        const { status, raw } = await ask('GET', path, undefined, role === 'worker' ? workerAs('P40-5') : { role });
        answers.push({ path, role, status, text: raw.toString() });
      }
    return answers;
  };
  const betrays = (text: string) => labels.some(({ code }) => text.includes(code));

  it('shows no code to anyone before the seal opens, and no envelope', async () => {
    await listed();
    const answers = await everyAnswer();
    expect(answers.filter((a) => a.status === 200).length).toBeGreaterThan(60);
    expect(answers.filter((a) => betrays(a.text)).map((a) => `${a.role} ${a.path}`)).toEqual([]);
    expect(answers.filter((a) => a.text.includes('"envelope"')).map((a) => a.path)).toEqual([]);
    const rows = await test.database.query<{ data: unknown }>('SELECT data FROM events');
    const both = rows.filter(
      ({ data }) => betrays(JSON.stringify(data)) && entries.some((e) => JSON.stringify(data).includes(e.id))
    );
    expect(both).toEqual([]);
  }, 120_000);

  it('keeps a disqualification during the contest from telling a code', async () => {
    await post(`/entries/${numbered('005').id}/disqualify`, { reason: '冒名顶替' });
    await test.settled();
    expect((await others.heard('jinji.competitions')).filter((m) => m.type.includes('voided'))).toEqual([]);
    expect(await others.heard('jinji.seals')).toEqual([]);
  });

  it('opens the seal by itself once marking is complete, and voids then', async () => {
    await others.say('jinji.marking.completed.v1', { contest });
    await test.settled();
    const codes = Object.fromEntries((await listed()).map((e) => [e.number, e.code]));
    expect(codes).toMatchObject({ '004': labels[2]?.code, '005': labels[0]?.code, '006': null });
    expect(betrays(JSON.stringify(await get(`/contests/${contest}/entries`)))).toBe(true); // so the test before could have failed
    const seals = await others.heard('jinji.seals');
    expect(seals.map((m) => m.type)).toEqual(
      ['jinji.seal.opened.v1', 'jinji.seal.entry.v1', 'jinji.seal.entry.v1', 'jinji.seal.closed.v1']
    );
    expect(seals[1]?.data).toMatchObject({ members: [{ age: expect.any(Number) as number, status: 'worker' }] });
    const voided = (await others.heard('jinji.competitions')).filter((m) => m.type.includes('voided'));
    expect(voided.map((m) => m.data)).toEqual([{ contest, code: labels[0]?.code, because: 'disqualified' }]);
    expect(
      (await others.heard('jinji.competitions')).every((m) => !entries.some((e) => JSON.stringify(m.data).includes(e.id)))
    ).toBe(true);
  });

  const result = async (revision: number, stage: 'provisional' | 'final', total: string, at: string) => {
    const code = labels[2]?.code ?? '';
    const firstFinalAt = stage === 'final' ? at : null;
    await others.say('jinji.result.opened.v1', { contest, revision, stage, count: 1, digest: 'd', firstFinalAt }, at);
    await others.say('jinji.result.placed.v1', {
      contest, revision, code, rank: 1, unranked: null, total, criteria: [{ id: 'A', mark: total }], theory: null,
      practical: null, tied: false,
    }, at);
    await others.say('jinji.result.closed.v1', { contest, revision, stage }, at);
    await test.settled();
  };

  it('puts the provisional result on notice, with deadlines that the worker sees', async () => {
    await test.moveClock('2026-03-30T02:00:00.000Z');
    await result(1, 'provisional', '88.5', '2026-03-30T02:00:00.000Z');
    const { body: notice } = await test.request('GET', `/contests/${contest}/notice`, { as: null });
    expect(notice).toMatchObject({
      stage: 'provisional', appealsUntil: '2026-03-31T02:00:00.000Z', standings: [{ number: '004', rank: 1, total: '88.5' }],
    });
    expect(JSON.stringify(notice)).not.toContain(labels[2]?.code);
    expect(await get('/me', workerAs('P40-5'))).toMatchObject({
      entries: [{ result: { rank: 1, stage: 'provisional' }, objectUntil: '2026-03-31T02:00:00.000Z' }],
    });
    expect((await others.heard('jinji.competitions')).at(-1)).toMatchObject({
      type: 'jinji.contest.noticed.v1', data: { revision: 1 },
    });
  });

  let appeal = '';
  let lateAppeal = '';
  const arbitrator: As = { role: 'arbitrator' };

  it('takes an appeal of the entry alone, without its grounds in any event', async () => {
    const path = `/entries/${numbered('004').id}/appeals`;
    expect((await ask('POST', path, { contested: ['B1'], grounds: 'x' }, workerAs('P41-6'))).status).toBe(404);
    appeal = (await post(path, { contested: ['B1'], grounds: '周五认为第三孔测错' }, { ...workerAs('P40-5'), org: 'elsewhere' })).id;
    await test.settled();
    expect((await others.heard('jinji.competitions')).at(-1)).toMatchObject({
      type: 'jinji.appeal.filed.v1', data: { appeal, code: labels[2]?.code },
    });
    const [{ count } = { count: '' }] = await test.database.query<{ count: string }>(
      `SELECT count(*) FROM events WHERE data::text LIKE '%第三孔%'`
    );
    expect(count).toBe('0');
  });

  it('shows the arbitrator the redacted grounds, once assigned, and not the entry', async () => {
    expect((await ask('GET', `/appeals/${appeal}/grounds`, undefined, arbitrator)).status).toBe(404);
    const { sub } = JSON.parse(Buffer.from((await test.token(arbitrator)).split('.')[1] ?? '', 'base64url').toString()) as {
      sub: string,
    };
    await others.say('jinji.hearing.assigned.v1', { appeal, contest, arbitrator: sub });
    await test.settled();
    expect((await ask('GET', `/appeals/${appeal}/grounds`, undefined, arbitrator)).status).toBe(409);
    expect((await ask('PUT', `/appeals/${appeal}/redaction`, { text: '第三孔测错' })).status).toBe(200);
    expect(await get(`/appeals/${appeal}/grounds`, arbitrator)).toEqual({ grounds: null, redacted: '第三孔测错', admitted: null });
    expect(await get(`/appeals/${appeal}`, arbitrator)).toMatchObject({ is: 'heard', entry: null });
    expect(await get(`/appeals/${appeal}/grounds`)).toMatchObject({ grounds: '周五认为第三孔测错' });
  });

  it('closes the appeal with the hearing, and takes the corrected and the final result', async () => {
    await others.say('jinji.hearing.upheld.v1', { appeal, contest, code: labels[2]?.code ?? '' });
    await result(2, 'provisional', '90', '2026-03-31T01:00:00.000Z');
    expect(await get(`/contests/${contest}`)).toMatchObject({
      is: 'provisional', revision: 2, appealsUntil: '2026-03-31T02:00:00.000Z',
    });
    await test.moveClock('2026-04-10T01:00:00.000Z');
    const late = await ask<{ type: string }>(
      'POST', `/entries/${numbered('004').id}/appeals`, { contested: ['B1'], grounds: 'x' },
    );
    expect([late.status, late.body.type]).toEqual([422, expect.stringContaining('appeal-window-over')]);
    const ended = await get<{ events: { what: string; when: string }[] }>(`/history/contest/${contest}`, { role: 'auditor' });
    expect(ended.events.filter((e) => e.what.endsWith('Ended')).map((e) => [e.what, e.when])).toEqual([
      ['AppealsEnded', '2026-03-31T02:00:00.000Z'], ['NoticeEnded', '2026-04-07T16:00:00.000Z'],
    ]);
    await result(3, 'final', '90', '2026-04-10T01:00:00.000Z');
    expect(await get(`/contests/${contest}`)).toMatchObject({ is: 'final', revision: 3 });
    expect(await get(`/appeals/${appeal}`)).toMatchObject({ is: 'upheld' });
    expect(await get(`/competitions/${competition}`)).toMatchObject({ is: 'final' });
  });

  it('admits a late appeal where the organiser says why, also after the end, and not on what was heard before', async () => {
    const path = `/entries/${numbered('004').id}`;
    const late = { contested: ['B2'], grounds: '周五出院后才得知', reasons: '申诉人住院', until: '2026-05-01T00:00:00.000Z' };
    const { contested, grounds, reasons, until } = late;
    const inTime = await ask<{ type: string; next: string }>(
      'POST', `${path}/appeals`, { contested, grounds }, workerAs('P40-5'),
    );
    expect([inTime.status, inTime.body.type, inTime.body.next]).toEqual([
      422, expect.stringContaining('appeal-window-over'), expect.stringContaining('late-appeals'),
    ]);
    expect((await ask('POST', `${path}/late-appeals`, late, workerAs('P40-5'))).status).toBe(403);
    expect((await ask('POST', `${path}/late-appeals`, late, { org: 'org-2' })).status).toBe(404);
    const again = await ask<{ type: string }>('POST', `${path}/late-appeals`, { ...late, contested: ['B1.2'] });
    expect([again.status, again.body.type]).toEqual([422, expect.stringContaining('appealed-before')]);
    lateAppeal = (await post(`${path}/late-appeals`, late)).id;
    expect(await get(`/appeals/${lateAppeal}`, workerAs('P40-5'))).toMatchObject({ is: 'filed', outOfTime: true, until });
    expect(await get(`/appeals/${lateAppeal}/grounds`)).toEqual({ grounds, redacted: null, admitted: reasons });
    expect((await others.heard('jinji.competitions')).at(-1)).toMatchObject({
      type: 'jinji.appeal.filed.v1', data: { appeal: lateAppeal, code: labels[2]?.code, until },
    });
    expect((await test.database.query("SELECT 1 FROM events WHERE data::text LIKE '%住院%'"))).toEqual([]);
    const twice = await ask<{ type: string }>('POST', `${path}/late-appeals`, late);
    expect(twice.body.type).toContain('appealed-before');
  });

  it('exports lists with names from people, masked for the notice, and harmless to a spreadsheet', async () => {
    const notice = (await ask('GET', `/contests/${contest}/exports/notice`)).raw.toString();
    expect(notice).toContain("1,004,周*,P****,'=某厂,90");
    for (const list of ['entries', 'draw', 'results', 'notice']) {
      const { status, headers, raw } = await ask('GET', `/contests/${contest}/exports/${list}?format=xlsx`);
      expect([status, headers['content-type'], raw.subarray(0, 2).toString()]).toEqual(
        [200, expect.stringContaining('spreadsheetml') as string, 'PK']
      );
    }
  });

  it('annuls a result by code', async () => {
    await post(`/entries/${numbered('004').id}/annul`, { reason: '事后查实' });
    await test.settled();
    expect((await others.heard('jinji.competitions')).at(-1)?.data).toEqual({
      contest, code: labels[2]?.code, because: 'annulled',
    });
  });

  it('says in Chinese where a contest stands', async () => {
    const headers = { 'accept-language': 'zh' };
    const { status, body } = await test.request('POST', `/contests/${contest}/open`, { body: {}, headers });
    expect([status, body.detail]).toEqual([409, '赛项当前状态为成绩已生效']);
    const unknown = await test.request('GET', `/contests/${newId()}`, { headers });
    expect([unknown.status, unknown.body.detail, unknown.body.next]).toEqual([404, '没有这个赛项', '请核对网址与编号，并确认属于本单位']);
  });

  it('forgets what was said of an erased worker, and passes it on by code', async () => {
    await others.say('jinji.worker.erased.v1', { worker: workerOf('P40-5') });
    await test.settled();
    for (const each of [appeal, lateAppeal])
      expect(await get(`/appeals/${each}/grounds`)).toEqual({ grounds: null, redacted: null, admitted: null });
    expect((await others.heard('jinji.competitions')).at(-1)).toMatchObject({
      type: 'jinji.contest.code-erased.v1', data: { code: labels[2]?.code },
    });
  });

  it('lets entries follow a merged worker', async () => {
    const survivor = newId();
    await others.say('jinji.worker.merged.v1', { worker: workerOf('P41-6'), into: survivor });
    await test.settled();
    expect(await get('/me', { role: 'worker', sub: survivor })).toMatchObject({
      entries: [{ number: '005', is: 'disqualified' }],
    });
  });

  it('shows the same after every view was made again from the events', async () => {
    await test.settled();
    const tables = ['competitions', 'contests', 'entries', 'entry_members', 'result_revisions', 'placings', 'appeals', 'draws'];
    const rows = () => Promise.all(tables.map((table) => test.database.query(`SELECT * FROM ${table} ORDER BY 1, 2`)));
    const before = await rows();
    for (const view of registration.views)
      await rebuildView(view, { ownerUrl: test.database.migrationUrl, store: test.service.store });
    expect(await rows()).toEqual(before);
    expect(before.map((r) => r.length > 0)).toEqual(tables.map(() => true));
  }, 120_000);

  it('does not exist for another organisation', async () => {
    for (
      const path of [
        `/competitions/${competition}`, `/contests/${contest}`, `/contests/${contest}/entries`, `/contests/${contest}/results`,
        `/appeals/${appeal}`,
      ]
    )
      expect([path, (await ask('GET', path, undefined, { org: 'org-2' })).status]).toEqual([path, 404]);
    for (const step of ['open', 'close', 'screen', 'start', 'draw/reveal', 'override'])
      expect(
        [
          step,
          (
            await ask('POST', `/contests/${contest}/${step}`, step === 'override' ? { reason: 'x' } : {}, { org: 'org-2' })
          ).status,
        ]
      ).toEqual([step, 404]);
  });
});
