import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { PublicData } from '#libs/contracts';
import { derivedId, type Instant } from '#libs/decider';
import type { Pack } from '#libs/policy';
import type { Others } from './spec-messages.js';

/** For specs: one code of a final revision. Two revisions in which `total` is the same leave the own result as it was. */
export interface Placed {
  readonly code: string; readonly workers: readonly string[]; readonly rank: number | null; readonly unranked?: string;
  readonly total?: string
}

export interface Told {
  readonly pack: { readonly id: string; readonly version: string; readonly digest: string };
  readonly finalAt: Instant;
  readonly placed: readonly Placed[];
  readonly revision?: number;
  readonly series?: string;
  readonly class?: string;
  readonly occupation?: string;
}

/** Packs that only specs know, in a folder that POLICIES names: before the first pack is asked for. */
export const packsForSpecs = (packs: readonly Pack[]): void => {
  const folder = mkdtempSync(join(tmpdir(), 'jinji-policies-'));
  for (const pack of packs) {
    mkdirSync(join(folder, pack.id), { recursive: true });
    writeFileSync(join(folder, pack.id, `${pack.version}.json`), JSON.stringify(pack));
  }
  process.env.POLICIES = [process.env.POLICIES, folder].filter((one) => one !== undefined && one !== '').join(delimiter);
};

/** What registration says of a contest until it is marked. */
export const announce = async (others: Others, contest: string, told: Told): Promise<void> => {
  const { pack, finalAt: at, placed, series = 's', class: of = 'c', occupation = '6-18-01-01' } = told;
  const announced: PublicData<'jinji.contest.announced.v1'> = {
    contest, competition: derivedId('competition'), organisation: 'org-1', number: 'A', name: { zh: '车工', en: 'Turning' },
    occupation, group: 'worker', level: 2, teamSize: 1, series, class: of, purpose: 'award', pack, overridden: true,
    scheme: { id: derivedId('scheme'), digest: 'd' }, notice: { workingDays: 5, appealHours: 48 }, startsOn: '2026-05-20',
  };
  await others.say('jinji.contest.announced.v1', announced, at);
  await others.say('jinji.contest.registration-closed.v1', { contest }, at);
  await others.say('jinji.seal.opened.v1', { contest, count: placed.length, digest: 'd' }, at);
  for (const { code, workers } of placed)
    await others.say('jinji.seal.entry.v1', {
      contest, code, entry: derivedId(contest, code), entryNumber: code.toLowerCase(),
      members: workers.map((worker) => ({ worker, age: 30, status: 'worker' as const, unit: derivedId('unit') })),
    }, at);
  await others.say('jinji.seal.closed.v1', { contest }, at);
};

/** What judging says of a final revision; the ids of the placings' messages. */
export const publish = async (
  others: Others, contest: string, { finalAt, placed, revision = 1 }: Told, at: Instant = finalAt,
): Promise<string[]> => {
  const messages: string[] = [];
  const { say } = { say: others.say.bind(others) };
  await say('jinji.result.opened.v1', { contest, revision, stage: 'final', count: placed.length, digest: 'd', firstFinalAt: finalAt }, at);
  for (const { code, rank, unranked = null, total = '80' } of placed)
    messages.push(await say('jinji.result.placed.v1', {
      contest, revision, code, rank, unranked, total, criteria: [], theory: null, practical: null,
      tied: placed.filter((other) => other.rank === rank).length > 1,
    }, at));
  await say('jinji.result.closed.v1', { contest, revision, stage: 'final' }, at);
  return messages;
};
