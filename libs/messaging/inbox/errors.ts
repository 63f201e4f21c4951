import { VersionConflict } from '#libs/event-store';

const links = (error: unknown): object[] => {
  const found: object[] = [];
  for (let at: unknown = error; at !== null && typeof at === 'object' && found.length < 5; ) {
    found.push(at);
    at = ('driverError' in at && at.driverError) || ('cause' in at && at.cause) || null;
  }
  return found;
};

const codes = (error: unknown): string[] =>
  links(error).flatMap((at) => ('code' in at && typeof at.code === 'string' ? [at.code] : []));

/** Two transactions met: the same one again will do. */
export const isConflict = (error: unknown): boolean =>
  links(error).some((at) => at instanceof VersionConflict) || codes(error).some((code) => code === '40001' || code === '40P01');

// No connection, no resources, shutting down, a standby: the database's trouble and not the message's. A query that was
// cancelled for its length (57014) is the message's.
const AWAY = /^(08|53|58|57P|55P03|25006|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)/;
const CUT =
  /connection terminated|timeout exceeded when trying|is not queryable|driver not connected|query runner already released/i;

/** The database is away for now: no message is to blame. */
export const isAway = (error: unknown): boolean =>
  codes(error).some((code) => AWAY.test(code)) || links(error).some((at) => at instanceof Error && CUT.test(at.message));
