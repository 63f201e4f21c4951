import type { PublicData } from '#libs/contracts';
import { derivedId } from '#libs/decider';
import { decide, findPack, outcomeText, packs, parseFacts } from '#libs/policy';
import { type TestAnswer, testService, type TestService } from '#libs/testing';
import { certification } from './definition.js';
import type { DecisionDto, ExplanationDto } from './decision/decision.dto.js';
import type { HrPromotionsDto } from './hr/hr.http.js';
import type { MeDto } from './me/me.http.js';
import type { SkillRecordDto } from './skill-record/skill-record.http.js';
import { Others } from './spec-messages.js';

const id = (name: string): string => derivedId('spec', name);
const turning = '6-18-01-01';

interface Placed {
  readonly code: string; readonly workers: readonly string[]; readonly rank: number | null; readonly unranked?: string
}
interface Played {
  readonly pack: string;
  readonly finalAt: string;
  readonly placed: readonly Placed[];
  readonly revision?: number;
  readonly overridden?: boolean;
  readonly series?: string;
  readonly class?: string;
  readonly unit?: string | null;
  readonly group?: 'worker' | 'student';
}

describe('certification, through HTTP and the bus', () => {
  let certifying: TestService;
  let others: Others;
  beforeAll(async () => {
    certifying = await testService(certification, { clock: '2026-05-01T01:00:00.000Z' });
    others = new Others(certifying.database.url);
  }, 120_000);
  afterAll(async () => {
    await others.close();
    await certifying.close();
  });

  const kinds: Record<string, { series: string; class: string; teamSize: number; group: 'worker' | 'student' }> = {
    'shanghai-special-2024': { series: 'shanghai-special-2024', class: 'special', teamSize: 1, group: 'worker' },
    'tianjin-municipal-1': { series: 'tianjin-municipal', class: 'municipal-1', teamSize: 1, group: 'worker' },
    'henan-provincial-1-2023': { series: 'henan-provincial', class: 'provincial-1', teamSize: 2, group: 'worker' },
  };

  /** What registration says of a contest before it is marked. */
  const announce = async (
    contest: string, { pack, finalAt, placed, overridden = true, unit = id('unit'), ...rest }: Played,
  ): Promise<void> => {
    const kind = kinds[pack];
    const found = findPack(pack, '1');
    if (kind === undefined || found === undefined) throw new Error(pack);
    const announced: PublicData<'jinji.contest.announced.v1'> = {
      contest, competition: id('competition'), organisation: 'org-1', number: 'A', name: { zh: '车工', en: 'Turning' },
      occupation: turning, level: 2,
      ...kind, ...rest.series === undefined ? {} : { series: rest.series },
      ...rest.group === undefined ? {} : { group: rest.group },
      purpose: 'award', pack: { id: pack, version: '1', digest: found.digest }, overridden,
      scheme: { id: id('scheme'), digest: 'd' },
      notice: { workingDays: 5, appealHours: 48 }, startsOn: '2026-05-20',
    };
    await others.say('jinji.contest.announced.v1', announced, finalAt);
    await others.say('jinji.contest.registration-closed.v1', { contest }, finalAt);
    await others.say('jinji.seal.opened.v1', { contest, count: placed.length, digest: 'd' }, finalAt);
    for (const { code, workers } of placed)
      await others.say('jinji.seal.entry.v1', {
        contest, code, entry: id(`${contest}${code}`), entryNumber: code.toLowerCase(),
        members: workers.map((worker) => ({ worker: id(worker), age: 30, status: 'worker' as const, unit })),
      }, finalAt);
    await others.say('jinji.seal.closed.v1', { contest }, finalAt);
  };

  /** The ids of the placings' messages. */
  const result = async (contest: string, { finalAt, placed, revision = 1 }: Played, at = finalAt): Promise<string[]> => {
    const messages: string[] = [];
    await others.say(
      'jinji.result.opened.v1', { contest, revision, stage: 'final', count: placed.length, digest: 'd', firstFinalAt: finalAt },
      at,
    );
    for (const { code, rank, unranked = null } of placed)
      messages.push(await others.say('jinji.result.placed.v1', {
        contest, revision, code, rank, unranked, total: '80', criteria: [], theory: null, practical: null,
        tied: placed.filter((other) => other.rank === rank).length > 1,
      }, at));
    await others.say('jinji.result.closed.v1', { contest, revision, stage: 'final' }, at);
    return messages;
  };

  const play = async (contest: string, played: Played): Promise<void> => {
    await announce(contest, played);
    await result(contest, played);
    await certifying.settled();
  };

  const get = async <T>(path: string, as: Parameters<TestService['request']>[2] = { as: 'certifier' }): Promise<T> => {
    const answer = await certifying.request<T>('GET', path, as);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const post = (
    path: string, body: unknown = {}, as: NonNullable<Parameters<TestService['request']>[2]>['as'] = 'certifier',
  ): Promise<TestAnswer> =>
    certifying.request('POST', path, { as, body });
  const decisions = async (contest: string): Promise<DecisionDto[]> =>
    (await get<{ items: DecisionDto[] }>(`/contests/${contest}/decisions?limit=500`)).items;
  const inShort = async (contest: string): Promise<string[]> =>
    (await decisions(contest)).map(
      ({ entryNumber, nth, state, from, to }) => `${entryNumber}#${nth} ${state} ${from ?? '-'}→${to ?? '-'}`,
    ).sort();
  const decisionOf = async (contest: string, entry: string): Promise<DecisionDto> => {
    const [found] = (await decisions(contest)).filter(
      ({ entryNumber, state }) => entryNumber === entry && state !== 'superseded',
    );
    if (found === undefined) throw new Error(`no decision of ${entry}`);
    return found;
  };
  const holds = (worker: string, level: number, since = '2020-01-01', occupation = turning): Promise<TestAnswer> =>
    post('/skill-records/import', { source: 'spec', rows: [{ worker: id(worker), occupation, level, since }] });
  const four = (...workers: readonly string[]): Placed[] =>
    workers.map((worker, index) => ({ code: `C${index + 1}`, workers: [worker], rank: index + 1 }));

  const shanghai = id('shanghai');
  const special: Played = {
    pack: 'shanghai-special-2024', finalAt: '2026-06-01T01:00:00.000Z', placed: four('ann', 'bob', 'cid', 'dan'),
  };

  it('promotes the top half: proposed, on notice, approved by a person, certified by itself', async () => {
    for (const worker of ['ann', 'bob', 'cid', 'dan']) {
      await others.say('jinji.worker.registered.v1', { worker: id(worker), unit: id('unit') }, '2026-04-01T01:00:00.000Z');
      expect((await holds(worker, worker === 'bob' ? 2 : 3)).body).toEqual({ imported: 1, refused: [] });
    }
    await others.say('jinji.enrolment.opened.v1', {
      enrolment: id('enrolment'), worker: id('ann'), programme: id('programme'), occupation: turning, trainers: ['trainer-1'],
    }, '2026-04-01T01:00:00.000Z');
    await play(shanghai, special);
    expect(await inShort(shanghai)).toEqual([
      'c1#1 onNotice 3→2', 'c2#1 withoutEffect 2→-', 'c3#1 withoutEffect 3→-', 'c4#1 withoutEffect 3→-',
    ]);
    expect(await get(`/contests/${shanghai}/decision-run`)).toEqual({
      contest: shanghai, revision: 1, state: 'completed', codes: 4, decided: 4,
    });
    const ann = await decisionOf(shanghai, 'c1');
    expect(ann).toMatchObject({
      rank: 1, rule: 'shanghai-special-2024/top-half', noticeUntil: '2026-06-08T16:00:00.000Z',
      money: [{ rule: 'shanghai-special-2024/training-subsidy', fen: 240_000, needsCertificate: true }],
    });

    expect(await post(`/decisions/${ann.id}/approve`)).toMatchObject({ status: 409, body: { rule: 'notice-not-over' } });
    await certifying.moveClock('2026-06-09T01:00:00.000Z');
    expect(await post(`/contests/${shanghai}/decisions/approve`, {}, { role: 'certifier', sub: 'trainer-1' })).toMatchObject({
      status: 200, body: { approved: 0, refused: [{ decision: ann.id, rule: 'trained-the-candidate' }], left: 0 },
    });
    expect((await post(`/decisions/${ann.id}/approve`, {}, { role: 'certifier', org: 'org-2' })).status).toBe(404);
    expect(await post(`/contests/${shanghai}/decisions/approve`)).toMatchObject({
      status: 200, body: { approved: 1, refused: [], left: 0 },
    });
    await certifying.settled();
    const history = await get<{ events: { what: string; cause: string }[] }>(`/history/decision/${ann.id}`, { as: 'auditor' });
    const [proposed, ended, approved, issued] = history.events;
    expect(history.events.map(({ what }) => what)).toEqual([
      'PromotionProposed', 'NoticeEnded', 'PromotionApproved', 'PromotionIssued',
    ]);
    expect([ended?.cause, approved?.cause, issued?.cause]).toEqual([expect.any(String), proposed?.cause, expect.any(String)]);
    expect(await decisionOf(shanghai, 'c1')).toMatchObject({ state: 'issued', number: 'S000131000001262000001' });
    const [record] = await get<SkillRecordDto[]>(`/workers/${id('ann')}/skill-record`);
    expect(record).toMatchObject({
      occupation: turning, level: 2, rungs: [{ level: 3, granted: false }, { level: 2, granted: true, source: ann.id }],
    });
  });

  it('says why one was not promoted, in both languages, and what would have changed it', async () => {
    const { id: decision } = await decisionOf(shanghai, 'c3');
    const english = await get<ExplanationDto>(`/decisions/${decision}/explanation`);
    expect(english).toMatchObject({
      state: 'withoutEffect', outcome: 'nothing', pack: 'shanghai-special-2024 1',
      changes: [{ fact: 'rank', change: 'rank 2 instead of 3', then: 'level 3 → level 2; CNY 2400.00' }],
    });
    expect(english.rules[0]).toMatchObject({
      verification: 'recalled',
      condition: { holds: false, condition: 'rank is within 1–2 (the first 1/2 of 4 ranked)', value: '3' },
      citations: [{ quote: expect.stringContaining('top 50 %') as string }],
    });
    expect(english.sources).toHaveLength(2);
    const [placed, sealed] = english.sources;
    const events = Object.fromEntries(await Promise.all(english.facts.map(async ({ fact, value, from }) => {
      const told = await certifying.database.query<{ type: string }>(
        `SELECT headers->>'ce_type' AS type FROM bus.log WHERE headers->>'ce_id' = ANY ($1)`, [from],
      );
      return [fact, [value, ...told.map(({ type }) => type)]] as const;
    })));
    expect(events).toEqual({
      rank: ['3 of 4', 'jinji.result.placed.v1'], age: ['30', 'jinji.seal.entry.v1'], status: ['employed', 'jinji.seal.entry.v1'],
      'level-held': ['level 3 since 2020-01-01', 'jinji.skill-record.imported.v1'],
      paper: ['level 2', 'jinji.contest.announced.v1'],
      contest: ['workers, teams of 1, shanghai-special-2024 special', 'jinji.contest.announced.v1'],
      'facts-as-of': ['2026-06-01', 'jinji.contest.registration-closed.v1'],
    });
    expect(english.facts.filter(({ fact }) => fact === 'rank' || fact === 'age').map(({ from }) => from)).toEqual([
      [placed], [sealed],
    ]);
    const chinese = await get<ExplanationDto>(`/decisions/${decision}/explanation`, {
      as: { role: 'worker', sub: id('cid') }, headers: { 'accept-language': 'zh' },
    });
    expect(chinese.changes[0]?.change).toBe('名次为第 2 名（现为第 3 名）');
    expect(chinese.facts.find(({ fact }) => fact === 'level-held')).toMatchObject({
      text: '原有等级', value: '高级工（三级），自 2020-01-01',
    });
    const other = await certifying.request('GET', `/decisions/${decision}/explanation`, {
      as: { role: 'worker', sub: id('dan') },
    });
    expect(other.status).toBe(404);
  });

  it('hands out the facts of each decision: anyone comes to the same with the pack, offline', async () => {
    const { pack } = findPack('shanghai-special-2024', '1') ?? {};
    if (pack === undefined) throw new Error('not shipped');
    for (const { id: decision } of await decisions(shanghai)) {
      const facts = parseFacts(await get(`/decisions/${decision}/facts`));
      const { outcome } = await get<ExplanationDto>(`/decisions/${decision}/explanation`);
      expect(outcomeText(pack, decide(pack, facts)).en).toBe(outcome);
    }
    const { id: decision } = await decisionOf(shanghai, 'c3');
    const other = await certifying.request('GET', `/decisions/${decision}/facts`, { as: { role: 'worker', sub: id('dan') } });
    expect(other.status).toBe(404);
  });

  it('tells a worker where they stand, and which part is missing', async () => {
    const me = await get<MeDto>('/me', { as: { role: 'worker', sub: id('ann') } });
    expect(me).toMatchObject({
      worker: id('ann'), registration: null, incentives: null, missing: ['registration', 'incentives'],
      decisions: [{ outcome: 'level 3 → level 2; CNY 2400.00', objection: { open: false, until: '2026-06-08T16:00:00.000Z' } }],
    });
  });

  it("tells an HR system its own unit's promotions, oldest first, from its cursor on", async () => {
    const hr = { as: { role: 'hr', org: id('unit') } } as const;
    const first = await get<HrPromotionsDto>('/hr/promotions?limit=1', hr);
    expect(first).toMatchObject({
      items: [{ what: 'promoted', worker: id('ann'), from: 3, to: 2, staffNumber: null }], missing: ['people'],
    });
    const second = await get<HrPromotionsDto>(`/hr/promotions?since=${first.next}`, hr);
    expect(second.items).toMatchObject([{ what: 'certified', number: 'S000131000001262000001' }]);
    expect(
      await get<HrPromotionsDto>(`/hr/promotions?since=${second.next}`, hr),
    ).toEqual({ items: [], next: second.next, missing: [] });
    for (const org of [id('another unit'), 'no unit'])
      expect((await get<HrPromotionsDto>('/hr/promotions', { as: { role: 'hr', org } })).items).toEqual([]);
    expect(await get<MeDto>('/me', { as: { role: 'worker', sub: 'nobody' } })).toMatchObject({ decisions: [] });
  });

  it('decides again when a final result is corrected: one falls with the certificate, another is promoted', async () => {
    const placed: Placed[] = [
      { code: 'C1', workers: ['ann'], rank: null, unranked: 'annulled' },
      ...['bob', 'cid', 'dan'].map(
        (worker, index) => ({ code: `C${index + 2}`, workers: [worker], rank: [3, 1, 2][index] ?? null }),
      )
    ];
    const messages = await result(shanghai, { ...special, placed, revision: 2 }, '2026-06-09T02:00:00.000Z');
    await certifying.settled();
    const { id: promoted } = await decisionOf(shanghai, 'c3');
    const history = await get<{ events: { what: string; cause: string; who: string }[] }>(
      `/history/decision/${promoted}`, { as: 'auditor' },
    );
    expect(history.events).toMatchObject([{ what: 'PromotionProposed', who: 'job:decision-run', cause: messages[2] }]);
    expect(await inShort(shanghai)).toEqual([
      'c1#1 superseded 3→2', 'c1#2 withoutEffect 3→-', 'c2#1 withoutEffect 2→-', 'c3#1 superseded 3→-', 'c3#2 onNotice 3→2',
      'c4#1 withoutEffect 3→-',
    ]);
    const [record] = await get<SkillRecordDto[]>(`/workers/${id('ann')}/skill-record`);
    expect(record?.rungs).toMatchObject([{ level: 3 }]);
    const feed = await get<HrPromotionsDto>('/hr/promotions', { as: { role: 'hr', org: id('unit') } });
    expect(feed.items.map(({ what }) => what)).toEqual(['promoted', 'certified', 'fallen']);
  });

  it('does nothing twice: the same revision again changes nothing', async () => {
    const before = await decisions(shanghai);
    await result(shanghai, { ...special, revision: 2 });
    await certifying.settled();
    expect(await decisions(shanghai)).toEqual(before);
  });

  it('folds the contests of a worker in their order, whichever is told first; a rejection frees the cap', async () => {
    await holds('eve', 4);
    const [june, october] = [id('june'), id('october')];
    const tianjin = (finalAt: string): Played => ({ pack: 'tianjin-municipal-1', finalAt, placed: four('eve') });
    await play(october, tianjin('2026-10-12T01:00:00.000Z'));
    expect(await inShort(october)).toEqual(['c1#1 onNotice 4→2']);
    await play(june, tianjin('2026-06-12T01:00:00.000Z'));
    expect(await inShort(june)).toEqual(['c1#1 onNotice 4→2']);
    expect(await inShort(october)).toEqual(['c1#1 superseded 4→2', 'c1#2 withoutEffect 2→-']);
    const explanation = await get<ExplanationDto>(`/decisions/${(await decisionOf(october, 'c1')).id}/explanation`);
    expect(explanation.reasons).toMatchObject([{ code: 'cap-reached', text: expect.stringContaining('2026-06-12') as string }]);
    expect(explanation.changes.map(({ fact }) => fact)).toContain('earlier-promotions');
    const inJune = await certifying.database.query<{ id: string }>(
      "SELECT id FROM events WHERE stream = $1 AND type = 'PromotionProposed'", [`decision:${(await decisionOf(june, 'c1')).id}`],
    );
    expect(explanation.facts).toEqual(expect.arrayContaining([
      expect.objectContaining({ fact: 'level-held', value: 'level 2 since 2026-06-12', from: inJune.map((event) => event.id) }),
      expect.objectContaining({ fact: 'earlier-promotion', value: 'level 2, 2026-06-12', from: inJune.map((event) => event.id) }),
    ]));

    expect(
      await post(`/decisions/${(await decisionOf(june, 'c1')).id}/reject`, { reasons: '报名条件不符' }),
    ).toMatchObject({ status: 200 });
    await certifying.settled();
    expect(await inShort(june)).toEqual(['c1#1 rejected 4→2']);
    expect(await inShort(october)).toEqual(['c1#1 superseded 4→2', 'c1#2 superseded 2→-', 'c1#3 onNotice 4→2']);
  });

  it('decides again when a level is imported late but dates from before', async () => {
    const contest = id('late');
    await play(contest, { pack: 'tianjin-municipal-1', finalAt: '2026-07-01T01:00:00.000Z', placed: four('fay') });
    expect(await inShort(contest)).toEqual(['c1#1 onNotice -→2']);
    await holds('fay', 2, '2025-01-01');
    await certifying.settled();
    expect(await inShort(contest)).toEqual(['c1#1 superseded -→2', 'c1#2 onNotice 2→1']);
    await holds('fay', 1, '2026-07-02'); // after registration closed: not for this contest
    await certifying.settled();
    expect(await inShort(contest)).toEqual(['c1#1 superseded -→2', 'c1#2 onNotice 2→1']);
  });

  it('holds a tie at the cut for the panel, and an unverified pack without its override', async () => {
    const tie = id('tie');
    const placed = Array.from(
      { length: 11 },
      (_, index): Placed => ({ code: `C${index + 1}`, workers: [`tie-${index + 1}`], rank: Math.min(index + 1, 10) }),
    );
    await play(tie, { pack: 'tianjin-municipal-1', finalAt: '2026-07-02T01:00:00.000Z', placed });
    const [tenth, eleventh] = [await decisionOf(tie, 'c10'), await decisionOf(tie, 'c11')];
    expect([tenth, eleventh]).toMatchObject([{ state: 'held', held: ['level'], to: null }, { state: 'held' }]);
    expect(
      await post(`/decisions/${eleventh.id}/settle`, { place: 12, reasons: '裁定' }),
    ).toMatchObject({ status: 422, body: { rule: 'place-outside-the-tie' } });
    expect(await post(`/decisions/${tenth.id}/settle`, { place: 11, reasons: '依加工时间裁定' })).toMatchObject({ status: 200 });
    expect(
      await post(`/decisions/${eleventh.id}/settle`, { place: 11, reasons: '裁定' }),
    ).toMatchObject({ status: 422, body: { rule: 'place-taken' } });
    expect(await post(`/decisions/${eleventh.id}/settle`, { place: 10, reasons: '依加工时间裁定' })).toMatchObject({ status: 200 });
    await certifying.settled();
    expect((await inShort(tie)).filter((each) => /^c1[01]/.test(each))).toEqual([
      'c10#1 superseded -→-', 'c10#2 withoutEffect -→-', 'c11#1 superseded -→-', 'c11#2 onNotice -→2',
    ]);

    const henan = id('henan');
    const pair: Placed[] = [{ code: 'C1', workers: ['gus', 'hal'], rank: 1 }];
    await play(henan, { pack: 'henan-provincial-1-2023', finalAt: '2026-07-03T01:00:00.000Z', placed: pair, overridden: false });
    expect((await decisions(henan)).map(({ state, held }) => [state, held])).toEqual([
      ['held', ['level', 'honours', 'money']], ['held', ['level', 'honours', 'money']],
    ]);
  });

  it('lets a worker object while on notice; a certifier then goes on with it or not', async () => {
    const contest = id('objection');
    await play(contest, { pack: 'tianjin-municipal-1', finalAt: '2026-06-09T01:00:00.000Z', placed: four('ida') });
    const { id: decision } = await decisionOf(contest, 'c1');
    const ida = { role: 'worker', sub: id('ida'), org: 'elsewhere' } as const;
    expect(
      (await post(`/decisions/${decision}/object`, { grounds: '我的等级有误' }, { role: 'worker', sub: id('dan') })).status,
    ).toBe(404);
    expect(await post(`/decisions/${decision}/object`, { grounds: '我的等级有误' }, ida)).toMatchObject({ status: 200 });
    await certifying.settled();
    expect(await decisionOf(contest, 'c1')).toMatchObject({ state: 'held' });
    expect(await get(`/decisions/${decision}`)).toMatchObject({
      state: 'held', notes: [{ what: 'objection', by: id('ida'), text: '我的等级有误' }],
    });
    expect(
      (await certifying.request('GET', `/decisions/${decision}`, { as: { role: 'certifier', org: 'org-2' } })).status,
    ).toBe(404);
    const dismiss = (as?: { role: 'certifier'; sub: string }) =>
      post(`/decisions/${decision}/dismiss-objection`, { reasons: '档案核对无误' }, as);
    expect(await dismiss({ role: 'certifier', sub: id('ida') })).toMatchObject({ status: 422, body: { rule: 'own-decision' } });
    expect(await dismiss()).toMatchObject({ status: 200 });
    await certifying.moveClock('2026-06-17T01:00:00.000Z');
    expect(await post(`/decisions/${decision}/approve`)).toMatchObject({ status: 200 });
    await certifying.settled();
    expect(await decisionOf(contest, 'c1')).toMatchObject({ state: 'issued' });
  });

  it('folds two records of one person together, and still folds when the person is erased', async () => {
    await holds('old', 3);
    const contest = id('merge');
    await play(contest, { pack: 'tianjin-municipal-1', finalAt: '2026-06-10T01:00:00.000Z', placed: four('old') });
    await others.say('jinji.worker.merged.v1', { worker: id('old'), into: id('new') }, '2026-06-11T01:00:00.000Z');
    await certifying.settled();
    expect(await inShort(contest)).toEqual(['c1#1 onNotice 3→2', 'c1#1 revoked 3→2']);
    const me = await get<MeDto>('/me', { as: { role: 'worker', sub: id('new') } });
    expect(me.decisions.map(({ decision }) => decision.state)).toEqual(['onNotice']);

    const texts = () => certifying.database.query('SELECT count(*)::int AS left FROM vault_texts WHERE record = $1', [id('eve')]);
    expect(await texts()).toEqual([{ left: 1 }]);
    await others.say('jinji.worker.erased.v1', { worker: id('eve') }, '2026-06-12T01:00:00.000Z');
    await certifying.settled();
    expect(await texts()).toEqual([{ left: 0 }]);
    const rejected = (await decisions(id('june'))).find(({ nth }) => nth === 1);
    expect(await get(`/decisions/${rejected?.id ?? ''}`)).toMatchObject({ notes: [{ what: 'rejection', text: null }] });
    await holds('eve', 2, '2024-01-01');
    await certifying.settled();
    // Decided again without any text. What was rejected in June was 二级; 一级 is another proposal, and takes the year's cap.
    expect((await inShort(id('june'))).at(-1)).toBe('c1#2 onNotice 2→1');
    expect((await inShort(id('october'))).at(-1)).toBe('c1#4 withoutEffect 1→-');
  });

  it('draws numbers without a gap, also when many are issued at once', async () => {
    const contest = id('many');
    const placed = Array.from(
      { length: 10 }, (_, index): Placed => ({ code: `C${index + 1}`, workers: [`many-${index + 1}`], rank: index + 1 }),
    );
    await play(contest, { pack: 'tianjin-municipal-1', finalAt: '2026-06-15T01:00:00.000Z', placed });
    await certifying.moveClock('2026-06-30T01:00:00.000Z');
    await Promise.all((await decisions(contest)).map(({ id: decision }) => post(`/decisions/${decision}/approve`)));
    await certifying.settled();
    const serials = (await get<{ items: DecisionDto[] }>('/decisions?state=issued&limit=500')).items
      .flatMap(
        ({ number }) => (number?.startsWith('S000112000001262') === true ? [Number(number.slice(-6))] : []),
      ).sort((a, b) => a - b);
    expect(serials).toEqual(serials.map((_, index) => index + 1));
    expect(serials.length).toBeGreaterThanOrEqual(10);
  });

  it('refuses rows of an import by name, and takes the good ones', async () => {
    const rows = [
      { worker: id('joe'), occupation: turning, level: 4, since: '2024-01-01' },
      { worker: id('joe'), occupation: 'turning', level: 4, since: '2024-01-01' },
      { worker: id('joe'), occupation: turning, level: 3, since: '2999-01-01' },
      { occupation: turning, level: 3, since: '2024-01-01' },
    ];
    const answer = await post('/skill-records/import', { source: 'spec', rows });
    expect(answer.body).toMatchObject({
      imported: 1,
      refused: [
        { row: 1, error: 'no-occupation-code' }, { row: 2, error: 'since-in-the-future' }, { row: 3, error: 'no-worker' },
      ],
    });
    expect(
      await post('/skill-records/import', { source: 'spec', allOrNothing: true, rows }),
    ).toMatchObject({ status: 422, body: { rule: 'rows-refused' } });
    expect(
      await post('/skill-records/import', {
        source: 'spec', rows: [{ idNumber: '34052419800101001X', occupation: turning, level: 4, since: '2024-01-01' }],
      }),
    )
      .toMatchObject({ status: 503 });
  });

  it('shows the packs to anyone', async () => {
    expect(await get<unknown[]>('/policies', { as: 'auditor' })).toHaveLength(packs().length);
    const pack = await certifying.request('GET', '/policies/tianjin-municipal-1/1', { as: null });
    expect(pack).toMatchObject({ status: 200, body: { needsOverride: false, pack: { id: 'tianjin-municipal-1' } } });
    expect((await certifying.request('GET', '/policies/none/1', { as: null })).status).toBe(404);
  });
});
