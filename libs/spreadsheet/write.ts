import { stringify } from 'csv-stringify/sync';
import writeWorkbook from 'write-excel-file/node';

export type FileFormat = 'csv' | 'xlsx';

export interface TableFile {
  readonly type: string;
  readonly content: Buffer;
}

/** A cell that begins like a formula would be run by a spreadsheet: a quote before it makes it text. */
export const harmless = (cell: string): string => (/^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(cell) ? `'${cell}` : cell);

/** A table as a file that Chinese spreadsheets open as it is: CSV in UTF-8 with BOM, or xlsx with text cells only. */
export const tableFile = async (
  format: FileFormat, header: readonly string[], rows: readonly (readonly string[])[],
): Promise<TableFile> => {
  const cells = [header, ...rows].map((row) => row.map(harmless));
  if (format === 'csv')
    return { type: 'text/csv; charset=utf-8', content: Buffer.from(
      stringify(cells, { bom: true, record_delimiter: 'windows' }), 'utf8',
    ) };
  const data = cells.map((row) => row.map((value) => ({ value: value === '' ? ' ' : value, type: String })));
  const content = await writeWorkbook(data).toBuffer();
  return { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', content };
};
