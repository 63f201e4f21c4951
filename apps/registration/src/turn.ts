import type { Work } from '#libs/service';

/** A namespace of its own among the advisory locks of two numbers; the store's watermark uses those of one. */
const REGISTRATION = 1001;

/**
 * Those who change the same competition or contest at once go one after the other: a queue of forty check-ins shall wait,
 * not be told to try again. It also lets a rule look across the contests of one competition.
 */
export const takeTurn = async (work: Work, id: string): Promise<void> => {
  await work.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [REGISTRATION, id]);
};
