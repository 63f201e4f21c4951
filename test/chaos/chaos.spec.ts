import { randomInt } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeOwnKafka } from '#libs/testing';
import { mutated, mutations } from './copy.js';
import { type Reference, startReference } from './reference.js';
import { Run } from './run.js';
import { drawSchedule } from './schedule.js';

const FIXED = 20261121;
const FAULTS = 8;

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
    const again = `npm run chaos -- --faults ${FAULTS} --seed`;
    process.stderr.write(`chaos: ${again} ${FIXED}, then ${again} ${seed}\n`);
    run = await Run.open({ folder, tell: (sentence) => void said.push(sentence) }, FIXED);
    reference = await startReference(FIXED);
    try {
      await run.play(drawSchedule(FIXED, FAULTS));
      await run.playNext(drawSchedule(seed, FAULTS));
      expect((await run.check(reference)).problems).toEqual([]);
    } catch (error) {
      process.stderr.write(`chaos with the seeds ${FIXED} and ${seed}:\n${said.join('\n')}\n`);
      throw error;
    }
  }, 900_000);
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
