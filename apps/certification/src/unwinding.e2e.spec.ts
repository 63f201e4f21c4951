import { derivedId } from '#libs/decider';
import { findPack, type Pack, parsePack } from '#libs/policy';
import { type As, type TestAnswer, testService, type TestService } from '#libs/testing';
import type { DecisionDto, ExplanationDto } from './decision/decision.dto.js';
import { certification } from './definition.js';
import { Others } from './spec-messages.js';
import { announce, packsForSpecs, type Placed, publish, type Told } from './spec-world.js';

const id = (name: string): string => derivedId('unwinding', name);
const title = (en: string) => ({ zh: en, en });

/** First three: 技师 and a medal. */
const packOf = (name: string, reversal: Partial<Pack['reversal']>, process: Partial<Pack['process']> = {}): Pack => ({
  id: name, version: '1', title: title(name), jurisdiction: 'CN', authority: title('specs'), verification: 'hypothetical',
  citations: [{ id: 'spec', document: 'spec', title: 'spec', quote: 'as the spec says', quoted: 'summary' }],
  valid: { from: null, to: null }, anchor: 'announced', factsAsOf: 'registrationClosed',
  applies: { series: [name], classes: [], groups: [], purposes: [] }, ranking: { tieAtCut: 'panel', cite: [] }, ceilings: [], holes: [],
  rules: [
    {
      id: 'top-3', title: title('top 3'), cite: ['spec'], when: { rank: [{ from: 1, to: 3 }] },
      effects: [
        { grantOrStep: { level: 2 } }, { honour: { honour: 'medal', title: title('medal'), mode: 'award', unlessHeld: false } },
        { pay: { amount: { fixed: 100_000 }, payee: 'person', needsCertificate: false, claimWithinMonths: null } },
      ],
    },
  ],
  caps: [],
  process: {
    basis: 'operator', cite: [], calendar: 'china', publicityWorkingDays: 0, approval: 'pack', codeScheme: 'national-22',
    issuer: { name: title('spec'), kind: 'assessor', code: '0009', province: '31', site: '000009' }, ...process,
  },
  reversal: {
    basis: 'operator', rerank: true, certificates: 'revoke', money: 'recover', promoteNext: true, cite: ['spec'], ...reversal,
  },
});
/** From the day before the result on, the first alone. */
const newer = (pack: Pack): Pack => ({
  ...pack, version: '2', valid: { from: '2026-05-31', to: null },
  rules: pack.rules.map((rule) => ({ ...rule, when: { rank: [{ from: 1, to: 1 }] } })),
});
packsForSpecs([
  packOf('spec-keeps', { advanced: 'keep' }), packOf('spec-suspends', { certificates: 'suspend' }), packOf('spec-automatic', {}),
  packOf('spec-notice', {}, { publicityWorkingDays: 5 }), packOf('spec-frozen', {}), newer(packOf('spec-frozen', {})),
]);

describe('certification unwinds as the pack says', () => {
  let certifying: TestService;
  let others: Others;
  beforeAll(async () => {
    certifying = await testService(certification, { clock: '2026-07-01T01:00:00.000Z' });
    others = new Others(certifying.database.url);
  }, 300_000);
  afterAll(async () => {
    await others.close();
    await certifying.close();
  });

  const told = (pack: string, placed: readonly Placed[], revision = 1): Told => {
    const found = findPack(pack, '1');
    if (found === undefined) throw new Error(pack);
    return { pack: { id: pack, version: '1', digest: found.digest }, finalAt: '2026-06-01T01:00:00.000Z', placed, revision, series: pack };
  };
  const ranked = (contest: string, ranks: Readonly<Record<string, number | null>>, totals: Readonly<Record<string, string>> = {}): Placed[] =>
    Object.entries(ranks).map(([name, rank]) => ({
      code: name.toUpperCase(), workers: [id(`${contest}/${name}`)], rank, total: totals[name] ?? '80',
      ...(rank === null ? { unranked: 'annulled' } : {}),
    }));
  const post = (path: string, body: unknown = {}, as: As | 'certifier' = 'certifier'): Promise<TestAnswer> =>
    certifying.request('POST', path, { as, body });
  const get = async <T>(path: string, as: As | 'certifier' | 'auditor' = 'certifier'): Promise<T> => {
    const answer = await certifying.request<T>('GET', path, { as });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const decisions = async (contest: string): Promise<DecisionDto[]> =>
    (await get<{ items: DecisionDto[] }>(`/contests/${contest}/decisions?limit=500`)).items;
  const inShort = async (contest: string): Promise<string[]> =>
    (await decisions(contest)).map(({ entryNumber, nth, state, to }) => `${entryNumber}#${nth} ${state} ${to ?? '-'}`).sort();
  const current = async (contest: string, entry: string): Promise<DecisionDto> => {
    const found = (await decisions(contest)).filter((one) => one.entryNumber === entry).sort((a, b) => b.nth - a.nth)[0];
    if (found === undefined) throw new Error(entry);
    return found;
  };
  /** What became of each certificate of a person, oldest first. */
  const papers = async (contest: string, name: string): Promise<string[]> => (await certifying.database.query<{ what: string }>(
    `SELECT string_agg(replace(e.type, 'Certificate', ''), ' ' ORDER BY e.position) AS what FROM events e
     JOIN events first ON first.stream = e.stream AND first.version = 1
     WHERE e.stream LIKE 'certificate%' AND first.data->>'worker' = $1 AND e.type <> 'StatusEntryGiven'
     GROUP BY e.stream, first.position ORDER BY first.position`, [id(`${contest}/${name}`)],
  )).map(({ what }) => what);
  const play = async (contest: string, first: Told): Promise<void> => {
    await announce(others, contest, first);
    await publish(others, contest, first);
    await certifying.settled();
  };

  it("lets who advanced through another's error keep it, and says so; who lost by the own error does not", async () => {
    const contest = id('keeps');
    await play(contest, told('spec-keeps', ranked('keeps', { a: 1, b: 2, c: 3, d: 4, e: 5 })));
    expect(await inShort(contest)).toEqual(['a#1 issued 2', 'b#1 issued 2', 'c#1 issued 2', 'd#1 withoutEffect -', 'e#1 withoutEffect -']);
    // The appeals of d and e are upheld, b's own marks were wrong: c falls to the fourth place by no error of the own.
    const corrected = ranked('keeps', { a: 1, b: 5, c: 4, d: 2, e: 3 }, { b: '60', d: '90', e: '90' });
    await publish(others, contest, told('spec-keeps', corrected, 2), '2026-06-20T01:00:00.000Z');
    await certifying.settled();
    expect(await inShort(contest)).toEqual([
      'a#1 issued 2', 'b#1 superseded 2', 'b#2 withoutEffect -', 'c#1 issued 2', 'd#1 superseded -', 'd#2 issued 2',
      'e#1 superseded -', 'e#2 issued 2',
    ]);
    const c = await current(contest, 'c');
    const explanation = await get<ExplanationDto>(`/decisions/${c.id}/explanation`);
    expect(explanation.outcome).toBe('no level → level 2; medal (awarded); CNY 1000.00');
    expect(explanation.reasons).toContainEqual({
      code: 'advanced-kept', citations: [expect.objectContaining({ document: 'spec' })],
      text: 'the own result did not change, another was corrected: what an earlier final revision gave stands',
    });
    const history = await get<{ events: { what: string }[] }>(`/history/decision/${c.id}`, 'auditor');
    expect(history.events.map(({ what }) => what)).toContain('PromotionConfirmed');
    expect(await papers('keeps', 'b')).toEqual(['Issued Revoked']);
    expect([await papers('keeps', 'c'), await papers('keeps', 'd')]).toEqual([['Issued'], ['Issued']]);
  });

  it('only suspends the paper where the pack says so, until the next one takes its place', async () => {
    const contest = id('suspends');
    await play(contest, told('spec-suspends', ranked('suspends', { a: 1, b: 2, c: 3, d: 4 })));
    await publish(others, contest, told('spec-suspends', ranked('suspends', { a: 1, b: 2, c: 4, d: 3 }), 2), '2026-06-20T01:00:00.000Z');
    await certifying.settled();
    expect(await inShort(contest)).toContain('c#1 superseded 2');
    expect(await papers('suspends', 'c')).toEqual(['Issued Suspended']);
    await publish(others, contest, told('spec-suspends', ranked('suspends', { a: 1, b: 2, c: 3, d: 4 }), 3), '2026-06-21T01:00:00.000Z');
    await certifying.settled();
    expect(await inShort(contest)).toContain('c#3 issued 2');
    expect(await papers('suspends', 'c')).toEqual(['Issued Suspended Revoked', 'Issued']);
    expect(await papers('suspends', 'd')).toEqual(['Issued Suspended']);
  });

  it('decides by the version that was frozen at the announcement, whatever has come into force since', async () => {
    const contest = id('frozen');
    await play(contest, told('spec-frozen', ranked('frozen', { a: 1, b: 2, c: 3, d: 4 })));
    expect(await inShort(contest)).toEqual(['a#1 issued 2', 'b#1 issued 2', 'c#1 issued 2', 'd#1 withoutEffect -']);
    expect(await get(`/decisions/${(await current(contest, 'c')).id}/explanation`)).toMatchObject({ pack: 'spec-frozen 1' });
  });

  it('holds everything where the content behind the frozen version is another: nobody may guess', async () => {
    const contest = id('tampered');
    const asAnnounced = told('spec-frozen', ranked('tampered', { a: 1 }));
    await play(contest, { ...asAnnounced, pack: { ...asAnnounced.pack, digest: 'another' } });
    const a = await current(contest, 'a');
    expect(a).toMatchObject({ state: 'held', held: ['level', 'honours', 'money'], to: null });
    expect(await get(`/decisions/${a.id}/explanation`)).toMatchObject({ pack: null, reasons: [{ code: 'pack-not-available' }] });
  });

  const worker = (contest: string, name: string): As => ({ role: 'worker', sub: id(`${contest}/${name}`), org: 'elsewhere' });
  const statement = { statement: '我不同意仅由自动化方式作出决定' };

  describe('where a person refuses that automation decides', () => {
    it('waits for a named person, who confirms: nothing is approved by the pack alone', async () => {
      const contest = id('refused');
      await play(contest, { ...told('spec-notice', ranked('refused', { a: 1, b: 9 })), finalAt: '2026-07-02T01:00:00.000Z' });
      const a = await current(contest, 'a');
      expect((await post(`/decisions/${a.id}/refuse-automation`, statement, worker('refused', 'b'))).status).toBe(404);
      expect(await post(`/decisions/${a.id}/decide-in-person`, { outcome: 'confirmed', reasons: '无' })).toMatchObject({
        status: 409, body: { rule: 'automation-not-refused' },
      });
      expect(await post(`/decisions/${a.id}/refuse-automation`, statement, worker('refused', 'a'))).toMatchObject({ status: 200 });
      await certifying.moveClock('2026-07-20T01:00:00.000Z');
      expect(await current(contest, 'a')).toMatchObject({ state: 'awaiting', automation: 'refused' });
      expect(await post(`/decisions/${a.id}/approve`)).toMatchObject({ status: 409, body: { rule: 'automation-refused' } });
      expect(await get(`/decisions/${a.id}/explanation`)).toMatchObject({
        inPerson: 'the automated decision was refused: a named person is to decide',
      });
      const decide = { outcome: 'confirmed', reasons: '经人工复核，材料与名次无误' };
      expect(await post(`/decisions/${a.id}/decide-in-person`, decide, { role: 'certifier', sub: id('refused/a') })).toMatchObject({
        status: 422, body: { rule: 'own-decision' },
      });
      expect(await post(`/decisions/${a.id}/decide-in-person`, decide, { role: 'certifier', sub: 'certifier-7' })).toMatchObject({ status: 200 });
      await certifying.settled();
      expect(await current(contest, 'a')).toMatchObject({ state: 'issued', automation: 'decided-in-person' });
      expect(await get(`/decisions/${a.id}/explanation`)).toMatchObject({ inPerson: 'a named person decided: confirmed (certifier-7)' });
      expect(await get(`/decisions/${a.id}`)).toMatchObject({
        notes: [{ what: 'automation-refused', text: statement.statement }, { what: 'decided-in-person', by: 'certifier-7', text: decide.reasons }],
      });
      expect(await certifying.database.query("SELECT 1 FROM events WHERE data::text LIKE '%自动化%'")).toEqual([]);
      expect(await post(`/decisions/${a.id}/refuse-automation`, statement, worker('refused', 'a'))).toMatchObject({ status: 200 });
    });

    it('also after the pack approved by itself: rejected, all of it falls, and stays so', async () => {
      const contest = id('automatic');
      await play(contest, told('spec-automatic', ranked('automatic', { a: 1, b: 2, c: 3, d: 4 })));
      const a = await current(contest, 'a');
      expect(a).toMatchObject({ state: 'issued', automation: 'accepted' });
      // On the person's behalf, by a certifier who has it in writing.
      expect(await post(`/decisions/${a.id}/refuse-automation`, statement)).toMatchObject({ status: 200 });
      expect(await post(`/decisions/${a.id}/decide-in-person`, { outcome: 'rejected', reasons: '报名条件不符' })).toMatchObject({ status: 200 });
      await certifying.settled();
      expect(await inShort(contest)).toContain('a#1 revoked 2');
      expect(await papers('automatic', 'a')).toEqual(['Issued Revoked']);
      expect(await get(`/workers/${id('automatic/a')}/skill-record`)).toMatchObject([{ rungs: [] }]);
      await publish(others, contest, told('spec-automatic', ranked('automatic', { a: 1, b: 3, c: 2, d: 4 }), 2), '2026-06-22T01:00:00.000Z');
      await certifying.settled();
      expect((await inShort(contest)).filter((each) => each.startsWith('a#'))).toEqual(['a#1 revoked 2']);
    });

    it('may be changed to what the pack gives for another place, in that person\'s name; a correction waits for a person again', async () => {
      const contest = id('changed');
      await play(contest, told('spec-automatic', ranked('changed', { a: 1, b: 2, c: 3, d: 4, e: 5 })));
      const d = await current(contest, 'd');
      expect(d).toMatchObject({ state: 'withoutEffect' });
      expect(await post(`/decisions/${d.id}/refuse-automation`, statement, worker('changed', 'd'))).toMatchObject({ status: 200 });
      const change = { outcome: 'changed', place: 3, reasons: '计时设备故障，评审组认定与第三名并列' };
      expect(await post(`/decisions/${d.id}/decide-in-person`, { ...change, place: undefined })).toMatchObject({
        status: 422, body: { rule: 'place-of-a-change' },
      });
      expect(await post(`/decisions/${d.id}/decide-in-person`, change, { role: 'certifier', sub: 'certifier-7' })).toMatchObject({ status: 200 });
      await certifying.settled();
      expect((await inShort(contest)).filter((each) => each.startsWith('d#'))).toEqual(['d#1 superseded -', 'd#2 issued 2']);
      const second = await current(contest, 'd');
      expect(second).toMatchObject({ automation: 'decided-in-person', rank: 4 });
      const explanation = await get<ExplanationDto>(`/decisions/${second.id}/explanation`);
      expect(explanation.inPerson).toBe('a named person decided: changed (certifier-7)');
      expect(explanation.reasons.map(({ code }) => code)).toContain('decided-in-person');
      const told3 = told('spec-automatic', ranked('changed', { a: 1, b: 2, c: 4, d: 3, e: 5 }), 2);
      await publish(others, contest, told3, '2026-06-23T01:00:00.000Z');
      await certifying.settled();
      // The same effects by the corrected place: the decision stands as it was decided.
      expect(await current(contest, 'd')).toMatchObject({ nth: 2, state: 'issued' });
      await publish(others, contest, told('spec-automatic', ranked('changed', { a: 1, b: 2, c: 3, d: 5, e: 4 }), 3), '2026-06-24T01:00:00.000Z');
      await certifying.settled();
      expect(await current(contest, 'd')).toMatchObject({ nth: 3, state: 'withoutEffect', automation: 'refused' });
    });
  });
});

it('the packs of this spec are packs', () => {
  expect(() => parsePack(packOf('spec-keeps', { advanced: 'keep' }))).not.toThrow();
});
