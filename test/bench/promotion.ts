/**
 * A contest with 30 000 entrants, each with a ladder and an earlier contest: from "the result is closed" on the bus until all
 * decisions are proposed, through the service as it runs. The ceiling of the same minute: the very same events in INSERTs of
 * 1 000 rows. Rounds of both alternate.
 */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { certification } from '../../apps/certification/src/definition.js';
import { derivedId } from '#libs/decider';
import { EmbeddedBus } from '#libs/messaging';
import type { Cluster } from '#libs/postgres';
import type { Service } from '#libs/service';
import { startBenchService } from './bench-service.js';
import { onCluster } from './cluster.js';
import type { Bench, Figure } from './index.js';
import { type BenchContest, Feed, workerOf } from './promotion-feed.js';
import { checkDecisions, copyOfEvents, type Copied, proposed } from './promotion-check.js';
import { askWhatIf, checkWhatIf, otherWayRound } from './promotion-what-if.js';
import { median, range } from './statistics.js';

const ENTRANTS = Number(process.env.BENCH_ENTRANTS ?? 30_000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const MEBIBYTE = 1024 * 1024;

export const run: Bench = (tell) => onCluster((cluster) => measure(cluster, tell));

const measure = async (cluster: Cluster, tell: (line: string) => void): Promise<readonly Figure[]> => {
  const last = contestOf(ROUNDS);
  const peers = await otherWayRound(ENTRANTS, () => last.shift);
  const { service, migrationUrl, url, token, request } = await startBenchService(
    cluster, certification, { PEERS_URL: peers.url },
  );
  const bus = new EmbeddedBus({ url });
  const owner = new pg.Pool({ connectionString: migrationUrl, max: 2 });
  owner.on('error', () => undefined); // idle connections are cut at the end
  const memory = watchMemory();
  try {
    const feed = new Feed(bus, ENTRANTS);
    await bus.createTopics(['jinji.competitions', 'jinji.seals', 'jinji.results'], 4);
    const contests = Array.from({ length: ROUNDS + 1 }, (_, n) => contestOf(n));
    for (const { occupation } of contests) await climb(request, occupation);
    await caughtUp(service);
    tell(`${ENTRANTS} entrants, each with a ladder in ${contests.length} occupations; ` +
      `${Math.round(memory.now() / MEBIBYTE)} MiB resident, load ${load()}`);

    const ceiling = await copyOfEvents(owner);
    const rates: number[] = [];
    const ratios: number[] = [];
    for (const [round, contest] of contests.entries()) {
      const fed = performance.now();
      await feed.prepare(contest);
      await caughtUp(service);
      const heard = (2 * ENTRANTS) / seconds(fed);
      const from = await service.store.head();

      const used = process.cpuUsage();
      const began = performance.now();
      await feed.close(contest, 1);
      await proposed(owner, contest.id);
      const taken = seconds(began);
      const { user, system } = process.cpuUsage(used);
      await caughtUp(service);
      const settled = seconds(began);

      const checked = await checkDecisions(owner, contest, ENTRANTS);
      const copied = await ceiling.copy(from);
      tell(`${round === 0 ? 'history' : `round ${round}`}: ${line(taken, settled, heard, copied)}; ` +
        `${((user + system) / 1e6).toFixed(1)} s of CPU here; ${checked}; ` +
        `${Math.round(memory.peak() / MEBIBYTE)} MiB at most, load ${load()}`);
      if (round === 0) continue; // the earlier contest of everyone, and the warming up
      rates.push(ENTRANTS / taken);
      ratios.push(copied.seconds / taken);
    }
    tell(`${Math.round(median(rates))} decisions/s; of the ceiling ${range(ratios)} over ${ratios.length} rounds`);
    const asked = await askWhatIf(await service.listen(0, '127.0.0.1'), token, last.id);
    tell(`what if all were ranked the other way round: ${asked.seconds.toFixed(1)} s in one pass, ` +
      `${Math.round(asked.bytes / MEBIBYTE)} MiB of answer; ${checkWhatIf(asked, ENTRANTS)}; ` +
      `${Math.round(memory.peak() / MEBIBYTE)} MiB at most, load ${load()}`);
    const ratio = Math.round(median(ratios) * 100) / 100;
    const most = Math.round(memory.peak() / MEBIBYTE);
    return [
      { name: 'promotion/ceiling', value: ratio, goal: 0.25, met: ratio >= 0.25 },
      { name: 'what-if in one pass, s', value: Math.round(asked.seconds * 10) / 10, goal: 120, met: asked.seconds < 120 },
      { name: 'memory at most, MiB', value: most, goal: 300, met: most < 300 },
    ];
  } finally {
    memory.stop();
    peers.server.close();
    await bus.close();
    await service.close();
    await owner.end();
  }
};

/** Each in an occupation of its own, so that everybody in the first half rises; the first is everyone's history. */
const contestOf = (n: number): BenchContest => ({
  id: derivedId('bench', 'contest', n), occupation: `6-18-01-${String(n + 1).padStart(2, '0')}`, shift: n * 1_009,
  announced: '2026-05-01T01:00:00.000Z', finalAt: `2026-0${6 + (n >> 1)}-${n % 2 === 0 ? '01' : '15'}T01:00:00.000Z`,
});

type Request = (path: string, body: unknown) => Promise<unknown>;

/** Imported levels: everyone holds 三级 in the occupation. */
const climb = async (request: Request, occupation: string): Promise<void> => {
  for (let from = 0; from < ENTRANTS; from += 1_000)
    await request('/skill-records/import', {
      source: 'bench', rows: Array.from({ length: Math.min(1_000, ENTRANTS - from) }, (_, n) =>
        ({ worker: workerOf(from + n), occupation, level: 3, since: '2020-01-01' })),
    });
};

const caughtUp = async (service: Service): Promise<void> => {
  for (let before = -1; ; ) {
    const { idle, position } = await service.caughtUp();
    if (idle && position === before) return;
    before = idle ? position : -1;
    await sleep(20);
  }
};

const line = (taken: number, settled: number, heard: number, { events, bytes, seconds: least }: Copied): string =>
  `${taken.toFixed(1)} s for ${ENTRANTS} decisions (views and relay ${settled.toFixed(1)} s), ceiling ${least.toFixed(1)} s ` +
  `for the same ${events} events of ${Math.round(bytes / events)} bytes = ${(least / taken).toFixed(2)}; ` +
  `before that ${Math.round(heard)} messages/s`;

const seconds = (since: number): number => (performance.now() - since) / 1000;
const load = (): string => (loadavg()[0] ?? 0).toFixed(1);

/** What the process takes, looked at ten times a second. */
const watchMemory = () => {
  let most = 0;
  const look = (): number => {
    const { rss } = process.memoryUsage();
    most = Math.max(most, rss);
    return rss;
  };
  const timer = setInterval(look, 100);
  return { now: look, peak: () => most, stop: () => clearInterval(timer) };
};
