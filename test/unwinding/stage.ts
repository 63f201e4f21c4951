import { contractOf, keyOf, type PublicData, type PublicType } from '#libs/contracts';
import { derivedId, type Instant } from '#libs/decider';
import { EmbeddedBus, type WireRecord } from '#libs/messaging';
import { findPack } from '#libs/policy';
import { testService, type TestService } from '#libs/testing';
import { certification } from '../../apps/certification/src/definition.js';
import { incentives } from '../../apps/incentives/src/definition.js';
import { kinds } from './kinds.js';
import { key, ranksOf } from './model.js';
import type { Step, Story } from './story.js';

const occupation = '6-18-01-01';
const topics = ['jinji.people', 'jinji.competitions', 'jinji.seals', 'jinji.results'];

/** Certification and incentives as they run, on one bus; the spec says what the other services would say. */
export class Stage {
  private sequence = 0;

  private constructor(
    readonly certification: TestService, readonly incentives: TestService, private readonly bus: EmbeddedBus,
  ) {}

  static async open(): Promise<Stage> {
    const clock = '2028-06-01T01:00:00.000Z';
    const certifying = await testService(certification, { clock });
    const { url: BUS_URL, migrationUrl: BUS_MIGRATION_URL } = certifying.database;
    const paying = await testService(incentives, { clock, env: { BUS_URL, BUS_MIGRATION_URL } });
    const bus = new EmbeddedBus({ url: BUS_URL });
    await bus.createTopics(topics, 4);
    return new Stage(certifying, paying, bus);
  }

  async close(): Promise<void> {
    await this.bus.close();
    await this.incentives.close();
    await this.certification.close();
  }

  /** A message as its service would send it. */
  message<T extends PublicType>(type: T, data: PublicData<T>, time: Instant): WireRecord {
    const { topic } = contractOf(type);
    const of = keyOf(type, data);
    this.sequence += 1;
    return {
      topic, key: of, value: Buffer.from(JSON.stringify(data)),
      headers: {
        ce_specversion: '1.0', ce_id: derivedId('message', this.sequence), ce_source: `others/${topic}`, ce_type: type, ce_subject: of,
        ce_time: time, ce_sequence: String(this.sequence), ce_correlationid: derivedId('story', of), 'content-type': 'application/json',
      },
    };
  }

  send(records: readonly WireRecord[]): Promise<void> {
    return this.bus.publish(records);
  }

  /** Both, twice over: what one says the other hears. */
  async settled(): Promise<void> {
    await this.certification.settled();
    await this.incentives.settled();
  }
}

interface DecisionRow {
  id: string; contest: string; worker: string; nth: number; state: string; to: number | null; honours: { honour: string }[];
  money: { rule: string; fen: number; needsCertificate: boolean }[];
}
interface GrantRow { id: string; decision: string; contest: string; rule: string; fen: number; state: string; owed: number }
interface CertificateRow { decision: string; state: string; level: number }

export interface Found {
  readonly decisions: readonly DecisionRow[];
  readonly certificates: readonly CertificateRow[];
  readonly grants: readonly GrantRow[];
  readonly rungs: ReadonlyMap<string, readonly string[]>;
  readonly ledger: Readonly<Record<string, unknown>>;
}

/** One telling of a story: its people and contests have ids of their own, so that many tellings share the services. */
export class Telling {
  readonly published: number[];
  readonly announced: boolean[];
  merged = false;
  /** What the officer paid, took back, and wrote off, in fen. */
  readonly till = { paid: 0, repaid: 0, writtenOff: 0 };
  private readonly sent: WireRecord[] = [];

  constructor(private readonly stage: Stage, readonly story: Story, readonly name: string) {
    this.published = story.contests.map(() => 0);
    this.announced = story.contests.map(() => false);
  }

  contest(index: number): string {
    return derivedId(this.name, 'contest', index);
  }

  worker(index: number): string {
    return derivedId(this.name, 'worker', index);
  }

  /** `contest/worker` by their numbers. */
  keyOf({ contest, worker }: { contest: string; worker: string }): string {
    const [of, who] = [this.story.contests.findIndex((_, n) => this.contest(n) === contest), this.story.workers.findIndex((_, n) => this.worker(n) === worker)];
    return key(of, who);
  }

  async begin(): Promise<void> {
    const rows = this.story.workers.flatMap((level, index) =>
      (level === null ? [] : [{ worker: this.worker(index), occupation, level, since: '2020-01-01' }]));
    if (rows.length > 0) await this.ask('certification', 'POST', '/skill-records/import', 'certifier', { source: 'spec', rows });
  }

  async take(step: Step): Promise<void> {
    switch (step.is) {
      case 'announce': return this.say(this.announcement(step.contest));
      case 'revision': return this.say(this.revision(step.contest));
      case 'redeliver': return this.stage.send(this.sent.slice(-step.last));
      case 'restart': {
        await this.stage.certification.restart();
        return this.stage.incentives.restart();
      }
      case 'merge': {
        const [worker, into] = this.story.merge ?? [0, 0];
        this.merged = true;
        return this.say([this.stage.message(
          'jinji.worker.merged.v1', { worker: this.worker(worker), into: this.worker(into) }, '2028-01-01T01:00:00.000Z',
        )]);
      }
      case 'pay': return this.pay(step.every);
      case 'settle-debts': return this.settleDebts(step.every);
      case 'check': return undefined;
    }
  }

  /** Until nothing more follows, with a person's approval where a pack asks for one. */
  async settle(): Promise<void> {
    await this.stage.settled();
    const asking = [...this.story.contests.entries()].filter(([index, { kind }]) =>
      kinds[kind]?.approval === 'person' && this.announced[index] === true && (this.published[index] ?? 0) > 0);
    if (asking.length === 0) return;
    for (const [index] of asking)
      await this.ask('certification', 'POST', `/contests/${this.contest(index)}/decisions/approve`, 'certifier');
    await this.stage.settled();
  }

  async found(): Promise<Found> {
    const contests = this.story.contests.map((_, index) => this.contest(index));
    const { certification: { database: decided }, incentives: { database: paid } } = this.stage;
    const decisions = await decided.query<DecisionRow>(
      'SELECT id, contest, worker, nth, state, to_level AS "to", honours, money FROM decisions WHERE contest = ANY($1)', [contests],
    );
    const certificates = await decided.query<CertificateRow>(
      'SELECT decision, state, level FROM certificates WHERE contest = ANY($1)', [contests],
    );
    const grants = (await paid.query<GrantRow & { fen: string; owed: string }>('SELECT * FROM grants WHERE contest = ANY($1)', [contests]))
      .map((row): GrantRow => ({ ...row, fen: Number(row.fen), owed: Number(row.owed) }));
    const rungs = new Map<string, readonly string[]>();
    for (const index of this.story.workers.keys()) {
      const { body } = await this.ask<{ rungs: { granted: boolean; source: string }[] }[]>(
        'certification', 'GET', `/workers/${this.worker(index)}/skill-record`, 'certifier',
      );
      rungs.set(this.worker(index), body.flatMap((record) => record.rungs.filter(({ granted }) => granted).map(({ source }) => source)));
    }
    return { decisions, certificates, grants, rungs, ledger: await this.ledger(contests) };
  }

  private async ledger(contests: readonly string[]): Promise<Record<string, number | boolean>> {
    const sum: Record<string, number> = { paid: 0, recovered: 0, writtenOff: 0 };
    let balances = true;
    for (const contest of contests) {
      const { body } = await this.ask<Record<string, number | boolean>>('incentives', 'GET', `/ledger?contest=${contest}`, 'incentive-officer');
      for (const account of Object.keys(sum)) sum[account] = (sum[account] ?? 0) + Number(body[account]);
      balances &&= body['balances'] === true;
    }
    return { ...sum, balances };
  }

  private announcement(index: number): WireRecord[] {
    const { kind, entrants } = this.told(index);
    this.announced[index] = true;
    const [contest, at] = [this.contest(index), this.finalAt(index)];
    const id = `unwinding-${kinds[kind]?.name ?? ''}`;
    const pack = { id, version: '1', digest: findPack(id, '1')?.digest ?? '' };
    const say = this.stage.message.bind(this.stage);
    return [
      say('jinji.contest.announced.v1', {
        contest, competition: derivedId('competition'), organisation: 'org-1', number: 'A', name: { zh: '车工', en: 'Turning' }, occupation,
        group: 'worker', level: 2, teamSize: 1, series: 's', class: 'c', purpose: 'award', pack, overridden: true,
        scheme: { id: derivedId('scheme'), digest: 'd' }, notice: { workingDays: 5, appealHours: 48 }, startsOn: '2026-01-05',
      }, at),
      say('jinji.contest.registration-closed.v1', { contest }, at),
      say('jinji.seal.opened.v1', { contest, count: entrants.length, digest: 'd' }, at),
      ...entrants.map((worker, n) => say('jinji.seal.entry.v1', {
        contest, code: `C${n}`, entry: derivedId(contest, n), entryNumber: `00${n}`,
        members: [{ worker: this.worker(worker), age: 30, status: 'worker', unit: null }],
      }, at)),
      say('jinji.seal.closed.v1', { contest }, at),
    ];
  }

  /** The next final revision; before the first, a provisional one, which promotes nobody. */
  private revision(index: number): WireRecord[] {
    const nth = this.published[index] ?? 0;
    const { revisions } = this.told(index);
    this.published[index] = nth + 1;
    const totals = revisions[nth] ?? [];
    return [
      ...(nth === 0 ? this.placings(index, 1, 'provisional', [...totals].reverse()) : []),
      ...this.placings(index, nth + 2, 'final', totals),
    ];
  }

  private placings(index: number, revision: number, stage: 'provisional' | 'final', totals: readonly (number | null)[]): WireRecord[] {
    const [contest, firstFinalAt] = [this.contest(index), this.finalAt(index)];
    const at = new Date(Date.parse(firstFinalAt) + (revision - 2) * 86_400_000).toISOString();
    const ranks = ranksOf(totals);
    const say = this.stage.message.bind(this.stage);
    return [
      say('jinji.result.opened.v1', {
        contest, revision, stage, count: totals.length, digest: 'd', firstFinalAt: stage === 'final' ? firstFinalAt : null,
      }, at),
      ...totals.map((total, n) => say('jinji.result.placed.v1', {
        contest, revision, code: `C${n}`, rank: ranks[n] ?? null, unranked: total === null ? 'annulled' : null, total: String(total ?? 0),
        criteria: [], theory: null, practical: null, tied: false,
      }, at)),
      say('jinji.result.closed.v1', { contest, revision, stage }, at),
    ];
  }

  private told(index: number): Story['contests'][number] {
    const found = this.story.contests[index];
    if (found === undefined) throw new Error(`the story has no contest ${index}`);
    return found;
  }

  private finalAt(index: number): Instant {
    const { month } = this.told(index);
    return new Date(Date.UTC(2026, month, 10, 1)).toISOString();
  }

  private async say(records: readonly WireRecord[]): Promise<void> {
    this.sent.push(...records);
    await this.stage.send(records);
  }

  private async pay(every: number): Promise<void> {
    await this.settle();
    for (const [nth, { id, fen }] of (await this.grantsIn('proposed')).entries()) {
      await this.ask('incentives', 'POST', `/grants/${id}/approve`, 'incentive-officer');
      if (nth % every !== 0) continue;
      await this.ask('incentives', 'POST', `/grants/${id}/pay`, 'incentive-officer', { reference: `PAY-${id.slice(0, 8)}` });
      this.till.paid += fen;
    }
  }

  /** Wholly; or the first by half, and the rest stays owed or is written off. */
  private async settleDebts(every: number): Promise<void> {
    await this.settle();
    for (const [nth, { id, owed }] of (await this.grantsIn('owed')).entries()) {
      const part = (nth + 1) % every === 0 ? owed : Math.floor(owed / 2);
      const reference = `REC-${id.slice(0, 8)}-${this.till.repaid}`;
      if (part > 0) await this.ask('incentives', 'POST', `/grants/${id}/repay`, 'incentive-officer', { reference, fen: part });
      this.till.repaid += part;
      if (part === owed || every === 2) continue;
      await this.ask('incentives', 'POST', `/grants/${id}/write-off`, 'incentive-officer', { reason: '核销' });
      this.till.writtenOff += owed - part;
    }
  }

  private async grantsIn(state: string): Promise<readonly { id: string; fen: number; owed: number }[]> {
    const rows = await this.stage.incentives.database.query<{ id: string; fen: string; owed: string }>(
      'SELECT id, fen, owed FROM grants WHERE state = $1 AND contest = ANY($2) ORDER BY position',
      [state, this.story.contests.map((_, index) => this.contest(index))],
    );
    return rows.map(({ id, fen, owed }) => ({ id, fen: Number(fen), owed: Number(owed) }));
  }

  private async ask<T>(
    service: 'certification' | 'incentives', method: string, path: string, role: 'certifier' | 'incentive-officer', body: unknown = {},
  ): Promise<{ body: T }> {
    const answer = await this.stage[service].request<T>(method, path, { as: role, ...(method === 'GET' ? {} : { body }) });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }
}
