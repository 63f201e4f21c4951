import { derivedId } from '#libs/decider';
import { findPack, type Pack } from '#libs/policy';
import { type As, testService, type TestService } from '#libs/testing';
import type { DecisionDto, ExplanationDto } from './decision/decision.dto.js';
import { certification } from './definition.js';
import type { HrPromotionsDto } from './hr/hr.http.js';
import type { MeDto } from './me/me.http.js';
import { Others } from './spec-messages.js';
import { announce, packsForSpecs, type Placed, publish, type Told } from './spec-world.js';

const id = (name: string): string => derivedId('entitlements', name);
const title = (en: string, zh = en) => ({ zh, en });
const rule = (name: string, from: number, to: number, effects: Pack['rules'][number]['effects']): Pack['rules'][number] =>
  ({ id: name, title: title(name), cite: ['spec'], when: { rank: [{ from, to }] }, effects });

/** The first: a level, an honour for the coach, and points. The second: nothing but points and credits. The third: money "up to". */
const pack: Pack = {
  id: 'spec-besides', version: '1', title: title('besides'), jurisdiction: 'CN', authority: title('specs'), verification: 'hypothetical',
  citations: [{ id: 'spec', document: 'spec', title: 'spec', quote: 'as the spec says', quoted: 'summary' }],
  valid: { from: null, to: null }, anchor: 'announced', factsAsOf: 'registrationClosed',
  applies: { series: ['spec-besides'], classes: [], groups: [], purposes: [] }, ranking: { tieAtCut: 'panel', cite: [] }, ceilings: [],
  holes: [], caps: [],
  rules: [
    rule('champion', 1, 1, [{ grantOrStep: { level: 2 } }]),
    rule('coach', 1, 1, [
      { honour: { honour: 'coach-of-the-year', title: title('Coach of the year', '优秀教练'), mode: 'approve', unlessHeld: true, payee: 'coach' } },
    ]),
    rule('points', 1, 2, [{
      points: {
        scheme: 'residence', title: title('residence points', '居住证积分'), payee: 'person',
        amount: { byRank: [{ from: 1, to: 1, points: 60 }, { from: 2, to: 2, points: 30 }] },
      },
    }]),
    rule('credit', 2, 2, [{ credit: { institution: 'credit bank', courses: ['turning'], credits: '4.5', title: title('credits', '学分') } }]),
    rule('application', 1, 1, [{ applyFor: { what: 'engineer', title: title('engineer', '工程师') } }]),
    rule('up-to', 3, 3, [
      { pay: { amount: { fixed: 100_000 }, atMost: true, payee: 'person', needsCertificate: false, claimWithinMonths: null } },
    ]),
  ],
  process: {
    basis: 'operator', cite: [], calendar: 'china', publicityWorkingDays: 5, approval: 'person', codeScheme: 'national-22',
    issuer: { name: title('spec'), kind: 'assessor', code: '0009', province: '31', site: '000009' },
  },
  reversal: { basis: 'operator', rerank: true, certificates: 'revoke', money: 'recover', promoteNext: true, cite: ['spec'] },
};
packsForSpecs([pack]);

const coach = {
  is: 'honour', rule: 'spec-besides/coach', what: 'coach-of-the-year', title: { zh: '优秀教练', en: 'Coach of the year' }, for: 'coach',
  amount: null, mode: 'approve',
};
const points = (amount: string) => ({
  is: 'points', rule: 'spec-besides/points', what: 'residence', title: { zh: '居住证积分', en: 'residence points' }, for: 'person', amount,
});
const credit = {
  is: 'credit', rule: 'spec-besides/credit', what: 'credit bank: turning', title: { zh: '学分', en: 'credits' }, for: 'person', amount: '4.5',
};
const engineer = {
  is: 'applyFor', rule: 'spec-besides/application', what: 'engineer', title: { zh: '工程师', en: 'engineer' }, for: 'person', amount: null,
};

describe('points, credits, applications, and what is for a coach', () => {
  let certifying: TestService;
  let others: Others;
  beforeAll(async () => {
    certifying = await testService(certification, { clock: '2026-06-01T01:00:00.000Z' });
    others = new Others(certifying.database.url);
  }, 120_000);
  afterAll(async () => {
    await others.close();
    await certifying.close();
  });

  const contest = id('contest');
  const told = (ranks: Readonly<Record<string, number | null>>, revision = 1): Told => {
    const found = findPack(pack.id, '1');
    if (found === undefined) throw new Error(pack.id);
    const placed = Object.entries(ranks).map(([name, rank]): Placed => ({
      code: name.toUpperCase(), workers: [id(name)], rank, ...(rank === null ? { unranked: 'annulled' } : {}),
    }));
    return {
      pack: { id: pack.id, version: '1', digest: found.digest }, finalAt: '2026-06-01T01:00:00.000Z', placed, revision, series: pack.id,
    };
  };
  const get = async <T>(path: string, as: As | 'certifier' = 'certifier', language = 'en'): Promise<T> => {
    const answer = await certifying.request<T>('GET', path, { as, headers: { 'accept-language': language } });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const current = async (name: string): Promise<DecisionDto> => {
    const { items } = await get<{ items: DecisionDto[] }>(`/contests/${contest}/decisions?limit=500`);
    const [found] = items.filter(({ entryNumber }) => entryNumber === name).sort((a, b) => b.nth - a.nth);
    if (found === undefined) throw new Error(name);
    return found;
  };
  const mine = (name: string, language = 'en'): Promise<MeDto> => get('/me', { role: 'worker', sub: id(name) }, language);
  const said = async (type: string, name: string): Promise<{ decision: string; others?: unknown }[]> =>
    (await certifying.database.query<{ data: { decision: string; others?: unknown } }>(
      `SELECT convert_from(value, 'UTF8')::jsonb AS data FROM bus.log
       WHERE headers->>'ce_type' = $1 AND convert_from(value, 'UTF8')::jsonb->>'worker' = $2 ORDER BY "offset"`, [type, id(name)],
    )).map(({ data }) => data);

  it('are proposed with the decision, also where nothing else is, and on notice nobody may use them', async () => {
    for (const name of ['a', 'b'])
      await others.say('jinji.worker.registered.v1', { worker: id(name), unit: id('unit') }, '2026-04-01T01:00:00.000Z');
    await announce(others, contest, told({ a: 1, b: 2, c: 3, d: 4 }));
    await publish(others, contest, told({ a: 1, b: 2, c: 3, d: 4 }));
    await certifying.settled();
    expect(await current('a')).toMatchObject({ state: 'onNotice', to: 2, others: [coach, points('60'), engineer] });
    expect(await current('b')).toMatchObject({ state: 'onNotice', to: null, honours: [], money: [], others: [points('30'), credit] });
    expect(await current('d')).toMatchObject({ state: 'withoutEffect', others: [] });
    expect((await mine('a')).entitlements).toEqual([]);
    expect(await said('jinji.promotion.proposed.v1', 'b')).toMatchObject([{ to: null, others: [points('30'), credit] }]);
  });

  it('are told in both languages, with why and what would have changed it', async () => {
    const { id: decision } = await current('b');
    const english = await get<ExplanationDto>(`/decisions/${decision}/explanation`);
    expect(english).toMatchObject({
      outcome: 'residence points 30 (the person); credits 4.5 (the person)',
      others: [{ ...points('30'), text: 'residence points 30 (the person)' }, { text: 'credits 4.5 (the person)' }],
    });
    expect(english.changes).toContainEqual({
      fact: 'rank', change: 'rank 1 instead of 2',
      then: 'no level → level 2; Coach of the year (to be approved, the coach); residence points 60 (the person); may apply for engineer',
    });
    const chinese = await get<ExplanationDto>(`/decisions/${decision}/explanation`, { role: 'worker', sub: id('b') }, 'zh');
    expect(chinese).toMatchObject({ outcome: '居住证积分 30（本人）；学分 4.5（本人）', others: [{ text: '居住证积分 30（本人）' }, {}] });
  });

  it('leave an amount "up to" among the reasons, in plain words', async () => {
    const third = await current('c');
    expect(third).toMatchObject({ money: [], others: [] });
    const { reasons } = await get<ExplanationDto>(`/decisions/${third.id}/explanation`);
    expect(reasons).toEqual([{ code: 'amount-not-fixed', text: 'up to CNY 1000.00: the authority decides how much', citations: [] }]);
    expect((await mine('c', 'zh')).decisions).toMatchObject([{ reasons: ['最高 1000.00 元：具体金额由主管部门核定'] }]);
  });

  it('may be used once they are approved: the person is told which, and others hear of it', async () => {
    await certifying.moveClock('2026-06-09T01:00:00.000Z');
    const approved = await certifying.request('POST', `/contests/${contest}/decisions/approve`, { as: 'certifier', body: {} });
    expect(approved).toMatchObject({ status: 200, body: { approved: 2, refused: [] } });
    await certifying.settled();
    const [a, b] = [await current('a'), await current('b')];
    expect([a.state, b.state, b.certificate]).toEqual(['issued', 'approved', null]);
    expect((await mine('a', 'zh')).entitlements).toEqual([
      { ...coach, text: '优秀教练（须核准，教练）', decision: a.id, contest },
      { ...points('60'), text: '居住证积分 60（本人）', decision: a.id, contest },
      { ...engineer, text: '可申报工程师', decision: a.id, contest },
    ]);
    expect((await mine('b')).entitlements.map(({ text }) => text)).toEqual(['residence points 30 (the person)', 'credits 4.5 (the person)']);
    expect(await said('jinji.promotion.approved.v1', 'a')).toMatchObject([{ decision: a.id, others: [coach, points('60'), engineer] }]);
  });

  it('are told to the HR system of the unit, with the promotion', async () => {
    const { items } = await get<HrPromotionsDto>('/hr/promotions', { role: 'hr', org: id('unit') });
    expect(items.map(({ what, worker, others: besides }) => [what, worker, besides])).toEqual(expect.arrayContaining([
      ['promoted', id('a'), [coach, points('60'), engineer]], ['promoted', id('b'), [points('30'), credit]],
      ['certified', id('a'), []],
    ]));
    expect(items).toHaveLength(3);
  });

  it('fall with their decision, and go to who comes next', async () => {
    const b = await current('b');
    await publish(others, contest, told({ a: 1, b: null, c: 2, d: 3 }, 2), '2026-06-10T01:00:00.000Z');
    await certifying.settled();
    expect(await current('b')).toMatchObject({ nth: 2, state: 'withoutEffect', others: [] });
    expect(await current('c')).toMatchObject({ nth: 2, state: 'onNotice', others: [points('30'), credit] });
    expect([(await mine('b')).entitlements, (await mine('c')).entitlements]).toEqual([[], []]);
    expect((await mine('a')).entitlements).toHaveLength(3);
    expect(await said('jinji.promotion.superseded.v1', 'b')).toMatchObject([{ decision: b.id }]);
  });

  it('wait where only a panel can say whose they are', async () => {
    await publish(others, contest, told({ a: 1, b: null, c: 2, d: 2 }, 3), '2026-06-11T01:00:00.000Z');
    await certifying.settled();
    const c = await current('c');
    expect(c).toMatchObject({ nth: 3, state: 'held', held: ['money', 'others'], others: [] });
    const settled = await certifying.request('POST', `/decisions/${c.id}/settle`, { as: 'certifier', body: { place: 2, reasons: '评审组裁定' } });
    expect(settled.status).toBe(200);
    await certifying.settled();
    expect(await current('c')).toMatchObject({ nth: 4, state: 'onNotice', held: [], others: [points('30'), credit] });
  });
});
