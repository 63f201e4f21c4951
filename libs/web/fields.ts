import { applyDecorators, type Type as Class } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { registerDecorator, ValidateIf, ValidateNested } from 'class-validator';
import { isCivilDate, isDecimal, isId, type Text, text } from '#libs/decider';
import { isStorable } from './text.js';

export interface FieldOptions {
  readonly description?: string;
  readonly example?: unknown;
  /** The field may be missing. */
  readonly optional?: boolean;
  /** The field may be null. */
  readonly nullable?: boolean;
}

/** What is wrong with a value, or undefined. */
type Check = (value: unknown) => Text | undefined;
type Schema = Record<string, unknown>;

/** How a query string's text becomes a value, by class and property. */
const queryKinds = new WeakMap<object, Map<string, 'integer' | 'boolean' | 'list'>>();
const rememberKind = (kind: 'integer' | 'boolean' | 'list'): PropertyDecorator => (target, key) => {
  const kinds = queryKinds.get(target) ?? new Map<string, 'integer' | 'boolean' | 'list'>();
  queryKinds.set(target, kinds.set(String(key), kind));
};

/** `?limit=20` is the number 20 where the field is an integer. Anything else stays text, and its check will say so. */
export const fromQuery = (dto: Class, query: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const kinds = new Map<string, string>();
  for (let at: unknown = dto.prototype; at && at !== Object.prototype; at = Object.getPrototypeOf(at))
    for (const [key, kind] of queryKinds.get(at) ?? []) kinds.set(key, kind);
  return Object.fromEntries(Object.entries(query).map(([key, value]) => [key, convert(kinds.get(key), value)]));
};

const convert = (kind: string | undefined, value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  if (kind === 'integer') return /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  if (kind === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  if (kind === 'list') return value === '' ? [] : value.split(',');
  return value;
};

const presence = ({ optional, nullable }: FieldOptions): PropertyDecorator =>
  ValidateIf((_, value) => !(optional && value === undefined) && !(nullable && value === null));

const api = (schema: Schema, { description, example, optional, nullable }: FieldOptions): PropertyDecorator =>
  ApiProperty({
    ...schema,
    required: !optional,
    ...(nullable ? { nullable: true } : {}),
    ...(description === undefined ? {} : { description }),
    ...(example === undefined ? {} : { example }),
  });

/** class-validator carries one message a check; both languages travel in it. */
const packed = (message: Text): string => JSON.stringify(message);

/** One check of a value, each of a list where `each`. */
const checked = (name: string, check: Check, each = false): PropertyDecorator => (target, key) =>
  registerDecorator({
    name,
    target: target.constructor,
    propertyName: String(key),
    validator: {
      validate: (value: unknown) => (each ? Array.isArray(value) && value.every((item) => !check(item)) : !check(value)),
      defaultMessage: (args) => packed(messageFor(check, args?.value, each)),
    },
  });

const messageFor = (check: Check, value: unknown, each: boolean): Text => {
  if (!each) return check(value) ?? text('无效', 'is invalid');
  if (!Array.isArray(value)) return text('必须是列表', 'must be a list');
  const wrong = value.findIndex((item) => check(item));
  if (wrong < 0) return text('无效', 'is invalid');
  const why = check((value as unknown[])[wrong]) ?? text('无效', 'is invalid');
  return text(`第${wrong + 1}项${why.zh}`, `item ${wrong + 1} ${why.en}`);
};

const field = (name: string, schema: Schema, check: Check, options: FieldOptions = {}): PropertyDecorator =>
  applyDecorators(api({ ...sample(name), ...schema }, options), presence(options), checked(name, check));

const sample = (name: string): Schema => (name in samples ? { example: samples[name] } : {});
const samples: Record<string, unknown> = {
  id: '0195546e-7c00-7000-8000-000000000001', ref: 'shanghai-special-2024', decimal: '87.50', date: '2026-03-02',
  instant: '2026-03-02T01:00:00.000Z', boolean: true, level: 3, integer: 1, text: '说明 note',
  pair: { zh: '数控车工', en: 'CNC turning' },
};

const isText = (min: number, max: number): Check => (value) => {
  if (typeof value !== 'string') return text('必须是文本', 'must be text');
  if (!isStorable(value)) return text('含有无效字符', 'has characters that cannot be stored');
  if (value.trim().length < min) return text('不能为空', 'must not be empty');
  return value.length > max ? text(`最多${max}个字符`, `has at most ${max} characters`) : undefined;
};

export const TextField = (options: FieldOptions & { max?: number; min?: number } = {}): PropertyDecorator =>
  field(
    'text', { type: 'string', minLength: options.min ?? 1, maxLength: options.max ?? 500 },
    isText(options.min ?? 1, options.max ?? 500), options,
  );

/** The same sentence in Chinese and in English. */
export const TextPairField = (options: FieldOptions & { max?: number } = {}): PropertyDecorator => {
  const check = isText(1, options.max ?? 500);
  const part = { type: 'string', minLength: 1, maxLength: options.max ?? 500 };
  return field('pair', { type: 'object', properties: { zh: part, en: part }, required: ['zh', 'en'] }, (value) => {
    if (typeof value !== 'object' || value === null || Object.keys(value).sort().join() !== 'en,zh')
      return text('必须包含 zh 和 en', 'must have zh and en, and nothing else');
    const { zh, en } = value as { zh: unknown; en: unknown };
    return check(zh) ?? check(en);
  }, options);
};

const isUuid: Check = (value) => (isId(value) ? undefined : text('必须是 UUID', 'must be a UUID'));
export const IdField = (options: FieldOptions = {}): PropertyDecorator => field(
  'id', { type: 'string', format: 'uuid' }, isUuid, options,
);

/** A number, code or name that others gave: "6-18-01-01", "shanghai-special-2024". */
export const RefField = (options: FieldOptions & { max?: number } = {}): PropertyDecorator =>
  field('ref', { type: 'string', minLength: 1, maxLength: options.max ?? 200 }, isText(1, options.max ?? 200), options);

export const IntegerField = (options: FieldOptions & { min?: number; max?: number } = {}): PropertyDecorator => {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = options;
  const schema = { type: 'integer', minimum: min, maximum: max, example: Math.min(Math.max(1, min), max) };
  return applyDecorators(rememberKind('integer'), field('integer', schema, (value) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) return text('必须是整数', 'must be an integer');
    return value < min || value > max ? text(`必须在${min}与${max}之间`, `must be between ${min} and ${max}`) : undefined;
  }, options));
};

const isExact: Check = (value) =>
  (isDecimal(value) ? undefined : text('必须是十进制数字文本，如 "12.50"', 'must be a decimal as text, like "12.50"'));
export const DecimalField = (options: FieldOptions = {}): PropertyDecorator =>
  field('decimal', { type: 'string', pattern: '^-?(0|[1-9]\\d{0,14})(\\.\\d{1,10})?$' }, isExact, options);

export const DateField = (options: FieldOptions = {}): PropertyDecorator =>
  field('date', { type: 'string', format: 'date' }, (value) =>
    isCivilDate(value) && value >= '1900-01-01' ? undefined : text('必须是日期，如 2026-03-02', 'must be a date, like 2026-03-02'),
    options);

const instantPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;
const isInstant = (value: unknown): value is string =>
  typeof value === 'string' && instantPattern.test(value) && isCivilDate(value.slice(0, 10)) && !Number.isNaN(Date.parse(value));

/** An instant with its offset; arrives as UTC with milliseconds, whatever offset it was written with. */
export const InstantField = (options: FieldOptions = {}): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (isInstant(value) ? new Date(value).toISOString() : value)),
    field('instant', { type: 'string', format: 'date-time' }, (value) =>
      isInstant(value)
        ? undefined
        : text('必须是带时区的时刻，如 2026-03-02T09:00:00+08:00', 'must be an instant with its offset, like 2026-03-02T09:00:00+08:00'),
      options),
  );

export const BooleanField = (options: FieldOptions = {}): PropertyDecorator =>
  applyDecorators(rememberKind('boolean'), field('boolean', { type: 'boolean' }, (value) =>
    typeof value === 'boolean' ? undefined : text('必须是 true 或 false', 'must be true or false'), options));

export const EnumField = (values: readonly string[], options: FieldOptions = {}): PropertyDecorator =>
  field('enum', { type: 'string', enum: [...values], example: values[0] }, isOneOf(values), options);

/** 五级 = 5 … 一级 = 1. */
export const LevelField = (options: FieldOptions = {}): PropertyDecorator =>
  applyDecorators(
    rememberKind('integer'), field('level', { type: 'integer', enum: [5, 4, 3, 2, 1] }, isOneOf([5, 4, 3, 2, 1]), options),
  );

const isOneOf = (values: readonly unknown[]): Check => (value) =>
  values.includes(value) ? undefined : text(`必须是以下之一：${values.join('、')}`, `must be one of: ${values.join(', ')}`);

type Item = 'string' | 'id' | 'decimal' | 'integer' | 'date';
const items: Record<Item, { schema: Schema; check: Check }> = {
  string: { schema: { type: 'string', maxLength: 500 }, check: isText(1, 500) },
  id: { schema: { type: 'string', format: 'uuid' }, check: isUuid },
  decimal: { schema: { type: 'string' }, check: isExact },
  integer: {
    schema: { type: 'integer' },
    check: (value) => (Number.isSafeInteger(value) ? undefined : text('必须是整数', 'must be an integer')),
  },
  date: {
    schema: { type: 'string', format: 'date' },
    check: (value) => (isCivilDate(value) ? undefined : text('必须是日期', 'must be a date')),
  },
};

export interface ListOptions extends FieldOptions {
  readonly max?: number;
  readonly min?: number;
}

/** A list of DTOs, or of plain values by their kind. */
export const ListField = (of: Item | (() => Class | Item), options: ListOptions = {}): PropertyDecorator => {
  const { min = 0, max = 1000 } = options;
  const size: Check = (value) => {
    if (!Array.isArray(value)) return text('必须是列表', 'must be a list');
    return value.length < min || value.length > max ? text(`必须有${min}至${max}项`, `must have ${min} to ${max} items`) : undefined;
  };
  const limits = { isArray: true, minItems: min, maxItems: max };
  // Called late: the DTO may be declared below.
  const resolved = (): Class | Item => (typeof of === 'string' ? of : (of as () => Class | Item)());
  const plain = typeof of === 'string' ? of : early(of);
  if (plain) {
    const { schema, check } = items[plain];
    const decorators = [
      api({ ...schema, ...limits }, { example: [exampleOf(plain)], ...options }), presence(options),
      checked('items', check, true),
    ];
    return applyDecorators(rememberKind('list'), ...decorators, checked('list', size));
  }
  return applyDecorators(
    api({ type: () => resolved() as Class, ...limits }, options), presence(options), checked('list', size),
    checked('objects', isObjects), Type(() => resolved() as Class), ValidateNested({ each: true }),
  );
};

const exampleOf = (item: Item): unknown => (item === 'string' ? '一 one' : samples[item]);

/** Whether the thunk names a plain kind; a class that is not declared yet throws, and is a class. */
const early = (of: () => Class | Item): Item | undefined => {
  try {
    const found = of();
    return typeof found === 'string' ? found : undefined;
  } catch {
    return undefined;
  }
};

const isPlainObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const isObjects: Check = (value) =>
  Array.isArray(value) && value.every(isPlainObject) ? undefined : text('每项必须是对象', 'must hold objects');

export const ObjectField = (of: () => Class, options: FieldOptions = {}): PropertyDecorator =>
  applyDecorators(
    api({ type: () => of() }, options), presence(options), // swagger takes a function for late only by its name, `type`
    checked('object', (value) => (isPlainObject(value) ? undefined : text('必须是对象', 'must be an object'))),
    Type(of), ValidateNested(),
  );

