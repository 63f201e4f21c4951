import { text } from '#libs/decider';
import { ValidationFailed } from './errors.js';
import { IntegerField, TextField } from './fields.js';
import { isStorable } from './text.js';

/** `?limit=&cursor=`; extend it with a list's own filters. */
export class PageQuery {
  @IntegerField({ min: 1, max: 500, optional: true, description: 'at most so many items; 50 where not given', example: 50 })
  limit?: number;

  @TextField({ max: 1000, optional: true, description: 'where the page before ended: its `next`', example: 'WyIyMDI2Il0' })
  cursor?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** The cursor of the next page; null on the last one. */
  readonly next: string | null;
}

type Key = string | number;

/** A cursor holds the sort key of the last item, so that a list that grows is neither repeated nor skipped. */
export const writeCursor = (...key: readonly Key[]): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** The key in a cursor of ours with so many parts; anything else is a 400. Undefined where there is no cursor. */
export const readCursor = (cursor: string | undefined, parts: number): readonly Key[] | undefined => {
  if (cursor === undefined) return undefined;
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(key) && key.length === parts && key.every(isKey)) return key;
  } catch {
    // told below
  }
  throw new ValidationFailed([{ field: 'cursor', text: text('不是有效的游标', 'is no cursor of this list') }]);
};

const isKey = (value: unknown): value is Key => (typeof value === 'string' ? isStorable(value) : Number.isSafeInteger(value));

/** From limit + 1 rows: the page, and where it ends. */
export const pageOf = <T>(rows: readonly T[], limit: number, keyOf: (last: T) => readonly Key[]): Page<T> => {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? writeCursor(...keyOf(last)) : null };
};
