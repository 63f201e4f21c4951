import { jsonSchemas, type PublicType } from '#libs/contracts';
import { derivedId } from '#libs/decider';
import type { Publication } from '../published.js';

interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

export const sampleFormats: Readonly<Record<string, string>> = {
  uuid: derivedId('a sample'), 'date-time': '2026-03-02T01:00:00.000Z', date: '2026-03-02',
};

const isNull = ({ type }: Schema): boolean => type === 'null';

/** `largest`: as large as it gets in earnest, with long texts in Chinese and lists of thirty; `smallest`: what must be there. */
const sample = (schema: Schema, size: 'largest' | 'smallest'): unknown => {
  if (schema.const !== undefined) return schema.const;
  if (schema.anyOf) {
    const some = schema.anyOf.find((each) => isNull(each) === (size === 'smallest'));
    return sample(some ?? schema.anyOf[0] ?? {}, size);
  }
  switch (schema.type) {
    case 'object': {
      const there = Object.entries(schema.properties ?? {})
        .filter(([name]) => size === 'largest' || schema.required?.includes(name) === true);
      return Object.fromEntries(there.map(([name, each]) => [name, sample(each, size)]));
    }
    case 'array': {
      const length = size === 'largest' ? Math.min(30, schema.maxItems ?? 30) : 0;
      return Array.from({ length }, () => sample(schema.items ?? {}, size));
    }
    case 'string':
      if (schema.pattern) return size === 'largest' ? '123456789012345.1234567890' : '0';
      return sampleFormats[schema.format ?? ''] ?? (size === 'largest' ? '级'.repeat(schema.maxLength ?? 500) : '级');
    case 'integer': return schema.minimum ?? 3;
    case 'boolean': return size === 'largest';
    default: return null;
  }
};

/** A publication of a type that keeps its contract. */
export const samplePublication = (type: PublicType, size: 'largest' | 'smallest' = 'largest'): Publication =>
  ({ type, data: sample(jsonSchemas()[type], size) }) as unknown as Publication;
