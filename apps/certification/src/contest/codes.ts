/** Reads the codes of a contest some at a time: who is behind each, and how it came in. */
import type { Query } from '#libs/event-store';
import type { EntryRow, PlacingRow } from './codes-view.js';

export type CodeEntry = Pick<EntryRow, 'code' | 'entryNumber' | 'members' | 'message'>;
export type CodePlaced = Omit<PlacingRow, 'contest'>;
export interface Code {
  readonly entry: CodeEntry;
  /** By revision. */
  readonly placings: ReadonlyMap<number, CodePlaced>;
}

const PAGE = 2_000;
const PLACING = 'code, revision, rank, unranked, theory, practical, own, message';

/** All placings of a revision, page by page. */
export const placingsOf = async function* (query: Query, of: string, revision: number): AsyncGenerator<CodePlaced> {
  for (let last = ''; ; ) {
    const rows = await query<CodePlaced>(
      `SELECT ${PLACING} FROM contest_placings
        WHERE contest = $1 AND revision = $2 AND code > $3 ORDER BY code LIMIT ${PAGE}`, [of, revision, last],
    );
    yield* rows;
    if (rows.length < PAGE) return;
    last = rows.at(-1)?.code ?? last;
  }
};

/** Some codes of a contest, in their order; `revisions`: the placings that are asked for. */
export const codesOf = async (
  query: Query, of: string, revisions: readonly number[], which: { readonly from: number; readonly limit: number } | readonly string[],
): Promise<readonly Code[]> => {
  const columns = 'code, entry_number AS "entryNumber", members, message';
  const entries = 'from' in which
    ? await query<CodeEntry>(
      `SELECT ${columns} FROM contest_entries WHERE contest = $1 ORDER BY code OFFSET $2 LIMIT $3`, [of, which.from, which.limit],
    )
    : await query<CodeEntry>(`SELECT ${columns} FROM contest_entries WHERE contest = $1 AND code = ANY ($2)`, [of, which]);
  const placings = await query<CodePlaced>(
    `SELECT ${PLACING} FROM contest_placings
      WHERE contest = $1 AND revision = ANY ($2) AND code = ANY ($3)`, [of, revisions, entries.map(({ code }) => code)],
  );
  const byCode = new Map<string, Map<number, CodePlaced>>();
  for (const placing of placings) {
    const known = byCode.get(placing.code) ?? new Map<number, CodePlaced>();
    byCode.set(placing.code, known.set(placing.revision, placing));
  }
  return entries.map((entry) => ({ entry, placings: byCode.get(entry.code) ?? new Map<number, CodePlaced>() }));
};

/** The view may be behind: how many codes of the seal it knows. */
export const entriesIn = async (query: Query, of: string): Promise<number> => {
  const [row] = await query<{ count: number }>('SELECT count(*)::int AS count FROM contest_entries WHERE contest = $1', [of]);
  return row?.count ?? 0;
};
