import fc from 'fast-check';
import { exact, round, type RoundingMode } from '#libs/decider';
import { compare, dividedBy, fraction, minus, parse, plus, rounded, shown, stepped, times } from './fraction.js';

const decimals = fc.tuple(
  fc.integer({ min: -1e9, max: 1e9 }), fc.nat(9999)
).map(([a, b]) => `${a}.${String(b).padStart(4, '0')}`);
const modes = fc.constantFrom<RoundingMode>('halfUp', 'halfEven', 'truncate');

describe('an exact fraction', () => {
  it('rounds as the house rounds decimals', () => {
    fc.assert(
      fc.property(decimals, fc.nat(4), modes, (value, digits, mode) => {
        const expected = round(exact(value), { digits, mode });
        expect(rounded(parse(value), { digits, mode })).toBe(expected.replace(/^-(0(\.0+)?)$/, '$1'));
      }),
    );
  });

  it('decides a tie that a quotient of any length would miss', () => {
    // Three judges gave 4 points together: 4/3 × 1.125 ÷ 3 is exactly one half; 1.333…3 × 1.125 ÷ 3 is less.
    const mark = dividedBy(times(fraction(4, 3), parse('1.125')), fraction(3));
    expect(compare(mark, parse('0.5'))).toBe(0);
    expect(rounded(mark, { digits: 0, mode: 'halfUp' })).toBe('1');
    expect(rounded(mark, { digits: 0, mode: 'halfEven' })).toBe('0');
  });

  it('adds, subtracts, multiplies and divides back to where it was', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const [x, y] = [parse(a), parse(b)];
        expect(minus(plus(x, y), y)).toEqual(x);
        if (y.over !== 0n) expect(dividedBy(times(x, y), y)).toEqual(x);
      }),
    );
  });

  it('is written plainly', () => {
    expect(shown(fraction(2, 3))).toBe('0.6666666667');
    expect(shown(parse('100.00'))).toBe('100');
    expect(shown(parse('0.00'))).toBe('0');
    expect(shown(fraction(10))).toBe('10');
    expect(stepped(fraction(1, 3), null)).toEqual(fraction(1, 3));
    expect(() => fraction(1, 0)).toThrow('over zero');
  });
});
