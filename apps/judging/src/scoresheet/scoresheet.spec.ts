import fc from 'fast-check';
import { given } from '#libs/decider';
import {
  type Marks, scoresheetDecider as decider, type ScoresheetCommand, type ScoresheetEvent, type SheetAspect, type SheetKey
} from './scoresheet.js';

const key: SheetKey = { organisation: 'o1', contest: 'c1', code: 'K7', part: '1', kind: 'J', judge: 'j1' };
const aspects: readonly SheetAspect[] = [{ id: 'A1.1', max: '3', step: '1' }, { id: 'A1.2', max: '3', step: '1' }];
const marks: Marks = { 'A1.1': '2', 'A1.2': '3' };
const submit = (changed: Marks = {}, sign = true): ScoresheetCommand => (
  { type: 'Submit', key, marks: { ...marks, ...changed }, aspects, sign }
);

const submitted: ScoresheetEvent = { type: 'SheetSubmitted', ...key, marks };
const signed: ScoresheetEvent = { type: 'SheetSigned', by: 'j1' };
const asked: ScoresheetEvent = { type: 'RemarkAsked', aspects: ['A1.1'], by: 'chief' };
const locked: ScoresheetEvent = { type: 'SheetLocked', by: 'chief' };

describe('a scoresheet', () => {
  it('is submitted and signed in one go', () => {
    expect(given(decider).when(submit())).toEqual([submitted, signed]);
    expect(given(decider).when(submit({}, false))).toEqual([submitted]);
    expect(given(decider, submitted).when({ type: 'Sign', by: 'j1' })).toEqual([signed]);
  });

  it('may be sent again after a lost answer, at any later time', () => {
    for (
      const history of [[submitted, signed], [submitted, signed, locked]]
    ) expect(given(decider, ...history).when(submit())).toEqual([]);
    expect(given(decider, submitted).when(submit())).toEqual([signed]);
  });

  it('keeps a draft that need not be complete', () => {
    const draft: ScoresheetEvent = { type: 'SheetDrafted', ...key, marks: { 'A1.1': '1' } };
    expect(given(decider).when({ type: 'SaveDraft', key, marks: { 'A1.1': '1' }, aspects })).toEqual([draft]);
    expect(given(decider, draft).when(submit())).toEqual([submitted, signed]);
    expect(
      () => given(decider, submitted).when({ type: 'SaveDraft', key, marks, aspects })
    ).toThrow(expect.objectContaining({ rule: 'sheet-submitted' }));
  });

  it('takes no mark that the scheme does not know, and names every one', () => {
    expect(() => given(decider).when({ type: 'Submit', key, aspects, sign: true, marks: { 'A1.1': '4', 'B9.9': '1' } })).toThrow(
      expect.objectContaining({
        rule: 'marks-not-sound',
        detail: { problems: [
          { aspect: 'A1.1', problem: expect.objectContaining({ en: 'it must be 0 to 3' }) },
          { aspect: 'B9.9', problem: expect.objectContaining({ en: 'the sheet has no such aspect' }) },
          { aspect: 'A1.2', problem: expect.objectContaining({ en: 'the mark is missing' }) },
        ] },
      }),
    );
    for (const bad of ['1.5', '-1', 'NaN', '2e0', '']) expect(() => given(decider).when(submit({ 'A1.1': bad }))).toThrow(
      expect.objectContaining({ rule: 'marks-not-sound' })
    );
  });

  it('takes a measurement in steps, or whole', () => {
    const measured: readonly SheetAspect[] = [{ id: 'A1.1', max: '1.1', step: '0.25' }];
    const measure = (mark: string) => given(decider).when(
      { type: 'Submit', key: { ...key, kind: 'M' }, marks: { 'A1.1': mark }, aspects: measured, sign: false }
    );
    for (const sound of ['0', '0.25', '0.750', '1.1']) expect(measure(sound)).toHaveLength(1);
    for (const bad of ['0.3', '1.05', '1.25']) expect(() => measure(bad)).toThrow(
      expect.objectContaining({ rule: 'marks-not-sound' })
    );
  });

  it('is marked again where it was asked, and nowhere else', () => {
    const again = given(decider, submitted, signed, asked);
    expect(again.when(submit({ 'A1.1': '1' }))).toEqual([{ ...submitted, marks: { ...marks, 'A1.1': '1' } }, signed]);
    expect(() => again.when(submit({ 'A1.2': '0' }))).toThrow(
      expect.objectContaining({ rule: 'not-asked-to-re-mark', detail: { aspects: ['A1.2'] } })
    );
    expect(
      given(decider, submitted, signed, asked, submitted).state
    ).toMatchObject({ is: 'submitted', asked: [], remarked: ['A1.1'] });
    expect(
      () => given(decider, submitted, locked).when({ type: 'AskRemark', aspects: ['A1.1'], by: 'chief' })
    ).toThrow(expect.objectContaining({ rule: 'sheet-locked' }));
  });

  it('is amended before the lock with a reason, and must be signed again', () => {
    const amend: ScoresheetCommand = { type: 'Amend', marks: { 'A1.1': '1' }, aspects, reason: 'text-1', by: 'j1', sign: false };
    const amended: ScoresheetEvent = {
      type: 'SheetAmended', changes: [{ aspect: 'A1.1', from: '2', to: '1' }], reason: 'text-1', by: 'j1'
    };
    expect(given(decider, submitted, signed).when(amend)).toEqual([amended]);
    expect(given(decider, submitted, signed, amended).state).toMatchObject(
      { is: 'submitted', marks: { 'A1.1': '1', 'A1.2': '3' } }
    );
    expect(
      () => given(decider, submitted).when({ ...amend, marks: { 'A1.1': '2.0' } })
    ).toThrow(expect.objectContaining({ rule: 'nothing-changes' }));
    expect(() => given(decider, submitted, signed, locked).when(amend)).toThrow(
      expect.objectContaining({
        rule: 'sheet-locked', next: expect.objectContaining({ en: 'only an upheld hearing changes it' }) as unknown,
      })
    );
  });

  it('is corrected after the lock by a hearing that it names, and stays locked', () => {
    const correct: ScoresheetCommand = { type: 'Correct', marks: { 'A1.2': '1' }, aspects, hearing: 'h1', by: 'a1' };
    const corrected: ScoresheetEvent = {
      type: 'SheetCorrected', changes: [{ aspect: 'A1.2', from: '3', to: '1' }], hearing: 'h1', by: 'a1'
    };
    expect(given(decider, submitted, signed, locked).when(correct)).toEqual([corrected]);
    expect(given(decider, submitted, signed, locked, corrected).state).toMatchObject({ is: 'locked', marks: { 'A1.2': '1' } });
    expect(() => given(decider, submitted, signed).when(correct)).toThrow(expect.objectContaining({ rule: 'sheet-signed' }));
  });

  it('is locked signed only', () => {
    expect(given(decider, submitted, signed).when({ type: 'Lock', by: 'chief' })).toEqual([locked]);
    expect(
      () => given(decider, submitted).when({ type: 'Lock', by: 'chief' })
    ).toThrow(expect.objectContaining({ rule: 'sheet-submitted' }));
    expect(() => given(decider).when({ type: 'Lock', by: 'chief' })).toThrow(expect.objectContaining({ rule: 'sheet-open' }));
  });

  it('never changes a locked mark but by a hearing, whatever is tried', () => {
    const mark = fc.integer({ min: 0, max: 3 }).map(String);
    const given2 = fc.record({ 'A1.1': mark, 'A1.2': mark });
    const commands = fc.array(fc.oneof<fc.Arbitrary<ScoresheetCommand>[]>(
      given2.map((to) => ({ type: 'Submit', key, marks: to, aspects, sign: true })),
      given2.map((to) => ({ type: 'Amend', marks: to, aspects, reason: 'r', by: 'j1', sign: true })),
      given2.map((to) => ({ type: 'SaveDraft', key, marks: to, aspects })),
      fc.constant<ScoresheetCommand>({ type: 'AskRemark', aspects: ['A1.1'], by: 'chief' }),
      fc.constant<ScoresheetCommand>({ type: 'Lock', by: 'chief' }),
      fc.constant<ScoresheetCommand>({ type: 'Sign', by: 'j1' }),
    ), { maxLength: 12 });
    fc.assert(fc.property(commands, (list) => {
      let state = decider.initial;
      for (const command of list) {
        const before = state;
        let events: readonly ScoresheetEvent[] = [];
        try { events = decider.decide(command, state); } catch { /* a refusal changes nothing */ }
        state = events.reduce(decider.evolve, state);
        if (before.is === 'locked') expect(state).toEqual(before);
      }
      if (state.is !== 'open') expect(Object.keys(state.marks).sort()).toEqual(['A1.1', 'A1.2']);
    }));
  });
});
