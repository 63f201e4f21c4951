import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { newId } from '#libs/decider';
import type { Fleet, ServiceName } from '#libs/fleet';
import { checkDigit } from '../../../apps/people/src/id-number.js';

const WORKERS = 2_000;

/** Registered workers who are moved between two units, one event a request. */
export interface People {
  readonly ids: readonly string[];
  /** The n-th request; tells the position of its event. */
  move(n: number): Promise<{ position: number }>;
}

export const registerPeople = async (fleet: Fleet): Promise<People> => {
  const url = fleet.instances.find(({ service }) => service === 'people')?.url ?? '';
  const token = await fleet.token('bench', newId(), ['organiser']);
  const post = async <T>(path: string, body: unknown): Promise<T> => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST', body: JSON.stringify(body), headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const units = await Promise.all(['东 East', '西 West'].map((name) => post<{ id: string }>('/units', { name })));
  const rows = Array.from({ length: WORKERS }, (_, n) => ({ idNumber: idNumberOf(n), name: `工${n}` }));
  const { rows: resolved } = await post<{ rows: { worker: string }[] }>('/workers/resolve', {
    asOf: '2026-03-02', purpose: 'bench', rows,
  });
  const ids = resolved.map(({ worker }) => worker);
  const moved = ids.map(() => 0);
  return {
    ids,
    move: (n) => {
      const who = n % WORKERS;
      const times = (moved[who] = (moved[who] ?? 0) + 1);
      return post(`/workers/${ids[who] ?? ''}/unit`, { unit: units[times % 2]?.id });
    },
  };
};

const idNumberOf = (n: number): string => {
  const first17 = `310101199001${String(1 + (n % 28)).padStart(2, '0')}${String(Math.floor(n / 28)).padStart(3, '0')}`;
  return first17 + checkDigit(first17);
};

/** As the superuser, who may ask when a transaction was committed. */
export const databaseOf = (fleet: Fleet, service: ServiceName): string => {
  const url = new URL(fleet.postgresUrl);
  url.pathname = `/${service}`;
  return url.href;
};

/** Until certification has dealt with everything that people has sent up to a position: offsets move after the effects. */
export const certificationReached = async (fleet: Fleet, position: number): Promise<void> => {
  const client = new pg.Client({ connectionString: databaseOf(fleet, 'certification') });
  await client.connect();
  const sql = `SELECT coalesce(max(sequence), 0) AS sequence FROM inbox_marks WHERE topic = 'jinji.people'`;
  const reached = async (): Promise<number> => Number((await client.query<{ sequence: string }>(sql)).rows[0]?.sequence);
  for (let last = -1, since = Date.now(); ; await sleep(50)) {
    const now = await reached();
    if (now >= position) break;
    if (now !== last) [last, since] = [now, Date.now()];
    if (Date.now() - since > 60_000) throw new Error(`certification stands at ${now}, before ${position}`);
  }
  await client.end();
};
