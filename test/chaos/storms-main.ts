/* eslint-disable no-console -- its output is what it is run for */
/** What main.ts runs in its copy of the code. Exit code 0: all is well · 1: something was lost · 3: not over yet. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { randomInt } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Reference, startReference } from './reference.js';
import { type Report, Run } from './run.js';
import { drawSchedule, readSchedule, type Schedule, told, writeSchedule } from './schedule.js';
import { shrink } from './shrink.js';
import { type Verdict, writeVerdict } from './verdict.js';

const { values } = parseArgs({
  options: {
    faults: { type: 'string' }, seed: { type: 'string' }, schedule: { type: 'string' }, for: { type: 'string' },
    folder: { type: 'string' }, shrink: { type: 'string' }, quick: { type: 'boolean' },
  },
});
const { folder = 'chaos', quick = false } = values;
const scheduleFile = path.join(folder, 'schedule.json');
const began = Date.now();
const tell = (sentence: string): void => console.log(`${((Date.now() - began) / 1000).toFixed(0).padStart(6)} s  ${sentence}`);

const scheduleOf = async (): Promise<Schedule> => {
  const kept = await readFile(scheduleFile, 'utf8').catch(() => undefined);
  if (kept !== undefined) return readSchedule(kept);
  if (values.schedule !== undefined) return readSchedule(await readFile(values.schedule, 'utf8'));
  return drawSchedule(Number(values.seed ?? randomInt(1, 1_000_000)), Number(values.faults ?? 30));
};

/** What is wrong; nothing where the schedule is not used up yet. */
const tried = async (
  run: Run, schedule: Schedule, reference: Reference, options: { readonly until?: number | undefined; readonly quick: boolean },
): Promise<Report | Verdict | undefined> => {
  try {
    if (!(await run.play(schedule, options.until))) return undefined;
    return await run.check(reference, options.quick);
  } catch (error) {
    return run.checkBroken(error instanceof Error ? error : new Error(String(error)));
  }
};

/** Whatever fails in one of the same checks: another failure is another story. */
const shorter = async (
  schedule: Schedule, failed: Verdict['failed'], reference: Reference, untilMs: number,
): Promise<void> => {
  const place = path.join(folder, 'shorter');
  const { schedule: least, tried: tries, finished } = await shrink(schedule, async (candidate) => {
    await rm(place, { recursive: true, force: true });
    const run = await Run.open({ folder: place, tell: () => undefined, patienceMs: 60_000 }, candidate.seed);
    const result = await tried(run, candidate, reference, { quick: true }).finally(() => run.close());
    const fails = result !== undefined && result.failed.some((check) => failed.includes(check));
    tell(`${candidate.faults.length} faults ${fails ? `still fail (${result.failed.join(', ')})` : 'do not fail'}`);
    return fails;
  }, () => Date.now() < untilMs);
  await rm(place, { recursive: true, force: true });
  const file = path.join(folder, 'shorter.json');
  await writeFile(file, writeSchedule(least));
  const after = `after ${tries} tries${finished ? '' : ', for want of time'}`;
  tell(`${after}, ${least.faults.length} faults that fail: replay with --schedule ${file}`);
  for (const fault of least.faults) console.log(`          ${fault.afterMs} ms later: ${told(fault)}`);
};

const main = async (): Promise<number> => {
  const schedule = await scheduleOf();
  const { seed, faults: { length } } = schedule;
  console.log(`seed ${seed}, ${length} faults: npm run chaos -- --faults ${length} --seed ${seed}`);
  await writeFile(scheduleFile, writeSchedule(schedule));
  const run = await Run.open({ folder, tell }, schedule.seed);
  let reference: Reference | undefined;
  try {
    // Started only where it is needed: it takes half of a small machine.
    const lazily: Reference = {
      upTo: async (wave) => (reference ??= await startReference(schedule.seed)).upTo(wave),
      close: async () => reference?.close(),
    };
    const until = values.for === undefined ? undefined : Date.now() + Number(values.for) * 1_000;
    const result = await tried(run, schedule, lazily, { until, quick });
    await run.close();
    if (result === undefined) {
      tell(`${run.next} of ${schedule.faults.length} faults: go on with --resume ${folder}`);
      return 3;
    }
    const { problems, failed } = result;
    await writeVerdict(folder, result);
    if ('waves' in result) {
      const { waves, writes, messages, decisions, certificates, grants, fen, ended } = result;
      tell(
        JSON.stringify({
          seed: schedule.seed, faults: schedule.faults.length, waves, writes, messages, decisions, certificates, grants, fen,
          ended,
        }),
      );
    }
    if (problems.length === 0) {
      tell('nothing was lost, and nothing was done twice');
      return 0;
    }
    tell(`FAILED with seed ${schedule.seed} (${failed.join(', ')}):`);
    for (const problem of problems) console.log(`          ${problem}`);
    const shrinkFor = Number(values.shrink ?? 600);
    if (shrinkFor > 0) await shorter(schedule, failed, lazily, Date.now() + shrinkFor * 1_000);
    return 1;
  } finally {
    await run.close();
    await reference?.close();
  }
};

const code = await main().catch((error: unknown) => {
  console.error(error);
  return 2;
});
process.exit(code); // a fleet that did not come up leaves wires open
