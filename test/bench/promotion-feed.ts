/** What registration and judging would say about one large contest, on the bus of the service under test. */
import { contractOf, keyOf, type PublicData, type PublicType } from '#libs/contracts';
import { derivedId, type Instant } from '#libs/decider';
import type { EmbeddedBus, WireRecord } from '#libs/messaging';
import { findPack } from '#libs/policy';

const PACK = { id: 'shanghai-special-2024', version: '1' } as const;
const BATCH = 500;

export interface BenchContest {
  readonly id: string;
  readonly occupation: string;
  /** Chooses who comes in where: each contest its own order. */
  readonly shift: number;
  readonly announced: Instant;
  readonly finalAt: Instant;
}

export const workerOf = (n: number): string => derivedId('bench', 'worker', n);
export const codeOf = (n: number): string => `K${String(n).padStart(6, '0')}`;

/** A step that has no divisor in common with the number of entrants walks through all of them. */
export const rankOf = (n: number, shift: number, entrants: number): number => ((n * 7919 + shift) % entrants) + 1;

export class Feed {
  private sequence = 0;

  constructor(private readonly bus: EmbeddedBus, private readonly entrants: number) {}

  /** All that comes before the last word: seal and placings, but not the end of the result. */
  async prepare(contest: BenchContest): Promise<void> {
    const digest = findPack(PACK.id, PACK.version)?.digest ?? '';
    const { id, occupation, announced: at } = contest;
    await this.say([
      this.record('jinji.contest.announced.v1', {
        contest: id, competition: derivedId('bench', 'competition'), organisation: 'org-1', number: 'B',
        name: { zh: '车工', en: 'Turning' }, occupation, group: 'worker', level: 2, teamSize: 1, series: 'shanghai-special-2024',
        class: 'special', purpose: 'award', pack: { ...PACK, digest }, overridden: true,
        scheme: { id: derivedId('bench', 'scheme'), digest: 'd' }, notice: { workingDays: 5, appealHours: 48 },
        startsOn: '2026-05-20',
      }, at),
      this.record('jinji.contest.registration-closed.v1', { contest: id }, at),
      this.record('jinji.seal.opened.v1', { contest: id, count: this.entrants, digest: 'd' }, contest.finalAt),
    ]);
    await this.each((n) => this.record('jinji.seal.entry.v1', {
      contest: id, code: codeOf(n), entry: derivedId(id, 'entry', n), entryNumber: String(n).padStart(6, '0'),
      members: [{ worker: workerOf(n), age: 30, status: 'worker', unit: derivedId('bench', 'unit', n % 100) }],
    }, contest.finalAt));
    await this.say([this.record('jinji.seal.closed.v1', { contest: id }, contest.finalAt)]);
    await this.result(contest, 1);
  }

  /** A final revision up to its last placing. */
  async result({ id, shift, finalAt }: BenchContest, revision: number): Promise<void> {
    await this.say([this.record('jinji.result.opened.v1', {
      contest: id, revision, stage: 'final', count: this.entrants, digest: 'd', firstFinalAt: finalAt,
    }, finalAt)]);
    await this.each((n) => {
      const rank = rankOf(n, shift, this.entrants);
      const total = `${60 + Math.floor((40 * (this.entrants - rank)) / this.entrants)}.25`;
      return this.record('jinji.result.placed.v1', {
        contest: id, revision, code: codeOf(n), rank, unranked: null, total,
        criteria: [{ id: 'A', mark: '31.50' }, { id: 'B', mark: '42.75' }], theory: '71.5', practical: '80.25', tied: false,
      }, finalAt);
    });
  }

  async close({ id, finalAt }: BenchContest, revision: number): Promise<void> {
    await this.say([this.record('jinji.result.closed.v1', { contest: id, revision, stage: 'final' }, finalAt)]);
  }

  private async each(make: (n: number) => WireRecord): Promise<void> {
    for (let from = 0; from < this.entrants; from += BATCH)
      await this.say(Array.from({ length: Math.min(BATCH, this.entrants - from) }, (_, n) => make(from + n)));
  }

  private async say(records: readonly WireRecord[]): Promise<void> {
    await this.bus.publish(records);
  }

  private record<T extends PublicType>(type: T, data: PublicData<T>, time: Instant): WireRecord {
    const { topic } = contractOf(type);
    const key = keyOf(type, data);
    this.sequence += 1;
    return {
      topic, key, value: Buffer.from(JSON.stringify(data)),
      headers: {
        ce_specversion: '1.0', ce_id: derivedId('bench', this.sequence), ce_source: `bench/${topic}`, ce_type: type,
        ce_subject: key, ce_time: time, ce_sequence: String(this.sequence), ce_correlationid: derivedId('story', key),
        'content-type': 'application/json',
      },
    };
  }
}
