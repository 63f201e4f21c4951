import { given } from '#libs/decider';
import { everSat, openRecusals, panelDecider as decider, type PanelEvent } from './panel.js';

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

  describe('once marking is locked', () => {
    const about = { recusal: 'r1', judge: 'j1', codes: null, arbitrator: 'a1' } as const;
    const asked: PanelEvent = { type: 'RecusalAsked', ...about, reason: 't1', by: 'chief' };
    const granted: PanelEvent = { type: 'RecusalGranted', recusal: 'r1', reasons: 't2', by: 'a1' };
    const grant = { type: 'GrantRecusal', recusal: 'r1', reasons: 't2', by: 'a1', marked: ['K1', 'K2'] } as const;
    const refused = (rule: string) => expect.objectContaining({ rule }) as Error;

    it('lets marks leave only by the ruling of an arbitrator who marked nothing here', () => {
      const ask = { type: 'AskRecusal', ...about, reason: 't1', by: 'chief' } as const;
      expect(given(decider, appointed).when(ask)).toEqual([asked]);
      expect(given(decider, appointed, asked).when(ask)).toEqual([]);
      expect(() => given(decider, appointed).when({ ...ask, arbitrator: 'j2' })).toThrow(refused('arbitrator-marked-here'));
      expect(() => given(decider, appointed).when({ ...ask, judge: 'j9' })).toThrow(refused('not-on-panel'));
      expect(() => given(decider, appointed).when(grant)).toThrow(refused('recusal-unknown'));
      expect(() => given(decider, appointed, asked).when({ ...grant, by: 'a2' })).toThrow(refused('another-arbitrator'));
      expect(given(decider, appointed, asked).when(grant)).toEqual([granted, { ...recused, reason: 't2' }]);
      expect(() => given(decider, appointed, asked, granted).when(grant)).toThrow(refused('recusal-closed'));
      const dismiss = { type: 'DismissRecusal', recusal: 'r1', reasons: 't3', by: 'a1' } as const;
      const dismissed: PanelEvent = { type: 'RecusalDismissed', recusal: 'r1', reasons: 't3', by: 'a1' };
      expect(given(decider, appointed, asked).when(dismiss)).toEqual([dismissed]);
      expect(() => given(decider, appointed, asked, dismissed).when(grant)).toThrow(refused('recusal-closed'));
    });

    it('takes out what that judge marked, not what the predecessor or successor on the seat did', () => {
      const [, out] = given(decider, appointed, replaced, asked).when({ ...grant, marked: ['K1'] });
      expect(out).toEqual({ type: 'JudgeRecused', judge: 'j1', codes: ['K1'], reason: 't2' });
      expect(given(decider, appointed, replaced, asked, granted, out as PanelEvent).state).toMatchObject({
        seats: [{ holders: ['j1', 'j3'], recused: false, recusedFrom: ['K1'] }, { recusedFrom: [] }], recusals: { r1: { is: 'granted' } },
      });
    });

    it('leaves the result disputed until it is decided', () => {
      const open = (...events: PanelEvent[]) => {
        const { state } = given(decider, appointed, ...events);
        return state.is === 'none' ? [] : openRecusals(state);
      };
      expect([open(), open(asked), open(asked, granted)]).toEqual([[], ['r1'], []]);
    });
  });

  it('remembers who ever sat: none of them may hear an appeal', () => {
    const { state } = given(decider, appointed, recused);
    if (state.is === 'none') throw new Error('not appointed');
    expect(['j1', 'j2', 'chief', 'a1'].map((subject) => everSat(state, subject))).toEqual([true, true, true, false]);
  });
});
