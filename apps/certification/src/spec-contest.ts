import type { PublicData } from '#libs/contracts';
import { derivedId, type Instant } from '#libs/decider';
import { findPack } from '#libs/policy';
import type { TestService } from '#libs/testing';
import type { Others } from './spec-messages.js';

/** For specs: a single contest for workers under 上海市专项职业技能大赛 2024, whose upper half is promoted to level 2. */
export interface SpecialContest {
  readonly contest: string;
  /** Their ids, in the order of their ranks; all hold level 3 before. */
  readonly workers: readonly string[];
  readonly finalAt: Instant;
  /** A later final revision: who is ranked, and in which order. */
  readonly revision?: number;
  readonly unit?: string;
}

const PACK = 'shanghai-special-2024';

/** What registration and judging say of it, up to the final result. */
export const saySpecialContest = async (others: Others, { contest, workers, finalAt, unit }: SpecialContest): Promise<void> => {
  const found = findPack(PACK, '1');
  if (found === undefined) throw new Error(`there is no pack ${PACK}`);
  const announced: PublicData<'jinji.contest.announced.v1'> = {
    contest, competition: derivedId('spec', 'competition'), organisation: 'org-1', number: 'A',
    name: { zh: '车工', en: 'Turning' }, occupation: '6-18-01-01', level: 2, series: PACK, class: 'special', teamSize: 1,
    group: 'worker', purpose: 'award', pack: { id: PACK, version: '1', digest: found.digest }, overridden: true,
    scheme: { id: derivedId('spec', 'scheme'), digest: 'd' }, notice: { workingDays: 5, appealHours: 48 }, startsOn: '2026-05-20',
  };
  await others.say('jinji.contest.announced.v1', announced, finalAt);
  await others.say('jinji.contest.registration-closed.v1', { contest }, finalAt);
  await others.say('jinji.seal.opened.v1', { contest, count: workers.length, digest: 'd' }, finalAt);
  for (const [n, worker] of workers.entries())
    await others.say('jinji.seal.entry.v1', {
      contest, code: codeOf(worker), entry: derivedId(contest, worker), entryNumber: String(n + 1).padStart(3, '0'),
      members: [{ worker, age: 30, status: 'worker' as const, unit: unit ?? null }],
    }, finalAt);
  await others.say('jinji.seal.closed.v1', { contest }, finalAt);
  await sayResult(others, { contest, workers, finalAt });
};

/** A final revision; the first is that of the whole contest. */
export const sayResult = async (
  others: Others, { contest, workers, finalAt, revision = 1 }: SpecialContest, at = finalAt,
): Promise<void> => {
  await others.say('jinji.result.opened.v1', {
    contest, revision, stage: 'final', count: workers.length, digest: 'd', firstFinalAt: finalAt,
  }, at);
  for (const [n, worker] of workers.entries())
    await others.say('jinji.result.placed.v1', {
      contest, revision, code: codeOf(worker), rank: n + 1, unranked: null, total: '80', criteria: [], theory: null,
      practical: null, tied: false,
    }, at);
  await others.say('jinji.result.closed.v1', { contest, revision, stage: 'final' }, at);
};

const codeOf = (worker: string): string => `C${worker.slice(0, 8)}`;

/** All hold level 3; then notice and approval, until the certificates of the upper half are issued. */
export const certify = async (
  service: TestService, others: Others, special: SpecialContest, approveAt: Instant,
): Promise<void> => {
  const rows = special.workers.map((worker) => ({ worker, occupation: '6-18-01-01', level: 3, since: '2020-01-01' }));
  const imported = await service.request('POST', '/skill-records/import', { as: 'certifier', body: { source: 'spec', rows } });
  if (imported.status !== 200) throw new Error(JSON.stringify(imported.body));
  await saySpecialContest(others, special);
  await service.settled();
  await service.moveClock(approveAt);
  const approved = await service.request<{ left: number }>('POST', `/contests/${special.contest}/decisions/approve`, {
    as: 'certifier', body: {},
  });
  if (approved.status !== 200 || approved.body.left !== 0) throw new Error(JSON.stringify(approved.body));
  await service.settled();
};
