import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as csv } from 'csv-parse/sync';
import fc from 'fast-check';
import { compare, fraction, parse, stepped, times, total } from './fraction.js';
import { needed, type PanelRule, panelScore, spread } from './panel-rule.js';

const mean: PanelRule = { combine: 'mean', dropHighest: 0, dropLowest: 0, missing: 'leave-out', atLeast: 1, rounding: null };
const trimmed: PanelRule = { ...mean, combine: 'trimmedMean', dropHighest: 1, dropLowest: 1 };
const sum: PanelRule = { ...mean, combine: 'sum' };

const marks = (least: number) =>
  fc.array(fc.integer({ min: 0, max: 400 }).map((n) => (n / 4).toFixed(2)), { minLength: least, maxLength: 11 });

describe('a panel', () => {
  it('drops one highest and one lowest of five, and takes the mean of the rest', () => {
    expect(panelScore(['90', '60', '80', '85', '84'], trimmed)).toEqual(fraction(83));
  });

  it('does not care in which order the judges sit', () => {
    fc.assert(
      fc.property(marks(3), fc.constantFrom(mean, trimmed, sum), fc.nat(), (given, rule, turn) => {
        const turned = given.map((_, i) => given[(i + turn) % given.length] ?? '0').reverse();
        expect(panelScore(turned, rule)).toEqual(panelScore(given, rule));
      }),
    );
  });

  it('never leaves the range of its marks', () => {
    fc.assert(
      fc.property(marks(3), fc.constantFrom(mean, trimmed), (given, rule) => {
        const sorted = given.map(parse).sort(compare);
        const score = panelScore(given, rule);
        expect(compare(score, sorted[0] ?? fraction(-1))).toBeGreaterThanOrEqual(0);
        expect(compare(score, sorted.at(-1) ?? fraction(-1))).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('gives one harsh judge of a trimmed panel no say beyond the next harsh one', () => {
    fc.assert(
      fc.property(marks(3), (given) => {
        const [harshest, ...others] = [...given].sort((a, b) => compare(parse(a), parse(b)));
        expect(panelScore(['0', ...others], trimmed)).toEqual(panelScore([harshest ?? '', ...others], trimmed));
      }),
    );
  });

  it('lets the mean of the given stand in for a missing mark, where the rule says so', () => {
    expect(panelScore(['2', null, '4'], { ...sum, missing: 'mean-of-given' })).toEqual(fraction(9));
    expect(panelScore(['2', null, '4'], sum)).toEqual(fraction(6));
  });

  it('refuses to make a score of too few marks', () => {
    expect(needed(trimmed)).toBe(3);
    expect(() => panelScore(['1', '2', null], trimmed)).toThrow(expect.objectContaining({ rule: 'panel-too-small' }));
    expect(() => panelScore([], mean)).toThrow(expect.objectContaining({ rule: 'panel-too-small' }));
  });

  it('knows how far apart its judges are', () => {
    expect(spread(['1', '3', '2'])).toEqual(fraction(2));
    expect(spread([])).toEqual(fraction(0));
  });
});

const groupBy = <T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
};

/** 51 435 real marks by nine-judge panels, with the official score of every component and every performance. */
const data = process.env['REAL_DATA_DIR'] && join(process.env['REAL_DATA_DIR'], 'isu-2016-17');
const available = Boolean(data && existsSync(data));
if (!available) process.stdout.write('skipped: ISU 2016-17 marks (REAL_DATA_DIR is not set)\n');

(available ? describe : describe.skip)('the ISU season 2016-17', () => {
  const read = <Row>(name: string): Row[] => csv(readFileSync(join(data ?? '', name)), { columns: true });
  const isu: PanelRule = { ...trimmed, rounding: { digits: 2, mode: 'halfUp' } };
  const twoDigits = { digits: 2, mode: 'halfUp' } as const;

  interface Mark { performance_id: string; component: string; factor: string; mark: string; panel_score: string }

  /** Every performance's components, put together under a rule. */
  const judged = (rule: PanelRule) => {
    const rows = read<Mark>('component-marks.csv');
    const components = groupBy(rows, ({ performance_id, component }) => `${performance_id}/${component}`);
    const scores = [...components.values()].map((given) => {
      // "0.0" in the file means that the judge gave none.
      const score = panelScore(given.map(({ mark }) => (Number(mark) === 0 ? null : mark)), rule);
      const [{ performance_id, panel_score, factor }] = given as [Mark];
      return {
        performance_id, right: compare(score, parse(panel_score)) === 0, points: stepped(times(score, parse(factor)), twoDigits)
      };
    });
    const totals = groupBy(scores, ({ performance_id }) => performance_id);
    const official = read<{ performance_id: string; total_component_score: string }>('performances.csv');
    return {
      marks: rows.length,
      performances: official.length,
      wrongComponents: scores.filter(({ right }) => !right).length,
      wrongTotals: official.filter(({ performance_id, total_component_score }) =>
        compare(
          total((totals.get(performance_id) ?? []).map(({ points }) => points)), parse(total_component_score)
        ) !== 0).length,
    };
  };

  it('comes out to the hundredth: every component and every official total', () => {
    expect(judged(isu)).toEqual({ marks: 51_435, performances: 1_143, wrongComponents: 0, wrongTotals: 0 });
  });

  it('comes out wrong in a third of the totals when the mean is not rounded first: the test can fail', () => {
    expect(judged({ ...isu, rounding: null }).wrongTotals).toBeGreaterThan(340);
  });
});
