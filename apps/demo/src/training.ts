/** 培训 and 练兵: a programme a contest, who passed it, the drills; and the levels that people hold. */
import { type Actors, cast } from './actors.js';
import { contestKeys, type Examples } from './examples.js';
import type { Api } from './http.js';

interface Imported { readonly refused: number; readonly rows: readonly { readonly line: number; readonly error: unknown }[] }

export const recordTraining = async (
  api: Api, actors: Actors, examples: Examples, workerOf: (idNumber: string) => string,
): Promise<void> => {
  const token = await actors.trainer();
  for (const code of contestKeys) {
    const { occupation, name } = examples.competition.contests[code];
    const body = { code, name, occupation, hours: '40', credits: '4', trainers: [cast.trainer] };
    await api.post('/training/programmes', { token, key: `programme/${code}`, body });
  }
  for (const [path, name] of [['training-records', 'training'], ['drills', 'drills']] as const) {
    const file = { type: 'text/csv', content: examples.file(`${name}.csv`) };
    const { refused, rows } = await api.post<Imported>(`/training/${path}/file`, { token, key: name, file });
    if (refused > 0) throw new Error(`${name}.csv: ${JSON.stringify(rows.find(({ error }) => error !== null))}`);
  }
  await importSkills(api, actors, examples, workerOf);
};

const importSkills = async (
  api: Api, actors: Actors, examples: Examples, workerOf: (idNumber: string) => string,
): Promise<void> => {
  const token = await actors.certifier();
  const rows = examples.skills.map(({ idNumber, occupation, level, since }) => ({
    worker: workerOf(idNumber), occupation, level: Number(level), since,
  }));
  const source = 'register of skill certificates, 2026-03-01';
  await api.post('/certification/skill-records/import', { token, key: 'skills', body: { source, allOrNothing: true, rows } });
};
