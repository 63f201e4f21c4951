import { isId, text } from '#libs/decider';
import { readCursor, ValidationFailed } from '#libs/web';

/** A cursor that is one id. */
export const idCursor = (cursor: string | undefined): string | undefined => {
  const [after] = readCursor(cursor, 1) ?? [];
  if (after === undefined || isId(after)) return after;
  throw new ValidationFailed([{ field: 'cursor', text: text('不是有效的游标', 'is no cursor of this list') }]);
};
