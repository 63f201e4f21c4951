/** What a run finds, and where it writes it down for whoever started it. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Problems } from './checks/sources.js';

/** What is looked at; `play`: that the competitions can be held to their end. */
export type Check = 'play' | 'topics' | 'parked' | 'inboxes' | 'promotions' | 'facts' | 'writes' | 'views';

export interface Verdict {
  readonly problems: Problems;
  readonly failed: readonly Check[];
}

/** Told as they are found. */
export class Findings implements Verdict {
  readonly problems: string[] = [];
  readonly failed: Check[] = [];

  constructor(private readonly tell: (sentence: string) => void) {}

  async look(check: Check, title: string, work: () => Problems | Promise<Problems>): Promise<void> {
    const began = Date.now();
    const all = await work();
    this.tell(`${all.length === 0 ? 'good' : 'BAD '}  ${title} (${seconds(began)})`);
    for (const problem of all) this.tell(`      ${problem}`);
    this.problems.push(...all);
    if (all.length > 0) this.failed.push(check);
  }
}

export const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;

const fileIn = (folder: string): string => path.join(folder, 'verdict.json');

export const writeVerdict = (folder: string, { failed, problems }: Verdict): Promise<void> =>
  writeFile(fileIn(folder), JSON.stringify({ failed, problems }, null, 2));

export const removeVerdict = (folder: string): Promise<void> => rm(fileIn(folder), { force: true });

/** Undefined where the run came to none. */
export const readVerdict = async (folder: string): Promise<Verdict | undefined> => {
  const text = await readFile(fileIn(folder), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Verdict);
};
