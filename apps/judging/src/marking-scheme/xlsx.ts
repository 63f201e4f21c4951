import { type UnzipFileInfo, strFromU8, unzipSync, zipSync } from 'fflate';
import readXlsx from 'read-excel-file/node';
import { decimal, exact, Refusal, text } from '#libs/decider';

/** A cell as text: numbers are exact decimal strings, blank is ''. */
export type Cells = readonly string[];

/** What an organiser's spreadsheet may weigh; more is an accident or an attack. */
export const bounds = { packed: 20 * 2 ** 20, unpacked: 100 * 2 ** 20, files: 200, rows: 5_000, columns: 100, cells: 200_000 } as const;

/** The rows of the first sheet, read only after the archive's directory and the sheet's addresses prove it small. */
export const readSheetRows = async (file: Uint8Array): Promise<readonly Cells[]> => {
  const contents = unpack(file);
  for (const [name, content] of Object.entries(contents)) if (name.startsWith('xl/worksheets/')) checkSheet(content);
  // Packed again: the reader streams by local headers, which may say something else than the directory that was checked.
  const checked = Buffer.from(zipSync(contents, { level: 0 }));
  const sheets = await readXlsx<string>(checked, { parseNumber: plainNumber }).catch(() => { throw unreadable(); });
  return (sheets[0]?.data ?? []).map((row) => row.map((cell) => (typeof cell === 'string' ? cell.replaceAll('\r\n', '\n').trim() : '')));
};

const unpack = (file: Uint8Array): Record<string, Uint8Array> => {
  if (file.byteLength > bounds.packed) throw tooLarge('20 MiB');
  let [size, count] = [0, 0];
  const filter = ({ name, originalSize }: UnzipFileInfo): boolean => {
    size += originalSize;
    count += 1;
    if (size > bounds.unpacked || count > bounds.files) throw tooLarge('100 MiB');
    return /\.(xml|rels)$/.test(name);
  };
  try {
    unzipSync(file, { filter: (info) => { filter(info); return false; } }); // the directory alone, nothing unpacked
    [size, count] = [0, 0];
    return unzipSync(file, { filter }); // never writes more than the directory promised
  } catch (error) {
    throw error instanceof Refusal ? error : unreadable();
  }
};

/** One cell at XFD1048576 would make a reader build a table of seventeen milliard cells. */
const checkSheet = (content: Uint8Array): void => {
  let cells = 0;
  for (const [, column = '', row = ''] of strFromU8(content).matchAll(/<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,4})(\d{1,8})"|<(?:\w+:)?c[\s>/]/g)) {
    cells += 1;
    const number = [...column].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
    if (cells > bounds.cells || number > bounds.columns || Number(row) > bounds.rows)
      throw tooLarge(`${bounds.rows} × ${bounds.columns}`);
  }
};

/** Excel keeps binary fractions: what it shows is the first fifteen digits. */
const plainNumber = (raw: string): string => {
  try {
    return decimal(exact(raw).toSignificantDigits(15));
  } catch {
    return raw;
  }
};

const tooLarge = (limit: string): Refusal =>
  new Refusal('spreadsheet-too-large', text(`表格超出限制（${limit}）`, `the spreadsheet is beyond ${limit}`), 'send the sheet with the marking scheme alone');

const unreadable = (): Refusal =>
  new Refusal('spreadsheet-unreadable', text('无法读取该表格', 'the file is no readable xlsx'), 'save it as .xlsx and send it again');
