import type { DataSource, EntityManager } from 'typeorm';
import { isCutOff, type Query } from '#libs/event-store';

/** The manager's own connection as plain SQL: what runs here belongs to the manager's transaction. */
export const queryIn = (manager: EntityManager): Query => async <Row>(sql: string, params: readonly unknown[] = []) => {
  const runner = manager.queryRunner;
  if (!runner) throw new Error('a transaction is needed: this manager has no connection of its own');
  return (await runner.query(sql, [...params], true)).records as Row[];
};

/** A pool as plain SQL: each query by itself, on whichever connection is free. */
export const queryOn = (db: DataSource): Query => async <Row>(sql: string, params: readonly unknown[] = []) => {
  const runner = db.createQueryRunner();
  try {
    return (await runner.query(sql, [...params], true)).records as Row[];
  } finally {
    await runner.release();
  }
};

const transientStates = /^(08|40|53|55P03|57P0)/;
const transientErrors = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/** The database was away or in the way; the same work may succeed later. Everything else is a mistake of ours. */
export const isTransient = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return transientStates.test(code) || transientErrors.has(code) || isCutOff(error);
};

export const said = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));
