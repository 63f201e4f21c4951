/**
 * How fast events are recorded, as ratios of what was measured in the same minute on the same machine: absolute numbers
 * say more about the disk. Closed-loop writers, each on its own stream; contenders take turns in every round.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { eventStoreGrants, eventStoreMigrations } from '#libs/event-store';
import { type Cluster, provision } from '#libs/postgres';
import { migrate, onCluster } from './cluster.js';
import { ceiling, type Contender, emmett, plainInsert, ROWS_AT_ONCE, thisStore } from './contenders.js';
import { checkRecorded } from './check.js';
import type { Bench, Figure } from './index.js';
import { median, range } from './statistics.js';

// Many short rounds: what else the machine does meanwhile then meets all contenders alike.
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);
const SLICE_MS = Number(process.env.BENCH_SLICE_MS ?? 400);
const WRITERS = [1, 16, 64] as const;
const CONNECTIONS = 10; // the default of pg's pool, and so of emmett's

/** Appends a second, by contender and number of writers, one value a round. */
class Rates {
  private readonly all = new Map<string, number[]>();
  add(contender: string, writers: number, rate: number): void {
    const key = `${contender}/${writers}`;
    this.all.set(key, [...(this.all.get(key) ?? []), rate]);
  }
  of(contender: string, writers: number): readonly number[] {
    return this.all.get(`${contender}/${writers}`) ?? [];
  }
}

export const run: Bench = (tell) => onCluster((cluster) => measure(cluster, tell));

const measure = async (cluster: Cluster, tell: (line: string) => void): Promise<readonly Figure[]> => {
  const own = await provision(cluster.url, 'jinji', { owner: 'jinji_owner', running: 'jinji' });
  await migrate(own.migrationUrl, own.role, eventStoreMigrations, eventStoreGrants);
  const theirs = await provision(cluster.url, 'emmett', { owner: 'emmett', running: 'emmett' });
  const pool = new pg.Pool({ connectionString: own.url, max: CONNECTIONS });
  const contenders = [thisStore(pool), plainInsert(pool), await emmett(theirs.migrationUrl, tell)];
  try {
    const rates = new Rates();
    const recorded = new Map<string, number>();
    const bulk = ceiling(pool);
    let slices = 0;
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const writers of WRITERS) {
        // Each round another one begins, so that none always pays for the checkpoint of its predecessor.
        for (const contender of rotated(contenders, round)) {
          const done = await slice(contender, `bench:${(slices += 1)}`, writers);
          if (contender !== contenders[2]) done.streams.forEach((version, stream) => recorded.set(stream, version));
          if (round > 0) rates.add(contender.name, writers, done.rate); // round 0 warms up
          if (contender !== contenders[0] || writers !== 64) continue;
          const rate = await bulkSlice(bulk, `ceiling:${round}`, recorded);
          if (round > 0) rates.add('ceiling', 1, rate);
        }
      }
    }
    await checkRecorded(pool, recorded);
    tell(`checked: each of ${[...recorded.values()].reduce((sum, n) => sum + n, 0)} events is there, once, in stream order`);
    return figures(rates, contenders.map(({ name }) => name), tell);
  } finally {
    for (const contender of contenders) await contender.close();
    await pool.end();
    await allGone(cluster.url);
  }
};

/** A pool may say that it is closed before its connections are; they would complain about the shutdown. */
const allGone = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const others = `SELECT FROM pg_stat_activity WHERE datname IN ('jinji', 'emmett')`;
  while ((await client.query(others)).rowCount) await sleep(50);
  await client.end();
};

const rotated = <T>(list: readonly T[], by: number): readonly T[] =>
  list.map((_, index) => list[(index + by) % list.length] as T);

/** Writers go on until the time is over; what counts is what was answered. */
const slice = async (
  contender: Contender,
  prefix: string,
  writers: number,
): Promise<{ rate: number; streams: ReadonlyMap<string, number> }> => {
  const streams = new Map<string, number>();
  const began = performance.now();
  const write = async (stream: string): Promise<void> => {
    let version = 0;
    for (; performance.now() - began < SLICE_MS; version += 1) await contender.append(stream, version);
    streams.set(stream, version);
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(`${prefix}-${writer}`)));
  const seconds = (performance.now() - began) / 1000;
  return { rate: [...streams.values()].reduce((sum, version) => sum + version, 0) / seconds, streams };
};

const bulkSlice = async (
  bulk: (stream: string) => Promise<void>,
  prefix: string,
  recorded: Map<string, number>,
): Promise<number> => {
  const began = performance.now();
  let calls = 0;
  for (; performance.now() - began < SLICE_MS; calls += 1) {
    await bulk(`${prefix}-${calls}`);
    recorded.set(`${prefix}-${calls}`, ROWS_AT_ONCE);
  }
  return (calls * ROWS_AT_ONCE) / ((performance.now() - began) / 1000);
};

const figures = (rates: Rates, names: readonly string[], tell: (line: string) => void): readonly Figure[] => {
  const [ours = '', plain = '', theirs = ''] = names;
  for (const name of names) {
    const cells = WRITERS.map((writers) => `${String(Math.round(median(rates.of(name, writers)))).padStart(7)}`);
    tell(`${name.padEnd(14)} ${cells.join(' ')} appends/s at ${WRITERS.join(', ')} writers`);
  }
  tell(`${'ceiling'.padEnd(14)} ${String(Math.round(median(rates.of('ceiling', 1)))).padStart(7)} rows/s`);
  const ratio = (name: string, writers: number, to: string, goal: number, toWriters = writers): Figure => {
    const base = rates.of(to, toWriters);
    const ratios = rates.of(ours, writers).map((rate, round) => rate / (base[round] as number));
    const value = Math.round(median(ratios) * 100) / 100;
    tell(`${name}: ${value} (${range(ratios)} over ${ratios.length} rounds)`);
    return { name, value, goal, met: value >= goal };
  };
  return [
    ratio('append/emmett at 16 writers', 16, theirs, 5),
    ratio('append/emmett at 64 writers', 64, theirs, 9),
    ratio('append/ceiling at 64 writers', 64, 'ceiling', 0.6, 1),
    ratio('append/plain INSERT at 1 writer', 1, plain, 0.75),
  ];
};
