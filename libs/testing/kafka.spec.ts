import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hasDocker } from './containers.js';
import { testKafka } from './kafka.js';

describe('the broker for tests', () => {
  const before = process.env.KAFKA_BROKERS;
  afterEach(() => {
    if (before === undefined) delete process.env.KAFKA_BROKERS;
    else process.env.KAFKA_BROKERS = before;
  });

  it('is first of all the one that is named', async () => {
    process.env.KAFKA_BROKERS = 'broker.example:9092';
    expect(await testKafka()).toBe('broker.example:9092');
  });
});

/** One of the specs on Kafka, run where there are no programs but this very Node. */
const spec = async (env: Readonly<Record<string, string>>): Promise<{ code: number; said: string }> => {
  const nothing = await mkdtemp(path.join(tmpdir(), 'jinji-no-java-'));
  const jest = path.resolve('node_modules/jest/bin/jest.js');
  const child = spawn(process.execPath, ['--experimental-vm-modules', jest, '-i', 'test/system/hr-consumer.spec.ts'], {
    env: { PATH: nothing, HOME: nothing, DATABASE_URL: process.env.JINJI_TEST_SERVER, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number];
  await rm(nothing, { recursive: true, force: true });
  return { code, said };
};

// Where there is a Docker it would be asked for a broker.
(hasDocker() ? describe.skip : describe)('specs on Kafka, where there is none', () => {
  const why = 'there is no Docker, and java and mvn cannot be run';

  it("skip with one plain line on a developer's machine", async () => {
    const { code, said } = await spec({});
    expect([code, said.split('\n').filter((line) => line.startsWith('skipped'))]).toEqual([
      0, [`skipped, for want of a Kafka (${why}): the HR system of the examples`],
    ]);
  });

  it('fail where CI is set', async () => {
    const { code, said } = await spec({ CI: 'true' });
    expect(code).toBe(1);
    expect(said).toContain(`no Kafka: ${why}`);
  });
});
