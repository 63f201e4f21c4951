import { hash } from 'node:crypto';

/** One text for one value: keys sorted, no spaces. Two files that say the same have the same digest. */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  // Every decision is digested more than once: one string is built, and no list of parts.
  let fields = '';
  for (const key of Object.keys(value).sort()) {
    const field = (value as Readonly<Record<string, unknown>>)[key];
    if (field !== undefined) fields += `${fields === '' ? '' : ','}${JSON.stringify(key)}:${canonical(field)}`;
  }
  return `{${fields}}`;
};

export const digestOf = (value: unknown): string => hash('sha256', canonical(value));
