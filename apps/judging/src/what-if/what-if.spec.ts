import { type Aspect, defaultRule, type Scheme } from '../marking-scheme/scheme.js';
import type { AppointedPanel } from '../panel/panel.js';
import { type Desk, placings } from '../result/compute.js';
import type { Scoresheet } from '../scoresheet/scoresheet.js';
import { sheetId, type SheetKind } from '../scoresheet/sheet-id.js';
import { changes, moves, standing, variant, type WhatIf } from './what-if.js';

const aspect = (type: 'M' | 'J', id: string, max: string): Aspect =>
  ({ type, id, name: id, description: '', requirement: '', levels: ['0', '1', '2', '3'], section: '1', max });
const scheme: Scheme = {
  title: '车工', sections: [{ id: '1', name: 'all', marks: '100' }], rule: { ...defaultRule, tieBreak: ['B'] },
  criteria: [
    {
      id: 'A', name: 'theory', mark: '40', kind: 'theory',
      subCriteria: [{ id: 'A1', name: 'paper', day: 1, aspects: [aspect('M', 'A1.1', '30'), aspect('M', 'A1.2', '10')] }],
    },
    {
      id: 'B', name: 'work', mark: '60', kind: 'practical',
      subCriteria: [{ id: 'B1', name: 'piece', day: 2, aspects: [aspect('M', 'B1.1', '45'), aspect('J', 'B1.2', '15')] }],
    },
  ],
};
const judges = ['j1', 'j2', 'j3', 'j4'];
const panel: AppointedPanel = {
  is: 'appointed', organisation: 'o1', chief: 'chief', arbitrators: [], measurers: {},
  seats: judges.map((judge) => ({ holders: [judge], recused: false, recusedFrom: [] })),
};
/** By code: the two theory aspects, the work, and what each judge gave. K1 80, K2 80, K3 77.5, K4 void. */
const marks: Record<string, readonly [string, string, string, readonly string[]]> = {
  K1: ['25', '10', '35', ['2', '2', '2', '2']], K2: ['30', '0', '38', ['3', '3', '3', '0.6']],
  K3: ['28', '9.5', '30', ['2', '2', '2', '2']],
};
const desk: Desk = {
  id: 'c1', scheme, panel,
  contest: {
    is: 'marked', organisation: 'o1', number: 'C1', name: { zh: '', en: '' }, scheme: { id: 's1', digest: 'd' },
    codes: ['K1', 'K2', 'K3', 'K4'], voided: { K4: 'absent' }, notice: null, appeals: {},
  },
};
const sheets = new Map<string, Scoresheet>(Object.entries(marks).flatMap(([code, [theory, more, work, given]]) => {
  const sheet = (part: string, kind: SheetKind, judge: string, said: Record<string, string>): [string, Scoresheet] => [
    sheetId('c1', code, part, kind, judge),
    { is: 'locked', organisation: 'o1', contest: 'c1', code, part, kind, judge, marks: said, asked: [], remarked: [] },
  ];
  return [
    sheet('1', 'M', 'j1', { 'A1.1': theory, 'A1.2': more }), sheet('2', 'M', 'j1', { 'B1.1': work }),
    ...judges.map((judge, n) => sheet('2', 'J', judge, { 'B1.2': given[n] ?? '0' })),
  ];
}));
const published = new Map(placings(desk, sheets).map((placing) => [placing.code, standing(placing)]));
const ask = (whatIf: WhatIf) => changes(published, placings(variant(desk, whatIf), sheets));
const inShort = (whatIf: WhatIf): string[] =>
  ask(whatIf).map(
    ({ code, before, after }) => `${code} ${before.rank ?? '-'}→${after.rank ?? '-'} ${before.total}→${after.total}`,
  );

describe('what if, in a contest of four codes', () => {
  it('changes nothing where nothing is asked', () => {
    expect(
      [...published.values()].map(({ rank, total }) => [rank, total]),
    ).toEqual([[1, '80.00'], [2, '80.00'], [3, '77.50'], [null, '0.00']]);
    expect(ask({})).toEqual([]);
    expect(ask({ voidAspects: [], recuse: [], tieBreak: ['B'] })).toEqual([]);
  });

  it('leaves a void aspect out of every total, and of what could be reached', () => {
    expect(inShort({ voidAspects: ['A1.2'] })).toEqual([
      'K2 1→1 80.00→80.00', 'K1 2→2 80.00→70.00', 'K3 3→3 77.50→68.00',
    ]);
    const [, k1] = ask({ voidAspects: ['A1.2'] });
    expect(k1).toMatchObject({ before: { theory: '87.50' }, after: { theory: '83.33' } });
  });

  it('ranks without a recused judge, in all codes or in some', () => {
    expect(inShort({ recuse: [{ judge: 'j4' }] })).toEqual(['K2 1→1 80.00→83.00']);
    expect(inShort({ recuse: [{ judge: 'j4', codes: ['K1'] }] })).toEqual([]);
  });

  it('breaks ties by another rule, or not at all', () => {
    expect(inShort({ tieBreak: ['A'] })).toEqual(['K1 2→1 80.00→80.00', 'K2 1→2 80.00→80.00']);
    expect(
      ask({ tieBreak: [] }).map(({ code, after: { rank, tied } }) => [code, rank, tied]),
    ).toEqual([['K1', 1, true], ['K2', 1, true]]);
    expect(moves(ask({ tieBreak: ['A'] }))).toEqual({ up: 1, down: 1 });
  });

  it('refuses what the contest does not have, and a panel that would be too small', () => {
    expect(() => ask({ voidAspects: ['Z9'] })).toThrow(expect.objectContaining({ rule: 'unknown-aspect' }));
    expect(() => ask({ tieBreak: ['Z'] })).toThrow(expect.objectContaining({ rule: 'unknown-criterion' }));
    expect(() => ask({ recuse: [{ judge: 'j9' }] })).toThrow(expect.objectContaining({ rule: 'not-on-panel' }));
    expect(() => ask({ recuse: [{ judge: 'j1', codes: ['K9'] }] })).toThrow(expect.objectContaining({ rule: 'unknown-code' }));
    expect(
      () => ask({ recuse: [{ judge: 'j1' }, { judge: 'j2' }] }),
    ).toThrow(expect.objectContaining({ rule: 'panel-too-small' }));
  });
});
