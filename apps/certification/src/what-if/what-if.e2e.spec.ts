import { derivedId } from '#libs/decider';
import { findPack, type Pack } from '#libs/policy';
import { type TestAnswer, testService, type TestService } from '#libs/testing';
import { certification } from '../definition.js';
import { Others } from '../spec-messages.js';
import { announce, packsForSpecs, publish, type Told } from '../spec-world.js';

const id = (name: string): string => derivedId('what-if', name);
const title = (en: string) => ({ zh: en, en });

/** First three: 技师, once a year, money and points; the first besides may apply for a title. */
const pack: Pack = {
  id: 'spec-what-if', version: '1', title: title('what if'), jurisdiction: 'CN', authority: title('specs'),
  verification: 'hypothetical',
  citations: [{ id: 'spec', document: 'spec', title: 'spec', quote: 'as the spec says', quoted: 'summary' }],
  valid: { from: null, to: null }, anchor: 'announced', factsAsOf: 'registrationClosed',
  applies: { series: ['spec-what-if'], classes: [], groups: [], purposes: [] }, ranking: { tieAtCut: 'panel', cite: [] },
  ceilings: [],
  holes: [], caps: [{ id: 'one-a-year', title: title('one a year'), per: 'year', count: 1, of: 'level', cite: ['spec'] }],
  rules: [
    {
      id: 'top-3', title: title('top 3'), cite: ['spec'], when: { rank: [{ from: 1, to: 3 }] },
      effects: [
        { grantOrStep: { level: 2 } },
        { pay: { amount: { fixed: 100_000 }, payee: 'person', needsCertificate: false, claimWithinMonths: null } },
      ],
    },
    {
      id: 'points', title: title('points'), cite: ['spec'], when: { rank: [{ from: 1, to: 3 }] },
      effects: [{
        points: {
          scheme: 'table', title: title('points'), payee: 'person',
          amount: { byRank: [{ from: 1, to: 1, points: 10 }, { from: 2, to: 3, points: 5 }] },
        },
      }],
    },
    {
      id: 'title', title: title('title'), cite: ['spec'], when: { rank: [{ from: 1, to: 1 }] },
      effects: [{ applyFor: { what: 'engineer', title: title('engineer') } }],
    },
  ],
  process: {
    basis: 'operator', cite: [], calendar: 'china', publicityWorkingDays: 0, approval: 'pack', codeScheme: 'national-22',
    issuer: { name: title('spec'), kind: 'assessor', code: '0009', province: '31', site: '000009' },
  },
  reversal: { basis: 'operator', rerank: true, certificates: 'revoke', money: 'recover', promoteNext: true, cite: ['spec'] },
};
packsForSpecs([pack]);

interface Side {
  rank: number | null; level: number | null; money: { fen: number }[]; others: { what: string; amount: string | null }[]
}
interface Change { worker: string; contest: string; before: Side; after: Side; grants: unknown }
interface Answer { changes: Change[]; [total: string]: unknown }

/** No other service is there: judging and incentives do not answer. */
describe('what if, asked of certification alone', () => {
  let certifying: TestService;
  let others: Others;
  const [june, october] = [id('june'), id('october')];
  const names = ['ann', 'bob', 'cid', 'dan', 'eve'];
  const told = (finalAt: string, ranked: readonly string[]): Told => {
    const found = findPack(pack.id, '1');
    if (found === undefined) throw new Error(pack.id);
    const placed = ranked.map((name, index) => ({ code: name.toUpperCase(), workers: [id(name)], rank: index + 1 }));
    return { pack: { id: pack.id, version: '1', digest: found.digest }, finalAt, placed, series: pack.id };
  };
  beforeAll(async () => {
    certifying = await testService(certification, { clock: '2026-11-01T01:00:00.000Z' });
    others = new Others(certifying.database.url);
    for (const [contest, played] of [
      [june, told('2026-06-01T01:00:00.000Z', ['ann', 'bob', 'cid', 'dan'])],
      [october, told('2026-10-12T01:00:00.000Z', ['cid', 'eve'])],
    ] as const) {
      await announce(others, contest, played);
      await publish(others, contest, played);
    }
    await certifying.settled();
  }, 120_000);
  afterAll(async () => {
    await others.close();
    await certifying.close();
  });

  const ask = (body: object): Promise<TestAnswer> =>
    certifying.request('POST', '/what-if', { as: 'certifier', body: { contest: june, ...body } });
  const asked = async (body: object): Promise<Answer> => {
    const answer = await ask(body);
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    return answer.body as unknown as Answer;
  };
  const placed = (rank: number, total = '80') => ({ rank, unranked: null, total, theory: null, practical: null });
  const moves = (...codes: readonly [string, number, number][]) => ({
    ranking: { revision: 1, changes: codes.map(([code, from, to]) => ({ code, before: placed(from), after: placed(to, '70') })) },
  });
  const inShort = ({ changes }: Answer): string[] => changes.map(({ worker, contest, before, after }) => {
    const side = ({ rank, level, money, others: besides }: Side) =>
      [rank, level ?? '-', money[0]?.fen ?? '-', besides.map(({ what, amount }) => amount ?? what).join('+') || '-'].join(' ');
    const name = names.find((each) => id(each) === worker);
    return `${contest === june ? 'June' : 'October'} ${name}: ${side(before)} → ${side(after)}`;
  });

  it("tells what a change of June's result would do to October's decision: the year's cap would be free", async () => {
    const answer = await asked(moves(['CID', 3, 4], ['DAN', 4, 3]));
    expect(inShort(answer)).toEqual([
      'June dan: 4 - - - → 3 2 100000 5',
      'June cid: 3 2 100000 5 → 4 - - -',
      'October cid: 1 - 100000 10+engineer → 1 2 100000 10+engineer',
    ]);
    expect(answer).toMatchObject({
      levels: { gained: 2, lost: 1 }, ranks: { gained: 1, lost: 1 }, others: { gained: 1, lost: 1 }, elsewhere: 0,
      money: { before: 200_000, after: 200_000, gained: 100_000, lost: 100_000 },
    });
  });

  it('says that incentives did not answer, and what the decisions promise by themselves', async () => {
    const { missing, money, changes } = await asked(moves(['CID', 3, 4], ['DAN', 4, 3]));
    expect([missing, money]).toEqual([['incentives'], expect.objectContaining({ recovery: null })]);
    expect(changes.map(({ grants }) => grants)).toEqual([null, null, null]);
  });

  it('counts another amount of points, and what one may apply for, as gained and lost', async () => {
    expect(await asked(moves(['ANN', 1, 2], ['BOB', 2, 1]))).toMatchObject({
      others: { gained: 3, lost: 3 }, levels: { gained: 0, lost: 0 }, money: { gained: 0, lost: 0, recovery: null },
    });
  });

  it('has no answer about marks without judging: 503, which names the part', async () => {
    for (const body of [{ voidAspects: ['A1'] }, { recuse: [{ judge: 'j1' }] }, { tieBreak: [] }])
      expect(await ask(body)).toMatchObject({ status: 503, body: { part: 'judging' } });
  });

  it('has an empty answer to an empty question, whoever is away', async () => {
    expect(await asked({})).toMatchObject({ changes: [], missing: [], others: { gained: 0, lost: 0 } });
  });
});
