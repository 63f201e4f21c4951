import { chance, type Chance } from './chance.js';
import { criteriaOf, type ExampleAspect } from './scheme.js';
import type { Trade } from './trades.js';

export const JUDGES = 9;
export const PARTS = [1, 2, 3] as const;

/** The marks of one piece of work: quarters for a measurement, nine digits for a judgement. */
export interface Work {
  readonly marks: readonly (number | readonly number[])[];
  /** In hundredths of a mark, each criterion rounded half up. */
  readonly total: number;
}

export const aspectsOf = (trade: Trade): readonly ExampleAspect[] =>
  criteriaOf(trade).flatMap(({ subs }) => subs.flatMap(({ aspects }) => aspects));

/** Of nine judges the highest and the lowest are left out; the mean of the other seven is rounded half up to hundredths. */
const hundredths = (levels: readonly number[]): number => {
  const kept = [...levels].sort().slice(1, -1).reduce((a, b) => a + b, 0);
  return Math.floor((kept * 200 + 7) / 14);
};

/** Whole numbers throughout, in 1200ths: a quarter is 300, a judgement is its quarters × hundredths. */
export const totalOf = (aspects: readonly ExampleAspect[], marks: Work['marks']): number => {
  const criteria = new Map<string, number>();
  marks.forEach((mark, i) => {
    const { sub, quarters } = aspects[i] as ExampleAspect;
    const criterion = sub.slice(0, 1);
    const given = typeof mark === 'number' ? mark * 300 : quarters * hundredths(mark);
    criteria.set(criterion, (criteria.get(criterion) ?? 0) + given);
  });
  return [...criteria.values()].reduce((total, units) => total + Math.floor((units * 2 + 12) / 24), 0);
};

const work = (aspects: readonly ExampleAspect[], skill: number, by: Chance): Work => {
  const marks = aspects.map(({ kind, quarters }) => {
    const luck = by.below(1000);
    if (kind === 'M') return luck < skill ? quarters : luck < skill + 60 && quarters % 2 === 0 ? quarters / 2 : 0;
    // Judges of one piece of work differ by one level at most: nobody is asked to mark it again.
    const level = Math.min(2, Math.floor((skill + luck / 2 - 250) / 300));
    const generous = by.below(1000);
    return Array.from({ length: JUDGES }, () => Math.max(0, level) + (by.below(1000) < generous ? 1 : 0));
  });
  return { marks, total: totalOf(aspects, marks) };
};

/** `count` works, the best first, no two within a twentieth of a mark. */
export const worksOf = (trade: Trade, count: number, seed: number): readonly Work[] => {
  const aspects = aspectsOf(trade);
  for (let attempt = seed; ; attempt += 1000) {
    const by = chance(attempt);
    const works = Array.from({ length: count }, (_, i) => work(aspects, 920 - Math.round((i * 480) / count), by));
    works.sort((a, b) => b.total - a.total);
    if (works.every(({ total }, i) => i === 0 || (works[i - 1] as Work).total - total > 5)) return works;
  }
};

/** A practical measurement wrongly given nothing: put right, the work at `rank` overtakes the one before it and no other. */
export const slip = (trade: Trade, works: readonly Work[], rank: number): number | undefined => {
  const aspects = aspectsOf(trade);
  const [two, one, own] = [works[rank - 3], works[rank - 2], works[rank - 1]] as [Work, Work, Work];
  const index = aspects.findIndex(({ sub, kind, quarters }, i) => {
    const right = own.total + quarters * 25;
    const missed = kind === 'M' && sub[0] !== 'A' && own.marks[i] === 0;
    return missed && right > one.total + 5 && right < two.total - 5;
  });
  return index < 0 ? undefined : index;
};
