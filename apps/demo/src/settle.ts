import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '#libs/decider';
import type { Actors } from './actors.js';
import type { Api } from './http.js';

export const services = ['people', 'training', 'registration', 'judging', 'certification', 'incentives'] as const;

interface CaughtUp { readonly idle: boolean; readonly position: number }

const PATIENCE_MS = 120_000;

/** Waits until every service says twice in a row, with nothing new in between, that it has caught up. */
export const settle = async (api: Api, actors: Actors): Promise<void> => {
  const token = await actors.operator();
  const until = Date.now() + PATIENCE_MS;
  for (let before = ''; ; ) {
    const said = await Promise.all(services.map((service) => api.get<CaughtUp>(`/${service}/admin/caught-up`, { token })));
    const now = said.every(({ idle }) => idle) ? said.map(({ position }) => position).join() : '';
    if (now !== '' && now === before) return;
    if (Date.now() > until) throw new Error(`not caught up: ${JSON.stringify(said)}`);
    before = now;
    await sleep(now === '' ? 50 : 5);
  }
};

/** Whether somebody may move the clock: a server that runs in real time cannot be played against in a minute. */
export const isManual = async (api: Api, actors: Actors): Promise<boolean> =>
  (await api.get<{ mode: string }>('/people/admin/clock', { token: await actors.operator() })).mode === 'manual';

/** The clock moves in every service, and only when all have caught up; then what became due happens. */
export const moveClock = async (api: Api, actors: Actors, now: Instant): Promise<void> => {
  await settle(api, actors);
  const token = await actors.operator();
  for (const service of services) await api.post(`/${service}/admin/clock`, { token, body: { now } });
  await settle(api, actors);
};
