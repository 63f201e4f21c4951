import { given } from '#libs/decider';
import { everSat, panelDecider as decider, type PanelEvent } from './panel.js';

const appointed: PanelEvent = {
  type: 'PanelAppointed', organisation: 'o1', chief: 'chief', judges: ['j1', 'j2'], arbitrators: ['a1']
};
const recused: PanelEvent = { type: 'JudgeRecused', judge: 'j1', codes: null, reason: 't1' };
const replaced: PanelEvent = { type: 'JudgeReplaced', judge: 'j1', with: 'j3', reason: 't1' };

describe('a panel', () => {
  it('is appointed once, nobody in two places', () => {
    const appoint = { type: 'Appoint', organisation: 'o1', chief: 'chief', judges: ['j1', 'j2'], arbitrators: ['a1'] } as const;
    expect(given(decider).when(appoint)).toEqual([appointed]);
    expect(
      () => given(decider).when({ ...appoint, arbitrators: ['j1'] })
    ).toThrow(expect.objectContaining({ rule: 'panel-two-roles' }));
    expect(() => given(decider).when({ ...appoint, judges: [] })).toThrow(expect.objectContaining({ rule: 'panel-empty' }));
    expect(() => given(decider, appointed).when(appoint)).toThrow(expect.objectContaining({ rule: 'panel-appointed' }));
    expect(
      () => given(decider).when({ type: 'AddJudge', judge: 'j9' })
    ).toThrow(expect.objectContaining({ rule: 'panel-unknown' }));
  });

  it('replaces the judge, not the seat', () => {
    expect(given(decider, appointed).when({ type: 'Replace', judge: 'j1', with: 'j3', reason: 't1' })).toEqual([replaced]);
    const { state, when } = given(decider, appointed, { type: 'MeasurementAssigned', part: '1', judge: 'j1' }, replaced);
    expect(state).toMatchObject({ seats: [{ holders: ['j1', 'j3'] }, { holders: ['j2'] }], measurers: { 1: 'j3' } });
    expect(
      () => when({ type: 'Recuse', judge: 'j1', codes: null, reason: 't2' })
    ).toThrow(expect.objectContaining({ rule: 'not-on-panel' }));
    expect(() => when({ type: 'AddJudge', judge: 'j1' })).toThrow(expect.objectContaining({ rule: 'panel-two-roles' }));
  });

  it('recuses from the contest, or from a code', () => {
    expect(given(decider, appointed).when({ type: 'Recuse', judge: 'j1', codes: null, reason: 't1' })).toEqual([recused]);
    const one: PanelEvent = { type: 'JudgeRecused', judge: 'j2', codes: ['K7'], reason: 't2' };
    const { state, when } = given(decider, appointed, recused, one);
    expect(state).toMatchObject({ seats: [{ recused: true }, { recused: false, recusedFrom: ['K7'] }] });
    expect(when({ type: 'Recuse', judge: 'j2', codes: ['K7'], reason: 't3' })).toEqual([]);
    expect(
      () => when({ type: 'Recuse', judge: 'j1', codes: null, reason: 't3' })
    ).toThrow(expect.objectContaining({ rule: 'not-on-panel' }));
  });

  it('remembers who ever sat: none of them may hear an appeal', () => {
    const { state } = given(decider, appointed, recused);
    if (state.is === 'none') throw new Error('not appointed');
    expect(['j1', 'j2', 'chief', 'a1'].map((subject) => everSat(state, subject))).toEqual([true, true, true, false]);
  });
});
