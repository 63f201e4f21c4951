import { newId } from '#libs/decider';
import { type As, testService, type TestService } from '#libs/testing';
import { registration } from '../src/definition.js';
import { Others } from './others.js';
import { peopleStandIn, type PeopleStandIn, workerOf } from './people-stand-in.js';

/** Pairs, one event a person, many at once, and what a client can get wrong. */
describe('registration of teams', () => {
  let people: PeopleStandIn;
  let test: TestService;
  let others: Others;
  let [pairs, single] = ['', ''];

  const ask = <T = Record<string, unknown>>(
    method: string, path: string, body?: unknown, as: As = {}, headers: Record<string, string> = {},
  ) =>
    test.request<T>(method, path, { as, headers, ...(body === undefined ? {} : { body }) });
  const post = async (path: string, body: unknown = {}, as: As = {}): Promise<Record<string, unknown>> => {
    const { status, body: answer } = await ask('POST', path, body, as);
    if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  };
  const upload = (path: string, file: string | Buffer, headers: Record<string, string> = { 'content-type': 'text/csv' }) => ask(
    'POST', path, file, {}, headers,
  );
  const entriesOf = async (contest: string) => {
    await test.settled();
    return (await ask<{ items: { id: string; number: string; is: string; members: {
      worker: string,
    }[]; findings: { condition: string; met: boolean }[] }[] }>(
      'GET', `/contests/${contest}/entries?limit=500`)).body.items;
  };

  const scheme = newId();
  const terms = (number: string, teamSize: number, quota: number | null) => ({
    number, name: { zh: '钳工', en: 'Fitting' }, occupation: '6-20-01-01', group: 'worker', level: 3, teamSize, quota,
    series: 'tianjin-municipal',
    class: 'municipal-1', purpose: 'award', pack: { id: 'tianjin-municipal-1', version: '1' }, scheme,
    notice: { workingDays: 1, appealHours: 2 },
    closesOn: '2026-03-20', startsOn: '2026-03-28', conditions: [{ is: 'one-event' }],
  });

  beforeAll(async () => {
    people = await peopleStandIn();
    test = await testService(registration, { env: { PEERS_URL: people.url } });
    others = new Others(test);
    await others.prepare();
    await others.say('jinji.marking-scheme.frozen.v1', { scheme, organisation: 'org-1', digest: 'd1', total: '100', aspects: 9 });
    await test.settled();
    const competition = String((await post('/competitions', { number: 'TJ', name: { zh: '赛', en: 'x' }, year: 2026 })).id);
    pairs = String((await post(`/competitions/${competition}/contests`, terms('P', 2, null))).id);
    single = String((await post(`/competitions/${competition}/contests`, terms('S', 1, null))).id);
    await post(`/competitions/${competition}/announce`);
    for (const contest of [pairs, single]) await post(`/contests/${contest}/open`);
  }, 120_000);
  afterAll(async () => {
    await others.close();
    await test.close();
    await people.close();
  });

  it('makes one entry a team, in the order of the file, and leaves a team out that is not whole', async () => {
    const csv = 'name,idNumber,status,team\nA,P30-1,worker,x\nB,P30-2,worker,y\nC,P30-3,worker,x\nD,P30-4,worker,y\nE,P30-5,worker,z\n';
    const { body } = await upload(`/contests/${pairs}/entries/import`, csv);
    expect(body).toMatchObject({ entries: 2, bad: [{ line: 6, rule: 'team-size' }] });
    expect((await entriesOf(pairs)).map((e) => [e.number, e.members.map((m) => m.worker)])).toEqual([
      ['001', [workerOf('P30-1'), workerOf('P30-3')]], ['002', [workerOf('P30-2'), workerOf('P30-4')]],
    ]);
  });

  it('turns away who has a place in another contest of the competition, and nobody else', async () => {
    await upload(`/contests/${single}/entries/import`, '姓名,身份证号,身份\nC,P30-3,职工\nF,P30-6,职工');
    await Promise.all([post(`/contests/${pairs}/screen`), post(`/contests/${single}/screen`)]);
    const found = [...(await entriesOf(pairs)), ...(await entriesOf(single))];
    const placed = found.filter((e) => e.is === 'accepted').flatMap((e) => e.members.map((m) => m.worker));
    expect(placed.filter((w) => w === workerOf('P30-3'))).toHaveLength(1); // whichever was screened first
    expect(found.filter((e) => e.is === 'rejected')).toHaveLength(1);
  });

  it('answers an import and an entry that are sent again after their answers were lost, also once registration is closed', async () => {
    const competition = String((await post('/competitions', { number: 'TJ2', name: { zh: '赛', en: 'x' }, year: 2026 })).id);
    const contest = String((await post(`/competitions/${competition}/contests`, terms('L', 1, null))).id);
    await post(`/competitions/${competition}/announce`);
    await post(`/contests/${contest}/open`);
    const [imported, entered] = [newId(), newId()];
    const sendFile = () => upload(
      `/contests/${contest}/entries/import`, 'name,idNumber,status\nH,P30-7,worker\n',
      { 'content-type': 'text/csv', 'idempotency-key': imported },
    );
    const sendEntry = () => ask(
      'POST', `/contests/${contest}/entries`, { members: [workerOf('P30-1')] }, {}, { 'idempotency-key': entered },
    );
    const before = [await sendFile(), await sendEntry()];
    expect(before.map(({ status }) => status)).toEqual([200, 201]);
    await post(`/contests/${contest}/screen`);
    await post(`/contests/${contest}/close`);
    await test.settled();
    await test.loseAnswers();
    const again = [await sendFile(), await sendEntry()];
    expect(again.map(({ status, body }) => ({ status, body }))).toEqual(before.map(({ status, body }) => ({ status, body })));
    expect(await entriesOf(contest)).toHaveLength(2);
  });

  it('takes twenty check-ins at once without telling anyone to try again, and each envelope once', async () => {
    const rows = Array.from({ length: 20 }, (_, n) => `G${n},P30-${n + 100},worker`).join('\n');
    await upload(`/contests/${single}/entries/import`, `name,idNumber,status\n${rows}`);
    await post(`/contests/${single}/screen`);
    await post(`/contests/${single}/close`);
    await post(`/contests/${single}/draw/reveal`);
    await post(`/contests/${single}/codes`, { envelopes: 30 }, { role: 'custodian' });
    const accepted = (await entriesOf(single)).filter((e) => e.is === 'accepted').slice(0, 20);
    const answers = await Promise.all(
      accepted.map((e, n) => ask('POST', `/entries/${e.id}/check-in`, { envelope: 1 + (n % 10) }))
    );
    expect(answers.map((a) => a.status).sort()).toEqual(
      [...Array.from({ length: 10 }, () => 200), ...Array.from({ length: 10 }, () => 422)]
    );
  });

  it('takes a worker by id, themselves only, and knows who is unknown', async () => {
    const me: As = { role: 'worker', sub: workerOf('P30-5') };
    expect(
      (await ask('POST', `/contests/${pairs}/entries`, { members: [workerOf('P30-1'), workerOf('P30-2')] }, me)).body
    ).toMatchObject({ rule: 'enters-only-themselves' });
    expect((await ask('POST', `/contests/${pairs}/entries`, { members: [me.sub] }, me)).body).toMatchObject({
      rule: 'team-size',
    });
    expect((await ask('POST', `/contests/${pairs}/entries`, { members: [me.sub, newId()] }, me)).status).toBe(400);
  });

  it('answers nonsense with a 4xx', async () => {
    const bad = [
      await upload(`/contests/${pairs}/entries/import`, Buffer.alloc(0)),
      await upload(`/contests/${pairs}/entries/import`, 'x'),
      await upload(`/contests/${pairs}/entries/import`, Buffer.from([0x50, 0x4b, 3, 4, 9, 9])),
      await upload(`/contests/${pairs}/entries/import?mode=perhaps`, 'name,idNumber,team\n'),
      await ask('POST', `/contests/${pairs}/entries/import`, { a: 1 }),
      await ask('POST', `/contests/${newId()}/screen`, {}),
      await ask('POST', `/contests/nonsense/screen`, {}),
      await ask('POST', `/contests/${pairs}/start`, {}),
      await ask('POST', `/contests/${pairs}/codes`, { envelopes: 5001 }, { role: 'custodian' }),
      await ask('GET', `/contests/${pairs}/entries?cursor=!!`),
      await ask('GET', `/contests/${pairs}/exports/results`),
    ];
    expect(bad.map((a) => a.status).filter((s) => s < 400 || s >= 500)).toEqual([]);
  });

  it('gives an empty table to fill in', async () => {
    const { headers, raw } = await ask('GET', '/entries/template.csv');
    expect([headers['content-type'], raw.toString()]).toEqual(
      [expect.stringContaining('text/csv'), '\uFEFF姓名,身份证号,单位,统一社会信用代码,工号,身份,队号\r\n']
    );
  });
});
