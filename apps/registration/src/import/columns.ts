/** The columns of an entries table (报名表), by the names that people give them. */
import { Refusal, text } from '#libs/decider';
import type { SheetRow } from '#libs/spreadsheet';

export const columns = {
  name: ['姓名', 'name', 'fullname'],
  idNumber: ['身份证号', '身份证号码', '公民身份号码', '身份证', '证件号码', '证件号', 'idnumber', 'id'],
  unit: ['单位', '工作单位', '单位名称', '参赛单位', '学校', 'unit', 'employer'],
  unitCode: ['统一社会信用代码', '信用代码', '单位代码', 'unitcode'],
  staffNumber: ['工号', '学号', 'staffnumber'],
  status: ['身份', '人员类别', 'status'],
  team: ['队号', '队伍', '队名', '参赛队', 'team'],
} as const;

export type Column = keyof typeof columns;
export type RawRow = { readonly line: number } & Partial<Record<Column, string>>;

export interface Table {
  rows: readonly RawRow[];
  /** Headers that no column goes by. */
  ignored: readonly string[];
}

/** Spaces, case, full-width letters and asterisks of "required" do not matter. */
const plain = (header: string): string => header.normalize('NFKC').toLowerCase().replace(/[\s_*-]/g, '');

const columnOf = (header: string): Column | undefined =>
  (Object.keys(columns) as Column[]).find((column) => (columns[column] as readonly string[]).includes(plain(header)));

export const tableOf = ([header, ...rows]: readonly SheetRow[], teamSize: number): Table => {
  const found = (header?.cells ?? []).map(columnOf);
  const needed: Column[] = ['name', 'idNumber', ...(teamSize > 1 ? (['team'] as const) : [])];
  const missing = needed.filter((column) => !found.includes(column));
  if (missing.length > 0)
    throw new Refusal(
      'columns-missing', text(`缺少列：${missing.map((c) => columns[c][0]).join('、')}`, `missing columns: ${missing.join(', ')}`),
      text('请下载模板：GET /entries/template.csv', 'download the template: GET /entries/template.csv'), { missing },
    );
  return {
    ignored: (header?.cells ?? []).filter((cell, n) => cell !== '' && found[n] === undefined),
    rows: rows.map(({ line, cells }): RawRow => ({
      line, ...Object.fromEntries(found.flatMap((column, n) => (column !== undefined && cells[n] ? [[column, cells[n]]] : []))),
    })),
  };
};

export const templateHeader = ['姓名', '身份证号', '单位', '统一社会信用代码', '工号', '身份', '队号'] as const;
