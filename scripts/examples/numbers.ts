/** Numbers with valid check digits that belong to nobody: every ID number here has the sequence number 000. */

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** GB 11643. */
export const idNumber = (region: string, birth: string): string => {
  const body = `${region}${birth.replaceAll('-', '')}000`;
  const sum = ID_WEIGHTS.reduce((total, weight, i) => total + weight * Number(body[i]), 0);
  return body + '10X98765432'[sum % 11];
};

/** The same number with a check digit that is not its own. */
export const wrongCheckDigit = (id: string): string => id.slice(0, 17) + (id.endsWith('1') ? '2' : '1');

const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];
const CREDIT_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** GB 32100, with the organisation code's own check digit (GB 11714) within. */
export const unitCode = (kind: string, region: string, organisation: string): string => {
  const value = (c: string): number => (c <= '9' ? Number(c) : c.charCodeAt(0) - 55);
  const sum = ORGANISATION_WEIGHTS.reduce((total, weight, i) => total + weight * value(organisation[i] ?? '0'), 0);
  const check = (11 - (sum % 11)) % 11;
  const body = `${kind}${region}${organisation}${check === 10 ? 'X' : check}`;
  const total = [...body].reduce((t, c, i) => (t + CREDIT_ALPHABET.indexOf(c) * 3 ** i) % 31, 0);
  return body + CREDIT_ALPHABET[(31 - total) % 31];
};
