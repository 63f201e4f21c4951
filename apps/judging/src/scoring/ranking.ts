import { compare, type Fraction } from './fraction.js';

/** What ranks a code: its total after the last rounding, then the criteria that break ties, in order. */
export interface Contender {
  readonly code: string;
  readonly total: Fraction;
  readonly tieBreak: readonly Fraction[];
}

export interface Ranked {
  readonly code: string;
  readonly rank: number;
  /** No key of the rule told this code from another: they share the rank. */
  readonly tied: boolean;
}

/** Standard competition ranking (1, 2, 2, 4), best first; equal codes come in the order of their codes. */
export const ranking = (contenders: readonly Contender[]): readonly Ranked[] => {
  const sorted = [...contenders].sort((a, b) => better(a, b) || (a.code < b.code ? -1 : 1));
  const ranked: { code: string; rank: number; contender: Contender }[] = [];
  for (const [index, contender] of sorted.entries()) {
    const before = ranked[index - 1];
    ranked.push(
      { code: contender.code, contender, rank: before && better(before.contender, contender) === 0 ? before.rank : index + 1 }
    );
  }
  const sharing = new Map<number, number>();
  for (const { rank } of ranked) sharing.set(rank, (sharing.get(rank) ?? 0) + 1);
  return ranked.map(({ code, rank }) => ({ code, rank, tied: (sharing.get(rank) ?? 0) > 1 }));
};

/** Negative where `a` is better. */
const better = (a: Contender, b: Contender): number =>
  compare(b.total, a.total) || a.tieBreak.map(
    (key, i) => compare(b.tieBreak[i] ?? key, key)
  ).find((difference) => difference !== 0) || 0;
