import { given } from '#libs/decider';
import { markingSchemeDecider as decider, type MarkingSchemeEvent } from './marking-scheme.js';
import { type Aspect, defaultRule, digestOf, report, type Scheme } from './scheme.js';

const measured = (id: string, max: string, section = '1'): Aspect => (
  { type: 'M', id, name: id, description: '', requirement: '', section, max }
);
const judged = (id: string, max: string, section = '1'): Aspect =>
  ({ type: 'J', id, name: id, description: '', levels: ['none', 'some', 'most', 'all'], section, max });

const scheme: Scheme = {
  title: '车工',
  sections: [{ id: '1', name: 'turning', marks: '70' }, { id: '2', name: 'theory', marks: '30' }],
  criteria: [
    {
      id: 'A', name: 'workpiece', mark: '60', kind: null,
      subCriteria: [{ id: 'A1', name: 'size', day: 1, aspects: [measured('A1.1', '59.5'), judged('A1.2', '0.5')] }]
    },
    {
      id: 'B', name: 'paper', mark: '40', kind: null,
      subCriteria: [{ id: 'B1', name: 'paper', day: 2, aspects: [measured('B1.1', '40', '2')] }]
    },
  ],
  rule: { ...defaultRule, tieBreak: ['A'] },
};
const imported: MarkingSchemeEvent = { type: 'MarkingSchemeImported', organisation: 'o1', source: 'json', scheme };
const frozen: MarkingSchemeEvent = {
  type: 'MarkingSchemeFrozen', organisation: 'o1', digest: digestOf(scheme), total: '100', aspects: 3, variation: '20', by: 'p1'
};

describe('a marking scheme', () => {
  it('is frozen with the digest of what it says and the distance from the standard', () => {
    expect(given(decider, imported).when({ type: 'Freeze', by: 'p1' })).toEqual([frozen]);
    expect(report(scheme).sections).toEqual([
      { id: '1', marks: '70', aspectMarks: '60', variation: '10' }, { id: '2', marks: '30', aspectMarks: '40', variation: '10' },
    ]);
  });

  it('does not change once frozen, and is frozen once', () => {
    expect(() => given(decider, imported, frozen).when({ type: 'Import', organisation: 'o1', source: 'json', scheme }))
      .toThrow(expect.objectContaining({ rule: 'marking-scheme-frozen' }));
    expect(() => given(decider, imported, frozen).when({ type: 'SetRule', rule: defaultRule, kinds: {} }))
      .toThrow(expect.objectContaining({ rule: 'marking-scheme-frozen' }));
    expect(given(decider, imported, frozen).when({ type: 'Freeze', by: 'p1' })).toEqual([]);
  });

  it('is not frozen while something is wrong, and says what', () => {
    const broken: Scheme = { ...scheme, criteria: scheme.criteria.slice(0, 1), rule: { ...defaultRule, tieBreak: ['C'] } };
    expect(() => given(decider, { ...imported, scheme: broken }).when({ type: 'Freeze', by: 'p1' })).toThrow(
      expect.objectContaining({
        rule: 'marking-scheme-incomplete',
        detail: { problems: [
          { at: 'rule.total', problem: expect.objectContaining({ en: 'the aspects do not sum to 100' }) },
          { at: 'rule.tieBreak', problem: expect.objectContaining({ en: 'there is no criterion C' }) },
        ] },
      }),
    );
    expect(() => given(decider).when({ type: 'Freeze', by: 'p1' })).toThrow(
      expect.objectContaining({ rule: 'marking-scheme-unknown' })
    );
  });

  it('takes its rule and the kinds of its criteria while a draft', () => {
    const events = given(decider, imported).when(
      { type: 'SetRule', rule: { ...defaultRule, remarkOver: null }, kinds: { A: 'practical', B: 'theory' } }
    );
    const { state } = given(decider, imported, ...events);
    expect(state).toMatchObject(
      { is: 'draft', scheme: { rule: { remarkOver: null }, criteria: [{ kind: 'practical' }, { kind: 'theory' }] } }
    );
    expect(() => given(decider, imported).when({ type: 'SetRule', rule: defaultRule, kinds: { Z: 'theory' } }))
      .toThrow(expect.objectContaining({ rule: 'unknown-criterion' }));
  });

  it('has one digest, however its keys are ordered', () => {
    expect(digestOf({ b: [1, { d: 1, c: undefined }], a: null })).toBe(digestOf({ a: null, b: [1, { d: 1 }] }));
    expect(digestOf({ a: 1 })).not.toBe(digestOf({ a: 2 }));
  });
});
