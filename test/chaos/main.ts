/**
 * `npm run chaos -- --faults N --seed S`: faults on services that are at work, and whether anything was lost or done twice.
 *
 *   --faults N        how many (default 30)
 *   --seed S          of the schedule and the competitions; a random one where it is not given, printed first
 *   --schedule FILE   this schedule, as a failed run printed it, in place of a drawn one
 *   --for SECONDS     ends after the wave that is being played then; --resume goes on
 *   --resume FOLDER   goes on with what lies there, under the same seed
 *   --folder FOLDER   where everything is kept (default: a new one, removed when all is well)
 *   --mutation NAME   on code that is wrong: inbox-mark or checkpoint-first; succeeds when what shows it is found, and is not
 *                     found on the code as it is, under the same schedule
 *   --shrink SECONDS  how long a failed schedule may be made shorter (default 600; 0: not at all)
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Claim, claim } from './claim.js';
import { copyOfCode, isMutation, type Mutation, mutations } from './copy.js';
import { writeSchedule } from './schedule.js';
import { readVerdict, removeVerdict } from './verdict.js';

const { values } = parseArgs({
  options: {
    faults: { type: 'string' }, seed: { type: 'string' }, schedule: { type: 'string' }, for: { type: 'string' },
    resume: { type: 'string' }, folder: { type: 'string' }, mutation: { type: 'string' }, shrink: { type: 'string' },
  },
});
const { mutation: named, resume } = values;
if (named !== undefined && !isMutation(named)) throw new Error(`there is ${Object.keys(mutations).join(' and ')}, no ${named}`);
const mutation: Mutation | undefined = named && mutations[named];

/** Plays on a copy of the code: its exit code, null where it was killed. */
const play = async (folder: string, claimed: Claim, args: readonly string[], wrong?: Mutation): Promise<number | null> => {
  const code = path.join(folder, 'code');
  await copyOfCode(code, wrong);
  await removeVerdict(folder);
  const child = spawn(
    process.execPath, ['--enable-source-maps', 'dist/test/chaos/storms-main.js', '--folder', folder, ...args],
    { cwd: code, stdio: 'inherit' },
  );
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, pass);
  if (child.pid !== undefined) await claimed.share(child.pid);
  const [exit] = (await once(child, 'exit')) as [number | null];
  for (const signal of signals) process.off(signal, pass);
  return exit;
};

/** Found: what has to show it does, and does not without it. */
const hunt = async (folder: string, claimed: Claim, args: readonly string[], wrong: Mutation): Promise<number | null> => {
  const exit = await play(folder, claimed, args, wrong);
  if (exit !== 1) {
    if (exit === 0) console.log(`NOT found: ${wrong.title}`);
    return exit === 0 ? 1 : exit;
  }
  const { failed = [] } = (await readVerdict(folder)) ?? {};
  if (!failed.includes(wrong.shows)) {
    console.log(`NOT found: ${wrong.title}: ${failed.join(', ') || 'something'} failed, but not what shows it (${wrong.shows})`);
    return 1;
  }
  console.log('found; now the same faults on the code as it is');
  const clean = path.join(folder, 'clean');
  await mkdir(clean, { recursive: true });
  const schedule = ['--schedule', path.join(folder, 'schedule.json'), '--shrink', '0'];
  const well = await play(clean, claimed, schedule);
  const told = well === 1 ? 'do not pass, either' : `came to no end (${well === null ? 'it was killed' : `exit code ${well}`})`;
  console.log(well === 0 ? `found: ${wrong.title}` : `NOT found: ${wrong.title}: the same faults on the code as it is ${told}`);
  return well === 0 ? 0 : 1;
};

const folder = path.resolve(resume ?? values.folder ?? (await mkdtemp(path.join(tmpdir(), 'jinji-chaos-'))));
await mkdir(folder, { recursive: true });
const claimed = await claim(folder).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(2);
});
await chmod(folder, 0o755); // PostgreSQL may have to run as another user, who must be able to enter

const isDrawn = values.schedule !== undefined || values.faults !== undefined || values.seed !== undefined;
if (mutation && !isDrawn && resume === undefined)
  await writeFile(path.join(folder, 'schedule.json'), writeSchedule(mutation.schedule));
const passed = { ...values, schedule: values.schedule && path.resolve(values.schedule) };
const args = Object.entries(passed).flatMap(([name, value]) =>
  (value === undefined || ['resume', 'mutation', 'folder'].includes(name) ? [] : [`--${name}`, value]));
// That it is found is enough there.
if (mutation) args.push('--quick', ...(values.shrink === undefined ? ['--shrink', '0'] : []));

const exit = mutation ? await hunt(folder, claimed, args, mutation) : await play(folder, claimed, args);
await claimed.release();
process.exitCode = exit ?? 2;
if (exit === 0 && resume === undefined && values.folder === undefined) await rm(folder, { recursive: true, force: true });
else console.log(`kept in ${folder}`);
