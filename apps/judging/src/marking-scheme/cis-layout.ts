/**
 * The spreadsheet layout in which experts import a marking scheme into the Competition Information System:
 * a block of sections, a block of criteria, then sub-criteria, aspects and the levels of judgement, one a row.
 */
import writeXlsx from 'write-excel-file/node';
import { decimal, exact, isDecimal, Refusal, text, type Text } from '#libs/decider';
import { readXlsx } from '#libs/spreadsheet';
import { type Aspect, type Criterion, report, type Scheme, type ScoringRule, type Section, type SubCriterion } from './scheme.js';

/** The cells of each row; blank is ''. */
type Cells = readonly string[];

export interface BadRow {
  /** As the spreadsheet numbers it, from 1. */
  readonly row: number;
  readonly problem: Text;
}

/** Reads a file in the layout, or refuses it with every row that is wrong and why. */
export const fromCis = async (file: Uint8Array, rule: ScoringRule): Promise<Scheme> => {
  const sheet = await readXlsx(file);
  const rows: Cells[] = Array.from({ length: sheet.at(-1)?.line ?? 0 }, () => []);
  for (const { line, cells } of sheet) rows[line - 1] = cells;
  const { scheme, bad } = parseCis(rows, rule);
  if (bad.length > 0)
    throw new Refusal(
      'marking-scheme-rows', text(`有 ${bad.length} 行不合要求`, `${bad.length} rows are not as they should be`),
      text('请改正这些行后重新导入', 'correct these rows and import again'), { rows: bad.slice(0, 500) }
    );
  return scheme;
};

/** Columns, counted from 0. */
const at = { id: 0, name: 1, day: 2, type: 3, aspect: 4, score: 5, text: 6, requirement: 7, section: 8, max: 10 } as const;

const blockHeader = /^sub\s*criterion\s*id$/i;

interface OpenAspect {
  row: number; type: 'M' | 'J'; id: string; name: string; description: string; requirement: string; section: string; max: string;
  levels: (string | undefined)[];
}
interface OpenSub { id: string; name: string; day: number; aspects: OpenAspect[] }

export const parseCis = (rows: readonly Cells[], rule: ScoringRule): { scheme: Scheme; bad: readonly BadRow[] } => {
  const bad: BadRow[] = [];
  const wrong = (row: number, zh: string, en: string): void => void bad.push({ row, problem: text(zh, en) });
  const cell = (index: number, column: number): string => rows[index]?.[column] ?? '';
  const mark = (index: number, column: number): string => shownNumber(cell(index, column));
  const header = (what: RegExp, after: number, name: string): number => {
    const found = rows.findIndex((row, index) => index > after && what.test(row[0] ?? ''));
    if (found < 0) wrong(after + 2, `之后找不到“${name}”表头`, `the header "${name}" does not follow`);
    return found < 0 ? rows.length : found;
  };
  const sectionsAt = header(/^section$/i, -1, 'Section');
  const criteriaAt = header(/^id$/i, sectionsAt, 'ID');
  const aspectsAt = header(blockHeader, criteriaAt, 'Sub Criterion ID');

  const sections: Section[] = [];
  for (let i = sectionsAt + 1; i < criteriaAt && cell(i, at.id) !== '' && !/^criteria$/i.test(cell(i, at.id)); i += 1) {
    if (!isMark(mark(i, 8))) wrong(i + 1, '分值（I 列）不是数字', 'the marks (column I) are no number');
    sections.push({ id: cell(i, at.id), name: cell(i, at.name), marks: mark(i, 8) });
  }

  const criteria: (Omit<Criterion, 'subCriteria'> & { subs: OpenSub[] })[] = [];
  for (let i = criteriaAt + 1; i < aspectsAt && cell(i, at.id) !== ''; i += 1) {
    const [id, max] = [cell(i, at.id), mark(i, at.max)];
    if (!/^[A-Z]{1,2}$/.test(id)) wrong(i + 1, '编号应为字母', 'the id is not a letter');
    if (!isMark(max)) wrong(i + 1, '分值（K 列）不是数字', 'the mark (column K) is no number');
    if (criteria.some((criterion) => criterion.id === id)) wrong(i + 1, `编号 ${id} 重复`, `the id ${id} stands twice`);
    criteria.push({ id, name: cell(i, at.name), mark: max, kind: null, subs: [] });
  }

  let [sub, aspect]: [OpenSub?, OpenAspect?] = [];
  for (let i = aspectsAt + 1; i < rows.length; i += 1) {
    if (blockHeader.test(cell(i, at.id))) continue; // every criterion's block repeats it
    const row = i + 1;
    const [id, type, score] = [cell(i, at.id), cell(i, at.type).toUpperCase(), cell(i, at.score)];
    if (id !== '') {
      const criterion = criteria.find((one) => one.id === /^([A-Z]+)\d+$/.exec(id)?.[1]);
      if (!criterion) wrong(row, `子项 ${id} 不属于任何评分项`, `sub-criterion ${id} belongs to no criterion`);
      if (criterion?.subs.some((one) => one.id === id)) wrong(row, `子项 ${id} 重复`, `sub-criterion ${id} stands twice`);
      const day = cell(i, at.day) || '1';
      if (!/^[1-9]\d?$/.test(day)) wrong(row, '评分日应为 1–99', 'the day of marking is not 1 to 99');
      sub = { id, name: cell(i, at.name), day: Number(day), aspects: [] };
      aspect = undefined;
      criterion?.subs.push(sub);
    }
    if (type === 'M' || type === 'J') {
      const section = cell(i, at.section);
      if (!sub) wrong(row, '评分点之前没有子项', 'an aspect stands before any sub-criterion');
      if (cell(i, at.aspect) === '') wrong(row, '评分点没有名称（E 列）', 'the aspect has no description (column E)');
      if (!isMark(mark(i, at.max)) || mark(i, at.max) === '0') wrong(
        row, '满分（K 列）应为大于 0 的数字', 'the maximum (column K) is no number above 0'
      );
      if (!sections.some((one) => one.id === section)) wrong(
        row, `没有职业标准部分“${section}”`, `there is no section ${section || '(blank)'}`
      );
      aspect = {
        row, type, id: `${sub?.id ?? '?'}.${(sub?.aspects.length ?? 0) + 1}`, name: cell(i, at.aspect),
        description: cell(i, at.text),
        requirement: cell(i, at.requirement), section, max: mark(i, at.max), levels: [],
      };
      sub?.aspects.push(aspect);
    } else if (type !== '') {
      wrong(row, `评分类型应为 M 或 J，不是“${type}”`, `the aspect's type is M or J, not ${type}`);
    } else if (score !== '') {
      if (!/^[0-3]$/.test(score)) wrong(row, '等级应为 0–3', 'the judgement score is not 0 to 3');
      else if (aspect?.type !== 'J') wrong(row, '等级之前没有评判点', 'a level stands without a judgement before it');
      else if (aspect.levels[Number(score)] !== undefined) wrong(row, `等级 ${score} 重复`, `level ${score} stands twice`);
      else if (cell(i, at.text) === '') wrong(row, '等级没有说明（G 列）', 'the level has no text (column G)');
      else aspect.levels[Number(score)] = cell(i, at.text);
    } else if (id === '' && [at.aspect, at.max].some((column) => cell(i, column) !== '')) {
      wrong(row, '该行缺少评分类型（D 列）', 'the row has no aspect type (column D)');
    }
  }

  const all = criteria.flatMap(({ subs }) => subs.flatMap((one) => one.aspects));
  for (const { row, type, levels } of all)
    if (
      type === 'J' && [0, 1, 2, 3].some((level) => levels[level] === undefined)
    ) wrong(row, '评判点需写明 0–3 四个等级', 'the judgement lacks one of its levels 0 to 3');
  const scheme: Scheme = {
    title: cell(0, 0), sections, rule,
    criteria: criteria.map(
      ({ subs, ...criterion }) => (
        { ...criterion, subCriteria: subs.map((one): SubCriterion => ({ ...one, aspects: one.aspects.map(closed) })) }
      )
    ),
  };
  return { scheme, bad: bad.sort((a, b) => a.row - b.row) };
};

/** Excel keeps binary fractions: what it shows is the first fifteen digits. */
const shownNumber = (cell: string): string =>
  /^-?\d+(\.\d+)?(E-?\d{1,3})?$/i.test(cell) ? decimal(exact(cell).toSignificantDigits(15)) : cell;

const isMark = (value: string): boolean => isDecimal(value) && !value.startsWith('-');

const closed = ({ row: _, levels, requirement, type, ...rest }: OpenAspect): Aspect =>
  type === 'M' ? { type, ...rest, requirement } : { type, ...rest, levels: levels.map((level) => level ?? '') };

/** Writes a scheme in the same layout, so that the other system, and a person, can read it back. */
export const toCis = (scheme: Scheme): Promise<Buffer> =>
  writeXlsx([{ sheet: 'CIS Marking Scheme Import', data: cisRows(scheme).map((row) => row.map(cellOf)) }]).toBuffer();

const cellOf = (value: string | number): string | number | null => {
  if (value === '' || typeof value === 'number') return value === '' ? null : value;
  // eslint-disable-next-line no-control-regex -- XML knows no control characters: they are taken out
  return value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');
};

type Written = readonly (string | number)[];

export const cisRows = (scheme: Scheme): readonly Written[] => {
  const sums = report(scheme);
  const padding = Array.from({ length: Math.max(0, 5 - scheme.sections.length) }, (): Written => []);
  return [
    [scheme.title], [], ['WorldSkills Occupational Standards'],
    ['Section', 'WSOS Marks', '', '', '', '', '', '', 'WSOS Marks', 'Aspect Marks', 'Variation'],
    ...scheme.sections.map(({ id, name, marks }, i): Written => [
      id, name, '', '', '', '', '', '', Number(marks), Number(sums.sections[i]?.aspectMarks), Number(sums.sections[i]?.variation),
    ]),
    ['', '', '', '', '', '', '', '', 'Total Variation', '', Number(sums.variation)],
    ...padding, [], [], ['Criteria'], ['ID', 'Name', '', '', '', '', '', '', '', '', 'Mark'],
    ...scheme.criteria.map(({ id, name, mark }): Written => [id, name, '', '', '', '', '', '', '', '', Number(mark)]),
    [],
    ...scheme.criteria.flatMap((criterion): Written[] => [
      [], [
        ...columns, `Criterion ${criterion.id}`, 'Total\nMark', Number(criterion.mark)
      ], ...criterion.subCriteria.flatMap(subRows),
    ]),
    ...(scheme.criteria.length === 0 ? [columns] : []),
  ];
};

const columns: Written = [
  'Sub\nCriterion\nID', 'Sub Criterion\nName or Description', 'Day of Marking', 'Aspect\nType\nM = Meas\nJ = Judg',
  'Aspect - Description', 'Judg Score',
  'Extra Aspect Description (Meas or Judg)\nOR\nJudgement Score Description (Judg only)', 'Requirement\n(Measurement Only)',
  'WSOS Section',
  'Calculation Row\n(Export only)', 'Max\nMark',
];

const subRows = ({ id, name, day, aspects }: SubCriterion): readonly Written[] => [
  [id, name, day],
  ...aspects.flatMap((aspect): Written[] => [
    [
      '', '', '', aspect.type, aspect.name, '', aspect.description, aspect.type === 'M' ? aspect.requirement : '', aspect.section,
      '', Number(aspect.max)
    ],
    ...(aspect.type === 'J' ? aspect.levels.map((level, score): Written => ['', '', '', '', '', score, level]) : []),
    [],
  ]),
];
