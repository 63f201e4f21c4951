import type { PlacingFacts } from './facts.js';
import type { Pack } from './pack.js';
import { passes } from './decide.js';

/** One code of a final revision, as judging publishes it. */
export interface Placing {
  readonly code: string;
  readonly rank: number | null;
  readonly unranked: string | null;
  readonly theory: string | null;
  readonly practical: string | null;
}

export type Place = Omit<PlacingFacts, 'ruled'>;

/** The ranking that a pack sees: where its gate stands before the ranking, who fails is left out and the rest move up. */
export const placesOf = (pack: Pack | undefined, placings: readonly Placing[]): ReadonlyMap<string, Place> => {
  const gated = pack?.passGate?.before === 'ranking';
  const in_ = placings.filter((placing) => placing.rank !== null && (!gated || pack === undefined || passes(pack, placing)));
  const ranks = in_.map(({ rank }) => rank ?? 0).sort((a, b) => a - b);
  const ahead = new Map<number, number>();
  const sharing = new Map<number, number>();
  ranks.forEach((rank, index) => {
    if (!ahead.has(rank)) ahead.set(rank, index);
    sharing.set(rank, (sharing.get(rank) ?? 0) + 1);
  });
  const ranked = new Set(in_);
  return new Map(placings.map((placing): [string, Place] => {
    const { code, rank, theory, practical } = placing;
    const field = ranks.length;
    if (ranked.has(placing) && rank !== null)
      return [
        code,
        {
          rank: (ahead.get(rank) ?? 0) + 1, unranked: null, tied: sharing.get(rank) ?? 1, field, theory, practical,
          ifPassed: null,
        },
      ];
    const failed = rank !== null;
    return [code, {
      rank: null, unranked: failed ? 'pass-gate' : (placing.unranked ?? 'not-ranked'), tied: 1, field, theory, practical,
      ifPassed: failed ? { rank: ranks.filter((other) => other < rank).length + 1, field: field + 1 } : null,
    }];
  }));
};
