import { createHash } from 'node:crypto';

/** One text for one value: keys sorted, no spaces. Two files that say the same have the same digest. */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`;
};

export const digestOf = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex');
