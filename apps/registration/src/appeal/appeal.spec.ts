import { given } from '#libs/decider';
import { appeal as aggregate, type AppealCommand, type AppealEvent } from './appeal.js';

const decider = aggregate.decider;
const provisional = { is: 'provisional', appealsUntil: '2026-04-03T08:00:00.000Z', until: '2026-04-10T16:00:00.000Z' } as const;
const terms = { contest: 'c1', organisation: 'o1', entry: 'e1', code: 'K7Q2-9F', contested: ['A1.1'], grounds: 't1' };
const file: Extract<AppealCommand, { type: 'File' }> = {
  type: 'File', ...terms, at: provisional.appealsUntil, result: provisional, earlier: [],
};
const filed: AppealEvent = { type: 'AppealFiled', ...terms, until: provisional.until };
const refused = (rule: string) => expect.objectContaining({ rule }) as Error;

describe('an appeal', () => {
  it('is filed until the last instant of the window, not after', () => {
    expect(given(decider).when(file)).toEqual([filed]);
    expect(() => given(decider).when({ ...file, at: '2026-04-03T08:00:00.001Z' })).toThrow(refused('appeal-window-over'));
    expect(() => given(decider).when({ ...file, result: { is: 'final' } })).toThrow(refused('appeal-window-over'));
  });
  it('needs a result on notice', () => {
    expect(() => given(decider).when({ ...file, result: { is: 'none' } })).toThrow(refused('result-not-on-notice'));
    expect(() => given(decider).when({ ...file, code: null })).toThrow(refused('entry-has-no-result'));
  });

  const late = { reasons: 't9', until: '2026-06-30T16:00:00.000Z' };
  it('is admitted out of time with reasons, also after the result is final, to be decided by a day that is named', () => {
    const admitted: AppealEvent = { ...filed, until: late.until, admitted: 't9' };
    expect(given(decider).when({ ...file, at: '2026-06-01T01:00:00.000Z', result: { is: 'final' }, late })).toEqual([admitted]);
    expect(given(decider).when({ ...file, at: '2026-04-03T08:00:00.001Z', late })).toEqual([admitted]);
    expect(() => given(decider).when({ ...file, late })).toThrow(refused('appeals-are-open'));
    expect(() => given(decider).when({ ...file, result: { is: 'none' }, late })).toThrow(refused('result-not-on-notice'));
    expect(() => given(decider).when({ ...file, at: late.until, result: { is: 'final' }, late })).toThrow(
      refused('deadline-over'),
    );
    expect(given(decider, admitted, { type: 'ArbitratorAssigned', arbitrator: 'a1' }).when({ type: 'Uphold' })).toEqual(
      [{ type: 'AppealUpheld' }],
    );
  });
  it.each<[readonly string[], readonly string[]]>([
    [['A1.1'], ['A1.1']], [['B', 'A1.1'], ['A']], [['B2'], ['B2.3']], [['B2.3'], ['B1', 'B2']],
  ])('does not contest %j again after %j: arbitration is final', (contested, before) => {
    for (const is of ['filed', 'heard', 'upheld', 'dismissed'] as const)
      for (const window of [{}, { result: { is: 'final' }, late }] as const)
        expect(() => given(decider).when({ ...file, contested, earlier: [{ contested: before, is }], ...window })).toThrow(
          refused('appealed-before'),
        );
    expect(given(decider).when({ ...file, contested, earlier: [{ contested: before, is: 'withdrawn' }] })).toHaveLength(1);
  });
  it.each<[string, string]>([['A1.1', 'A1.2'], ['B12', 'B1'], ['B1.12', 'B1.1'], ['C', 'B']])(
    'contests %s though it contested %s before', (now, before) => {
      const earlier = [{ contested: [before], is: 'dismissed' }] as const;
      expect(given(decider).when({ ...file, contested: [now], earlier })).toHaveLength(1);
    },
  );
  it('is decided once, by the hearing', () => {
    const heard: AppealEvent = { type: 'ArbitratorAssigned', arbitrator: 'a1' };
    expect(given(decider, filed, heard).when({ type: 'Uphold' })).toEqual([{ type: 'AppealUpheld' }]);
    expect(given(decider, filed, heard, { type: 'AppealUpheld' }).when({ type: 'Dismiss' })).toEqual([]);
  });
  it('can be taken back while it is pending, and stays so', () => {
    expect(given(decider, filed).when({ type: 'Withdraw' })).toEqual([{ type: 'AppealWithdrawn' }]);
    expect(given(decider, filed, { type: 'AppealWithdrawn' }).when({ type: 'Uphold' })).toEqual([]);
    expect(() => given(decider, filed, { type: 'AppealDismissed' }).when({ type: 'Withdraw' })).toThrow(
      refused('appeal-not-pending'),
    );
  });
});
