/**
 * The order of a draw, so that anyone can derive it again:
 *
 *   hash    = SHA-256(seed), the seed as 32 bytes, published before entries close
 *   entries = SHA-256 of the entries' ids in ascending order, joined by a newline
 *   key(e)  = HMAC-SHA256(seed, contest "\n" entries "\n" public value "\n" e)
 *   order   = entries by key, ascending
 *
 * All hashes are written in lower-case hex, all text is UTF-8; without a public value its line is empty. Whoever made the
 * seed could not choose it to favour an entry: the set of entries, and the public value, were not known yet.
 */
import { createHash, createHmac } from 'node:crypto';

export const seedHash = (seed: string): string => createHash('sha256').update(Buffer.from(seed, 'hex')).digest('hex');

export const entriesHash = (entries: readonly string[]): string =>
  createHash('sha256').update([...entries].sort().join('\n'), 'utf8').digest('hex');

export interface DrawInput {
  contest: string;
  /** Hex. */
  seed: string;
  publicValue: string | null;
  entries: readonly string[];
}

export const drawOrder = ({ contest, seed, publicValue, entries }: DrawInput): string[] => {
  const set = entriesHash(entries);
  const key = (entry: string): string =>
    createHmac('sha256', Buffer.from(seed, 'hex')).update([contest, set, publicValue ?? '', entry].join('\n'), 'utf8').digest(
      'hex'
    );
  return entries.map((entry) => ({ entry, key: key(entry) })).sort((a, b) => (a.key < b.key ? -1 : 1)).map((e) => e.entry);
};

/** What the public sees after the reveal. */
export interface RevealedDraw {
  contest: string;
  hash: string;
  seed: string;
  publicValue: string | null;
  order: readonly string[];
}

/** True where the seed is the committed one and the order follows from it. */
export const verifyDraw = ({ contest, hash, seed, publicValue, order }: RevealedDraw): boolean =>
  seedHash(seed) === hash && drawOrder({ contest, seed, publicValue, entries: order }).join() === order.join();
