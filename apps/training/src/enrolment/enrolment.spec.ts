import fc from 'fast-check';
import { given } from '#libs/decider';
import { enrolment, type EnrolmentEvent } from './enrolment.js';

const opened: EnrolmentEvent = {
  type: 'EnrolmentOpened', organisation: 'o1', programme: 'p1', worker: 'w1', occupation: '6-18-01-01', hours: '40',
  credits: '4', trainers: ['t1'],
};
const { type: _, ...terms } = opened;
const today = '2026-03-02';
const attended = (session: string, hours: string): EnrolmentEvent => ({
  type: 'SessionAttended', session, on: '2026-01-10', hours,
});
const passed: EnrolmentEvent = { type: 'EnrolmentPassed', on: '2026-01-16', hours: '40' };
const credited: EnrolmentEvent = { type: 'EnrolmentCredited', credits: '4' };
const learner = (...history: EnrolmentEvent[]) => given(enrolment.decider, opened, ...history);

describe('an enrolment', () => {
  it('is opened once, under the terms of that day', () => {
    expect(given(enrolment.decider).when({ type: 'Enrol', ...terms })).toEqual([opened]);
    expect(learner().when({ type: 'Enrol', ...terms, hours: '80' })).toEqual([]);
  });

  it('is passed and credited once the hours are full', () => {
    expect(
      learner(attended('1', '39.5'), attended('2', '0.5')).when({ type: 'Pass', on: '2026-01-16', today }),
    ).toEqual([passed, credited]);
    expect(learner(attended('1', '40'), passed, credited).when({ type: 'Pass', on: '2026-01-17', today })).toEqual([]);
  });

  it('is not passed while hours are short, and says how many', () => {
    expect(() => learner(attended('1', '39.75')).when({ type: 'Pass', on: '2026-01-16', today })).toThrow(
      expect.objectContaining({ rule: 'hours-short', detail: { needed: '40', attended: '39.75', missing: '0.25' } }),
    );
  });

  it('counts a session once, and never with two amounts', () => {
    const attend = { type: 'Attend', session: '1', on: '2026-01-10', hours: '8.0', today } as const;
    expect(learner(attended('1', '8')).when(attend)).toEqual([]);
    expect(() => learner(attended('1', '8')).when({ ...attend, hours: '9' })).toThrow(expect.objectContaining({
      rule: 'session-differs',
    }));
    expect(() => learner().when({ ...attend, hours: '0' })).toThrow(expect.objectContaining({ rule: 'hours-positive' }));
  });

  it('takes any name for a session', () => {
    const attend = { type: 'Attend', session: '__proto__', on: '2026-01-10', hours: '8', today } as const;
    expect(learner().when(attend)).toEqual([attended('__proto__', '8')]);
    expect(learner(attended('__proto__', '8')).when(attend)).toEqual([]);
    expect(learner().when({ ...attend, session: 'constructor' })).toHaveLength(1);
  });

  it('takes no date of the future', () => {
    expect(() => learner().when({ type: 'Attend', session: '1', on: '2026-03-03', hours: '1', today })).toThrow(
      expect.objectContaining({ rule: 'date-in-future' }),
    );
    expect(() => learner(attended('1', '40')).when({ type: 'Pass', on: '2026-03-03', today })).toThrow(expect.objectContaining({
      rule: 'date-in-future',
    }));
  });

  it('is over once passed or withdrawn', () => {
    const withdrawn: EnrolmentEvent = { type: 'EnrolmentWithdrawn', reason: 'text1' };
    expect(learner().when({ type: 'Withdraw', reason: 'text1' })).toEqual([withdrawn]);
    expect(() => learner(attended('1', '40'), passed, credited).when({ type: 'Withdraw', reason: 'x' })).toThrow(
      expect.objectContaining({ rule: 'enrolment-over' }),
    );
    expect(() => learner(withdrawn).when({ type: 'Enrol', ...terms })).toThrow(expect.objectContaining({
      rule: 'enrolment-withdrawn',
    }));
    expect(() => learner(withdrawn).when({ type: 'Pass', on: '2026-01-16', today })).toThrow(expect.objectContaining({
      rule: 'enrolment-over',
    }));
  });

  it('adds hours exactly, in any number of parts', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 30 }), (tenths) => {
        const sessions = tenths.map((n, i) => attended(String(i), `${Math.floor(n / 10)}.${n % 10}`));
        const total = tenths.reduce((a, b) => a + b, 0);
        const pass = () => learner(...sessions).when({ type: 'Pass', on: '2026-01-16', today });
        if (total >= 400) expect(pass()).toHaveLength(2);
        else expect(pass).toThrow(expect.objectContaining({ rule: 'hours-short' }));
      }),
    );
  });
});
