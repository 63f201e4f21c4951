import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { newId } from '#libs/decider';
import type { Fleet, ServiceName } from '#libs/fleet';
import { Api } from '../../../apps/demo/src/http.js';
import { checkDigit } from '../../../apps/people/src/id-number.js';

const WORKERS = 2_000;

/** Registered workers who are moved between two units, one event a request. */
export interface People {
  readonly ids: readonly string[];
  /** One request, of the worker whose turn it is; tells the position of its event. */
  move(): Promise<{ position: number }>;
}

export const registerPeople = async (fleet: Fleet): Promise<People> => {
  const url = fleet.instances.find(({ service }) => service === 'people')?.url ?? '';
  const token = await fleet.token('bench', newId(), ['organiser']);
  const api = new Api(new URL(url)); // node:http: `fetch` takes three times as much of a core that the services need
  const post = <T>(path: string, body: unknown): Promise<T> => api.post<T>(path, { token, body });
  const units = await Promise.all(['东 East', '西 West'].map((name) => post<{ id: string }>('/units', { name })));
  const rows = Array.from({ length: WORKERS }, (_, n) => ({ idNumber: idNumberOf(n), name: `工${n}` }));
  const { rows: resolved } = await post<{ rows: { worker: string }[] }>('/workers/resolve', {
    asOf: '2026-03-02', purpose: 'bench', rows,
  });
  const ids = resolved.map(({ worker }) => worker);
  let moves = 0;
  return {
    ids,
    move: () => {
      const [who, round] = [moves % WORKERS, Math.floor(moves / WORKERS)];
      moves += 1;
      return post(`/workers/${ids[who] ?? ''}/unit`, { unit: units[round % 2]?.id });
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

/**
 * When certification's reaction to each of people's events was committed, epoch ms by event id; waits for all of them.
 * PostgreSQL says it (track_commit_timestamp), to the microsecond and by the same clock as ours.
 */
export const reactionCommits = async (fleet: Fleet, causes: readonly string[]): Promise<ReadonlyMap<string, number>> => {
  const client = new pg.Client({ connectionString: databaseOf(fleet, 'certification') });
  await client.connect();
  const sql = `SELECT metadata->>'causation' AS cause, extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000 AS committed
                 FROM events WHERE metadata->>'causation' = ANY ($1::text[])`;
  for (let seen = -1, since = Date.now(); ; await sleep(200)) {
    const { rows } = await client.query<{ cause: string; committed: string }>(sql, [causes]);
    const commits = new Map(rows.map(({ cause, committed }) => [cause, Number(committed)]));
    if (rows.length !== commits.size || commits.size > causes.length) throw new Error('an event had its effect twice');
    if (rows.length !== seen) [seen, since] = [rows.length, Date.now()];
    else if (Date.now() - since > 60_000) throw new Error(`of ${causes.length} events ${seen} had an effect`);
    if (commits.size < causes.length) continue;
    await client.end();
    return commits;
  }
};

/** The ids of people's events, by their positions. */
export const eventsOf = async (fleet: Fleet, from: number, to: number): Promise<ReadonlyMap<number, string>> => {
  const client = new pg.Client({ connectionString: databaseOf(fleet, 'people') });
  await client.connect();
  const { rows } = await client.query<{ id: string; position: string }>(
    'SELECT id, position FROM events WHERE position BETWEEN $1 AND $2', [from, to],
  );
  await client.end();
  return new Map(rows.map(({ id, position }) => [Number(position), id]));
};
