/** Before the competition: units, people, what they trained and drilled, the levels that they hold. */
import type { Actors } from './actors.js';
import type { Examples } from './examples.js';
import { type Api, Refused } from './http.js';

/** From ID number to worker id. */
export type People = ReadonlyMap<string, string>;

export const workerIn = (people: People) => (idNumber: string): string => {
  const worker = people.get(idNumber);
  if (worker === undefined) throw new Error('an ID number of the example belongs to nobody who is registered');
  return worker;
};

/** The demo's people are there once only. */
export const holdsDemo = async (api: Api, actors: Actors, examples: Examples): Promise<boolean> => {
  const idNumber = examples.workers[0]?.idNumber;
  const token = await actors.organiser();
  return api.post('/people/workers/find', { token, body: { idNumber } }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Refused && error.status === 404) return false;
      throw error;
    },
  );
};

export const registerPeople = async (api: Api, actors: Actors, examples: Examples): Promise<People> => {
  const token = await actors.organiser();
  for (const unit of examples.units) await api.post('/people/units', { token, key: `unit/${unit.code}`, body: unit });
  const rows = examples.workers.map(({ unitCode, staffNumber, ...row }) => ({
    ...row, ...(unitCode ? { unitCode } : {}), ...(staffNumber ? { staffNumber } : {}),
  }));
  const answer = await api.post<{ rows: { row: number; worker: string | null; error: unknown }[] }>('/people/workers/resolve', {
    token, key: 'workers', body: { rows, asOf: '2026-03-02', purpose: 'import of worker records' },
  });
  return new Map(answer.rows.map(({ row, worker, error }) => {
    if (worker === null) throw new Error(`workers.csv, row ${row + 1}: ${JSON.stringify(error)}`);
    return [rows[row]?.idNumber ?? '', worker];
  }));
};
