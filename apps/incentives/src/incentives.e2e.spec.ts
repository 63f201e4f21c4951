import type { PublicData, PublicType } from '#libs/contracts';
import { derivedId, newId } from '#libs/decider';
import { EmbeddedBus, type Publication, toWire } from '#libs/messaging';
import { type TestService, testService } from '#libs/testing';
import { grantId } from './decision/decision.js';
import { incentives } from './definition.js';

interface Listed { id: string; state: string }
interface Page { items: Listed[]; next: string | null }

describe('incentives', () => {
  let service: TestService;
  let bus: EmbeddedBus;
  let position = 0;
  beforeAll(async () => {
    service = await testService(incentives);
    bus = new EmbeddedBus({ url: service.database.url });
    await bus.createTopics(['jinji.promotions', 'jinji.people'], 2);
  }, 120_000);
  afterAll(async () => {
    await bus.close();
    await service.close();
  });

  /** What certification says in public. */
  const hears = async <T extends PublicType>(type: T, data: PublicData<T>, id = newId()): Promise<void> => {
    position += 1;
    const recorded = {
      id, position, stream: 'decision:x', aggregate: 'decision', aggregateId: 'x', version: 1, event: { type }, recordedAt: at,
      metadata: { actor: 'certifier', organisation: 'org-1', correlation: id, causation: null, at },
    };
    await bus.publish([toWire({ type, data } as Publication, recorded, 'certification/test')]);
    await service.settled();
  };
  const at = '2026-04-30T01:00:00.000Z';

  const decided = () => {
    const about = { decision: newId(), worker: newId(), contest: newId(), occupation: '6-18-01-01' };
    const money = [
      { rule: 'medal', fen: 300_000, payee: 'person' as const, needsCertificate: false, claimWithinMonths: null },
      { rule: 'subsidy', fen: 240_000, payee: 'person' as const, needsCertificate: true, claimWithinMonths: 12 },
    ];
    const terms = { organisation: 'org-1', by: 'person', from: 3, to: 2, on: '2026-04-30' } as const;
    const subsidy = grantId(about.decision, 'subsidy');
    return {
      about, subsidy, medal: grantId(about.decision, 'medal'),
      approved: (id?: string) => hears('jinji.promotion.approved.v1', { ...about, ...terms, honours: [], money }, id),
      certified: () =>
        hears('jinji.certificate.issued.v1', { certificate: newId(), number: 'S1', ...about, level: 2, on: '2026-05-06' }),
      grants: async () => (await service.request<Page>('GET', `/grants?contest=${about.contest}`, { as: 'auditor' })).body.items,
    };
  };
  const officer = (path: string, body: unknown = {}) => service.request('POST', path, { as: 'incentive-officer', body });

  it('proposes what an approved decision promises, and with the certificate what needs it', async () => {
    const { approved, certified, grants, medal, subsidy } = decided();
    await approved();
    expect(await grants()).toMatchObject([{ id: medal, state: 'proposed', rule: 'medal', fen: 300_000, claimBy: null }]);
    await certified();
    expect(await grants()).toMatchObject([
      { id: medal }, { id: subsidy, state: 'proposed', fen: 240_000, claimBy: '2027-05-06' },
    ]);
  });

  it('takes the messages in any order, and each of them once', async () => {
    const { approved, certified, grants, medal, subsidy } = decided();
    const id = derivedId('approved', position);
    await certified();
    expect(await grants()).toEqual([]);
    await approved(id);
    await approved(id);
    expect((await grants()).map((grant) => grant.id).sort()).toEqual([medal, subsidy].sort());
  });

  it('approves the grants of a contest at once, pays each once, and takes back what a revoked decision was paid', async () => {
    const { approved, certified, grants, about, medal, subsidy } = decided();
    await approved();
    await certified();
    const approval = await officer(`/contests/${about.contest}/approve`);
    expect(approval).toMatchObject({ status: 200, body: { approved: 2, passedOver: 0, left: 0 } });
    expect(await officer(`/grants/${subsidy}/pay`, { reference: 'PAY-1' })).toMatchObject({ status: 200 });
    expect(await officer(`/grants/${subsidy}/pay`, { reference: 'PAY-2' })).toMatchObject({
      status: 409, body: { type: 'https://jinji.dev/problems/grant-not-approved' },
    });
    await hears('jinji.promotion.revoked.v1', about);
    expect(await grants()).toMatchObject([
      { id: medal, state: 'refused', because: 'revoked' }, { id: subsidy, state: 'owed', owed: 240_000, because: 'revoked' },
    ]);
    expect(await officer(`/grants/${subsidy}/repay`, { reference: 'REC-1', fen: 240_000 })).toMatchObject({ status: 200 });
    await service.settled();
    expect(await grants()).toMatchObject([{ id: medal }, { id: subsidy, state: 'recovered', owed: 0 }]);
  });

  it('carries what was paid on under the next decision that gives the same, and recovers the rest', async () => {
    const { approved, certified, grants, about, medal, subsidy } = decided();
    await approved();
    await certified();
    await officer(`/contests/${about.contest}/approve`);
    for (const grant of [medal, subsidy]) await officer(`/grants/${grant}/pay`, { reference: `PAY-${grant.slice(0, 8)}` });
    const next = newId();
    await hears('jinji.promotion.superseded.v1', { ...about, next, keeps: ['medal'] });
    await hears('jinji.certificate.revoked.v1', { certificate: newId(), ...about, level: 2 });
    expect(await grants()).toMatchObject([
      { id: medal, state: 'paid', decision: next }, { id: subsidy, state: 'owed', owed: 240_000, decision: about.decision },
    ]);
    // Approved, the next decision proposes what it gives besides; what is paid is not proposed again.
    const money = [
      { rule: 'medal', fen: 300_000, payee: 'person' as const, needsCertificate: false, claimWithinMonths: null },
      { rule: 'travel', fen: 10_000, payee: 'person' as const, needsCertificate: false, claimWithinMonths: null },
    ];
    await hears('jinji.promotion.approved.v1', {
      ...about, decision: next, organisation: 'org-1', by: 'person', from: 3, to: null, honours: [], money, on: '2026-05-20',
    });
    expect((await grants()).map(({ state }) => state)).toEqual(['paid', 'owed', 'proposed']);

    // The recovery has a life of its own: a part comes back, the rest is written off.
    expect(await officer(`/grants/${subsidy}/repay`, { reference: 'REC-2', fen: 100_000 })).toMatchObject({ status: 200 });
    expect(await officer(`/grants/${subsidy}/write-off`, { reason: '当事人下落不明' })).toMatchObject({ status: 200 });
    await service.settled();
    expect((await service.request('GET', `/grants/${subsidy}`, { as: 'auditor' })).body).toMatchObject({
      state: 'writtenOff', owed: 0, reason: '当事人下落不明',
    });
    const ledger = async () => (await service.request('GET', `/ledger?contest=${about.contest}`, { as: 'incentive-officer' })).body;
    expect(await ledger()).toEqual({
      paid: 540_000, standing: 300_000, owed: 0, recovered: 100_000, writtenOff: 140_000, balances: true,
    });
    await hears('jinji.promotion.revoked.v1', { ...about, decision: next });
    expect(await ledger()).toEqual({
      paid: 540_000, standing: 0, owed: 300_000, recovered: 100_000, writtenOff: 140_000, balances: true,
    });
    const entries = await service.request<{ items: { from: string; to: string; fen: number }[] }>(
      'GET', `/ledger/entries?contest=${about.contest}`, { as: 'auditor' },
    );
    expect(entries.body.items.map(({ from, to, fen }) => `${from}→${to} ${fen}`)).toEqual([
      'fund→granted 300000', 'fund→granted 240000', 'granted→owed 240000', 'owed→recovered 100000', 'owed→writtenOff 140000',
      'granted→owed 300000',
    ]);
    // The ledger is a second account of the same: it notices when the grants say otherwise.
    await service.database.query("UPDATE grants SET owed = owed - 1 WHERE id = $1", [medal]);
    expect(await ledger()).toMatchObject({ balances: false });
  });

  it('lets what was taken over fall with a decision that a person rejects', async () => {
    const { approved, grants, about, medal } = decided();
    await approved();
    await officer(`/contests/${about.contest}/approve`);
    await officer(`/grants/${medal}/pay`, { reference: 'PAY-9' });
    const next = newId();
    await hears('jinji.promotion.superseded.v1', { ...about, next, keeps: ['medal', 'subsidy'] });
    expect(await grants()).toMatchObject([{ id: medal, state: 'paid', decision: next }]);
    await hears('jinji.promotion.rejected.v1', { ...about, decision: next });
    expect(await grants()).toMatchObject([{ id: medal, state: 'owed', owed: 300_000, because: 'rejected' }]);
  });

  it('keeps the reason of a refusal apart, and shows it to those who may read it', async () => {
    const { approved, medal, about } = decided();
    await approved();
    expect(await officer(`/grants/${medal}/refuse`, { reason: '重复申领' })).toMatchObject({ status: 200 });
    await service.settled();
    const shown = await service.request('GET', `/grants/${medal}`, { as: 'auditor' });
    expect(shown.body).toMatchObject({ state: 'refused', reason: '重复申领' });
    expect(await service.database.query("SELECT 1 FROM events WHERE data::text LIKE '%重复申领%'")).toEqual([]);
    const mine = await service.request<Listed[]>('GET', '/me', { as: { role: 'worker', sub: about.worker } });
    expect(mine.body).toMatchObject([{ id: medal, state: 'refused' }]);
  });

  it('goes on with the record that a person was merged into, and forgets what was said about who is erased', async () => {
    const { approved, medal, about } = decided();
    await approved();
    await officer(`/grants/${medal}/refuse`, { reason: '材料不全' });
    const into = newId();
    await hears('jinji.worker.merged.v1', { worker: about.worker, into });
    const mine = await service.request<Listed[]>('GET', '/me', { as: { role: 'worker', sub: into } });
    expect(mine.body).toMatchObject([{ id: medal, state: 'refused' }]);
    await hears('jinji.worker.erased.v1', { worker: about.worker });
    const shown = await service.request('GET', `/grants/${medal}`, { as: 'auditor' });
    expect(shown.body).toMatchObject({ state: 'refused', reason: null });
  });

  it('lets nobody approve a grant of their own, and nobody else see it', async () => {
    const { approved, medal, about } = decided();
    await approved();
    const self = { role: 'incentive-officer', sub: about.worker } as const;
    expect(await service.request('POST', `/grants/${medal}/approve`, { as: self, body: {} })).toMatchObject({
      status: 422, body: { type: 'https://jinji.dev/problems/own-grant' },
    });
    expect(await service.request('POST', `/contests/${about.contest}/approve`, { as: self, body: {} })).toMatchObject({
      body: { approved: 0, passedOver: 1 },
    });
    const stranger = { role: 'incentive-officer', org: 'org-2' } as const;
    expect((await service.request('POST', `/grants/${medal}/approve`, { as: stranger, body: {} })).status).toBe(404);
    expect((await service.request('GET', `/grants/${medal}`, { as: stranger })).status).toBe(404);
    expect((await service.request('POST', `/grants/${newId()}/approve`, { as: 'incentive-officer', body: {} })).status).toBe(404);
  });

  it('lets a claim window pass with the clock', async () => {
    const { approved, certified, grants, medal, subsidy } = decided();
    await approved();
    await certified();
    await service.moveClock('2027-05-06T16:00:00.000Z');
    expect(await grants()).toMatchObject([{ id: medal, state: 'proposed' }, { id: subsidy, state: 'expired' }]);
  });
});
