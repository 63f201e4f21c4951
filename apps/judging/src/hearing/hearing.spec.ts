import { given } from '#libs/decider';
import { hearingDecider as decider, type HearingEvent } from './hearing.js';

const terms = { organisation: 'o1', appeal: 'a1', contest: 'c1', code: 'K7', arbitrator: 'r1', by: 'chief' };
const assigned: HearingEvent = { type: 'HearingAssigned', ...terms };
const upheld: HearingEvent = {
  type: 'HearingUpheld', appeal: 'a1', contest: 'c1', code: 'K7', sheets: ['s1'], reasons: 't1', by: 'r1'
};

describe('a hearing', () => {
  it('goes to an arbitrator who marked nothing in the contest', () => {
    expect(given(decider).when({ type: 'Assign', ...terms, markedHere: false, withdrawn: false })).toEqual([assigned]);
    expect(
      () => given(decider).when({ type: 'Assign', ...terms, markedHere: true, withdrawn: false })
    ).toThrow(expect.objectContaining({ rule: 'arbitrator-marked-here' }));
    expect(
      () => given(decider).when({ type: 'Assign', ...terms, markedHere: false, withdrawn: true })
    ).toThrow(expect.objectContaining({ rule: 'appeal-closed' }));
    expect(given(decider, assigned).when({ type: 'Assign', ...terms, markedHere: false, withdrawn: false })).toEqual([]);
    expect(
      given(decider, assigned).when({ type: 'Assign', ...terms, arbitrator: 'r2', markedHere: false, withdrawn: false })
    ).toHaveLength(1);
  });

  it('is decided by that arbitrator alone, and once', () => {
    expect(given(decider, assigned).when({ type: 'Uphold', sheets: ['s1'], reasons: 't1', by: 'r1' })).toEqual([upheld]);
    expect(given(decider, assigned).when({ type: 'Dismiss', reasons: 't1', by: 'r1' })).toEqual([
      { type: 'HearingDismissed', appeal: 'a1', contest: 'c1', code: 'K7', reasons: 't1', by: 'r1' },
    ]);
    expect(
      () => given(decider, assigned).when({ type: 'Dismiss', reasons: 't1', by: 'r2' })
    ).toThrow(expect.objectContaining({ rule: 'another-arbitrator' }));
    expect(
      () => given(decider, assigned, upheld).when({ type: 'Dismiss', reasons: 't1', by: 'r1' })
    ).toThrow(expect.objectContaining({ rule: 'hearing-closed' }));
    expect(
      () => given(decider).when({ type: 'Dismiss', reasons: 't1', by: 'r1' })
    ).toThrow(expect.objectContaining({ rule: 'hearing-not-assigned' }));
  });

  it('upholds nothing that leaves every mark as it was', () => {
    expect(
      () => given(decider, assigned).when({ type: 'Uphold', sheets: [], reasons: 't1', by: 'r1' })
    ).toThrow(expect.objectContaining({ rule: 'nothing-corrected' }));
  });
});
