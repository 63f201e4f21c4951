import type { PlacingFacts } from './facts.js';
import type { Pack } from './pack.js';
import { passes } from './decide.js';

/** How one code came in, as judging publishes it in a final revision. */
export interface Standing {
  readonly rank: number | null;
  readonly unranked: string | null;
  readonly theory: string | null;
  readonly practical: string | null;
}

export interface Placing extends Standing { readonly code: string }

export type Place = Omit<PlacingFacts, 'ruled'>;

/** Of a code that the revision does not name. */
export const notPlaced: Place = {
  rank: null, unranked: 'not-in-the-result', tied: 1, field: 0, theory: null, practical: null, ifPassed: null,
};

/**
 * The ranking that a pack sees: where its gate stands before the ranking, who fails is left out and the rest move up. Every
 * placing of the revision is told first, in any order; it keeps the ranks alone, so that a field may be large.
 */
export class Ranking {
  private readonly ranks: number[] = [];
  private isSorted = true;

  constructor(private readonly pack: Pack | undefined) {}

  tell(standing: Standing): void {
    if (standing.rank === null || !this.counts(standing)) return;
    this.isSorted &&= standing.rank >= (this.ranks.at(-1) ?? 0);
    this.ranks.push(standing.rank);
  }

  place(standing: Standing): Place {
    const { rank, unranked, theory, practical } = standing;
    const field = this.ranks.length;
    if (rank === null)
      return { rank, unranked: unranked ?? 'not-ranked', tied: 1, field, theory, practical, ifPassed: null };
    const ahead = this.ahead(rank);
    if (this.counts(standing))
      return { rank: ahead + 1, unranked: null, tied: this.ahead(rank + 1) - ahead, field, theory, practical, ifPassed: null };
    return {
      rank: null, unranked: 'pass-gate', tied: 1, field, theory, practical, ifPassed: { rank: ahead + 1, field: field + 1 },
    };
  }

  private counts(standing: Standing): boolean {
    return this.pack?.passGate?.before !== 'ranking' || passes(this.pack, standing);
  }

  /** How many have a better rank: the first index that is not better. */
  private ahead(rank: number): number {
    if (!this.isSorted) this.ranks.sort((a, b) => a - b);
    this.isSorted = true;
    let [low, high] = [0, this.ranks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ranks[middle] ?? 0) < rank) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** All places of a field that is at hand. */
export const placesOf = (pack: Pack | undefined, placings: readonly Placing[]): ReadonlyMap<string, Place> => {
  const ranking = new Ranking(pack);
  for (const placing of placings) ranking.tell(placing);
  return new Map(placings.map((placing) => [placing.code, ranking.place(placing)]));
};
