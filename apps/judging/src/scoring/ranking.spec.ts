import fc from 'fast-check';
import { fraction } from './fraction.js';
import { type Contender, ranking } from './ranking.js';

const contender = (code: string, total: number, ...keys: number[]): Contender => (
  { code, total: fraction(total), tieBreak: keys.map((key) => fraction(key)) }
);

const field = fc.uniqueArray(fc.tuple(fc.nat(30), fc.nat(3), fc.nat(2), fc.nat(2)), { selector: ([code]) => code, maxLength: 20 })
  .map((list) => list.map(([code, total, a, b]) => contender(`c${code}`, total, a, b)));

describe('a ranking', () => {
  it('counts 1, 2, 2, 4 and says who shares a rank', () => {
    expect(ranking([contender('d', 70), contender('a', 90), contender('c', 80), contender('b', 80)])).toEqual([
      {
        code: 'a', rank: 1, tied: false
      }, { code: 'b', rank: 2, tied: true }, { code: 'c', rank: 2, tied: true }, { code: 'd', rank: 4, tied: false },
    ]);
  });

  it('breaks a tie by the first key that differs', () => {
    expect(
      ranking([contender('a', 80, 40, 10), contender('b', 80, 40, 20), contender('c', 80, 41, 0)]).map(({ code }) => code)
    ).toEqual(['c', 'b', 'a']);
  });

  it('gives every code one rank: one more than the number of better ones', () => {
    fc.assert(
      fc.property(field, (contenders) => {
        const worth = (
          { total, tieBreak }: Contender
        ) => Number(total.over) * 100 + Number(tieBreak[0]?.over) * 10 + Number(tieBreak[1]?.over);
        const ranks = new Map(ranking(contenders).map(({ code, rank }) => [code, rank]));
        for (const one of contenders) expect(ranks.get(one.code)).toBe(
          1 + contenders.filter((other) => worth(other) > worth(one)).length
        );
        expect(ranks.size).toBe(contenders.length);
      }),
    );
  });

  it('is tied exactly where two hold the same rank, whatever order they come in', () => {
    fc.assert(
      fc.property(field, (contenders) => {
        const ranked = ranking(contenders);
        expect(ranking([...contenders].reverse())).toEqual(ranked);
        for (const { rank, tied } of ranked) expect(tied).toBe(ranked.filter((other) => other.rank === rank).length > 1);
      }),
    );
  });
});
