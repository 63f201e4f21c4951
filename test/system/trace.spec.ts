import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { contractOf, type PublicData, type PublicType } from '#libs/contracts';
import { newId } from '#libs/decider';
import { type Fleet, startFleet } from '#libs/fleet';
import { kafkaAccess, KafkaBus, type Publication, toWire } from '#libs/messaging';
import { type Pack, parsePack } from '#libs/policy';
import { describeOwnKafka, until } from '#libs/testing';
import { type Collector, openCollector, type Span } from '../../libs/tracing/testing/collector.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const NOW = '2026-03-02T01:00:00.000Z';
const title = (en: string) => ({ zh: en, en });

/** Who comes first is paid, and the pack approves by itself: nobody's second request stands between a result and the money. */
const pack: Pack = {
  id: 'spec-trace', version: '1', title: title('spec'), jurisdiction: 'CN', authority: title('specs'),
  verification: 'hypothetical',
  citations: [{ id: 'spec', document: 'spec', title: 'spec', quote: 'as the spec says', quoted: 'summary' }],
  valid: { from: null, to: null }, anchor: 'announced', factsAsOf: 'registrationClosed',
  applies: { series: ['spec-trace'], classes: [], groups: [], purposes: [] }, ranking: { tieAtCut: 'panel', cite: [] },
  ceilings: [], holes: [], caps: [],
  rules: [{
    id: 'first', title: title('first'), cite: ['spec'], when: { rank: [{ from: 1, to: 1 }] },
    effects: [{ pay: { amount: { fixed: 100_000 }, payee: 'person', needsCertificate: false, claimWithinMonths: null } }],
  }],
  process: {
    basis: 'operator', cite: [], calendar: 'china', publicityWorkingDays: 0, approval: 'pack', codeScheme: 'national-22',
    issuer: { name: title('spec'), kind: 'assessor', code: '0009', province: '31', site: '000009' },
  },
  reversal: { basis: 'operator', rerank: true, certificates: 'revoke', money: 'recover', promoteNext: true, cite: ['spec'] },
};

const scheme = {
  title: 'one dimension', sections: [{ id: '1', name: 'all', marks: '100' }],
  criteria: [{
    id: 'A', name: 'work', mark: '100', kind: 'practical',
    subCriteria: [{ id: 'A1', name: 'piece', day: 1, aspects: [{ type: 'M', name: 'size', section: '1', max: '100' }] }],
  }],
};

interface Sheet {
  readonly id: string; readonly code: string; readonly part: string; readonly kind: string; readonly aspects: readonly string[];
}

interface Grant {
  readonly traceparent: string | null;
  readonly data: { readonly worker: string; readonly fen: number };
}

describeOwnKafka('one trace over Kafka, through services that are processes', () => {
  let folder: string;
  let there: Collector;
  let fleet: Fleet;
  let bus: KafkaBus;
  let position = 0;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'jinji-trace-'));
    await chmod(folder, 0o755); // PostgreSQL may have to run as another user
    await mkdir(path.join(folder, 'policies', pack.id), { recursive: true });
    await writeFile(path.join(folder, 'policies', pack.id, '1.json'), JSON.stringify(pack));
    there = await openCollector();
    fleet = await startFleet({
      folder, instances: { people: 0, training: 0, registration: 0 }, startAt: NOW, postgres: { fsync: 'off' },
      env: () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: there.url, POLICIES: path.join(folder, 'policies') }),
    });
    bus = new KafkaBus({ access: kafkaAccess(fleet.brokers) });
    await bus.createTopics(['jinji.competitions', 'jinji.seals'], 4);
  }, 600_000);
  afterAll(async () => {
    await bus?.close();
    await fleet?.stop();
    await there?.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }, 600_000);

  const ask = async (
    method: string, at: string, [subject, role]: readonly [string, string], body?: object, headers: Record<string, string> = {},
  ): Promise<Response> => fetch(`${fleet.url}${at}`, {
    method, ...(body ? { body: JSON.stringify(body) } : {}), headers: {
      authorization: `Bearer ${await fleet.token(subject, 'org-1', [role])}`, ...headers,
      ...(body ? { 'content-type': 'application/json', 'idempotency-key': randomUUID() } : {}),
    },
  });
  const ok = async <T>(...asked: Parameters<typeof ask>): Promise<T> => {
    const answer = await ask(...asked);
    if (!answer.ok) throw new Error(`${asked[1]}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const seen = (what: string, holds: () => boolean | Promise<boolean>): Promise<void> =>
    until(holds, () => `${what}; spans: ${JSON.stringify(there.spans, null, 1)}`, 90_000);

  /** Each service has read what was said: topics have no order among each other, and here one request has to be the last cause. */
  const settled = (): Promise<void> => seen('all have caught up', async () => {
    const said = await Promise.all(['judging', 'certification', 'incentives'].map((service) =>
      ok<{ idle: boolean }>('GET', `/${service}/admin/caught-up`, ['operator', 'operator'])));
    return said.every(({ idle }) => idle);
  });

  /** What registration says, which is not there. */
  const say = async <T extends PublicType>(type: T, data: PublicData<T>): Promise<void> => {
    position += 1;
    const id = newId();
    await bus.publish([toWire({ type, data } as Publication, {
      id, position, stream: 'contest:x', aggregate: 'contest', aggregateId: 'x', version: 1, event: { type }, recordedAt: NOW,
      metadata: { actor: 'organiser', organisation: 'org-1', correlation: id, causation: null, at: NOW },
    }, `registration/${contractOf(type).topic}`)]);
  };

  /** A contest that is marked and locked, whose notice is over. */
  const lockedContest = async (workers: readonly string[]): Promise<string> => {
    const contest = newId();
    const organiser = ['organiser', 'organiser'] as const;
    const { id } = await ok<{ id: string }>('POST', '/judging/marking-schemes', organiser, scheme);
    await ok('POST', `/judging/marking-schemes/${id}/freeze`, organiser, {});
    const { digest } = await ok<{ digest: string }>('GET', `/judging/marking-schemes/${id}`, organiser);
    await say('jinji.contest.announced.v1', {
      contest, competition: newId(), organisation: 'org-1', number: 'A', name: title('one'), occupation: '6-18-01-01', level: 2,
      series: pack.id, class: 'c', teamSize: 1, group: 'worker', purpose: 'award', overridden: true, startsOn: '2026-03-02',
      pack: { id: pack.id, version: '1', digest: parsePack(pack).digest }, scheme: { id, digest },
      notice: { workingDays: 1, appealHours: 24 },
    });
    await say('jinji.contest.registration-closed.v1', { contest });
    const panel = { chief: 'chief', judges: ['j1', 'j2', 'j3'], arbitrators: ['arbitrator'] };
    await seen('the contest is known to judging', async () =>
      (await ask('POST', `/judging/contests/${contest}/panel`, organiser, panel)).status === 201);
    const codes = workers.map((_, n) => `K${n + 1}`);
    for (const code of codes) await say('jinji.contest.code-sealed.v1', { contest, code });
    await say('jinji.contest.started.v1', { contest, codes: codes.length });
    await say('jinji.seal.opened.v1', { contest, count: codes.length, digest: 'd' });
    for (const [n, worker] of workers.entries())
      await say('jinji.seal.entry.v1', {
        contest, code: codes[n] ?? '', entry: newId(), entryNumber: `00${n + 1}`,
        members: [{ worker, age: 30, status: 'worker', unit: null }],
      });
    await say('jinji.seal.closed.v1', { contest });
    await settled();

    for (let marked = 0; marked < codes.length; )
      for (const judge of panel.judges) {
        const as = [judge, 'judge'] as const;
        const { items } = await ok<{ items: (Sheet & { state: string })[] }>('GET', `/judging/sheets?contest=${contest}`, as);
        for (const { id: sheet, code, part, kind, aspects } of items.filter(({ state }) => state === 'open')) {
          const marks = aspects.map((aspect) => ({ aspect, mark: String(90 - 10 * codes.indexOf(code)) }));
          await ok('POST', `/judging/sheets/${sheet}/submit`, as, { contest, code, part, kind, sign: true, marks });
          marked += 1;
        }
      }
    await ok('POST', `/judging/contests/${contest}/lock`, ['chief', 'chief-judge'], {});
    await say('jinji.contest.noticed.v1', { contest, revision: 1, appealsUntil: '2026-02-27T01:00:00.000Z', until: NOW });
    await settled();
    return contest;
  };

  const grants = async (): Promise<Grant[]> => {
    const client = new pg.Client({ connectionString: fleet.databaseUrl('incentives') });
    await client.connect();
    try {
      return (await client.query<Grant>(
        `SELECT metadata->>'traceparent' AS traceparent, data FROM events WHERE type = 'GrantProposed'`,
      )).rows;
    } finally {
      await client.end();
    }
  };

  it('leads from the request that makes a result final, by the decision, to the grant', async () => {
    const [first = '', second = ''] = [newId(), newId()];
    const contest = await lockedContest([first, second]);
    const finalise = (headers: Record<string, string>): Promise<Response> =>
      ask('POST', `/judging/contests/${contest}/finalise`, ['chief', 'chief-judge'], {}, headers);
    await seen('the result is final', async () => (await finalise({ traceparent: `00-${TRACE}-${CALLER}-01` })).ok);
    await seen('a grant', async () => (await grants()).length > 0);

    const [grant] = await grants();
    expect(grant?.data).toMatchObject({ worker: first, fen: 100_000 });
    expect(grant?.traceparent).toContain(TRACE);
    const append = grant?.traceparent?.split('-')[2];
    const spans = (): readonly Span[] => there.spans.filter((span) => span.trace === TRACE);
    const line = (): readonly Span[] => there.downTo(spans().find(({ id }) => id === append));
    await seen('the whole line of spans', () => line()[0]?.parent === CALLER);
    expect(line().map(({ service, name }) => `${service}: ${name}`)).toEqual([
      'judging: POST /contests/:id/finalise', 'judging: transaction', 'judging: append',
      'judging: publish jinji.result.closed.v1',
      'certification: react jinji.result.closed.v1', 'certification: append',
      'certification: job:decision-run', 'certification: append',
      'certification: timer public-notice', 'certification: append',
      'certification: publish jinji.promotion.approved.v1',
      'incentives: react jinji.promotion.approved.v1', 'incentives: append',
    ]);
    // Whatever else belongs to it hangs on it, too: nothing begins in the middle.
    const known = (id: string): boolean => id === CALLER || spans().some((span) => span.id === id);
    await seen('the parent of each span', () => spans().every(({ parent }) => known(parent)));
  }, 300_000);
});
