/** An instant in UTC, ISO 8601 with milliseconds: "2026-03-02T01:00:00.000Z". */
export type Instant = string;
/** A civil date in Shanghai: "2026-03-02". */
export type CivilDate = string;

/** Domain time only; leases, tokens and rate limits use the machine's own clock. */
export interface Clock {
  now(): Promise<Instant>;
}

const SHANGHAI_OFFSET_MS = 8 * 3600_000; // no daylight saving since 1991; dates of birth before that are civil dates already

export const instant = (value: Date | number | string): Instant => new Date(value).toISOString();

/** The civil date in Shanghai at an instant. */
export const civilDate = (at: Instant): CivilDate =>
  new Date(Date.parse(at) + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10);

/** Midnight in Shanghai at the start of a civil date. */
export const startOf = (date: CivilDate): Instant => instant(Date.parse(`${date}T00:00:00Z`) - SHANGHAI_OFFSET_MS);

/** "2026-02-30" is no date. */
export const isCivilDate = (value: unknown): value is CivilDate =>
  typeof value === 'string' &&
  /^\d{4}-\d{2}-\d{2}$/.test(value) &&
  !Number.isNaN(Date.parse(`${value}T00:00:00Z`)) &&
  new Date(`${value}T00:00:00Z`).toISOString().startsWith(value);

export const addDays = (date: CivilDate, days: number): CivilDate =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

export const addHours = (at: Instant, hours: number): Instant => instant(Date.parse(at) + hours * 3_600_000);

/** Whole years between two civil dates; one born on 29 February is a year older on 1 March of a common year. */
export const wholeYears = (from: CivilDate, to: CivilDate): number =>
  Number(to.slice(0, 4)) - Number(from.slice(0, 4)) - (to.slice(5) < from.slice(5) ? 1 : 0);

/** Whole months between two civil dates. */
export const wholeMonths = (from: CivilDate, to: CivilDate): number =>
  (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 +
  Number(to.slice(5, 7)) - Number(from.slice(5, 7)) -
  (to.slice(8) < from.slice(8) ? 1 : 0);
