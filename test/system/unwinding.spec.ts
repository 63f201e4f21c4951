import { arbitrator, type Chain, playChain, workerOf } from './support/chain.js';
import { type Platform, startPlatform } from './support/platform.js';

interface Decision {
  id: string; worker: string; nth: number; state: string; rank: number | null; from: number | null; to: number | null
}
interface Grant { id: string; worker: string; state: string; fen: number; owed: number }
interface Sheet { id: string; kind: string; part: string }
interface Result { revision: number; stage: string; because: string; placings: { code: string; rank: number | null }[] }

/** The result of a contest changes when all is certified and paid: through the APIs of all services, to the last consequence. */
describe('a final result that changes', () => {
  let platform: Platform;
  let chain: Chain;
  let before: Result;
  beforeAll(async () => {
    platform = await startPlatform();
    chain = await playChain(platform);
    for (const [nth, grant] of chain.grants.entries())
      await platform.ok(
        'POST', `/incentives/grants/${grant}/pay`, { as: 'incentive-officer', body: { reference: `PAY-${nth}` } },
      );
    await platform.moveClock('2026-05-06T01:00:00.000Z');
    before = await result();
  }, 600_000);
  afterAll(() => platform?.stop());

  const get = <T>(path: string): Promise<T> => platform.ok<T>('GET', path, { as: 'auditor' });
  const post = (path: string, as: Parameters<Platform['token']>[0], body: unknown = {}) =>
    platform.ok<{ id: string }>('POST', path, { as, body });
  const result = () => platform.ok<Result>('GET', `/judging/contests/${chain.contest}/result`);
  const ranks = ({ placings }: Result): (number | null)[] =>
    chain.codes.map((code) => placings.find((placing) => placing.code === code)?.rank ?? null);
  /** By worker, in the order of the chain, oldest first. */
  const decisions = async (): Promise<string[][]> => {
    const { items } = await get<{ items: Decision[] }>(`/certification/decisions?contest=${chain.contest}&limit=100`);
    return chain.workers.map((worker) => items.filter((one) => one.worker === worker).sort((a, b) => a.nth - b.nth)
      .map(({ state, rank, from, to }) => `${rank ?? '-'}: ${state} ${from ?? '-'}→${to ?? '-'}`));
  };
  const grants = async (): Promise<string[][]> => {
    const { items } = await get<{ items: Grant[] }>(`/incentives/grants?contest=${chain.contest}&limit=100`);
    return chain.workers.map((worker) =>
      items.filter((one) => one.worker === worker).map(({ state, owed }) => `${state} ${owed}`));
  };
  /** As anybody may ask who holds the number. */
  const papers = async (): Promise<string[][]> => {
    const { items } = await get<{ items: { worker: string; number: string }[] }>(
      `/certification/certificates?contest=${chain.contest}&limit=100`,
    );
    const statusOf = async (number: string): Promise<string> => (await platform.request<{ status: string }>(
      'GET', `/verify/${number}`, { as: null, headers: { accept: 'application/json' } },
    )).body.status;
    return Promise.all(chain.workers.map((worker) =>
      Promise.all(items.filter((one) => one.worker === worker).map(({ number }) => statusOf(number)))));
  };

  it('begins with two who are certified and paid', async () => {
    expect(ranks(before)).toEqual([1, 2, 3, 4]);
    expect(await decisions()).toEqual([
      ['1: issued 3→2'], ['2: issued 3→2'], ['3: withoutEffect 3→-'], ['4: withoutEffect 3→-'],
    ]);
    expect(await papers()).toEqual([['valid'], ['valid'], [], []]);
    expect(await grants()).toEqual([['paid 0'], ['paid 0'], [], []]);
  });

  let appeal = '';
  it('by an appeal that the organiser admits out of time, and the arbitrator upholds', async () => {
    const [, , worker = ''] = chain.workers;
    const [path, code] = [`/registration/entries/${chain.entries[2]}`, chain.codes[2]];
    const filing = { contested: ['A1.1'], grounds: '试卷第二页漏阅' };
    expect(await platform.request('POST', `${path}/appeals`, { as: workerOf(worker), body: filing })).toMatchObject({
      status: 422, body: { rule: 'appeal-window-over' },
    });
    const late = { ...filing, reasons: '考务部门事后才发现漏阅', until: '2026-05-20T16:00:00.000Z' };
    // What was heard before is not contested again, in time or late.
    expect(await platform.request('POST', `${path}/late-appeals`, { body: { ...late, contested: ['B1.1'] } })).toMatchObject({
      status: 422, body: { rule: 'appealed-before' },
    });
    ({ id: appeal } = await post(`${path}/late-appeals`, 'organiser', late));
    await platform.settled();
    await post(`/judging/hearings/${appeal}/assign`, 'organiser', { contest: chain.contest, arbitrator: 'arbitrator' });
    await platform.settled();
    const { items } = await platform.ok<{ items: Sheet[] }>(
      'GET', `/judging/contests/${chain.contest}/sheets?code=${code}`, { as: arbitrator },
    );
    const sheet = items.find(({ kind, part }) => kind === 'M' && part === '1')?.id;
    const uphold = { reasons: '漏阅属实，补记十五分', amendments: [{ sheet, marks: [{ aspect: 'A1.1', mark: '35' }] }] };
    await post(`/judging/hearings/${appeal}/uphold`, arbitrator, uphold);
    await platform.settled();
    const corrected = await result();
    expect(corrected).toMatchObject({ revision: before.revision + 1, stage: 'final', because: 'hearing-upheld' });
    expect(ranks(corrected)).toEqual([1, 3, 2, 4]);
    expect(await get(`/registration/appeals/${appeal}`)).toMatchObject({ is: 'upheld', outOfTime: true });
    expect(await get(`/registration/contests/${chain.contest}`)).toMatchObject({ is: 'final', revision: before.revision + 1 });
  });

  it('takes the decision, the certificate and the money of one, and proposes the promotion of the next', async () => {
    expect(await decisions()).toEqual([
      ['1: issued 3→2'], ['2: superseded 3→2', '3: withoutEffect 3→-'], ['3: superseded 3→-', '2: onNotice 3→2'],
      ['4: withoutEffect 3→-'],
    ]);
    expect(await papers()).toEqual([['valid'], ['revoked'], [], []]);
    expect(await grants()).toEqual([['paid 0'], ['owed 240000'], [], []]);
  });

  it('lets the recovery have a life of its own: a part is paid back, the rest is written off', async () => {
    const [, grant] = chain.grants;
    await post(`/incentives/grants/${grant}/repay`, 'incentive-officer', { reference: 'BACK-1', fen: 140_000 });
    await post(`/incentives/grants/${grant}/write-off`, 'incentive-officer', { reason: '家庭特别困难' });
    await platform.settled();
    expect(await grants()).toEqual([['paid 0'], ['writtenOff 0'], [], []]);
    expect(await get(`/incentives/ledger?contest=${chain.contest}`)).toEqual({
      paid: 480_000, standing: 240_000, owed: 0, recovered: 140_000, writtenOff: 100_000, balances: true,
    });
  });

  it('certifies and pays who moved up, after a notice of their own', async () => {
    expect(await platform.ok('POST', `/certification/contests/${chain.contest}/decisions/approve`, { as: 'certifier', body: {} }))
      .toMatchObject({ approved: 0 });
    await platform.moveClock('2026-05-20T01:00:00.000Z');
    expect(await platform.ok('POST', `/certification/contests/${chain.contest}/decisions/approve`, { as: 'certifier', body: {} }))
      .toMatchObject({ approved: 1 });
    await platform.settled();
    await post(`/incentives/contests/${chain.contest}/approve`, 'incentive-officer');
    await platform.settled();
    expect(await papers()).toEqual([['valid'], ['revoked'], ['valid'], []]);
    expect(await grants()).toEqual([['paid 0'], ['writtenOff 0'], ['approved 0'], []]);
  });

  it('can be walked from the appeal to the certificate that fell and the money that came back', async () => {
    const { followed, missing } = await get<{ followed: { service: string; what: string }[]; missing: string[] }>(
      `/registration/history/appeal/${appeal}?follow=true`,
    );
    expect(missing).toEqual([]);
    expect([...new Set(followed.map(({ service, what }) => `${service} ${what}`))]).toEqual(expect.arrayContaining([
      'judging AppealDecided', 'judging ResultClosed', 'registration ContestFinalised', 'certification PromotionSuperseded',
      'certification CertificateRevoked', 'certification PromotionProposed', 'certification CertificateIssued',
      'incentives RecoveryOpened',
      'incentives RecoveryWrittenOff', 'incentives GrantProposed',
    ]));
  });

  it('by a disqualification after the end: all that one had falls, the rest is decided as the pack says of three', async () => {
    await post(`/registration/entries/${chain.entries[0]}/disqualify`, 'organiser', { reason: '事后查明冒名顶替' });
    await platform.settled();
    const struck = await result();
    expect(struck).toMatchObject({ revision: before.revision + 2, stage: 'final', because: 'code-voided' });
    expect(ranks(struck)).toEqual([null, 2, 1, 3]);
    // Half of three, rounded down, is one: who is first now keeps it, and nobody comes in.
    expect(await decisions()).toEqual([
      ['1: superseded 3→2', '-: withoutEffect 3→-'], ['2: superseded 3→2', '2: withoutEffect 3→-'],
      ['3: superseded 3→-', '1: issued 3→2'],
      ['3: withoutEffect 3→-'],
    ]);
    expect(await papers()).toEqual([['revoked'], ['revoked'], ['valid'], []]);
    expect(await grants()).toEqual([['owed 240000'], ['writtenOff 0'], ['approved 0'], []]);
    expect(await platform.request('POST', `/registration/entries/${chain.entries[0]}/late-appeals`, {
      body: { contested: ['A1.1'], grounds: '不服', reasons: '逾期', until: '2026-06-20T16:00:00.000Z' },
    })).toMatchObject({ status: 422, body: { rule: 'entry-has-no-result' } });
    expect(await get(`/incentives/ledger?contest=${chain.contest}`)).toMatchObject({ owed: 240_000, balances: true });
  });
});
