import { arbitrator, type Chain, chief, judges, playChain } from './support/chain.js';
import { type Answer, type Ask, type Platform, services, startPlatform } from './support/platform.js';

interface Ranks { changes: { code: string; before: { rank: number; total: string }; after: { rank: number; total: string } }[] }
interface Side { rank: number; level: number | null; held: string[]; money: { fen: number }[]; reasons: { code: string }[] }
interface People {
  revision: number;
  changes: {
    worker: string; contest: string; before: Side; after: Side; decision: { state: string; certificate: string } | null;
    grants: { then: string; from: number | null; to: number | null }[] | null;
  }[];
  decided: number; levels: object; ranks: object; money: object; missing: string[]; pack: object | null;
}

describe('what if', () => {
  let platform: Platform;
  let chain: Chain;
  beforeAll(async () => {
    platform = await startPlatform();
    // The fourth judge is the second's friend.
    chain = await playChain(platform, {
      panel: [...judges, 'judge-4'], judged: (judge, nth) => (judge === 'judge-4' && nth === 1 ? '3' : '2'),
    });
  }, 600_000);
  afterAll(() => platform.stop());

  const ask = <T>(service: string, body: object, asked: Ask = {}): Promise<Answer<T>> =>
    platform.request<T>('POST', `/${service}/what-if`, { as: 'certifier', body: { contest: chain.contest, ...body }, ...asked });
  const people = async (body: object): Promise<People> => {
    const { status, body: said, text } = await ask<People>('certification', body);
    if (status !== 200) throw new Error(text);
    return said;
  };
  const ranks = async (body: object): Promise<Ranks> => (await ask<Ranks>('judging', body)).body;
  const nth = (worker: string): number => chain.workers.indexOf(worker) + 1;

  /** As judging would answer it: the second and the third changed places. */
  const swapped = async (): Promise<object> => {
    const { revision } = (await people({}));
    const { body } = await platform.request<{ placings: (Ranks['changes'][number]['before'] & { code: string })[] }>(
      'GET', `/judging/contests/${chain.contest}/result`, { as: 'organiser' });
    const of = (code: string | undefined) => {
      const found = body.placings.find((placing) => placing.code === code);
      if (found === undefined) throw new Error(`no placing of ${code ?? ''}`);
      const { rank, tied, unranked, total, theory, practical } = found as typeof found & Record<string, unknown>;
      return { rank, tied, unranked, total, theory, practical };
    };
    const [, second, third] = chain.codes;
    return {
      revision,
      changes: [
        { code: second, before: of(second), after: { ...of(second), rank: 3, total: '50.00' } },
        { code: third, before: of(third), after: { ...of(third), rank: 2 } },
      ],
    };
  };

  /** Every table of every service but what the machine moves by itself, and what the bus holds. */
  const fingerprint = async (): Promise<Record<string, string>> => {
    const found: Record<string, string> = {};
    for (const service of services) {
      const tables = await platform.query<{ name: string }>(
        service,
        `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('relay', 'view_checkpoints')`,
      );
      for (const { name } of tables) {
        const [row] = await platform.query<{ digest: string }>(
          service,
          `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), '') AS digest FROM "${name}" t`,
        );
        found[`${service}.${name}`] = row?.digest ?? '';
      }
    }
    const [bus] = await platform.query<{ head: string }>('bus', 'SELECT sum(head)::text AS head FROM bus.partitions');
    return { ...found, bus: bus?.head ?? '' };
  };

  it('has no changes where nothing is asked', async () => {
    expect(await ranks({})).toMatchObject({ changes: [], codes: 4, up: 0, down: 0 });
    expect(await people({})).toMatchObject({
      changes: [], decided: 4, ranking: 'recorded', pack: null, missing: [], elsewhere: 0, ranks: { gained: 0, lost: 0 },
      money: { before: 0, after: 0, gained: 0, lost: 0, recovery: 0 },
    });
  });

  it('tells marks and ranks by code, with a void aspect', async () => {
    const { changes } = await ranks({ voidAspects: ['A1.1'] });
    expect(changes.map(({ code, before, after }) => [chain.codes.indexOf(code), before.rank, after.rank, after.total])).toEqual([
      [0, 1, 1, '40.00'], [1, 2, 2, '36.25'], [2, 3, 3, '30.50'], [3, 4, 4, '25.00'],
    ]);
    for (const worker of chain.workers) expect(JSON.stringify(changes)).not.toContain(worker);
    // Other marks, the same ranks: for the people nothing follows.
    expect(await people({ voidAspects: ['A1.1'] })).toMatchObject({ changes: [], decided: 4, ranking: 'judging' });
  });

  it('tells who loses and who gains a level and the money, when two change places', async () => {
    const answer = await people({ ranking: await swapped() });
    expect(answer.changes.map(({ worker, before, after, grants }) =>
      [
        nth(worker), before.rank, after.rank, before.level, after.level, grants?.map(({ then, from, to }) => [then, from, to]),
      ])).toEqual([
      [3, 3, 2, null, 2, [['none', null, 240_000]]], [2, 2, 3, 2, null, [['lapses', 240_000, null]]],
    ]);
    expect(answer.changes[1]).toMatchObject({
      decision: { state: 'issued', certificate: 'revoke' },
      after: { reasons: [expect.objectContaining({ code: 'needs-certificate' })] },
    });
    expect(answer).toMatchObject({
      levels: { gained: 1, lost: 1 }, ranks: { gained: 1, lost: 1 }, missing: [],
      money: { before: 240_000, after: 240_000, gained: 240_000, lost: 240_000, recovery: 0 },
    });
  });

  it('owes back what was paid', async () => {
    await platform.ok('POST', `/incentives/grants/${chain.grants[1]}/pay`, {
      as: 'incentive-officer', body: { reference: 'PAY-1' },
    });
    await platform.settled();
    const { changes, money } = await people({ ranking: await swapped() });
    expect(changes[1]?.grants).toEqual([
      {
        rule: 'shanghai-special-2024/training-subsidy', from: 240_000, to: null, then: 'recovery', recovery: 240_000,
        proposed: false,
      },
    ]);
    expect(money).toMatchObject({ recovery: 240_000 });
  });

  it('tries another pack without an override, and says that it would need one', async () => {
    const answer = await people({ pack: { id: 'tianjin-municipal-1', version: '1' } });
    expect(answer.pack).toMatchObject({
      id: 'tianjin-municipal-1', needsOverride: expect.any(Boolean) as boolean, class: 'municipal-1',
    });
    expect(answer.changes.map(({ worker, before, after }) => [nth(worker), before.level, after.level]))
      .toEqual(expect.arrayContaining([[3, null, 2], [4, null, 2]]));
    expect(answer).toMatchObject({ levels: { gained: 2, lost: 0 } });
  });

  it('writes nothing, in no service, also under an Idempotency-Key', async () => {
    const ranking = await swapped();
    const before = await fingerprint();
    const asked: Ask = { headers: { 'idempotency-key': 'what-if-1' } };
    expect((await ask('judging', { voidAspects: ['B1.1'], recuse: [], tieBreak: [] }, asked)).status).toBe(200);
    expect((await ask('certification', { voidAspects: ['B1.1'] }, asked)).status).toBe(200);
    expect((await ask('certification', { ranking, pack: { id: 'tianjin-municipal-1', version: '1' } }, asked)).status).toBe(200);
    expect((await platform.request('POST', '/incentives/what-if', {
      as: 'certifier', body: { decisions: [{ decision: chain.decisions[1], before: [], after: [] }] }, ...asked,
    })).status).toBe(200);
    await platform.settled();
    expect(await fingerprint()).toEqual(before);
    expect(Object.keys(before)).toEqual(expect.arrayContaining([
      'judging.events', 'certification.events', 'certification.snapshots', 'incentives.events', 'incentives.idempotency_keys',
    ]));
  });

  it('is for certifiers and organisers, and the chief judge of the contest; of their organisation', async () => {
    for (const service of ['judging', 'certification']) {
      expect((await ask(service, {}, { as: 'judge' })).status).toBe(403);
      expect((await ask(service, {}, { as: { role: 'certifier', org: 'org-2' } })).status).toBe(404);
    }
    expect((await ask('judging', {}, { as: chief })).status).toBe(200);
    expect((await ask('judging', {}, { as: { role: 'chief-judge', sub: 'another' } })).status).toBe(422);
    expect(
      await ask('certification', { recuse: [{ judge: 'nobody' }] }),
    ).toMatchObject({ status: 422, body: { rule: 'not-on-panel' } });
    expect(
      await ask('certification', { pack: { id: 'no-such', version: '1' } }),
    ).toMatchObject({ status: 422, body: { rule: 'unknown-pack' } });
    expect(await ask('certification', { tieBreak: [], ranking: { revision: 1, changes: [] } }))
      .toMatchObject({ status: 422, body: { rule: 'two-rankings' } });
  });

  describe('of two who share the rank at the cut, so that a panel must settle it', () => {
    beforeAll(async () => {
      const { id: appeal } = await platform.ok('POST', `/registration/entries/${chain.entries[2]}/late-appeals`, {
        body: { contested: ['A1.1'], grounds: '试卷漏阅', reasons: '事后才发现', until: '2026-06-01T00:00:00.000Z' },
      });
      await platform.settled();
      await platform.ok(
        'POST', `/judging/hearings/${appeal}/assign`, { body: { contest: chain.contest, arbitrator: 'arbitrator' } },
      );
      await platform.settled();
      const { items } = await platform.ok<{ items: { id: string; kind: string; part: string }[] }>(
        'GET', `/judging/contests/${chain.contest}/sheets?code=${chain.codes[2]}`, { as: arbitrator },
      );
      const sheet = items.find(({ kind, part }) => kind === 'M' && part === '1')?.id;
      await platform.ok('POST', `/judging/hearings/${appeal}/uphold`, {
        as: arbitrator, body: { reasons: '漏阅属实', amendments: [{ sheet, marks: [{ aspect: 'A1.1', mark: '30.75' }] }] },
      });
      await platform.settled();
    });

    const told = async (body: object) => (await people(body)).changes.map(({ worker, before, after }) =>
      [nth(worker), before.rank, before.held.join('+'), after.rank, after.level, after.held.join('+')]);

    it('says who would be promoted by another tie rule', async () => {
      // 61.25 each: theory 30.75 and 25, practice 30.5 and 36.25.
      expect(await told({})).toEqual([]);
      expect(await told({ tieBreak: ['A'] })).toEqual([[3, 2, 'level+money', 2, 2, ''], [2, 2, 'level+money', 3, null, '']]);
      expect(await told({ tieBreak: ['B'] })).toEqual([[2, 2, 'level+money', 2, 2, ''], [3, 2, 'level+money', 3, null, '']]);
    });

    it('says who would be without a judge, or without an aspect', async () => {
      expect(await told({ recuse: [{ judge: 'judge-4' }] })).toEqual([
        [3, 2, 'level+money', 2, 2, ''], [2, 2, 'level+money', 3, null, ''],
      ]);
      expect(await told({ voidAspects: ['A1.1'] })).toEqual([
        [2, 2, 'level+money', 2, 2, ''], [3, 2, 'level+money', 3, null, ''],
      ]);
      expect(await people({ recuse: [{ judge: 'judge-4' }] })).toMatchObject({
        levels: { gained: 1, lost: 0 }, money: { gained: 240_000, lost: 0 }, missing: [],
      });
      expect(await ask('certification', { recuse: [{ judge: 'judge-1' }, { judge: 'judge-4' }] })).toMatchObject({
        status: 422, body: { rule: 'panel-too-small' },
      });
    });

    it('comes true when the judge is recused after the end: ranked, decided and certified anew', async () => {
      const { id: recusal } = await platform.ok('POST', `/judging/contests/${chain.contest}/recusals`, {
        body: { judge: 'judge-4', reason: '赛后查明为好友', arbitrator: 'arbitrator' },
      });
      await platform.ok('POST', `/judging/contests/${chain.contest}/recusals/${recusal}/grant`, {
        as: arbitrator, body: { reasons: '属实' },
      });
      await platform.settled();
      const { items } = await platform.ok<{ items: { worker: string; rank: number; to: number | null; state: string }[] }>(
        'GET', `/certification/decisions?contest=${chain.contest}&limit=100`, { as: 'auditor' },
      );
      const now = chain.workers.slice(1, 3).map((worker) => items.filter((one) => one.worker === worker).at(-1));
      expect(now).toMatchObject([{ rank: 3, to: null, state: 'withoutEffect' }, { rank: 2, to: 2, state: 'onNotice' }]);
      const { items: papers } = await platform.ok<{ items: { worker: string; state: string }[] }>(
        'GET', `/certification/certificates?contest=${chain.contest}&limit=100`, { as: 'certifier' },
      );
      expect(papers.find(({ worker }) => worker === chain.workers[1])).toMatchObject({ state: 'revoked' });
    });
  });
});
