import type { ResolvedRow } from '../people.js';
import { type RawRow, tableOf } from './columns.js';
import { type Asked, type BadRow, judgeRows, questionOf } from './judge-rows.js';

const said = (row: number, more: Partial<ResolvedRow> = {}): ResolvedRow => ({
  row, worker: `w${row}`, age: 30, status: 'worker', unit: null, error: null, ...more,
});
const asked = (line: number, more: Partial<ResolvedRow> = {}, raw: Partial<RawRow> = {}): Asked => ({
  raw: { line, ...raw }, ask: { name: 'x', idNumber: `id${line}` }, said: said(line, more),
});
const rules = (bad: readonly BadRow[]) => bad.map(({ line, rule }) => [line, rule]);

describe('the columns of an entries table', () => {
  const sheet = (...cells: string[]) => [{ line: 1, cells }];
  it('are known in Chinese and English, however they are written', () => {
    const { rows, ignored } = tableOf(
      [...sheet(' *姓名', 'ID Number', '鞋码', '队号'), { line: 2, cells: ['张三', '110', '42', ''] }], 1,
    );
    expect(rows).toEqual([{ line: 2, name: '张三', idNumber: '110' }]);
    expect(ignored).toEqual(['鞋码']);
  });
  it('must hold the name and ID number, and the team in a team contest', () => {
    expect(() => tableOf(sheet('姓名', '身份证号'), 2)).toThrow(
      expect.objectContaining({ rule: 'columns-missing', detail: { missing: ['team'] } }) as Error
    );
    expect(() => tableOf([], 1)).toThrow(expect.objectContaining({ rule: 'columns-missing' }) as Error);
  });
});

describe('a row', () => {
  it('asks people only with what it has', () => {
    expect(questionOf({ line: 2, name: '张三', idNumber: '110', unit: '91350100M000100Y43', status: '学生' })).toEqual({
      name: '张三', idNumber: '110', unitCode: '91350100M000100Y43', status: 'student',
    });
    expect(questionOf({ line: 2, name: '张三', idNumber: '110', unit: '某厂' })).toEqual({ name: '张三', idNumber: '110' });
  });
  it('says what is missing', () => {
    expect(questionOf({ line: 2, idNumber: '110' })).toMatchObject({ line: 2, rule: 'name-missing' });
    expect(questionOf({ line: 3, name: 'x' })).toMatchObject({ line: 3, rule: 'id-number-missing' });
    expect(questionOf({ line: 4, name: 'x', idNumber: '1', status: '教师' })).toMatchObject({ line: 4, rule: 'status-unknown' });
  });
});

describe('the rows of an import', () => {
  it('are bad for what people says, for duplicates and for entries there are', () => {
    const floats = { worker: null, error: { rule: 'id-number-as-float', text: { zh: '科学计数法', en: 'a float' } } };
    const { good, bad } = judgeRows(
      [asked(2), asked(3, floats), asked(4, { worker: 'w2' }), asked(5, { worker: 'w9' }), asked(6, { status: null })],
      [{ line: 7, rule: 'name-missing', reason: { zh: '', en: '' } }], new Set(['w9']), 1,
    );
    expect(good.map((c) => c.rows[0]?.line)).toEqual([2]);
    expect(rules(bad)).toEqual([
      [3, 'id-number-as-float'], [4, 'duplicate-in-file'], [5, 'worker-already-entered'], [6, 'status-unknown'],
      [7, 'name-missing'],
    ]);
  });
  it('are compared by their number where nobody knows the person yet', () => {
    const one = asked(2, { worker: null });
    const same = { ...asked(3, { worker: null }), ask: { name: 'x', idNumber: ' ID2' } };
    expect(rules(judgeRows([one, same], [], new Set(), 1).bad)).toEqual([[3, 'duplicate-in-file']]);
  });
  it('make teams, in the order of the file; a team with a bad row is no team', () => {
    const rows = [
      asked(2, {}, { team: 'B' }), asked(3, {}, { team: 'A' }), asked(4, {}, { team: 'B' }),
      asked(5, { worker: 'w2' }, { team: 'A' }), asked(6),
    ];
    const { good, bad } = judgeRows(rows, [], new Set(), 2);
    expect(good.map((c) => c.rows.map((r) => r.line))).toEqual([[2, 4]]);
    expect(rules(bad)).toEqual([[3, 'team-size'], [5, 'duplicate-in-file'], [6, 'team-missing']]);
  });
});
