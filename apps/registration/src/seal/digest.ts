import { createHash } from 'node:crypto';

/** What `jinji.seal.opened` promises: SHA-256 of the lines "code entry", sorted by code, each ended by a newline. */
export const sealDigest = (entries: readonly { code: string; entry: string }[]): string => {
  const lines = entries.map(({ code, entry }) => `${code} ${entry}\n`).sort();
  return createHash('sha256').update(lines.join(''), 'utf8').digest('hex');
};
