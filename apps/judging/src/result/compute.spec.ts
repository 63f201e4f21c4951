import fc from 'fast-check';
import type { KnownContest } from '../contest/contest.js';
import { type Aspect, defaultRule, type Scheme, type ScoringRule } from '../marking-scheme/scheme.js';
import { type AppointedPanel, panelDecider, type PanelEvent } from '../panel/panel.js';
import { sheetId, type SheetKind } from '../scoresheet/sheet-id.js';
import type { FilledSheet, Marks, Scoresheet } from '../scoresheet/scoresheet.js';
import { type Desk, marking, owed, placings } from './compute.js';

const measured = (id: string, max: string): Aspect => (
  { type: 'M', id, name: id, description: '', requirement: '', section: '1', max }
);
const judged = (id: string, max: string): Aspect => (
  { type: 'J', id, name: id, description: '', levels: ['0', '1', '2', '3'], section: '1', max }
);
const scheme = (rule: Partial<ScoringRule> = {}): Scheme => ({
  title: '车工', sections: [{ id: '1', name: 'all', marks: '100' }], rule: { ...defaultRule, tieBreak: ['B'], ...rule },
  criteria: [
    {
      id: 'A', name: 'theory', mark: '30', kind: 'theory',
      subCriteria: [{ id: 'A1', name: 'paper', day: 1, aspects: [measured('A1.1', '30')] }]
    },
    {
      id: 'B', name: 'work', mark: '70', kind: 'practical',
      subCriteria: [{ id: 'B1', name: 'piece', day: 2, aspects: [measured('B1.1', '69'), judged('B1.2', '1')] }]
    },
  ],
});
const contest = (codes: readonly string[], voided: Record<string, string> = {}): KnownContest => ({
  is: 'running', organisation: 'o1', number: 'C1', name: { zh: '', en: '' }, scheme: { id: 's1', digest: 'd1' }, codes, voided,
  notice: null, appeals: {},
});
const panelOf = (...events: readonly PanelEvent[]): AppointedPanel =>
  events.reduce(panelDecider.evolve, panelDecider.initial) as AppointedPanel;
const appointed: PanelEvent = {
  type: 'PanelAppointed', organisation: 'o1', chief: 'chief', judges: ['j1', 'j2', 'j3'], arbitrators: []
};

const desk = (codes: readonly string[], change: Partial<Desk> = {}): Desk => (
  { id: 'c1', contest: contest(codes), scheme: scheme(), panel: panelOf(appointed), ...change }
);
const sheet = (
  code: string, part: string, kind: SheetKind, judge: string, marks: Marks, is: FilledSheet['is'] = 'signed'
): [string, FilledSheet] =>
  [
    sheetId('c1', code, part, kind, judge),
    { is, organisation: 'o1', contest: 'c1', code, part, kind, judge, marks, asked: [], remarked: [] }
  ];
const complete = (
  code: string, theory: string, work: string, judgements: readonly string[], judges = ['j1', 'j2', 'j3']
): [string, Scoresheet][] => [
  sheet(code, '1', 'M', 'j1', { 'A1.1': theory }),
  sheet(code, '2', 'M', 'j2', { 'B1.1': work }),
  ...judges.map((judge, i) => sheet(code, '2', 'J', judge, { 'B1.2': judgements[i] ?? '0' })),
];

describe('the sheets that a contest needs', () => {
  it('are one a judge where something is judged, and one agreed one where something is measured', () => {
    expect(
      owed(desk(['K1'])).map(({ part, kind, due }) => `${part}${kind} ${due}`)
    ).toEqual(['1M j1', '2J j1', '2J j2', '2J j3', '2M j2']);
  });

  it('are none for a void code', () => {
    expect(owed(desk([], { contest: contest(['K1'], { K1: 'absent' }) }))).toEqual([]);
  });

  it('give the measurements to the judges in turn, or to whom the chief judge names', () => {
    const measuredBy = (panel: AppointedPanel) => owed(
      desk(['K1', 'K2', 'K3', 'K4'], { panel })
    ).filter(({ kind }) => kind === 'M').map(({ due }) => due);
    expect(measuredBy(panelOf(appointed))).toEqual(['j1', 'j2', 'j2', 'j3', 'j3', 'j1', 'j1', 'j2']);
    expect(
      measuredBy(panelOf(appointed, { type: 'MeasurementAssigned', part: '1', judge: 'j3' }))
    ).toEqual(['j3', 'j2', 'j3', 'j3', 'j3', 'j1', 'j3', 'j2']);
    expect(
      measuredBy(panelOf(appointed, { type: 'JudgeRecused', judge: 'j2', codes: null, reason: 't' }))
    ).toEqual(['j1', 'j3', 'j3', 'j3', 'j3', 'j1', 'j1', 'j3']);
  });

  it('are missing by judge, with what each lacks', () => {
    const sheets = new Map<string, Scoresheet>([
      sheet('K1', '1', 'M', 'j1', { 'A1.1': '20' }),
      sheet('K1', '2', 'J', 'j1', { 'B1.2': '2' }, 'submitted'),
      sheet('K1', '2', 'J', 'j2', { 'B1.2': '2' }, 'draft'),
      sheet('K1', '2', 'J', 'j3', { 'B1.2': '2' }, 're-mark'),
    ]);
    expect(marking(desk(['K1']), sheets).missing.map(({ judge, kind, lacks }) => [judge, kind, lacks])).toEqual([
      ['j1', 'J', 'signature'], ['j2', 'J', 'marks'], ['j3', 'J', 're-mark'], ['j2', 'M', 'marks'],
    ]);
  });

  it('count what a replaced judge had handed in, and not what a recused one had', () => {
    const replaced: PanelEvent = { type: 'JudgeReplaced', judge: 'j1', with: 'j9', reason: 't' };
    const recused: PanelEvent = { type: 'JudgeRecused', judge: 'j1', codes: ['K1'], reason: 't' };
    const sheets = new Map(complete('K1', '20', '50', ['0', '3', '3']));
    const marked = (...events: PanelEvent[]) => desk(
      ['K1'], { panel: panelOf(appointed, ...events), scheme: scheme({ judgement: { ...defaultRule.judgement, atLeast: 1 } }) }
    );
    expect(marking(marked(replaced), sheets).missing).toEqual([]);
    expect(placings(marked(replaced), sheets)[0]?.total).toBe('70.67');
    expect(placings(marked(recused), sheets)[0]?.total).toBe('71.00');
  });

  it('name the aspects on which judges are too far apart, until they were marked again', () => {
    const apart = new Map(complete('K1', '20', '50', ['0', '2', '1']));
    expect(marking(desk(['K1']), apart).disagreements).toEqual([{ code: 'K1', part: '2', aspect: 'B1.2', spread: '2' }]);
    expect(marking(desk(['K1'], { scheme: scheme({ remarkOver: '2' }) }), apart).disagreements).toEqual([]);
    const again = new Map([...apart].map(([id, one]) => [id, { ...one, remarked: ['B1.2'] } as Scoresheet]));
    expect(marking(desk(['K1']), again).disagreements).toEqual([]);
  });
});

describe('the placings', () => {
  it('sum measured marks and the panel’s share of the judged ones, theory and practical out of 100', () => {
    const sheets = new Map([...complete('K1', '24', '55.5', ['2', '3', '3']), ...complete('K2', '30', '69', ['3', '3', '3'])]);
    expect(placings(desk(['K1', 'K2']), sheets)).toEqual([
      {
        code: 'K2', rank: 1, unranked: null, total: '100.00', criteria: [{ id: 'A', mark: '30' }, { id: 'B', mark: '70' }],
        theory: '100.00', practical: '100.00', tied: false
      },
      {
        code: 'K1', rank: 2, unranked: null, total: '80.39',
        criteria: [{ id: 'A', mark: '24' }, { id: 'B', mark: '56.3888888889' }], theory: '80.00', practical: '80.56', tied: false
      },
    ]);
  });

  it('round where the scheme says so: the step decides', () => {
    const sheets = new Map(complete('K1', '20', '50', ['2', '2', '3']));
    const total = (rounding: ScoringRule['rounding']) => placings(
      desk(['K1'], { scheme: scheme({ rounding }) }), sheets
    )[0]?.total;
    const final = { digits: 2, mode: 'halfUp' } as const;
    expect(total({ aspect: null, criterion: null, total: final })).toBe('70.78');
    expect(total({ aspect: { digits: 1, mode: 'halfUp' }, criterion: null, total: final })).toBe('70.80');
    expect(total({ aspect: null, criterion: { digits: 0, mode: 'truncate' }, total: final })).toBe('70.00');
  });

  it('break a tie by the criteria in order, and share the rank that is left', () => {
    const sheets = new Map(
      [
        ...complete('K1', '20', '50', ['3', '3', '3']), ...complete('K2', '19', '51', ['3', '3', '3']),
        ...complete('K3', '20', '50', ['3', '3', '3'])
      ]
    );
    expect(
      placings(desk(['K1', 'K2', 'K3']), sheets).map(({ code, rank, tied }) => [code, rank, tied])
    ).toEqual([['K2', 1, false], ['K1', 2, true], ['K3', 2, true]]);
  });

  it('leave a void code unranked, and say why', () => {
    const sheets = new Map(complete('K2', '20', '50', ['3', '3', '3']));
    const void1 = desk([], { contest: contest(['K1', 'K2'], { K1: 'disqualified' }) });
    expect(
      placings(void1, sheets).map(({ code, rank, unranked }) => [code, rank, unranked])
    ).toEqual([['K2', 1, null], ['K1', null, 'disqualified']]);
  });

  it('are the same in whatever order codes were sealed and sheets arrive', () => {
    const score = fc.integer({ min: 0, max: 3 }).map(String);
    const row = fc.tuple(fc.nat(30).map(String), fc.nat(69).map(String), fc.array(score, { minLength: 3, maxLength: 3 }));
    fc.assert(fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (rows) => {
      const codes = rows.map((_, i) => `K${i}`);
      const sheets = rows.flatMap(([theory, work, scores], i) => complete(`K${i}`, theory, work, scores));
      const one = placings(desk(codes), new Map(sheets));
      expect(placings(desk([...codes].reverse()), new Map([...sheets].reverse()))).toEqual(one);
    }), { numRuns: 50 });
  });

  it('never fall when one mark of a code rises', () => {
    fc.assert(fc.property(fc.nat(68), fc.nat(2), fc.nat(2), (work, a, b) => {
      const rankOf = (scores: string[], mark: number) => placings(
        desk(['K1', 'K2']),
        new Map([...complete('K1', '15', String(mark), scores), ...complete('K2', '15', '40', ['1', '2', '1'])])
      )
        .find(({ code }) => code === 'K1')?.rank ?? 0;
      const before = rankOf([String(a), String(b), '1'], work);
      expect(rankOf([String(a + 1), String(b), '1'], work)).toBeLessThanOrEqual(before);
      expect(rankOf([String(a), String(b), '1'], work + 1)).toBeLessThanOrEqual(before);
    }), { numRuns: 50 });
  });
});
