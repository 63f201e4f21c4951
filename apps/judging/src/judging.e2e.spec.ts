import type { PublicData, PublicType } from '#libs/contracts';
import { newId } from '#libs/decider';
import { EmbeddedBus, type Publication, toWire } from '#libs/messaging';
import { type As, type TestService, testService } from '#libs/testing';
import { judging } from './definition.js';
import { toCis } from './marking-scheme/cis-layout.js';
import { type Aspect, defaultRule, digestOf, type Scheme } from './marking-scheme/scheme.js';

const start = '2026-03-02T01:00:00.000Z';
const measured = (id: string, max: string): Aspect => (
  { type: 'M', id, name: id, description: '', requirement: '', section: '1', max }
);
const judged = (id: string, max: string): Aspect => (
  { type: 'J', id, name: id, description: '', levels: ['0', '1', '2', '3'].map((n) => `level ${n}`), section: '1', max }
);
const scheme: Scheme = {
  title: '车工', sections: [{ id: '1', name: 'all', marks: '100' }], rule: defaultRule,
  criteria: [
    {
      id: 'A', name: 'theory', mark: '30', kind: null,
      subCriteria: [{ id: 'A1', name: 'paper', day: 1, aspects: [measured('A1.1', '30')] }]
    },
    {
      id: 'B', name: 'work', mark: '70', kind: null,
      subCriteria: [
        { id: 'B1', name: 'piece', day: 2, aspects: [measured('B1.1', '40'), judged('B1.2', '15'), judged('B1.3', '15')] }
      ]
    },
  ],
};
const rule = { ...defaultRule, tieBreak: ['B'] };
const xlsx = { 'content-type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' };

const chief: As = { role: 'chief-judge', sub: 'chief' };
const judge = (n: number): As => ({ role: 'judge', sub: `j${n}` });
const arbitrator: As = { role: 'arbitrator', sub: 'arb' };

interface Sheet {
  id: string; contest: string; code: string; part: string; kind: 'J' | 'M'; aspects: string[]; state: string; version: number
}
interface Shown {
  revision: number; stage: string; because: string; firstFinalAt: string | null;
  placings: {
    code: string; rank: number | null; total: string; tied: boolean; unranked: string | null; theory: string;
    margin: { to: string; total: string } | null
  }[]
}

describe('judging', () => {
  let service: TestService;
  let bus: EmbeddedBus;
  let position = 0;
  const spoken: { type: string; data: Record<string, unknown> }[] = [];

  beforeAll(async () => {
    service = await testService(judging);
    bus = new EmbeddedBus({ url: service.database.url });
    await bus.createTopics(['jinji.competitions', 'jinji.results'], 2);
    bus.subscribe('listener', ['jinji.results'], async (batch) => {
      for (const { headers, value, offset } of batch.records) {
        spoken.push({ type: headers['ce_type'] ?? '', data: JSON.parse(String(value)) as Record<string, unknown> });
        await batch.commit(offset);
      }
    });
  }, 120_000);
  afterAll(async () => {
    await bus.close();
    await service.close();
  });

  /** What registration says in public. */
  const hears = async <T extends PublicType>(type: T, data: PublicData<T>, at = start): Promise<void> => {
    position += 1;
    const id = newId();
    const recorded = {
      id, position, stream: 'contest:x', aggregate: 'contest', aggregateId: 'x', version: 1, event: { type }, recordedAt: at,
      metadata: { actor: 'organiser', organisation: 'org-1', correlation: id, causation: null, at },
    };
    await bus.publish([toWire({ type, data } as Publication, recorded, 'registration/test')]);
  };
  /** What judging says in public about a contest or scheme, once so much was said. */
  const said = async (id: string, count: number) => {
    const about = () => spoken.filter(({ data }) => data['contest'] === id || data['scheme'] === id);
    for (
      const until = Date.now() + 60_000; about().length < count && Date.now() < until;
    ) await new Promise((resolve) => setTimeout(resolve, 20));
    return about().map(({ type, data }) => ({ type: type.replace(/^jinji\.|\.v1$/g, ''), data }));
  };
  const post = (
    path: string, as: As | 'organiser', body: unknown = {}, headers: Record<string, string> = {}
  ) => service.request('POST', path, { as, body, headers });
  const rule422 = (name: string): unknown => expect.objectContaining({ rule: name });

  const freeze = async (): Promise<string> => {
    const { body: { id } } = await service.request<{ id: string }>(
      'POST', '/marking-schemes/import', { as: 'organiser', body: await toCis(scheme), headers: xlsx }
    );
    expect(
      (
        await service.request(
          'PUT', `/marking-schemes/${id}/rule`,
          { as: 'organiser', body: { rule, kinds: [{ criterion: 'A', kind: 'theory' }, { criterion: 'B', kind: 'practical' }] } }
        )
      ).status
    ).toBe(200);
    expect((await post(`/marking-schemes/${id}/freeze`, 'organiser')).status).toBe(200);
    return id;
  };

  /** A running contest with a panel of three. */
  const contest = async (codes: readonly string[], judges = ['j1', 'j2', 'j3']): Promise<string> => {
    const [id, schemeId] = [newId(), await freeze()];
    const { body } = await service.request<{ digest: string }>('GET', `/marking-schemes/${schemeId}`, { as: 'organiser' });
    await hears('jinji.contest.announced.v1', {
      contest: id, competition: newId(), organisation: 'org-1', number: 'C1', name: { zh: '车工', en: 'Turning' },
      occupation: '6-18-01-01', group: 'worker', level: 2,
      teamSize: 1, series: 's', class: 'c', purpose: 'award', pack: { id: 'p', version: '1', digest: 'd' }, overridden: false,
      scheme: { id: schemeId, digest: body.digest }, notice: { workingDays: 1, appealHours: 24 }, startsOn: '2026-03-02',
    });
    await service.settled();
    expect(
      (
        await post(`/contests/${id}/panel`, 'organiser', { chief: 'chief', judges, arbitrators: ['arb'] })
      ).status
    ).toBe(201);
    for (const code of codes) await hears('jinji.contest.code-sealed.v1', { contest: id, code });
    await hears('jinji.contest.started.v1', { contest: id, codes: codes.length });
    await service.settled();
    return id;
  };

  const own = async (id: string, n: number): Promise<Sheet[]> =>
    (await service.request<{ items: Sheet[] }>('GET', `/sheets?contest=${id}&limit=500`, { as: judge(n) })).body.items;
  const submit = (sheet: Sheet, n: number, mark: (aspect: string) => string) =>
    post(`/sheets/${sheet.id}/submit`, judge(n), {
      contest: sheet.contest, code: sheet.code, part: sheet.part, kind: sheet.kind, sign: true, marks: sheet.aspects.map(
        (aspect) => ({ aspect, mark: mark(aspect) })
      ),
    });
  const marksOf: Record<string, Record<string, string>> = {
    K1: { 'A1.1': '24', 'B1.1': '36', 'B1.2': '2', 'B1.3': '3' },
    K2: { 'A1.1': '27.5', 'B1.1': '30', 'B1.2': '3', 'B1.3': '2' },
    K3: { 'A1.1': '10', 'B1.1': '12.25', 'B1.2': '1', 'B1.3': '1' },
  };
  const markAll = async (id: string, except: (sheet: Sheet, n: number) => boolean = () => false): Promise<number> => {
    let done = 0;
    for (const n of [1, 2, 3])
      for (const sheet of await own(id, n)) {
        if (except(sheet, n)) continue;
        const answer = await submit(sheet, n, (aspect) => marksOf[sheet.code]?.[aspect] ?? '0');
        expect(answer).toMatchObject({ status: 200 });
        done += 1;
      }
    await service.settled();
    return done;
  };
  const result = async (id: string, query = '') => (
    await service.request<Shown>('GET', `/contests/${id}/result${query}`, { as: 'organiser' })
  ).body;
  const notice = (id: string, revision: number) =>
    hears(
      'jinji.contest.noticed.v1',
      { contest: id, revision, appealsUntil: '2026-03-03T01:00:00.000Z', until: '2026-03-03T16:00:00.000Z' }
    );

  it('imports, freezes and shows a marking scheme, and hands it back as a file', async () => {
    const id = await freeze();
    const shown = await service.request<{ digest: string; report: { total: string } }>(
      'GET', `/marking-schemes/${id}`, { as: judge(1) }
    );
    expect(shown.body).toMatchObject(
      {
        title: '车工', state: 'frozen', report: { total: '100', aspects: 4, variation: '0' },
        parts: [{ id: '1', measurements: ['A1.1'] }, { id: '2', judgements: ['B1.2', 'B1.3'] }]
      }
    );
    const frozen: Scheme = {
      ...scheme, rule, criteria: scheme.criteria.map((one) => ({ ...one, kind: one.id === 'A' ? 'theory' : 'practical' }))
    };
    expect(shown.body.digest).toBe(digestOf(frozen));
    expect(
      (await service.request('PUT', `/marking-schemes/${id}/rule`, { as: 'organiser', body: { rule, kinds: [] } }))
    ).toMatchObject({ status: 422, body: rule422('marking-scheme-frozen') });
    expect(
      (await service.request('GET', `/marking-schemes/${id}`, { as: { role: 'organiser', org: 'org-2' } })).status
    ).toBe(404);
    const file = await service.request('GET', `/marking-schemes/${id}/file`, { as: 'organiser' });
    const again = await service.request<{ id: string }>(
      'POST', '/marking-schemes/import', { as: 'organiser', body: file.raw, headers: xlsx }
    );
    expect(again.status).toBe(201);
    expect(
      (
        await service.request('GET', `/marking-schemes?after=${String(again.headers['jinji-position'])}`, { as: 'organiser' })
      ).body
    ).toMatchObject({ items: expect.arrayContaining([{ id: again.body.id, title: '车工', state: 'draft', digest: null }]) });
    expect(await said(id, 1)).toEqual(
      [
        {
          type: 'marking-scheme.frozen',
          data: { scheme: id, organisation: 'org-1', digest: shown.body.digest, total: '100', aspects: 4 }
        }
      ]
    );
  });

  it('tells every bad row of a spreadsheet', async () => {
    const [first] = scheme.criteria;
    const broken = await toCis(
      {
        ...scheme,
        criteria: [
          {
            ...first as Scheme['criteria'][number],
            subCriteria: [
              { id: 'A1', name: 'x', day: 1, aspects: [measured('A1.1', '0'), { ...measured('A1.2', '1'), section: '7' }] }
            ]
          }
        ]
      }
    );
    const answer = await service.request<{ data: { rows: { row: number }[] } }>(
      'POST', '/marking-schemes/import', { as: 'organiser', body: broken, headers: xlsx }
    );
    expect(answer).toMatchObject({ status: 422, body: rule422('marking-scheme-rows') });
    expect(answer.body.data.rows.map(({ row }) => row)).toHaveLength(2);
    expect(
      (
        await service.request(
          'POST', '/marking-schemes/import', { as: 'organiser', body: Buffer.from('PK no zip'), headers: xlsx }
        )
      ).status
    ).toBe(422);
  });

  it('runs from sheets to a final result, with an appeal upheld on the way', async () => {
    const id = await contest(['K1', 'K2', 'K3']);
    const sheets = await own(id, 1);
    expect(sheets.map(({ code, part, kind }) => `${code}/${part}${kind}`)).toEqual(['K1/1M', 'K1/2J', 'K2/2J', 'K3/2J', 'K3/2M']);
    expect(await markAll(id, ({ code, kind }, n) => code === 'K2' && kind === 'J' && n === 3)).toBe(14);

    const missing = await service.request<{ judges: unknown[] }>('GET', `/contests/${id}/missing`, { as: chief });
    expect(missing.body).toMatchObject(
      { expected: 15, done: 14, judges: [{ judge: 'j3', sheets: [{ code: 'K2', part: '2', kind: 'J', lacks: 'marks' }] }] }
    );
    const refused = await post(`/contests/${id}/lock`, chief);
    expect(refused).toMatchObject({ status: 422, body: { rule: 'sheets-missing', data: { judges: missing.body.judges } } });
    expect(await post(`/contests/${id}/finalise`, chief)).toMatchObject(
      { status: 422, body: { rule: 'sheets-missing', data: { judges: missing.body.judges } } }
    );
    expect((await service.request('GET', `/contests/${id}/result`, { as: judge(1) })).status).toBe(404);

    await markAll(id);
    expect(
      await post(`/contests/${id}/lock`, { role: 'chief-judge', sub: 'someone' })
    ).toMatchObject({ status: 422, body: rule422('not-the-chief-judge') });
    expect(await post(`/contests/${id}/lock`, chief)).toMatchObject({ status: 200 });
    expect(await post(`/contests/${id}/lock`, chief)).toMatchObject({ status: 200 }); // asked twice
    await service.settled();
    const first = await result(id);
    // K1: 24 + 36 + 10 + 15 = 85; K2: 27.5 + 30 + 15 + 10 = 82.5; K3: 10 + 12.25 + 5 + 5 = 32.25
    expect(first).toMatchObject({ revision: 1, stage: 'provisional', because: 'marking-completed', firstFinalAt: null });
    expect(first.placings.map(({ code, rank, total, theory }) => [code, rank, total, theory])).toEqual(
      [['K1', 1, '85.00', '80.00'], ['K2', 2, '82.50', '91.67'], ['K3', 3, '32.25', '33.33']]
    );
    expect(first.placings[1]?.margin).toEqual(
      { to: 'K1', total: '2.5', criteria: [{ id: 'A', mark: '-3.5' }, { id: 'B', mark: '6' }] }
    );

    // The panel is settled, and a locked sheet changes by an upheld hearing alone.
    const late = { judge: 'j1', reason: '太迟' };
    expect(
      await post(`/contests/${id}/panel/recuse`, chief, late)
    ).toMatchObject({ status: 409, body: rule422('marking-locked') });
    const locked = (await own(id, 2)).find(({ code, kind }) => code === 'K2' && kind === 'M') as Sheet;
    expect(
      await post(`/sheets/${locked.id}/amend`, judge(2), { marks: [{ aspect: locked.aspects[0], mark: '30' }], reason: 'late' })
    ).toMatchObject({ status: 409, body: rule422('sheet-locked') });
    const appeal = newId();
    await notice(id, 1);
    await hears(
      'jinji.appeal.filed.v1', { appeal, contest: id, code: 'K2', contested: ['A1.1'], until: '2026-03-03T01:00:00.000Z' }
    );
    await service.settled();
    expect(
      await post(`/hearings/${appeal}/assign`, 'organiser', { contest: id, arbitrator: 'j1' })
    ).toMatchObject({ status: 422, body: rule422('arbitrator-marked-here') });
    expect(await result(id)).toMatchObject({ state: 'appealed' });
    expect((await service.request('GET', `/contests/${id}/sheets?code=K2`, { as: arbitrator })).status).toBe(404);
    expect(await post(`/hearings/${appeal}/assign`, chief, { contest: id, arbitrator: 'arb' })).toMatchObject({ status: 200 });
    await service.settled();
    const seen = await service.request<{ items: (Sheet & { judge: string; marks: unknown })[] }>(
      'GET', `/contests/${id}/sheets?code=K2`, { as: arbitrator }
    );
    expect(seen.body.items).toHaveLength(5);
    const contested = seen.body.items.find(({ aspects }) => aspects.includes('A1.1'));
    expect(await post(`/contests/${id}/finalise`, chief)).toMatchObject(
      { status: 422, body: { rule: 'hearings-open', data: { appeals: [appeal] } } }
    );
    const uphold = { reasons: '复核后应得满分', amendments: [{ sheet: contested?.id, marks: [{ aspect: 'A1.1', mark: '30' }] }] };
    expect(
      await post(`/hearings/${appeal}/uphold`, { role: 'arbitrator', sub: 'other' }, uphold)
    ).toMatchObject({ status: 422, body: rule422('another-arbitrator') });
    const foreign = { ...uphold, amendments: [{ sheet: sheets[0]?.id, marks: [{ aspect: 'A1.1', mark: '30' }] }] };
    expect((await post(`/hearings/${appeal}/uphold`, arbitrator, foreign)).status).toBe(404);
    expect(await post(`/hearings/${appeal}/uphold`, arbitrator, { ...uphold, amendments: [] })).toMatchObject(
      { status: 422, body: rule422('nothing-corrected') }
    );
    expect(await post(`/hearings/${appeal}/uphold`, arbitrator, uphold)).toMatchObject({ status: 200 });
    await service.settled();
    const second = await result(id);
    expect(second).toMatchObject({ revision: 2, stage: 'provisional', state: 'corrected', because: 'hearing-upheld' });
    // 85 each: B breaks the tie.
    expect(second.placings.map(({ code, rank, total, tied }) => [code, rank, total, tied])).toEqual(
      [['K1', 1, '85.00', false], ['K2', 2, '85.00', false], ['K3', 3, '32.25', false]]
    );
    expect(
      (await service.request('GET', `/hearings/${appeal}`, { as: 'auditor' })).body
    ).toMatchObject({ state: 'upheld', reasons: '复核后应得满分' });

    expect(await post(`/contests/${id}/finalise`, chief)).toMatchObject(
      { status: 422, body: { rule: 'notice-not-over', data: { until: '2026-03-03T16:00:00.000Z' } } }
    );
    await service.moveClock('2026-03-04T01:00:00.000Z');
    expect(await post(`/contests/${id}/finalise`, chief)).toMatchObject({ status: 200 });
    await service.settled();
    expect(await result(id)).toMatchObject(
      { revision: 3, stage: 'final', because: 'finalised', firstFinalAt: '2026-03-04T01:00:00.000Z' }
    );

    // A code that falls after the end makes the next final revision; the first finalisation stays.
    await hears('jinji.contest.code-voided.v1', { contest: id, code: 'K1', because: 'annulled' }, '2026-03-05T01:00:00.000Z');
    await service.settled();
    const annulled = await result(id);
    expect(annulled).toMatchObject(
      { revision: 4, stage: 'final', state: 'annulled-in-part', because: 'code-voided', firstFinalAt: '2026-03-04T01:00:00.000Z' }
    );
    expect(
      annulled.placings.map(({ code, rank, unranked }) => [code, rank, unranked])
    ).toEqual([['K2', 1, null], ['K3', 2, null], ['K1', null, 'annulled']]);
    expect((await result(id, '?revision=1')).placings[0]?.total).toBe('85.00');

    // The public contract: complete, in order, by code.
    const ours = (await said(id, 23)).map(({ type }) => type);
    const revision = ['result.opened', 'result.placed', 'result.placed', 'result.placed', 'result.closed'];
    expect(ours).toEqual(
      ['marking.completed', ...revision, 'hearing.assigned', 'hearing.upheld', ...revision, ...revision, ...revision]
    );

    // The texts of an erased code become unreadable; the events stay.
    await hears('jinji.contest.code-erased.v1', { contest: id, code: 'K2' });
    await service.settled();
    expect(
      (await service.request('GET', `/hearings/${appeal}`, { as: 'auditor' })).body
    ).toMatchObject({ state: 'upheld', reasons: null });
  }, 120_000);

  it('keeps two devices on one sheet apart, and a judge from what another gave', async () => {
    const id = await contest(['K1', 'K2']);
    const sheet = (await own(id, 1)).find(({ kind }) => kind === 'J') as Sheet;
    const draft = (mark: string, version: string) =>
      service.request(
        'PUT', `/sheets/${sheet.id}`,
        {
          as: judge(1), headers: { 'if-match': version },
          body: { contest: id, code: sheet.code, part: sheet.part, kind: 'J', marks: [{ aspect: 'B1.2', mark }] }
        }
      );
    expect(await draft('1', '"0"')).toMatchObject({ status: 200, headers: { etag: '"1"' } });
    expect((await draft('2', '"0"')).status).toBe(412);
    expect((await draft('2', '"1"')).status).toBe(200);
    expect(
      (await service.request('GET', `/sheets/${sheet.id}`, { as: judge(1) })).body
    ).toMatchObject({ state: 'draft', marks: [{ aspect: 'B1.2', mark: '2' }] });
    expect((await service.request('GET', `/sheets/${sheet.id}`, { as: judge(2) })).status).toBe(404);
    expect((await submit(sheet, 2, () => '1')).status).toBe(404); // another's sheet does not exist
    expect(
      await submit({ ...sheet, aspects: ['B1.2'] }, 1, () => '1')
    ).toMatchObject({ status: 422, body: rule422('marks-not-sound') });
    const measurement = (await own(id, 1)).find(({ kind }) => kind === 'M') as Sheet;
    expect(await submit(measurement, 2, () => '1')).toMatchObject({ status: 422, body: rule422('measurement-not-yours') });
    expect(
      (await service.request('GET', `/contests/${id}/sheets?code=K1`, { as: { role: 'auditor' } })).status
    ).toBe(404); // while marking runs
  });

  it('asks for a re-mark where judges are too far apart, and takes amendments with a reason', async () => {
    const id = await contest(['K1']);
    for (const n of [1, 2, 3])
      for (const sheet of await own(id, n)) await submit(
        sheet, n, (aspect) => (aspect === 'B1.2' ? String(n === 3 ? 0 : 2) : aspect === 'B1.3' ? '3' : '10')
      );
    await service.settled();
    expect(
      (await service.request('GET', `/contests/${id}/disagreements`, { as: chief })).body
    ).toEqual([{ code: 'K1', part: '2', aspect: 'B1.2', spread: '2' }]);
    expect(await post(`/contests/${id}/lock`, chief)).toMatchObject({ status: 422, body: rule422('re-mark-due') });
    expect(
      await post(`/contests/${id}/re-mark`, chief, { code: 'K1', aspects: ['B1.2'] })
    ).toMatchObject({ status: 200, body: { sheets: 3 } });
    await service.settled();
    for (const n of [1, 2, 3]) {
      const sheet = (await own(id, n)).find(({ state }) => state === 're-mark') as Sheet;
      expect((await submit(sheet, n, (aspect) => (aspect === 'B1.2' ? '1' : '3'))).status).toBe(200);
    }
    const [own3] = (await own(id, 3)).filter(({ kind }) => kind === 'J') as [Sheet];
    const amend = { marks: [{ aspect: 'B1.3', mark: '2' }], reason: '看错一行', sign: true };
    expect(await post(`/sheets/${own3.id}/amend`, judge(3), amend)).toMatchObject({ status: 200 });
    expect((await post(`/sheets/${own3.id}/amend`, judge(1), amend)).status).toBe(404);
    expect((await post(`/contests/${id}/lock`, chief)).status).toBe(200);
    await service.settled();
    // 10 + 10 + 15·1/3 + 15·(3+3+2)/9
    expect((await result(id)).placings).toMatchObject([{ total: '38.33' }]);

    // What a hearing decides stands, however far from the others: no re-mark is asked after the lock.
    const appeal = newId();
    await notice(id, 1);
    await hears(
      'jinji.appeal.filed.v1', { appeal, contest: id, code: 'K1', contested: ['B1.3'], until: '2026-03-03T01:00:00.000Z' }
    );
    await service.settled();
    expect((await post(`/hearings/${appeal}/assign`, 'organiser', { contest: id, arbitrator: 'arb' })).status).toBe(200);
    const amendments = [{ sheet: own3.id, marks: [{ aspect: 'B1.3', mark: '0' }] }];
    expect((await post(`/hearings/${appeal}/uphold`, arbitrator, { reasons: '复核', amendments })).status).toBe(200);
    await service.moveClock('2026-03-05T01:00:00.000Z');
    expect((await post(`/contests/${id}/finalise`, chief)).status).toBe(200);
    await service.settled();
    expect(await result(id)).toMatchObject({ stage: 'final', placings: [{ total: '35.00' }] });
  });

  it('answers a sheet that is sent again after its answer was lost, whatever happened to the contest since', async () => {
    const id = await contest(['K1']);
    const [sheet] = await own(id, 1);
    if (!sheet) throw new Error('no sheet');
    const { contest: of, code, part, kind } = sheet;
    const key = newId();
    const send = () => service.request('POST', `/sheets/${sheet.id}/submit`, {
      as: judge(1), headers: { 'idempotency-key': key },
      body: { contest: of, code, part, kind, sign: true, marks: sheet.aspects.map((aspect) => ({ aspect, mark: '1' })) },
    });
    const first = await send();
    expect(first.status).toBe(200);
    await markAll(id, (one) => one.id === sheet.id);
    expect((await post(`/contests/${id}/lock`, chief)).status).toBe(200);
    await service.settled();
    await service.loseAnswers();
    expect(await send()).toMatchObject({ status: 200, body: first.body });
  });

  it('answers a change of the panel that is sent again after its answer was lost, also once marking is locked', async () => {
    const id = await contest(['K1'], ['j1', 'j2', 'j3', 'j4']);
    const [recused, measured] = [newId(), newId()];
    const send = (path: string, key: string, body: unknown) => service.request('POST', `/contests/${id}/panel/${path}`, {
      as: chief, headers: { 'idempotency-key': key }, body,
    });
    const recuse = () => send('recuse', recused, { judge: 'j4', reason: '因病' });
    const measure = () => send('measurements', measured, { part: '1', judge: 'j2' });
    const before = [await recuse(), await measure()];
    expect(before.map(({ status }) => status)).toEqual([200, 200]);
    await service.settled();
    await markAll(id);
    expect((await post(`/contests/${id}/lock`, chief)).status).toBe(200);
    await service.settled();
    await service.loseAnswers();
    const again = [await recuse(), await measure()];
    expect(again.map(({ status, body }) => ({ status, body }))).toEqual(before.map(({ status, body }) => ({ status, body })));
  });

  it('goes on without a recused judge, and with a replaced one', async () => {
    const id = await contest(['K1']);
    await markAll(id, (_, n) => n === 3);
    expect(
      (await post(`/contests/${id}/panel/replace`, 'organiser', { judge: 'j3', with: 'j4', reason: '因病' })).status
    ).toBe(200);
    await service.settled();
    expect(await own(id, 3)).toEqual([]);
    const late = await own(id, 4);
    expect(late.map(({ kind }) => kind)).toEqual(['J']);
    for (const sheet of late) expect((await submit(sheet, 4, () => '3')).status).toBe(200);
    await service.settled();
    expect(
      (await service.request('GET', `/contests/${id}/missing`, { as: chief })).body
    ).toMatchObject({ expected: 5, done: 5, judges: [] });
    expect((await post(`/contests/${id}/panel/recuse`, chief, { judge: 'j4', codes: ['K1'], reason: '认识作者' })).status).toBe(200);
    // Two marks are fewer than the rule needs.
    expect(await post(`/contests/${id}/lock`, chief)).toMatchObject({ status: 422, body: rule422('panel-too-small') });
  });

  it('takes out the marks of a judge after the fact by a ruling alone: ranked again, a new revision, before and after the end', async () => {
    const id = await contest(['K1', 'K2'], ['j1', 'j2', 'j3', 'j4']);
    const marks = (code: string, aspect: string, n: number): string => {
      if (aspect === 'A1.1') return '20';
      if (aspect === 'B1.1') return '30';
      // j4 and j3 would decide between the two.
      return code === 'K1' ? '2' : n === 4 ? '3' : n === 3 ? '3' : '2';
    };
    for (const n of [1, 2, 3, 4])
      for (const sheet of await own(id, n))
        expect(await submit(sheet, n, (aspect) => marks(sheet.code, aspect, n))).toMatchObject({ status: 200 });
    await service.settled();
    const ask = { judge: 'j4', reason: '赛后查明师徒关系', arbitrator: 'arb' };
    expect(await post(`/contests/${id}/recusals`, chief, ask)).toMatchObject({ status: 409, body: rule422('marking-not-locked') });
    expect((await post(`/contests/${id}/lock`, chief)).status).toBe(200);
    await service.settled();
    const totals = async () => Object.fromEntries((await result(id)).placings.map(({ code, total }) => [code, total]));
    // 20 + 30 + twice 15·2/3, and twice 15·2.5/3: the mean of four.
    expect(await totals()).toEqual({ K1: '70.00', K2: '75.00' });

    expect(await post(`/contests/${id}/recusals`, judge(1), ask)).toMatchObject({ status: 422, body: rule422('not-your-marks') });
    const { body: { id: recusal } } = await service.request<{ id: string }>('POST', `/contests/${id}/recusals`, { as: chief, body: ask });
    await notice(id, 1);
    await service.moveClock('2026-03-05T02:00:00.000Z');
    expect(await post(`/contests/${id}/finalise`, chief)).toMatchObject({
      status: 422, body: { rule: 'recusals-open', data: { recusals: [recusal] } },
    });
    const reasons = { reasons: '师徒关系属实' };
    expect((await post(`/contests/${id}/recusals/${newId()}/grant`, arbitrator, reasons)).status).toBe(404);
    expect(await post(`/contests/${id}/recusals/${recusal}/grant`, { role: 'arbitrator', sub: 'other' }, reasons)).toMatchObject({
      status: 422, body: rule422('another-arbitrator'),
    });
    expect(await post(`/contests/${id}/recusals/${recusal}/grant`, arbitrator, reasons)).toMatchObject({ status: 200 });
    await service.settled();
    expect(await result(id)).toMatchObject({ revision: 2, stage: 'provisional', because: 'judge-recused' });
    expect(await totals()).toEqual({ K1: '70.00', K2: '73.33' });
    expect((await service.request('GET', `/contests/${id}/recusals`, { as: 'auditor' })).body).toEqual([
      { recusal, judge: 'j4', codes: null, arbitrator: 'arb', state: 'granted' },
    ]);
    const texts = await service.database.query("SELECT 1 FROM events WHERE data::text LIKE '%师徒%'");
    expect(texts).toEqual([]);

    // Three are left, and the rule needs three: nobody else's marks can leave, also after the end.
    expect((await post(`/contests/${id}/finalise`, chief)).status).toBe(200);
    await service.settled();
    const { body: { id: second } } = await service.request<{ id: string }>(
      'POST', `/contests/${id}/recusals`, { as: judge(3), body: { ...ask, judge: 'j3', codes: ['K2'] } },
    );
    expect(await post(`/contests/${id}/recusals/${second}/grant`, arbitrator, reasons)).toMatchObject({
      status: 422, body: { rule: 'recusal-leaves-too-few', next: expect.stringContaining('dismiss') as string },
    });
    expect(await post(`/contests/${id}/recusals/${second}/dismiss`, arbitrator, { reasons: '评分人数不足，且无证据' }))
      .toMatchObject({ status: 200 });
    expect(await result(id)).toMatchObject({ revision: 3, stage: 'final' });
  }, 120_000);

  it('makes a further final revision where the recusal is granted after the end', async () => {
    const id = await contest(['K1', 'K2'], ['j1', 'j2', 'j3', 'j4']);
    for (const n of [1, 2, 3, 4])
      for (const sheet of await own(id, n))
        await submit(sheet, n, (aspect) => (aspect.startsWith('B1.') && aspect !== 'B1.1' ? String(sheet.code === 'K1' ? 2 : n > 2 ? 3 : 2) : '20'));
    await service.settled();
    expect((await post(`/contests/${id}/lock`, chief)).status).toBe(200);
    await notice(id, 1);
    await service.moveClock('2026-03-06T02:00:00.000Z');
    expect((await post(`/contests/${id}/finalise`, chief)).status).toBe(200);
    const { body: { id: recusal } } = await service.request<{ id: string }>('POST', `/contests/${id}/recusals`, {
      as: 'organiser', body: { judge: 'j3', codes: ['K2'], reason: '赛后查明', arbitrator: 'arb' },
    });
    expect(await post(`/contests/${id}/recusals/${recusal}/grant`, arbitrator, { reasons: '属实' })).toMatchObject({ status: 200 });
    await service.settled();
    expect(await result(id)).toMatchObject({
      revision: 3, stage: 'final', because: 'judge-recused', firstFinalAt: '2026-03-06T02:00:00.000Z',
    });
  }, 120_000);
});
