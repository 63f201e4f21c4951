/**
 * `npm run chaos -- --faults N --seed S`: faults on services that are at work, and whether anything was lost or done twice.
 *
 *   --faults N        how many (default 30)
 *   --seed S          of the schedule and the competitions; a random one where it is not given, printed first
 *   --schedule FILE   this schedule, as a failed run printed it, in place of a drawn one
 *   --for SECONDS     ends after the wave that is being played then; --resume goes on
 *   --resume FOLDER   goes on with what lies there, under the same seed
 *   --folder FOLDER   where everything is kept (default: a new one, removed when all is well)
 *   --mutation NAME   on code that is wrong: inbox-mark or checkpoint-first; succeeds when that is found
 *   --shrink SECONDS  how long a failed schedule may be made shorter (default 600; 0: not at all)
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { copyOfCode, isMutation, mutations } from './copy.js';
import { writeSchedule } from './schedule.js';

const { values } = parseArgs({
  options: {
    faults: { type: 'string' }, seed: { type: 'string' }, schedule: { type: 'string' }, for: { type: 'string' },
    resume: { type: 'string' }, folder: { type: 'string' }, mutation: { type: 'string' }, shrink: { type: 'string' },
  },
});
const { mutation, resume } = values;
if (mutation !== undefined && !isMutation(mutation))
  throw new Error(`there is ${Object.keys(mutations).join(' and ')}, no ${mutation}`);

const folder = path.resolve(resume ?? values.folder ?? (await mkdtemp(path.join(tmpdir(), 'jinji-chaos-'))));
await mkdir(folder, { recursive: true });
await chmod(folder, 0o755); // PostgreSQL may have to run as another user, who must be able to enter
const code = path.join(folder, 'code');
await copyOfCode(code, mutation === undefined ? undefined : mutations[mutation]);

const isDrawn = values.schedule !== undefined || values.faults !== undefined || values.seed !== undefined;
if (mutation !== undefined && !isDrawn && resume === undefined)
  await writeFile(path.join(folder, 'schedule.json'), writeSchedule(mutations[mutation].schedule));

const given = Object.entries({ ...values, folder, schedule: values.schedule && path.resolve(values.schedule) })
  .flatMap(([name, value]) => (value === undefined || name === 'resume' || name === 'mutation' ? [] : [`--${name}`, value]));
// That it is found is enough there.
if (mutation !== undefined) given.push('--quick', ...(values.shrink === undefined ? ['--shrink', '0'] : []));
const child = spawn(
  process.execPath, ['--enable-source-maps', 'dist/test/chaos/storms-main.js', ...given], { cwd: code, stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void child.kill(signal));
const [exit] = (await once(child, 'exit')) as [number | null];

if (mutation !== undefined) {
  const found = exit === 1;
  console.log(found ? `found: ${mutations[mutation].title}` : `NOT found: ${mutations[mutation].title}`);
  process.exitCode = found ? 0 : 1;
} else process.exitCode = exit ?? 2;
const isOver = exit === 0 || (mutation !== undefined && exit === 1);
if (isOver && resume === undefined && values.folder === undefined) await rm(folder, { recursive: true, force: true });
else console.log(`kept in ${folder}`);
