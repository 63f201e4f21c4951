import { createHash } from 'node:crypto';

/** A UUIDv7 of the seed's millisecond, the same for the same seed and name. */
export const seededId = (seed: string, name: string): string => {
  const bytes = createHash('sha256').update(`${seed}\n${name}`).digest().subarray(0, 16);
  Buffer.from(seed.replaceAll('-', ''), 'hex').copy(bytes, 0, 0, 6);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};
