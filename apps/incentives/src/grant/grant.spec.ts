import { given, Refusal } from '#libs/decider';
import { grant, type GrantCommand, type GrantEvent, type Terms } from './grant.js';

const terms: Terms = {
  organisation: 'sh-hrss', worker: 'w1', contest: 'c1', decision: 'd1', rule: 'training-subsidy',
  fen: 240_000, payee: 'person', claimBy: '2027-03-31',
};
const proposed: GrantEvent = { type: 'GrantProposed', ...terms };
const approved: GrantEvent = { type: 'GrantApproved', by: 'o1' };
const paid: GrantEvent = { type: 'GrantPaid', by: 'o1', reference: 'p1', on: '2026-05-01' };
const owed: GrantEvent = { type: 'RecoveryOpened', because: 'revoked', fen: 240_000 };

const after = (...history: GrantEvent[]) => given(grant.decider, ...history);
const refusal = (rule: string) =>
  expect.objectContaining({ rule, next: expect.objectContaining({ en: expect.any(String) as string }) as unknown }) as Error;

const approve: GrantCommand = { type: 'Approve', by: 'o1', at: '2026-04-30T01:00:00.000Z' };
const pay: GrantCommand = { type: 'Pay', by: 'o1', reference: 'p1', on: '2026-05-01' };
const refuse: GrantCommand = { type: 'Refuse', by: 'o1', reason: 't1' };

describe('a grant', () => {
  it('is one for a rule of a decision, however often it is proposed', () => {
    expect(after().when({ type: 'Propose', ...terms })).toEqual([proposed]);
    expect(after(proposed).when({ type: 'Propose', ...terms })).toEqual([]);
  });

  it('is approved, then paid, once', () => {
    expect(after(proposed).when(approve)).toEqual([approved]);
    expect(after(proposed, approved).when(pay)).toEqual([paid]);
    expect(() => after(proposed, approved, paid).when({ ...pay, reference: 'p2' })).toThrow(refusal('grant-not-approved'));
  });

  it('is never decided by the worker whom it pays', () => {
    expect(() => after(proposed).when({ ...approve, by: 'w1' })).toThrow(refusal('own-grant'));
    expect(() => after(proposed, approved).when({ ...pay, by: 'w1' })).toThrow(refusal('own-grant'));
  });

  it('may be claimed until the last minute of the last day of its window', () => {
    const at = (instant: string): GrantCommand => ({ ...approve, at: instant });
    expect(after(proposed).when(at('2027-03-31T15:59:59.999Z'))).toEqual([approved]);
    expect(() => after(proposed).when(at('2027-03-31T16:00:00.000Z'))).toThrow(refusal('claim-window-over'));
  });

  it('expires unclaimed, but not for a payment that is slow', () => {
    expect(after(proposed).when({ type: 'Expire' })).toEqual([{ type: 'GrantExpired' }]);
    expect(after(proposed, approved).when({ type: 'Expire' })).toEqual([]);
  });

  it('is refused with a reason until it is paid', () => {
    expect(after(proposed).when(refuse)).toEqual([{ type: 'GrantRefused', by: 'o1', reason: 't1' }]);
    expect(after(proposed, approved).when(refuse)).toEqual([{ type: 'GrantRefused', by: 'o1', reason: 't1' }]);
    expect(() => after(proposed, approved, paid).when(refuse)).toThrow(refusal('grant-not-proposed'));
  });

  it('lapses when its decision falls unpaid, and is owed in full when it was paid', () => {
    const fall: GrantCommand = { type: 'Fall', because: 'revoked' };
    expect(after(proposed, approved).when(fall)).toEqual([{ type: 'GrantLapsed', because: 'revoked' }]);
    expect(after(proposed, approved, paid).when(fall)).toEqual([owed]);
    expect(after(proposed, approved, paid, owed).when(fall)).toEqual([]);
  });

  it('is recovered once the last fen is back, and never more than was paid', () => {
    const part: GrantEvent = { type: 'PartRepaid', by: 'o1', reference: 'r1', fen: 100_000, left: 140_000 };
    const repay = (reference: string, fen: number): GrantCommand => ({ type: 'Repay', by: 'o1', reference, fen });
    expect(after(proposed, approved, paid, owed).when(repay('r1', 100_000))).toEqual([part]);
    expect(after(proposed, approved, paid, owed, part).when(repay('r2', 140_000))).toEqual([
      { type: 'GrantRecovered', by: 'o1', reference: 'r2', fen: 140_000 },
    ]);
    expect(() => after(proposed, approved, paid, owed, part).when(repay('r2', 140_001))).toThrow(refusal('more-than-owed'));
  });

  it('ends in a write-off of what is left, with a reason, and never by who owes it', () => {
    const part: GrantEvent = { type: 'PartRepaid', by: 'o1', reference: 'r1', fen: 100_000, left: 140_000 };
    const writeOff: GrantCommand = { type: 'WriteOff', by: 'o1', reason: 't2' };
    const writtenOff: GrantEvent = { type: 'RecoveryWrittenOff', by: 'o1', reason: 't2', fen: 140_000 };
    expect(after(proposed, approved, paid, owed, part).when(writeOff)).toEqual([writtenOff]);
    expect(() => after(proposed, approved, paid).when(writeOff)).toThrow(refusal('grant-not-owed'));
    expect(() => after(proposed, approved, paid, owed, part, writtenOff).when(writeOff)).toThrow(refusal('grant-not-owed'));
    expect(() => after(proposed, approved, paid, owed).when({ ...writeOff, by: 'w1' })).toThrow(refusal('own-grant'));
  });

  it('goes on under the next decision where that gives the same, once it is paid', () => {
    const carry: GrantCommand = { type: 'CarryOver', decision: 'd2' };
    const carried: GrantEvent = { type: 'GrantCarriedOver', decision: 'd2' };
    expect(after(proposed, approved, paid).when(carry)).toEqual([carried]);
    expect(after(proposed, approved).when(carry)).toEqual([]);
    expect(after(proposed, approved, paid, carried).when(carry)).toEqual([]);
    expect(after(proposed, approved, paid, carried).when({ type: 'Fall', because: 'revoked' })).toEqual([owed]);
  });

  it('refuses every other step in every other state, and says what may be done', () => {
    const commands: GrantCommand[] = [approve, refuse, pay, { type: 'Repay', by: 'o1', reference: 'r1', fen: 1 }];
    const ends: GrantEvent[] = [
      { type: 'GrantRefused', by: 'o1', reason: 't1' }, { type: 'GrantLapsed', because: 'revoked' }, { type: 'GrantExpired' },
    ];
    for (const history of [[], ...ends.map((end) => [proposed, end])]) {
      for (const command of commands) expect(() => after(...history).when(command)).toThrow(Refusal);
    }
  });
});
