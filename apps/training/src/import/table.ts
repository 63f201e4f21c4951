import { type CivilDate, type DecimalString, isCivilDate, isDecimal, Refusal, text, type Text } from '#libs/decider';
import { readCsv } from '#libs/spreadsheet';

/** A row of a file as it was read: where it stood, and its cells by column. */
export interface TableRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** What a file may call a column: our name, or what stands on a Chinese form. */
export type Columns = Readonly<Record<string, readonly string[]>>;

/** The columns that a file must have stand first in `needed`; unknown ones are left alone. */
export const readTable = (file: Uint8Array, columns: Columns, needed: readonly string[]): readonly TableRow[] => {
  const [head, ...rows] = readCsv(file);
  const names = (head?.cells ?? []).map((cell) =>
    Object.entries(columns).find(([, aliases]) => aliases.includes(cell.trim()))?.[0] ?? cell.trim());
  const missing = needed.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    const written = missing.map((name) => columns[name]?.[0] ?? name);
    throw new Refusal(
      'columns-missing', text(`缺少列：${written.join('、')}`, `columns are missing: ${missing.join(', ')}`),
      text('请在首行加上这些列', 'add the columns to the first line'), { missing },
    );
  }
  return rows.map(({ line, cells }) => ({
    line, cells: Object.fromEntries(names.map((name, i) => [name, (cells[i] ?? '').trim()])),
  }));
};

const wrong = (rule: string, said: Text): Refusal => new Refusal(rule, said, text('请改正该单元格', 'correct the cell'));

/** 40.00 and 40 are the same hours; 1e3 and 4O are none. */
export const decimalCell = (value: string, column: string): DecimalString => {
  const plain = value.normalize('NFKC').replace(/^\+/, '').replace(/^0+(?=\d)/, '');
  if (!isDecimal(plain)) throw wrong('cell-decimal', text(`“${column}”应为数字`, `${column} must be a number`));
  return plain;
};

/** 2026-01-16, 2026/1/16, 2026.1.16 and 2026年1月16日 are one day. */
export const dateCell = (value: string, column: string): CivilDate => {
  const [, y, m = '', d = ''] = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(value.normalize('NFKC')) ?? [];
  const date = `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`;
  if (!isCivilDate(date) || date < '1900-01-01') {
    throw wrong('cell-date', text(`“${column}”应为日期，如2026-01-16`, `${column} must be a date, like 2026-01-16`));
  }
  return date;
};

/** What a person may write in a cell, no longer than a field of a form. */
export const textCell = (value: string, column: string, max: number): string => {
  if (value.length > max) throw wrong('cell-too-long', text(`“${column}”最多${max}个字符`, `${column} has at most ${max} characters`));
  return value;
};

const yes = new Set(['yes', 'y', 'true', '1', '是', '合格', '通过']);
const no = new Set(['no', 'n', 'false', '0', '否', '不合格', '未通过']);

export const yesNoCell = (value: string, column: string): boolean => {
  const plain = value.normalize('NFKC').toLowerCase();
  if (yes.has(plain)) return true;
  if (no.has(plain)) return false;
  throw wrong('cell-yes-no', text(`“${column}”应为是或否`, `${column} must be yes or no`));
};
