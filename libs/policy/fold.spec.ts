import { instant } from '#libs/decider';
import fc from 'fast-check';
import { contestOf } from './cases.js';
import { onePromotionAYear, topThree } from './hypothetical.js';
import { effectsDigest, fold, type ImportedLevel, type Level, type Outcome } from './index.js';

const outcome = (id: string, finalAt: string, rank: number, parts: Partial<Outcome> = {}): Outcome => ({
  pack: onePromotionAYear().pack, contest: contestOf({ finalAt }, id),
  placing: { rank, unranked: null, tied: 1, ruled: null, field: 30, theory: null, practical: null, ifPassed: null },
  person: { age: null, status: 'employed' }, rejected: null, ...parts,
});

const levels = (outcomes: readonly Outcome[], imported: readonly ImportedLevel[] = []) =>
  Object.fromEntries(fold(outcomes, imported).map(({ contest, decision }) => [contest, decision.level?.to ?? null]));

const three: ImportedLevel = { occupation: '6-18-01-01', level: 3, since: '2020-01-01' };

describe('the fold of a worker', () => {
  it('gives one promotion a year, to the contest that was final first', () => {
    expect(
      levels([outcome('october', '2026-10-10', 1), outcome('june', '2026-06-10', 1)], [three]),
    ).toEqual({ june: 2, october: null });
  });

  it('gives October what June loses: the cap is free again', () => {
    expect(
      levels([outcome('october', '2026-10-10', 1), outcome('june', '2026-06-10', 9)], [three]),
    ).toEqual({ june: null, october: 2 });
  });

  it('counts nothing of what a person rejected, as long as the rules still say the same', () => {
    const june = outcome('june', '2026-06-10', 1);
    const [folded] = fold([june], [three]);
    if (folded === undefined) throw new Error('nothing folded');
    const rejected = { ...june, rejected: effectsDigest(folded.decision) };
    expect(levels([rejected, outcome('october', '2026-10-10', 1)], [three])).toEqual({ june: 2, october: 2 });
  });

  it('climbs from what an earlier contest gave', () => {
    const free = { pack: topThree().pack };
    expect(levels([outcome('a', '2026-06-10', 1, free), outcome('b', '2026-10-10', 1, free)], [three])).toEqual({ a: 2, b: 1 });
  });

  it('reads an imported level as of the end of registration', () => {
    const contest = outcome('june', '2026-06-10', 1);
    expect(levels([contest], [{ ...three, level: 2, since: '2026-05-11' }])).toEqual({ june: 1 });
    expect(levels([contest], [{ ...three, level: 2, since: '2026-05-12' }])).toEqual({ june: 2 });
    expect(levels([contest], [{ ...three, occupation: '6-31-01-03', level: 1 }])).toEqual({ june: 2 });
  });

  it('orders contests of one instant by id', () => {
    expect(levels([outcome('b', '2026-06-10', 1), outcome('a', '2026-06-10', 1)], [three])).toEqual({ a: 2, b: null });
  });

  it('decides the same in whichever order contests and imports arrive', () => {
    const contest = fc.record({
      day: fc.integer({ min: 0, max: 700 }), rank: fc.integer({ min: 1, max: 5 }), tied: fc.integer({ min: 1, max: 2 }),
      capped: fc.boolean(),
    });
    const record = fc.record({ level: fc.constantFrom<Level>(1, 2, 3, 4, 5), day: fc.integer({ min: 0, max: 700 }) });
    const shuffled = fc.tuple(
      fc.array(contest, { maxLength: 6 }), fc.array(record, { maxLength: 3 }),
    ).chain(([contests, records]) => {
      const outcomes = contests.map(({ day, rank, tied, capped }, index) => {
        const base = outcome(`contest-${index}`, instant(Date.UTC(2026, 0, 1) + day * 86_400_000), rank);
        return { ...base, pack: (capped ? onePromotionAYear() : topThree()).pack, placing: { ...base.placing, tied } };
      });
      const imported = records.map(({ level, day }): ImportedLevel =>
        ({ occupation: '6-18-01-01', level, since: instant(Date.UTC(2026, 0, 1) + day * 86_400_000).slice(0, 10) }));
      const order = <T>(all: T[]) => fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
      return fc.tuple(fc.constant({ outcomes, imported }), order(outcomes), order(imported));
    });
    fc.assert(fc.property(shuffled, ([{ outcomes, imported }, otherOutcomes, otherImported]) => {
      expect(fold(otherOutcomes, otherImported)).toEqual(fold(outcomes, imported));
    }));
  });
});
