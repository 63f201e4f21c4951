import type { ArgumentMetadata, PipeTransform, Type as Class } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError } from 'class-validator';
import { isId, type Text, text } from '#libs/decider';
import { type FieldError, Malformed, ValidationFailed } from './errors.js';
import { fromQuery } from './fields.js';

const plain = new Set<unknown>([String, Number, Boolean, Array, Object, Buffer, undefined]);

/** A body or query becomes its DTO, or every wrong field is told at once. */
export class DtoPipe implements PipeTransform {
  async transform(value: unknown, { type, metatype }: ArgumentMetadata): Promise<unknown> {
    if (type === 'body' && metatype === Buffer && !(Buffer.isBuffer(value) && value.length > 0))
      throw new Malformed(text('请求正文为空', 'the body is empty'));
    if ((type !== 'body' && type !== 'query') || plain.has(metatype)) return value;
    const dto = metatype as Class<object>;
    const body = value ?? {};
    if (typeof body !== 'object' || Array.isArray(body) || Buffer.isBuffer(body))
      throw new Malformed(text('请求正文必须是 JSON 对象', 'the body must be a JSON object'));
    const input = type === 'query' ? fromQuery(dto, body as Record<string, unknown>) : body;
    const instance = plainToInstance(dto, input, { exposeUnsetFields: false });
    const errors = await validate(instance, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false });
    if (errors.length > 0) throw new ValidationFailed(errors.flatMap((error) => flatten(error, '')));
    return instance;
  }
}

const flatten = (error: ValidationError, prefix: string): FieldError[] => {
  const field = /^\d+$/.test(error.property)
    ? `${prefix}[${error.property}]` : prefix ? `${prefix}.${error.property}` : error.property;
  const inner = (error.children ?? []).flatMap((child) => flatten(child, field));
  if (inner.length > 0) return inner;
  const [[name, message] = ['', '']] = Object.entries(error.constraints ?? {});
  return [
    {
      field: field.slice(0, 200),
      text: name === 'whitelistValidation' ? text('未知字段', 'is not a field of this request') : unpack(message),
    },
  ];
};

const unpack = (message: string): Text => {
  try {
    return JSON.parse(message) as Text;
  } catch {
    return text('无效', 'is invalid'); // one of class-validator's own checks, in English only
  }
};

/** An id in a path: one that is no UUID names nothing. */
export class IdPipe implements PipeTransform {
  constructor(private readonly name: string) {}

  transform(value: unknown): string {
    if (isId(value)) return value.toLowerCase();
    throw new ValidationFailed([{ field: this.name, text: text('必须是 UUID', 'must be a UUID') }]);
  }
}

