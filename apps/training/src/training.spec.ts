import { given } from '#libs/decider';
import { accountOf, creditAccount } from './credit-account/credit-account.js';
import { drill, type DrillEvent, drillOf } from './drill/drill.js';
import { programme, type ProgrammeEvent } from './programme/programme.js';
import { mustGoOn, trainee } from './trainee/trainee.js';

const opened: ProgrammeEvent = {
  type: 'ProgrammeOpened', organisation: 'o1', code: 'turning', name: { zh: '车工', en: 'Turning' }, occupation: '6-18-01-01',
  hours: '40', credits: '4',
  trainers: ['t1'],
};

describe('a programme', () => {
  const { type: _, ...terms } = opened;
  it('is opened once; the same again is the same, another one needs another code', () => {
    expect(given(programme.decider).when({ type: 'Open', ...terms })).toEqual([opened]);
    expect(given(programme.decider, opened).when({ type: 'Open', ...terms, hours: '40.0' })).toEqual([]);
    expect(() => given(programme.decider, opened).when({ type: 'Open', ...terms, hours: '41' })).toThrow(expect.objectContaining({
      rule: 'programme-exists',
    }));
  });
  it('names its occupation by a 大典 code', () => {
    expect(() => given(programme.decider).when({ type: 'Open', ...terms, occupation: '6-18-1-1' })).toThrow(
      expect.objectContaining({ rule: 'occupation-code' }),
    );
  });
  it('is closed once', () => {
    expect(given(programme.decider, opened).when({ type: 'Close' })).toEqual([{ type: 'ProgrammeClosed' }]);
    expect(given(programme.decider, opened, { type: 'ProgrammeClosed' }).when({ type: 'Close' })).toEqual([]);
  });
});

describe('a drill', () => {
  const recorded: DrillEvent = {
    type: 'DrillRecorded', organisation: 'o1', worker: 'w1', occupation: '6-18-01-01', on: '2026-01-23', score: '62',
    passed: true,
  };
  const { type: _, ...result } = recorded;
  const record = { type: 'Record', today: '2026-03-02', ...result } as const;
  it('is recorded once a worker, occupation and day', () => {
    expect(given(drill.decider).when(record)).toEqual([recorded]);
    expect(given(drill.decider, recorded).when({ ...record, score: '62.0' })).toEqual([]);
    expect(() => given(drill.decider, recorded).when({ ...record, score: '63' })).toThrow(
      expect.objectContaining({ rule: 'drill-differs' }),
    );
    expect(drillOf(result)).not.toBe(drillOf({ ...result, on: '2026-01-24' }));
  });
  it('takes no future, no negative score, no other occupation code', () => {
    expect(() => given(drill.decider).when({ ...record, on: '2026-03-03' })).toThrow(expect.objectContaining({
      rule: 'date-in-future',
    }));
    expect(() => given(drill.decider).when({ ...record, score: '-1' })).toThrow(expect.objectContaining({
      rule: 'negative-amount',
    }));
    expect(() => given(drill.decider).when({ ...record, occupation: 'turner' })).toThrow(expect.objectContaining({
      rule: 'occupation-code',
    }));
  });
});

describe('a credit account', () => {
  const booked = { type: 'CreditsBooked', organisation: 'o1', worker: 'w1', credits: '4.5', because: 'e1' } as const;
  const { type: _, ...terms } = booked;
  it('books what earned credits once, and sums exactly', () => {
    expect(given(creditAccount.decider).when({ type: 'Book', ...terms })).toEqual([booked]);
    expect(given(creditAccount.decider, booked).when({ type: 'Book', ...terms })).toEqual([]);
    expect(given(creditAccount.decider, booked, {
      ...booked, credits: '0.1', because: 'e2',
    }).state).toMatchObject({ total: '4.6' });
    expect(given(creditAccount.decider).when({ type: 'Book', ...terms, credits: '0' })).toEqual([]);
    expect(accountOf('o1', 'w1')).not.toBe(accountOf('o2', 'w1'));
  });
});

describe('a trainee', () => {
  it('is merged and erased once, and then takes nothing new', () => {
    expect(given(trainee.decider).when({ type: 'Merge', into: 'w2' })).toEqual([{ type: 'TraineeMerged', into: 'w2' }]);
    expect(given(trainee.decider, { type: 'TraineeMerged', into: 'w2' }).when({ type: 'Merge', into: 'w2' })).toEqual([]);
    expect(given(trainee.decider, { type: 'TraineeErased' }).when({ type: 'Erase' })).toEqual([]);
    expect(() => mustGoOn({ is: 'merged', into: 'w2' })).toThrow(expect.objectContaining({ rule: 'worker-merged' }));
    expect(() => mustGoOn({ is: 'erased' })).toThrow(expect.objectContaining({ rule: 'worker-erased' }));
    expect(() => mustGoOn({ is: 'known' })).not.toThrow();
  });
});
