import { given } from '#libs/decider';
import { appeal as aggregate, type AppealCommand, type AppealEvent } from './appeal.js';

const decider = aggregate.decider;
const notice = { appealsUntil: '2026-04-03T08:00:00.000Z', until: '2026-04-10T16:00:00.000Z' };
const file: AppealCommand = {
  type: 'File', contest: 'c1', organisation: 'o1', entry: 'e1', code: 'K7Q2-9F', contested: ['A1.1'], grounds: 't1',
  at: notice.appealsUntil, notice,
};
const filed: AppealEvent = {
  type: 'AppealFiled', contest: 'c1', organisation: 'o1', entry: 'e1', code: 'K7Q2-9F', contested: ['A1.1'], grounds: 't1',
  until: notice.until,
};

describe('an appeal', () => {
  it('is filed until the last instant of the window, not after', () => {
    expect(given(decider).when(file)).toEqual([filed]);
    expect(() => given(decider).when({ ...file, at: '2026-04-03T08:00:00.001Z' })).toThrow(
      expect.objectContaining({ rule: 'appeal-window-over' }) as Error
    );
  });
  it('needs a result on notice', () => {
    expect(() => given(decider).when({ ...file, notice: null })).toThrow(
      expect.objectContaining({ rule: 'result-not-on-notice' }) as Error
    );
    expect(() => given(decider).when({ ...file, code: null })).toThrow(
      expect.objectContaining({ rule: 'entry-has-no-result' }) as Error
    );
  });
  it('is decided once, by the hearing', () => {
    const heard: AppealEvent = { type: 'ArbitratorAssigned', arbitrator: 'a1' };
    expect(given(decider, filed, heard).when({ type: 'Uphold' })).toEqual([{ type: 'AppealUpheld' }]);
    expect(given(decider, filed, heard, { type: 'AppealUpheld' }).when({ type: 'Dismiss' })).toEqual([]);
  });
  it('can be taken back while it is pending, and stays so', () => {
    expect(given(decider, filed).when({ type: 'Withdraw' })).toEqual([{ type: 'AppealWithdrawn' }]);
    expect(given(decider, filed, { type: 'AppealWithdrawn' }).when({ type: 'Uphold' })).toEqual([]);
    expect(() => given(decider, filed, { type: 'AppealDismissed' }).when({ type: 'Withdraw' })).toThrow(
      expect.objectContaining({ rule: 'appeal-not-pending' }) as Error,
    );
  });
});
