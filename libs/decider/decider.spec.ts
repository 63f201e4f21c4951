import fc from 'fast-check';
import {
  addDays, afterWorkingDays, chinaCalendar, civilDate, decimal, derivedId, exact, isCivilDate, isDecimal, round, startOf, sum, wholeMonths,
  wholeYears,
} from './index.js';

describe('civil time in Shanghai', () => {
  it('turns at 16:00 UTC', () => {
    expect(civilDate('2026-03-01T15:59:59.999Z')).toBe('2026-03-01');
    expect(civilDate('2026-03-01T16:00:00.000Z')).toBe('2026-03-02');
    expect(startOf('2026-03-02')).toBe('2026-03-01T16:00:00.000Z');
  });
  it('knows no 30 February', () => {
    expect(isCivilDate('2026-02-30')).toBe(false);
    expect(isCivilDate('2028-02-29')).toBe(true);
  });
  it('counts whole years and months', () => {
    expect(wholeYears('2008-02-29', '2026-02-28')).toBe(17);
    expect(wholeYears('2008-02-29', '2026-03-01')).toBe(18);
    expect(wholeMonths('2025-01-31', '2026-01-30')).toBe(11);
    expect(wholeMonths('2025-01-31', '2026-01-31')).toBe(12);
  });
});

describe('the working calendar', () => {
  it('knows make-up workdays and holidays', () => {
    expect(chinaCalendar.isWorkingDay('2026-02-14')).toBe(true);
    expect(chinaCalendar.isWorkingDay('2026-02-17')).toBe(false);
  });
  it('refuses a year that it does not know', () => {
    expect(() => chinaCalendar.isWorkingDay('2060-01-04')).toThrow('holidays of 2060');
  });
  it('ends a notice at midnight after the last working day', () => {
    expect(afterWorkingDays(chinaCalendar, '2026-03-02T01:00:00.000Z', 5)).toBe(startOf('2026-03-10'));
  });
  it('never ends a notice on the day that it starts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 10 }), (offset, days) => {
        const from = startOf(addDays('2026-01-01', offset));
        expect(afterWorkingDays(chinaCalendar, from, days) > from).toBe(true);
      }),
    );
  });
});

describe('exact decimals', () => {
  it('do not drift', () => {
    expect(decimal(sum(Array.from({ length: 10 }, () => '0.1')))).toBe('1');
  });
  it('round as the rule names', () => {
    expect(round(exact('2.345'), { digits: 2, mode: 'halfUp' })).toBe('2.35');
    expect(round(exact('2.345'), { digits: 2, mode: 'halfEven' })).toBe('2.34');
    expect(round(exact('2.349'), { digits: 2, mode: 'truncate' })).toBe('2.34');
  });
  it('take no exponent, no float and no leading zero', () => {
    for (const bad of ['1e3', '01', '.5', '1.', 1.5, 'NaN', '1.12345678901']) expect(isDecimal(bad)).toBe(false);
    expect(() => exact(0.1)).toThrow('no exact integer');
  });
  it('add in any order to the same', () => {
    const decimals = fc.array(fc.tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.nat(999)).map(([a, b]) => `${a}.${b}`));
    fc.assert(fc.property(decimals, (values) => expect(decimal(sum(values))).toBe(decimal(sum([...values].reverse())))));
  });
});

describe('derived ids', () => {
  it('are the same for the same cause, and differ by name', () => {
    const cause = '0190e2a0-0000-7000-8000-000000000000';
    expect(derivedId(cause, 'a', 0)).toBe(derivedId(cause, 'a', 0));
    expect(derivedId(cause, 'a', 0)).not.toBe(derivedId(cause, 'a', 1));
  });
});
