import { parse } from 'csv-parse/sync';
import { Refusal, text } from '#libs/decider';
import { decodeText } from './decode.js';
import { limits, type SheetRow } from './rows.js';

/** The rows of a CSV file; commas, semicolons or tabs, whichever the first line has. Empty lines are left out. */
export const readCsv = (file: Uint8Array): readonly SheetRow[] => {
  const content = decodeText(file);
  if (content.includes('\0')) throw unreadable();
  const records = parsed(content);
  return records.map(({ record, info }) => ({ line: info.lines, cells: record }));
};

interface Parsed { record: string[]; info: { lines: number } }

const parsed = (content: string): Parsed[] => {
  const options = {
    bom: true, delimiter: delimiterOf(content), info: true, relax_column_count: true, skip_empty_lines: true, trim: true,
    skip_records_with_empty_values: true, max_record_size: 100_000, to: limits.rows + 1,
  } as const;
  const records = read(() => parse(content, options) as unknown as Parsed[]); // with `info`, records come wrapped
  const cells = records.reduce((total, { record }) => total + record.length, 0);
  if (records.length > limits.rows || cells > limits.cells) throw tooLarge();
  return records;
};

const read = <T>(parsing: () => T): T => {
  try {
    return parsing();
  } catch {
    throw unreadable();
  }
};

const delimiterOf = (content: string): string => {
  const [first = ''] = content.split(/\r?\n/, 1);
  return [',', '\t', ';'].find((delimiter) => first.includes(delimiter)) ?? ',';
};

const tooLarge = (): Refusal =>
  new Refusal(
    'table-too-large', text(`表格最多${limits.rows}行`, `a table has at most ${limits.rows} rows`), text('请拆分文件', 'split the file'),
  );
const unreadable = (): Refusal =>
  new Refusal(
    'csv-unreadable', text('无法读取该CSV文件', 'the file is no readable CSV'),
    text('请检查引号与分隔符后重发', 'check quotes and separators, and send it again'),
  );
