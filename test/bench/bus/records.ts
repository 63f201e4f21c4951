import type pg from 'pg';
import { derivedId, newId } from '#libs/decider';
import { EventStore, type NewEvent } from '#libs/event-store';

const AT = '2026-03-02T01:00:00.000Z';
const STREAMS_A_CALL = 500;

const event = (type: string, data: Record<string, unknown>): NewEvent => ({
  id: newId(), type, schema: 1, data,
  metadata: { actor: 'bench', organisation: 'bench', correlation: newId(), causation: null, at: AT },
});

/** What people would have recorded: so many workers registered, each then moved to other units; in one transaction. */
export const recordWorkers = async (pool: pg.Pool, ids: readonly string[], moves: number): Promise<void> => {
  const store = new EventStore(pool);
  const client = await pool.connect();
  const query = async <Row>(sql: string, params: readonly unknown[] = []) => (await client.query(sql, [...params])).rows as Row[];
  try {
    await client.query('BEGIN');
    for (let from = 0; from < ids.length; from += STREAMS_A_CALL) {
      await store.appendIn(query, ids.slice(from, from + STREAMS_A_CALL).map((id) => ({
        stream: `worker:${id}`, expected: 'any', events: [
          event('WorkerRegistered', {
            organisation: 'bench', unit: null, status: 'worker', name: newId(), idNumber: newId(), staffNumber: null,
          }),
          ...Array.from({ length: moves }, (_, n) => event('WorkerUnitChanged', { unit: derivedId('unit', n) })),
        ],
      })));
    }
    await client.query('COMMIT');
  } finally {
    client.release();
  }
};

/** As POST /workers/{id}/unit would: for a reaction that has to catch up with many. */
export const recordMoves = async (pool: pg.Pool, ids: readonly string[], moves: number): Promise<void> => {
  const store = new EventStore(pool);
  for (let move = 0; move < moves; move += 1) {
    await Promise.all(ids.map((id) => store.append({
      stream: `worker:${id}`, expected: 'any', events: [event('WorkerUnitChanged', { unit: derivedId('bench-unit', move) })],
    })));
  }
};
