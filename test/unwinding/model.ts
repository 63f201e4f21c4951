/**
 * What must come out, said as simply as possible and without a line of the services or the engine: each person's contests in
 * the order of their first finalisation, each contest's final revisions in their own order, and the words of the reversal.
 */
import { cash, kinds, subsidy } from './kinds.js';
import type { Story } from './story.js';

export interface Given { readonly level: number | null; readonly medal: boolean; readonly cash: number; readonly subsidy: number }
/** By contest and worker, by number; only who was placed. */
export type Expected = ReadonlyMap<string, Given>;

export const key = (contest: number, worker: number): string => `${contest}/${worker}`;

export interface Heard {
  /** How many final revisions of each contest were published. */
  readonly revisions: readonly number[];
  readonly announced: readonly boolean[];
  readonly merged: boolean;
  /** Contests of the same instant are ordered by their ids. */
  readonly idOf: (contest: number) => string;
}

const none: Given = { level: null, medal: false, cash: 0, subsidy: 0 };

export const expected = (story: Story, { revisions, announced, merged, idOf }: Heard): Expected => {
  const found = new Map<string, Given>();
  const person = (worker: number): number => (merged && story.merge?.[0] === worker ? story.merge[1] : worker);
  const inOrder = story.contests.map((contest, index) => ({ ...contest, index }))
    .filter(({ index }) => announced[index] === true && (revisions[index] ?? 0) > 0)
    .sort((a, b) => a.month - b.month || (idOf(a.index) < idOf(b.index) ? -1 : 1));
  for (const worker of story.workers.keys()) {
    if (person(worker) !== worker) continue;
    const records = [...story.workers.keys()].filter((each) => person(each) === worker);
    let held = Math.min(...records.map((each) => story.workers[each] ?? 6));
    const years = new Set<number>();
    for (const { index, kind, month, entrants, revisions: all } of inOrder) {
      const heard = all.slice(0, revisions[index]);
      const last = ranksOf(heard.at(-1) ?? []);
      const [entry] = records.map((each) => entrants.indexOf(each)).filter((each) => each >= 0)
        .sort((a, b) => (last[a] ?? Infinity) - (last[b] ?? Infinity) || a - b);
      if (entry === undefined) continue;
      const year = 2026 + Math.floor(month / 12);
      const given = through(kind, heard, entry, held, years.has(year));
      found.set(key(index, worker), given);
      if (given.level !== null) {
        held = Math.min(held, given.level);
        years.add(year);
      }
    }
  }
  return found;
};

/** How much of a story hangs on its corrections: how often something changes, and what outlives the revision that gave it. */
export const richness = ({ contests, workers }: Story): number =>
  contests.flatMap(({ kind, entrants, revisions }) => entrants.map((worker, entry) => {
    const given = (list: Story['contests'][number]['revisions']): string =>
      JSON.stringify(through(kind, list, entry, workers[worker] ?? 6, false));
    const along = revisions.map((_, n) => given(revisions.slice(0, n + 1)));
    const changes = along.filter((each, n) => n > 0 && each !== along[n - 1]).length;
    return changes + (along.at(-1) === given(revisions.slice(-1)) ? 0 : 3);
  })).reduce((sum, each) => sum + each, 0);

/** A total counts more the higher it is; an annulled one has no rank. */
export const ranksOf = (totals: readonly (number | null)[]): readonly (number | null)[] =>
  totals.map((total) => (total === null ? null : 1 + totals.filter((other) => other !== null && other > total).length));

const through = (
  kind: number, revisions: readonly (readonly (number | null)[])[], entry: number, held: number, promoted: boolean,
): Given => {
  const { reversal: words, capped } = kinds[kind] ?? { reversal: {} };
  const advanced = words.advanced === 'keep';
  let standing: Given | null = null;
  let rank: number | null = null;
  let before: number | null = null;
  for (const totals of revisions) {
    const total = totals[entry] ?? null;
    const own: boolean = standing === null || total !== before;
    if (own || words.rerank !== false) rank = ranksOf(totals)[entry] ?? null;
    const now = give(rank, held, capped === true && promoted);
    const kept: boolean = !own && advanced;
    const gains: boolean = own || words.promoteNext !== false;
    const [level, money]: [boolean, boolean] = [kept || words.certificates === 'keep', kept || words.money === 'keep'];
    standing = standing === null ? now : {
      level: pick(standing.level, now.level, (one) => (one === null ? 0 : 6 - one), level, gains),
      medal: pick(standing.medal, now.medal, Number, kept, gains),
      cash: pick(standing.cash, now.cash, Number, money, gains), subsidy: pick(standing.subsidy, now.subsidy, Number, money, gains),
    };
    before = total;
  }
  return standing ?? none;
};

/** More only where one may gain, less only where one may lose. */
const pick = <T>(was: T, is: T, worth: (one: T) => number, keeps: boolean, gains: boolean): T =>
  (worth(is) < worth(was) ? (keeps ? was : is) : worth(is) > worth(was) && !gains ? was : is);

const give = (rank: number | null, held: number, capped: boolean): Given => {
  if (rank === null || rank > 3) return none;
  const aim = held > 2 ? 2 : held === 2 ? 1 : null;
  const level = capped ? null : aim;
  return { level, medal: true, cash: cash[rank - 1] ?? 0, subsidy: level === null ? 0 : (subsidy[level] ?? 0) };
};
