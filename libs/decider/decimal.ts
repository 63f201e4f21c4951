import { Decimal as Big } from 'decimal.js';

// 60 digits: sums of thousands of marks with many decimals stay exact; only division rounds, and never near a mark.
const Exact = Big.clone({ precision: 60, toExpNeg: -60, toExpPos: 60 });

/** An exact number as it travels in events, APIs and packs: "12.50". Money is integer fen, not this. */
export type DecimalString = string;

export type RoundingMode = 'halfUp' | 'halfEven' | 'truncate';

/** Every rounding of a rule names its digits and mode; the step is where it stands in the rule. */
export interface Rounding {
  readonly digits: number;
  readonly mode: RoundingMode;
}

export type Exact = InstanceType<typeof Exact>;

const modes: Record<RoundingMode, Big.Rounding> = {
  halfUp: Big.ROUND_HALF_UP,
  halfEven: Big.ROUND_HALF_EVEN,
  truncate: Big.ROUND_DOWN,
};

const pattern = /^-?(0|[1-9]\d{0,14})(\.\d{1,10})?$/;

/** At most 15 digits before and 10 after the point; no exponent, no leading zero. */
export const isDecimal = (value: unknown): value is DecimalString => typeof value === 'string' && pattern.test(value);

export const exact = (value: DecimalString | number | Exact): Exact => {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new RangeError(`${value} is no exact integer`);
  return new Exact(value);
};

export const sum = (values: readonly (DecimalString | Exact)[]): Exact =>
  values.reduce<Exact>((total, value) => total.plus(value), new Exact(0));

/** Rounds to exactly `digits` decimals and writes them all: round(2.5, {digits: 2, mode}) is "2.50". */
export const round = (value: Exact, { digits, mode }: Rounding): DecimalString => value.toFixed(digits, modes[mode]);

/** Plain notation without trailing zeros, never an exponent. */
export const decimal = (value: Exact | DecimalString): DecimalString => new Exact(value).toFixed();
