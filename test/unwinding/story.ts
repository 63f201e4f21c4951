import fc from 'fast-check';
import { kinds } from './kinds.js';

/** What happens, by number: who enters which contest, what each final revision says, and in which order it is heard. */
export interface Story {
  /** The level that each worker holds from before, if any. */
  readonly workers: readonly (2 | 3 | null)[];
  readonly contests: readonly Contest[];
  readonly steps: readonly Step[];
  /** The same revisions in another order among the contests. */
  readonly otherSteps: readonly Step[];
  /** Two records of one person: the first goes on as the second. */
  readonly merge: readonly [number, number] | null;
}

export interface Contest {
  readonly kind: number;
  /** Months after January 2026 of its first finalisation. */
  readonly month: number;
  readonly entrants: readonly number[];
  /** Final revisions, oldest first: each entrant's total; null: annulled. */
  readonly revisions: readonly (readonly (number | null)[])[];
}

export type Step =
  | { readonly is: 'announce' | 'revision'; readonly contest: number }
  | { readonly is: 'redeliver'; readonly last: number }
  | { readonly is: 'restart' | 'check' | 'merge' }
  /** Some grants are approved and paid; of what is owed some comes back, some is written off. */
  | { readonly is: 'pay' | 'settle-debts'; readonly every: number };

const WORKERS = 6;

/** A correction: an appeal lifts or lowers one total, a code is voided or stands again, a judge's marks leave every total. */
const correction = fc.oneof(
  { weight: 4, arbitrary: fc.record({ is: fc.constant('own' as const), who: fc.nat(5), to: fc.integer({ min: 1, max: 99 }) }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('annul' as const), who: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('restore' as const), who: fc.nat(5), to: fc.integer({ min: 1, max: 99 }) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('recusal' as const), by: fc.integer({ min: 1, max: 7 }) }) },
);

const contest = fc.record({
  kind: fc.nat(kinds.length - 1), month: fc.integer({ min: 0, max: 14 }),
  entrants: fc.uniqueArray(fc.nat(WORKERS - 1), { minLength: 3, maxLength: WORKERS }),
  totals: fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: WORKERS, maxLength: WORKERS }),
  corrections: fc.array(correction, { minLength: 0, maxLength: 3 }),
}).map(({ kind, month, entrants, totals, corrections }): Contest => {
  let now: (number | null)[] = entrants.map((_, index) => totals[index] ?? 1);
  const revisions = [now];
  for (const each of corrections) {
    const free = (total: number, except: number): number => {
      let found = total;
      while (now.some((other, index) => index !== except && other === found)) found = (found % 199) + 1; // totals never tie
      return found;
    };
    now = now.map((total, index) => {
      // Two decimals, which messages carry exactly; the index keeps totals apart.
      if (each.is === 'recusal')
        return total === null ? null : Number((((Math.floor(total) * 31 + each.by * 17) % 97) + index / 100).toFixed(2));
      if (each.who % entrants.length !== index) return total;
      return each.is === 'annul' ? null : each.is === 'restore' || total !== null ? free(each.to, index) : null;
    });
    revisions.push(now);
  }
  return { kind, month, entrants, revisions };
});

const extras = fc.array(fc.oneof(
  { weight: 3, arbitrary: fc.record({ is: fc.constant('redeliver' as const), last: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('check' as const) }) },
  { weight: 4, arbitrary: fc.record({ is: fc.constant('pay' as const), every: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('settle-debts' as const), every: fc.integer({ min: 1, max: 3 }) }) },
), { minLength: 2, maxLength: 6 });

/** Steps of contests keep their order; contests, and what happens beside them, interleave. */
const interleaved = (contests: readonly Contest[], beside: readonly Step[], order: readonly number[]): Step[] => {
  const lanes: Step[][] = [
    ...contests.map(({ revisions }, index): Step[] => [
      { is: 'announce', contest: index }, ...revisions.map((): Step => ({ is: 'revision', contest: index })),
    ]),
    [...beside],
  ];
  const steps: Step[] = [];
  for (let turn = 0; lanes.some((lane) => lane.length > 0); turn += 1) {
    const open = lanes.filter((lane) => lane.length > 0);
    const next = open[(order[turn % order.length] ?? 0) % open.length]?.shift();
    if (next !== undefined) steps.push(next);
  }
  return steps;
};

const turns = fc.array(fc.nat(11), { minLength: 8, maxLength: 24 });

export const story: fc.Arbitrary<Story> = fc.record({
  workers: fc.array(fc.constantFrom<2 | 3 | null>(2, 3, 3, null), { minLength: WORKERS, maxLength: WORKERS }),
  contests: fc.array(contest, { minLength: 2, maxLength: 4 }),
  beside: extras, order: turns, other: turns,
  merge: fc.option(fc.tuple(fc.nat(WORKERS - 1), fc.nat(WORKERS - 1)), { freq: 2 }),
}).map(({ workers, contests, beside, order, other, merge }): Story => {
  const pair = merge !== null && merge[0] !== merge[1] ? merge : null;
  const extra: Step[] = [...beside, ...(pair === null ? [] : [{ is: 'merge' } as const])];
  return {
    workers, contests, merge: pair, steps: interleaved(contests, extra, order), otherSteps: interleaved(contests, extra, other),
  };
});
