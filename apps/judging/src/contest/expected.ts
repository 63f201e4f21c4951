import type { Part, Scheme } from '../marking-scheme/scheme.js';
import { parts } from '../marking-scheme/scheme.js';
import { type AppointedPanel, holderOf, type Seat } from '../panel/panel.js';
import { type SheetKind, sheetId } from '../scoresheet/sheet-id.js';
import type { FilledSheet, Scoresheet } from '../scoresheet/scoresheet.js';

/** One sheet that the contest needs: any of a seat's holders may have filled it; `due` is who has to, if none did. */
export interface ExpectedSheet {
  readonly code: string;
  readonly part: string;
  readonly kind: SheetKind;
  readonly due: string;
  /** In the order of the seat's holders. */
  readonly ids: readonly string[];
}

/** What the panel owes for these codes. `ordinal` is a code's place among all codes of the contest. */
export const expectedSheets = (
  contest: string, scheme: Scheme, panel: AppointedPanel, codes: readonly { readonly code: string; readonly ordinal: number }[],
): readonly ExpectedSheet[] => {
  const list = parts(scheme);
  return codes.flatMap(({ code, ordinal }) => list.flatMap((part, place) => [
    ...(part.judgements.length === 0 ? [] : panel.seats.filter((seat) => sits(seat, code)).map((seat): ExpectedSheet => ({
      code, part: part.id, kind: 'J', due: holderOf(seat),
      ids: seat.holders.map((judge) => sheetId(contest, code, part.id, 'J', judge)),
    }))),
    ...measurement(contest, panel, part, code, ordinal + place),
  ]));
};

/** Turns go round all seats, so that a recusal moves only what that seat had. */
export const measurerOf = (panel: AppointedPanel, part: string, code: string, turn: number): string | undefined => {
  const seats = panel.seats.map((_, i) => panel.seats[(turn + i) % panel.seats.length]).filter((seat) => seat !== undefined);
  const named = seats.find((seat) => holderOf(seat) === panel.measurers[part] && sits(seat, code));
  const seat = named ?? seats.find((one) => sits(one, code));
  return seat && holderOf(seat);
};

export const sits = (seat: Seat, code: string): boolean => !seat.recused && !seat.recusedFrom.includes(code);

const measurement = (contest: string, panel: AppointedPanel, part: Part, code: string, turn: number): readonly ExpectedSheet[] =>
  part.measurements.length === 0 ? [] : [{
    code, part: part.id, kind: 'M', due: measurerOf(panel, part.id, code, turn) ?? '',
    ids: [sheetId(contest, code, part.id, 'M', '')],
  }];

export type Lacks = 'marks' | 'signature' | 're-mark';

export interface MissingSheet {
  readonly id: string;
  readonly judge: string;
  readonly code: string;
  readonly part: string;
  readonly kind: SheetKind;
  readonly lacks: Lacks;
}

export interface HandedIn {
  readonly id: string;
  readonly sheet: FilledSheet;
}

/** The sheet of a seat that counts: the first that was handed in, by whoever sat there then. */
export const counting = ({ ids }: ExpectedSheet, sheets: ReadonlyMap<string, Scoresheet>): HandedIn | undefined => {
  const handedIn = ids.flatMap((id): readonly HandedIn[] => {
    const sheet = sheets.get(id);
    return sheet === undefined || sheet.is === 'open' || sheet.is === 'draft' ? [] : [{ id, sheet }];
  });
  return handedIn.find(({ sheet }) => done(sheet)) ?? handedIn[0];
};

const done = ({ is }: FilledSheet): boolean => is === 'signed' || is === 'locked';

export const missing = (expected: readonly ExpectedSheet[], sheets: ReadonlyMap<string, Scoresheet>): readonly MissingSheet[] =>
  expected.flatMap((one): readonly MissingSheet[] => {
    const { code, part, kind, due, ids } = one;
    const found = counting(one, sheets);
    if (!found) return [{ id: ids.at(-1) ?? '', judge: due, code, part, kind, lacks: 'marks' }];
    const { id, sheet } = found;
    if (done(sheet)) return [];
    return [{ id, judge: sheet.judge, code, part, kind, lacks: sheet.is === 're-mark' ? 're-mark' : 'signature' }];
  });
