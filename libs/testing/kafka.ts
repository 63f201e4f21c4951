import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { missingTools, startBroker } from '#libs/kafka-broker';

/** Why this machine can have no Kafka; undefined where it can: KAFKA_BROKERS, (containers could stand here), Maven and Java. */
const missing = (): string | undefined => {
  if (process.env.KAFKA_BROKERS) return undefined;
  if (!process.env.JINJI_TEST_KAFKA) return 'run through Jest with scripts/jest-setup.mjs, or set KAFKA_BROKERS';
  return missingTools();
};

/** `describe` for specs on a real broker. Without one they are skipped with a line, but fail where CI is set. */
export const describeKafka = (name: string, specs: () => void): void => describeUnless(missing(), name, specs);

/** `describe` for specs that start, kill and restart a broker of their own. */
export const describeOwnKafka = (name: string, specs: () => void): void => describeUnless(missingTools(), name, specs);

const describeUnless = (why: string | undefined, name: string, specs: () => void): void => {
  if (why === undefined) return describe(name, specs);
  if (process.env.CI) return describe(name, () => it('has a Kafka', () => Promise.reject(new Error(`no Kafka: ${why}`))));
  process.stderr.write(`skipped, for want of a Kafka (${why}): ${name}\n`);
  describe.skip(name, specs);
};

/** The brokers' addresses. The first spec of a run that asks starts one, the others share it; the teardown stops it. */
export const testKafka = async (): Promise<string> => {
  if (process.env.KAFKA_BROKERS) return process.env.KAFKA_BROKERS;
  const folder = process.env.JINJI_TEST_KAFKA ?? '';
  const answer = path.join(folder, 'address');
  const first = await mkdir(folder).then(() => true, () => false);
  if (first) {
    const told = await startBroker(path.join(folder, 'broker'), { outlives: true, heap: '384m' })
      .then(({ address }) => ({ address }), (error: unknown) => ({ error: String(error) }));
    await writeFile(`${answer}.new`, JSON.stringify(told));
    await rename(`${answer}.new`, answer);
  }
  for (const until = Date.now() + 120_000; Date.now() < until; await sleep(100)) {
    const told = await readFile(answer, 'utf8').catch(() => undefined);
    if (told === undefined) continue;
    const { address, error } = JSON.parse(told) as { address?: string; error?: string };
    if (address === undefined) throw new Error(error);
    return address;
  }
  throw new Error(`no broker came up in ${folder}`);
};
