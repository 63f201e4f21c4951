/**
 * A contest with 30 000 entrants, each with a ladder and an earlier contest: from "the result is closed" on the bus until all
 * decisions are proposed, through the service as it runs. The ceiling of the same minute: the very same events in INSERTs of
 * 1 000 rows. Rounds of both alternate.
 */
import { loadavg } from 'node:os';
import pg from 'pg';
import { derivedId } from '#libs/decider';
import { EmbeddedBus } from '#libs/messaging';
import type { Cluster } from '#libs/postgres';
import { type BenchService, startBenchService } from './bench-service.js';
import { onCluster } from './cluster.js';
import type { Bench, Figure } from './index.js';
import { type BenchContest, Feed, workerOf } from './promotion-feed.js';
import { checkDecisions, copyOfEvents, type Copied, proposed } from './promotion-check.js';
import { askWhatIf, checkWhatIf, otherWayRound } from './promotion-what-if.js';
import { median, range } from './statistics.js';

const ENTRANTS = Number(process.env.BENCH_ENTRANTS ?? 30_000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);

export const run: Bench = (tell) => onCluster((cluster) => measure(cluster, tell));

const measure = async (cluster: Cluster, tell: (line: string) => void): Promise<readonly Figure[]> => {
  const last = contestOf(ROUNDS);
  const peers = await otherWayRound(ENTRANTS, () => last.shift);
  const service = await startBenchService(cluster, { PEERS_URL: peers.url });
  const bus = new EmbeddedBus({ url: service.url });
  const owner = new pg.Pool({ connectionString: service.migrationUrl, max: 2 });
  owner.on('error', () => undefined); // idle connections are cut at the end
  try {
    const feed = new Feed(bus, ENTRANTS);
    await bus.createTopics(['jinji.competitions', 'jinji.seals', 'jinji.results'], 4);
    const contests = Array.from({ length: ROUNDS + 1 }, (_, n) => contestOf(n));
    const atFirst = await service.used();
    for (const { occupation } of contests) await climb(service, occupation);
    await service.caughtUp();
    tell(`${ENTRANTS} entrants, each with a ladder in ${contests.length} occupations; ` +
      `the service took ${atFirst.peakMiB} MiB when it was up, load ${load()}`);

    const ceiling = await copyOfEvents(owner);
    const rates: number[] = [];
    const ratios: number[] = [];
    for (const [round, contest] of contests.entries()) {
      const fed = performance.now();
      await feed.prepare(contest);
      await service.caughtUp();
      const heard = (2 * ENTRANTS) / seconds(fed);
      const from = await headOf(owner);

      const before = await service.used();
      const began = performance.now();
      await feed.close(contest, 1);
      await proposed(owner, contest.id);
      const taken = seconds(began);
      const after = await service.used();
      await service.caughtUp();
      const settled = seconds(began);

      const checked = await checkDecisions(owner, contest, ENTRANTS);
      const copied = await ceiling.copy(from);
      tell(`${round === 0 ? 'history' : `round ${round}`}: ${line(taken, settled, heard, copied)}; ` +
        `${(after.cpuSeconds - before.cpuSeconds).toFixed(1)} s of CPU; ${checked}; ${after.peakMiB} MiB at most, load ${load()}`);
      if (round === 0) continue; // the earlier contest of everyone, and the warming up
      rates.push(ENTRANTS / taken);
      ratios.push(copied.seconds / taken);
    }
    tell(`${Math.round(median(rates))} decisions/s; of the ceiling ${range(ratios)} over ${ratios.length} rounds`);
    const asked = await askWhatIf(service.address, service.token, last.id);
    const { peakMiB } = await service.used();
    tell(`what if all were ranked the other way round: ${asked.seconds.toFixed(1)} s in one pass, ` +
      `${Math.round(asked.bytes / 1024 / 1024)} MiB of answer; ${checkWhatIf(asked, ENTRANTS)}; ${peakMiB} MiB at most, load ${load()}`);
    const ratio = Math.round(median(ratios) * 100) / 100;
    return [
      { name: 'promotion/ceiling', value: ratio, goal: 0.25, met: ratio >= 0.25 },
      { name: 'memory at most, MiB', value: peakMiB, goal: 300, met: peakMiB < 300, atMost: true },
    ];
  } finally {
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

/** Imported levels: everyone holds 三级 in the occupation. */
const climb = async ({ request }: BenchService, occupation: string): Promise<void> => {
  for (let from = 0; from < ENTRANTS; from += 1_000)
    await request('POST', '/skill-records/import', {
      source: 'bench', rows: Array.from({ length: Math.min(1_000, ENTRANTS - from) }, (_, n) =>
        ({ worker: workerOf(from + n), occupation, level: 3, since: '2020-01-01' })),
    });
};

const headOf = async (owner: pg.Pool): Promise<number> => {
  const { rows: [row] } = await owner.query<{ head: string }>('SELECT events_watermark() AS head');
  return Number(row?.head);
};

const line = (taken: number, settled: number, heard: number, { events, bytes, seconds: least }: Copied): string =>
  `${taken.toFixed(1)} s for ${ENTRANTS} decisions (views and relay ${settled.toFixed(1)} s), ceiling ${least.toFixed(1)} s ` +
  `for the same ${events} events of ${Math.round(bytes / events)} bytes = ${(least / taken).toFixed(2)}; ` +
  `before that ${Math.round(heard)} messages/s`;

const seconds = (since: number): number => (performance.now() - since) / 1000;
const load = (): string => (loadavg()[0] ?? 0).toFixed(1);
