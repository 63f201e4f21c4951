import type { Query } from '#libs/event-store';
import { pause, sleep } from '../backoff.js';
import { isConflict } from './errors.js';

/** A transaction of the service's database, READ COMMITTED. */
export interface Tx {
  readonly query: Query;
}

export type Transaction<T extends Tx> = <R>(work: (tx: T) => Promise<R>) => Promise<R>;

const ATTEMPTS = 8;

/** Two that met try again at once, so that no message is blamed for it. */
export const retryingConflicts =
  <T extends Tx>(transaction: Transaction<T>, onRetry: () => void = () => undefined): Transaction<T> =>
  async (work) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await transaction(work);
      } catch (error) {
        if (!isConflict(error) || attempt >= ATTEMPTS) throw error;
        onRetry();
        await sleep(pause(attempt, 5, 200) * (0.5 + Math.random()));
      }
    }
  };
