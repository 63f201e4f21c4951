import { given } from '#libs/decider';
import { entry as aggregate, type EntryEvent } from './entry.js';

const member = { worker: 'w1', age: 24, status: 'worker', unit: null } as const;
const submitted: EntryEvent = {
  type: 'EntrySubmitted', contest: 'c1', competition: 'k1', organisation: 'o1', number: '001', members: [member],
};
const accepted: EntryEvent = { type: 'EntryAccepted', findings: [] };
const decider = aggregate.decider;

describe('an entry', () => {
  it('is screened once', () => {
    expect(given(decider, submitted).when({ type: 'Screen', outcome: 'accepted', findings: [] })).toEqual([accepted]);
    expect(() => given(decider, submitted, accepted).when({ type: 'Screen', outcome: 'rejected', findings: [] })).toThrow(
      expect.objectContaining({
        rule: 'entry-already-screened', next: expect.objectContaining({ en: 'check in' }) as unknown,
      }) as Error,
    );
  });
  it('is checked in only when accepted', () => {
    expect(given(decider, submitted, accepted).when({ type: 'CheckIn' })).toEqual([{ type: 'EntryCheckedIn' }]);
    expect(() => given(decider, submitted).when({ type: 'CheckIn' })).toThrow(
      expect.objectContaining({ rule: 'entry-not-accepted' }) as Error
    );
    expect(() => given(decider, submitted, accepted, { type: 'EntryCheckedIn' }).when({ type: 'CheckIn' })).toThrow(
      expect.objectContaining({ rule: 'entry-not-accepted' }) as Error,
    );
  });
  it('takes part when it was checked in, and is absent otherwise', () => {
    const checkedIn: EntryEvent = { type: 'EntryCheckedIn' };
    expect(given(decider, submitted, accepted, checkedIn).when({ type: 'Start' })).toEqual([{ type: 'EntryDrawn' }]);
    expect(given(decider, submitted, accepted).when({ type: 'Start' })).toEqual([{ type: 'EntryAbsent' }]);
    expect(
      given(decider, submitted, accepted, checkedIn, { type: 'EntryDrawn' }).when({ type: 'Reveal', code: 'K7Q2-9F' })
    ).toEqual([
      { type: 'EntryCompeted', code: 'K7Q2-9F' },
    ]);
    expect(
      given(decider, submitted, accepted, { type: 'EntryWithdrawn', reason: null }).when({ type: 'Reveal', code: 'K7Q2-9F' })
    ).toEqual([]);
  });
  it('comes off the waiting list', () => {
    expect(given(decider, submitted, { type: 'EntryWaitlisted', findings: [] }).when({ type: 'Promote' })).toEqual(
      [{ type: 'EntryPromoted' }]
    );
  });
  it('cannot be withdrawn once it has competed', () => {
    expect(given(decider, submitted).when({ type: 'Withdraw', reason: null })).toEqual(
      [{ type: 'EntryWithdrawn', reason: null }]
    );
    expect(
      () => given(decider, submitted, accepted, { type: 'EntryCompeted', code: 'K7Q2-9F' }).when({
        type: 'Withdraw', reason: null,
      })
    ).toThrow(
      expect.objectContaining({ rule: 'entry-not-withdrawable' }) as Error,
    );
  });
  it('is annulled only where there is a result', () => {
    expect(() => given(decider, submitted, accepted).when({ type: 'Annul', reason: 't1' })).toThrow(
      expect.objectContaining({ rule: 'entry-has-no-result' }) as Error,
    );
  });
  it('follows a merged member to the survivor, and forgets strangers', () => {
    expect(given(decider, submitted).when({ type: 'MergeMember', worker: 'w9', into: 'w2' })).toEqual([]);
    const { state } = given(decider, submitted, { type: 'MemberMerged', worker: 'w1', into: 'w2' });
    expect(state).toMatchObject({ members: [{ ...member, worker: 'w2' }] });
  });
  it('records facts only where they changed', () => {
    expect(given(decider, submitted).when({ type: 'TakeFacts', members: [{ ...member }] })).toEqual([]);
    const changed = [{ ...member, status: 'student' as const }];
    expect(given(decider, submitted).when({ type: 'TakeFacts', members: changed })).toEqual(
      [{ type: 'FactsTaken', members: changed }]
    );
  });
});
