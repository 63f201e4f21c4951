import { type UnzipFileInfo, strFromU8, unzipSync, zipSync } from 'fflate';
import readWorkbook from 'read-excel-file/node';
import { Refusal, text } from '#libs/decider';
import { limits, type SheetRow } from './rows.js';

/** By its first bytes: what is sent as CSV may be a workbook all the same. */
export const isXlsx = (file: Uint8Array): boolean => file[0] === 0x50 && file[1] === 0x4b && file[2] === 3 && file[3] === 4;

/** The rows of the first sheet, read only after the archive's directory and the sheet's addresses prove it small. */
export const readXlsx = async (file: Uint8Array): Promise<readonly SheetRow[]> => {
  const contents = unpack(file);
  for (const [name, content] of Object.entries(contents)) if (name.startsWith('xl/worksheets/')) checkSheet(content);
  // Packed again: the reader goes by local headers, which may say something else than the directory that was checked.
  const checked = Buffer.from(zipSync(contents, { level: 0 }));
  const sheets = await readWorkbook<string>(checked, { parseNumber: asShown }).catch(() => { throw unreadable(); });
  return (sheets[0]?.data ?? [])
    .map((row, n) => ({ line: n + 1, cells: row.map(cellText) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
};

const cellText = (cell: unknown): string => {
  if (cell instanceof Date) return cell.toISOString().slice(0, 10);
  if (typeof cell === 'string') return cell.replaceAll('\r\n', '\n').replaceAll('\0', '').trim();
  return typeof cell === 'boolean' ? String(cell) : '';
};

/** A number of more than fifteen digits was rounded by the spreadsheet: it is shown as one that was, never as exact. */
const asShown = (raw: string): string => {
  const value = Number(raw);
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  return Math.abs(value) >= 1e15 ? value.toExponential().toUpperCase() : raw;
};

const unpack = (file: Uint8Array): Record<string, Uint8Array> => {
  if (file.byteLength > limits.packed) throw tooLarge('20 MiB');
  let [size, count] = [0, 0];
  const wanted = ({ name, originalSize }: UnzipFileInfo): boolean => {
    size += originalSize;
    count += 1;
    if (size > limits.unpacked || count > limits.files) throw tooLarge('100 MiB');
    return /\.(xml|rels)$/.test(name);
  };
  try {
    unzipSync(file, { filter: (info) => { wanted(info); return false; } }); // the directory alone, nothing unpacked
    [size, count] = [0, 0];
    return unzipSync(file, { filter: wanted }); // never writes more than the directory promised
  } catch (error) {
    throw error instanceof Refusal ? error : unreadable();
  }
};

/** One cell at XFD1048576 would make a reader build a table of seventeen milliard cells. */
const checkSheet = (content: Uint8Array): void => {
  let cells = 0;
  for (
    const [, column = '', row = ''] of strFromU8(content).matchAll(
      /<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,4})(\d{1,8})"|<(?:\w+:)?c[\s>/]/g
    )
  ) {
    cells += 1;
    const number = [...column].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
    if (cells > limits.cells || number > limits.columns || Number(row) > limits.rows)
      throw tooLarge(`${limits.rows} × ${limits.columns}`);
  }
};

const tooLarge = (limit: string): Refusal =>
  new Refusal(
    'spreadsheet-too-large', text(`表格超出限制（${limit}）`, `the spreadsheet is beyond ${limit}`), text('请拆分文件', 'split the file'),
  );
const unreadable = (): Refusal =>
  new Refusal(
    'spreadsheet-unreadable', text('无法读取该表格', 'the file is no readable xlsx'),
    text('请另存为 .xlsx 后重发', 'save it as .xlsx and send it again'),
  );
