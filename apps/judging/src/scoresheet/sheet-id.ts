import { derivedId } from '#libs/decider';

/** Judgement (each judge has a sheet) or measurement (one agreed sheet). */
export type SheetKind = 'J' | 'M';

/** Nobody opens a sheet: its id follows from what it is for, so that client and server name the same one. */
export const sheetId = (contest: string, code: string, part: string, kind: SheetKind, judge: string): string =>
  kind === 'J' ? derivedId(contest, 'sheet', code, part, 'J', judge) : derivedId(contest, 'sheet', code, part, 'M');
