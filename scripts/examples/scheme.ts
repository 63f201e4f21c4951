import type { Trade } from './trades.js';

/** Marks are counted in quarters here: 8 quarters are 2.00. */
export interface ExampleAspect {
  readonly sub: string;
  readonly part: number;
  readonly kind: 'M' | 'J';
  readonly name: string;
  readonly quarters: number;
  readonly section: number;
}

export interface ExampleSub {
  readonly id: string;
  readonly name: string;
  readonly part: number;
  readonly aspects: readonly ExampleAspect[];
}

export interface ExampleCriterion {
  readonly id: string;
  readonly name: string;
  readonly quarters: number;
  readonly subs: readonly ExampleSub[];
}

/** Of each criterion: its marks, its section, its day of marking; measurement and judgement aspects of its sub-criteria. */
const shape = [
  { marks: 18, section: 1, day: 1, subs: [[9, 1], [8, 1], [5, 1]] },
  { marks: 22, section: 2, day: 1, subs: [[7, 1], [7, 2], [6, 1]] },
  { marks: 20, section: 3, day: 2, subs: [[8, 1], [7, 2], [6, 2]] },
  { marks: 20, section: 4, day: 2, subs: [[7, 2], [7, 1], [7, 2]] },
  { marks: 12, section: 5, day: 3, subs: [[7, 1], [7, 2], [6, 2]] },
  { marks: 8, section: 1, day: 3, subs: [[7, 1], [6, 2], [6, 1]] },
] as const;

export const criteriaOf = (trade: Trade): readonly ExampleCriterion[] =>
  shape.map(({ marks, section, day, subs }, c) => {
    const id = 'ABCDEF'[c] as string;
    const given = trade.criteria[c] as Trade['criteria'][number];
    const counts = { m: sum(subs.map(([m]) => m)), j: sum(subs.map(([, j]) => j)) };
    const share = spread(marks * 4, counts.m, counts.j);
    let measured = 0;
    const parts = subs.map(([m, j], s): ExampleSub => {
      const [name = '', things = '', checks = '', looks = ''] = (given.subs[s] ?? '').split('|');
      const names = things.split('、').flatMap((thing) => checks.split('、').map((check) => `${thing}：${check}`));
      const base = { sub: `${id}${s + 1}`, part: day, section };
      const measurements = names.slice(0, m).map((text): ExampleAspect => ({
        ...base, kind: 'M', name: text, quarters: share.measurement[measured++] as number,
      }));
      const judgements = looks.split('、').slice(0, j).map((text): ExampleAspect => ({
        ...base, kind: 'J', name: text, quarters: share.judgement,
      }));
      if (measurements.length !== m || judgements.length !== j) throw new Error(`${trade.contest} ${base.sub} lacks aspects`);
      return { id: base.sub, name, part: day, aspects: [...measurements, ...judgements] };
    });
    return { id, name: given.name, quarters: marks * 4, subs: parts };
  });

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** A judgement weighs a little more than a measurement; what does not divide goes to the first measurements. */
const spread = (quarters: number, m: number, j: number): { judgement: number; measurement: number[] } => {
  const judgement = Math.round((quarters / (m + j)) * 1.4);
  const rest = quarters - judgement * j;
  return { judgement, measurement: Array.from({ length: m }, (_, i) => Math.floor(rest / m) + (i < rest % m ? 1 : 0)) };
};

type Cell = string | number | null;

const levels = ['未达到行业要求', '达到行业要求', '达到并在某些方面超出行业要求', '全面超出行业要求，近乎完美'];
const width = 14;

/** The rows of the Competition Information System's import sheet. */
export const cisRows = (trade: Trade): Cell[][] => {
  const criteria = criteriaOf(trade);
  const aspects = criteria.flatMap(({ subs }) => subs.flatMap((sub) => sub.aspects));
  const rows: Cell[][] = [];
  const row = (cells: Readonly<Record<number, Cell>> = {}): void => {
    rows.push(Array.from({ length: width }, (_, i) => cells[i] ?? null));
  };
  row({ 0: trade.title });
  row();
  row({ 0: 'WorldSkills Occupational Standards' });
  row({ 0: 'Section', 1: 'WSOS Marks', 7: 'WSOS Marks', 8: 'Aspect Marks', 9: 'Variation' });
  trade.sections.forEach((name, i) => {
    const marks = sum(aspects.filter(({ section }) => section === i + 1).map(({ quarters }) => quarters)) / 4;
    row({ 0: i + 1, 1: name, 7: marks, 8: marks, 9: 0 });
  });
  row({ 8: 'Total Variation', 10: 0 });
  row();
  row();
  row({ 0: 'Criteria' });
  row({ 0: 'ID', 1: 'Name', 10: 'Mark' });
  for (const { id, name, quarters } of criteria) row({ 0: id, 1: name, 10: quarters / 4 });
  row();
  row();
  for (const criterion of criteria) {
    row({
      0: 'Sub\r\nCriterion\r\nID', 1: 'Sub Criterion\r\nName or Description', 2: 'Day of Marking',
      3: 'Aspect\r\nType\r\nM = Meas\r\nJ = Judg', 4: 'Aspect - Description', 5: 'Judg Score',
      6: 'Extra Aspect Description (Meas or Judg)\r\nOR\r\nJudgement Score Description (Judg only)',
      7: 'Requirement\r\n(Measurement Only)',
      8: 'WSOS Section', 9: 'Calculation Row \r\n(Export only)', 10: 'Max\r\nMark',
      11: `Criterion ${criterion.id}`, 12: 'Total\r\nMark', 13: criterion.quarters / 4,
    });
    for (const sub of criterion.subs) {
      row({ 0: sub.id, 1: sub.name, 2: sub.part });
      for (const { kind, name, section, quarters } of sub.aspects) {
        row({ 3: kind, 4: name, 6: kind === 'M' ? '合格得满分，部分合格得一半，不合格不得分' : null, 8: section, 10: quarters / 4 });
        if (kind === 'J') levels.forEach((text, level) => row({ 5: level, 6: text }));
        row();
      }
    }
  }
  return rows;
};
