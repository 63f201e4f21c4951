/**
 * The marks of a contest added up again from the example's files, in the plainest way: an independent check of what the
 * services came to. Whole numbers only, in 1200ths of a mark.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import readXlsx from 'read-excel-file/node';

const folder = 'examples/municipal-2026';
type Row = Record<string, string>;

export const rows = (name: string): Row[] => parse(readFileSync(join(folder, name)), { columns: true, bom: true });

export interface Standing { readonly idNumber: string; readonly total: string; readonly rank: number }
export interface Correction { readonly idNumber: string; readonly aspect: string; readonly found: string }

interface Aspect { readonly id: string; readonly kind: string; readonly day: string; readonly quarters: number }

/** The aspects of a scheme, read from its spreadsheet: column D says M or J, column K the maximum, column C the day. */
const aspectsOf = async (contest: string): Promise<Aspect[]> => {
  const [sheet] = await readXlsx(join(folder, `scheme-${contest}.xlsx`));
  const aspects: Aspect[] = [];
  let [sub, day, n] = ['', '', 0];
  for (const row of sheet?.data ?? []) {
    if (/^[A-F]\d$/.test(String(row[0]))) [sub, day, n] = [String(row[0]), String(row[2]), 0];
    const kind = String(row[3]);
    if (kind === 'M' || kind === 'J') aspects.push({ id: `${sub}.${(n += 1)}`, kind, day, quarters: Number(row[10]) * 4 });
  }
  return aspects;
};

export const standings = async (contest: string, correction?: Correction): Promise<Standing[]> => {
  const aspects = await aspectsOf(contest);
  const measured = rows(`marks-${contest}-measurement.csv`);
  const judged = rows(`marks-${contest}-judgement.csv`);
  const people = rows('envelopes.csv').filter((row) => row.contest === contest);
  const totals = people.map(({ idNumber = '', envelope }) => {
    const criteria = new Map<string, number>();
    const give = ({ id: [letter = ''] }: Aspect, units: number): void =>
      void criteria.set(letter, (criteria.get(letter) ?? 0) + units);
    for (const part of ['1', '2', '3']) {
      const marks = measured.find((row) => row.envelope === envelope && row.part === part)?.marks?.split(' ') ?? [];
      aspects.filter(({ kind, day }) => kind === 'M' && day === part).forEach((aspect, i) => {
        const corrected = correction?.idNumber === idNumber && correction.aspect === aspect.id;
        give(aspect, Math.round(Number(corrected ? correction.found : marks[i]) * 4) * 300);
      });
      const sheet = judged.find((row) => row.envelope === envelope && row.part === part) ?? {};
      const judges = Array.from({ length: 9 }, (_, j) => sheet[`judge${j + 1}`] ?? '');
      aspects.filter(({ kind, day }) => kind === 'J' && day === part).forEach((aspect, i) => {
        const levels = judges.map((digits) => Number(digits[i])).sort();
        const middle = levels.slice(1, -1).reduce((a, b) => a + b, 0);
        give(aspect, aspect.quarters * Math.floor((middle * 200 + 7) / 14)); // the mean of seven, half up to hundredths
      });
    }
    const total = [...criteria.values()].reduce((sum, units) => sum + hundredths(units), 0);
    return { idNumber, total: (total / 100).toFixed(2) };
  });
  return totals
    .map((one) => ({ ...one, rank: 1 + totals.filter(({ total }) => Number(total) > Number(one.total)).length }))
    .sort((a, b) => a.rank - b.rank);
};

/** Each criterion is rounded, half up to hundredths; the total is their sum. */
const hundredths = (units: number): number => Math.floor((units * 2 + 12) / 24);
