/** The envelopes of a contest: random codes, and the key that hides which envelope an entry took. Used at the edge only. */
import { createHmac, randomBytes, randomInt } from 'node:crypto';
import type { CodesByTag } from './seal.js';

export interface Envelopes {
  /** Hex; hides the envelope's number in `tagOf`. */
  key: string;
  envelopes: readonly { envelope: number; code: string }[];
}

/** No 0 O 1 I L U: read aloud and written by hand. */
const alphabet = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

const newCode = (): string => {
  const characters = Array.from({ length: 6 }, () => alphabet[randomInt(alphabet.length)]).join('');
  return `${characters.slice(0, 4)}-${characters.slice(4)}`;
};

/** Codes are independent of each other, of the envelopes' numbers and of the draw's seed. */
export const newEnvelopes = (count: number): Envelopes => {
  const codes = new Set<string>();
  while (codes.size < count) codes.add(newCode());
  return { key: randomBytes(32).toString('hex'), envelopes: [...codes].map((code, n) => ({ envelope: n + 1, code })) };
};

/** The same envelope gives the same tag; without the key, nobody tells which. */
export const tagOf = (key: string, envelope: number): string =>
  createHmac('sha256', Buffer.from(key, 'hex')).update(`envelope ${envelope}`).digest('hex');

export const codesByTag = ({ key, envelopes }: Envelopes): CodesByTag =>
  Object.fromEntries(envelopes.map(({ envelope, code }) => [tagOf(key, envelope), code]));

/** As written to the vault, and read back. */
export const sealed = (envelopes: Envelopes): string => JSON.stringify(envelopes);
export const unsealed = (plain: string): Envelopes => JSON.parse(plain) as Envelopes;
