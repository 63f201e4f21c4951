import { civilDate, type Instant } from '#libs/decider';
import type { Level, Pack } from '#libs/policy';

type Issuer = Pack['process']['issuer'];

/** How a certificate is numbered; packs name a scheme, others can be added beside this one. */
export interface NumberScheme {
  /** Numbers of one series count up together, without a gap. */
  series(issuer: Issuer, level: Level, at: Instant): string;
  number(series: string, serial: number): string;
}

/** 22 characters: S (assessor) or Y (employer), organisation, province, site, year, level, serial. */
const national22: NumberScheme = {
  series: ({ kind, code, province, site }, level, at) =>
    `${kind === 'employer' ? 'Y' : 'S'}${code}${province}${site}${civilDate(at).slice(2, 4)}${level}`,
  number: (series, serial) => {
    const number = `${series}${String(serial).padStart(6, '0')}`;
    if (!/^[YS]\d{4}\d{2}\d{6}\d{2}[1-5]\d{6}$/.test(number)) throw new RangeError(`${number} is no certificate number`);
    return number;
  },
};

/** A scheme is added here, and its name to what a pack may say (libs/policy/pack.ts). */
export const numberSchemes = {
  'national-22': national22,
} as const satisfies Readonly<Record<Pack['process']['codeScheme'], NumberScheme>>;

export interface Numbering {
  /** The series that it is numbered in. */
  readonly name: string;
  readonly number: (serial: number) => string;
}

/** How a pack's certificates of a level are numbered on a day. */
export const numbering = (
  { codeScheme, issuer }: { readonly codeScheme: string; readonly issuer: Issuer }, level: Level, at: Instant,
  schemes: Readonly<Record<string, NumberScheme>> = numberSchemes,
): Numbering => {
  const scheme = schemes[codeScheme];
  if (scheme === undefined) throw new Error(`there is no scheme of certificate numbers called ${codeScheme}`);
  const name = scheme.series(issuer, level, at);
  return { name, number: (serial) => scheme.number(name, serial) };
};
