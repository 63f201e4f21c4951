import type { DecimalString, Rounding } from '#libs/decider';

/**
 * An exact fraction in lowest terms. A mean of three marks times 1.25 thirds need not be a finite decimal; only where
 * the rule says "round" does anything get rounded, so that no tie is decided by the 60th digit of a division.
 */
export interface Fraction {
  readonly over: bigint;
  /** Always positive. */
  readonly under: bigint;
}

const gcd = (a: bigint, b: bigint): bigint => {
  let [x, y] = [a < 0n ? -a : a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
};

export const fraction = (over: bigint | number, under: bigint | number = 1n): Fraction => {
  const [n, d] = [BigInt(over), BigInt(under)];
  if (d === 0n) throw new RangeError('a fraction over zero');
  const common = gcd(n, d < 0n ? -d : d) || 1n;
  return d < 0n ? { over: -n / common, under: -d / common } : { over: n / common, under: d / common };
};

export const zero: Fraction = { over: 0n, under: 1n };

/** "2.50" is 5/2. */
export const parse = (value: DecimalString): Fraction => {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value);
  if (!match) throw new RangeError(`${value} is no decimal`);
  const digits = match[3] ?? '';
  const over = BigInt(`${match[2]}${digits}`);
  return fraction(match[1] === '-' ? -over : over, 10n ** BigInt(digits.length));
};

export const plus = (a: Fraction, b: Fraction): Fraction => fraction(a.over * b.under + b.over * a.under, a.under * b.under);
export const minus = (a: Fraction, b: Fraction): Fraction => fraction(a.over * b.under - b.over * a.under, a.under * b.under);
export const times = (a: Fraction, b: Fraction): Fraction => fraction(a.over * b.over, a.under * b.under);
export const dividedBy = (a: Fraction, b: Fraction): Fraction => fraction(a.over * b.under, a.under * b.over);
export const total = (values: readonly Fraction[]): Fraction => values.reduce(plus, zero);

/** Negative, zero or positive, as `sort` wants it. */
export const compare = (a: Fraction, b: Fraction): number => {
  const difference = a.over * b.under - b.over * a.under;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/** Rounds to exactly `digits` decimals and writes them all. */
export const rounded = (value: Fraction, { digits, mode }: Rounding): DecimalString => {
  const negative = value.over < 0n;
  const scaled = (negative ? -value.over : value.over) * 10n ** BigInt(digits);
  const [whole, rest] = [scaled / value.under, scaled % value.under];
  const half = 2n * rest - value.under; // the sign says on which side of the middle the rest lies
  const up = mode === 'halfUp' ? half >= 0n : mode === 'halfEven' ? half > 0n || (half === 0n && whole % 2n === 1n) : false;
  const units = (up ? whole + 1n : whole).toString().padStart(digits + 1, '0');
  const sign = negative && /[1-9]/.test(units) ? '-' : '';
  return digits === 0 ? `${sign}${units}` : `${sign}${units.slice(0, -digits)}.${units.slice(-digits)}`;
};

/** A step that may round, or may not. */
export const stepped = (value: Fraction, step: Rounding | null): Fraction => (step ? parse(rounded(value, step)) : value);

/** For people and the wire, where a rule names no rounding: ten decimals, and none that are only zeros. */
export const shown = (value: Fraction): DecimalString =>
  rounded(value, { digits: 10, mode: 'halfUp' }).replace(/\.?0+$/, '') || '0';
