/** A row as a person sees it: cells as text, and the line (csv) or row (xlsx) where it stands, counted from 1. */
export interface SheetRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** What a person's table may weigh; more is an accident or an attack. */
export const limits = {
  packed: 20 * 2 ** 20, unpacked: 100 * 2 ** 20, files: 200, rows: 5_000, columns: 100, cells: 200_000,
} as const;
