/** 培训 and 练兵: a programme a contest, who passed it, the drills; and the levels that people hold. */
import type { Actors } from './actors.js';
import { type ContestKey, contestKeys, type Examples } from './examples.js';
import { type Api, inParallel } from './http.js';

interface Done { readonly id: string }

export const recordTraining = async (
  api: Api, actors: Actors, examples: Examples, workerOf: (idNumber: string) => string,
): Promise<void> => {
  const token = await actors.trainer();
  const programmes = {} as Record<ContestKey, string>;
  for (const key of contestKeys) {
    const { occupation, name } = examples.competition.contests[key];
    const { id } = await api.post<Done>('/training/programmes', { token, key: `programme/${key}`, body: { occupation, name } });
    programmes[key] = id;
  }
  await inParallel(examples.training, 8, async ({ programme, idNumber, hours, passedOn }) => {
    const worker = workerOf(idNumber);
    const { id } = await api.post<Done>(`/training/programmes/${programmes[programme]}/enrolments`, {
      token, key: `enrolment/${programme}/${worker}`, body: { worker },
    });
    await api.post(`/training/enrolments/${id}/attendance`, { token, key: `attendance/${id}`, body: { hours, on: passedOn } });
    await api.post(`/training/enrolments/${id}/pass`, { token, key: `pass/${id}`, body: { on: passedOn } });
  });
  await inParallel(examples.drills, 8, async ({ idNumber, occupation, on, score, passed }) => {
    const worker = workerOf(idNumber);
    await api.post('/training/drills', {
      token, key: `drill/${worker}`, body: { worker, occupation, on, score, passed: passed === 'yes' },
    });
  });
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
