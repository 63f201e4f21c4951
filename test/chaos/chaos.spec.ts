import { randomInt } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeOwnKafka } from '#libs/testing';
import { mutated, mutations } from './copy.js';
import { type Reference, startReference } from './reference.js';
import { Run } from './run.js';
import { drawSchedule, writeSchedule } from './schedule.js';

const FIXED = 20261121;
const FAULTS = 8;
/** All of them within a wave or so. */
const PACE_MS = 1_800;

describeOwnKafka('services at work, while processes, broker, database and wires fail', () => {
  let folder: string;
  let run: Run | undefined;
  let reference: Reference | undefined;
  const said: string[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'jinji-chaos-'));
    await chmod(folder, 0o755);
  });
  afterAll(async () => {
    await Promise.all([run?.close(), reference?.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  it(`lose nothing and do nothing twice: ${FAULTS} fixed faults, and ${FAULTS} random ones`, async () => {
    const seed = randomInt(1, 1_000_000);
    process.stderr.write(`chaos: the seeds ${FIXED} and ${seed}\n`);
    const faults = [FIXED, seed].flatMap((each) => drawSchedule(each, FAULTS, PACE_MS).faults);
    const schedule = { seed: FIXED, faults };
    try {
      run = await Run.open({ folder, tell: (sentence) => void said.push(sentence) }, FIXED);
      await run.play(schedule);
      reference = await startReference(FIXED);
      expect((await run.check(reference)).problems).toEqual([]);
    } catch (error) {
      const replay = 'as a file, npm run chaos -- --schedule FILE plays it again';
      process.stderr.write(`${said.join('\n')}\nchaos failed with this schedule; ${replay}:\n${writeSchedule(schedule)}`);
      throw error;
    }
  }, 1_500_000);
});

describe('the mutations that chaos has to find', () => {
  it.each(Object.entries(mutations))('%s fits the code as it is compiled', async (_, mutation) => {
    const code = await readFile(path.join('dist', mutation.file), 'utf8');
    const wrong = mutated(code, mutation);
    expect(wrong).not.toBe(code);
    expect(wrong.length).toBeLessThanOrEqual(code.length);
    expect(() => mutated(wrong, mutation)).toThrow('fits 0 times');
  });
});
