import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingTools } from '#libs/kafka-broker';
import { ownerOf } from './containers.js';

type Found = { readonly address: string; readonly error?: undefined } | { readonly error: string };

/** Compiled by the test run's setup: this file may run from its source. */
const program = fileURLToPath(
  new URL(import.meta.url.includes('/dist/') ? './kafka-main.js' : '../../dist/libs/testing/kafka-main.js', import.meta.url),
);

/** KAFKA_BROKERS, or the run's own broker: in a container, or from Maven and Java. It comes up for the first spec that asks. */
const broker = (): Found => {
  if (process.env.KAFKA_BROKERS) return { address: process.env.KAFKA_BROKERS };
  const folder = process.env.JINJI_TEST_KAFKA;
  if (!folder) return { error: 'run through Jest with scripts/jest-setup.mjs, or set KAFKA_BROKERS' };
  const answer = path.join(folder, 'answer');
  if (!existsSync(answer))
    spawnSync(process.execPath, [program, folder, process.env.JINJI_TEST_OWNER ?? ownerOf(process.pid)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  try {
    return JSON.parse(readFileSync(answer, 'utf8')) as Found;
  } catch {
    return { error: `no broker came up in ${folder}` };
  }
};

/** `describe` for specs on a real broker. Without one they are skipped with a line, but fail where CI is set. */
export const describeKafka = (name: string, specs: () => void): void => describeUnless(broker().error, name, specs);

/** `describe` for specs that start, kill and restart a broker of their own. */
export const describeOwnKafka = (name: string, specs: () => void): void => describeUnless(missingTools(), name, specs);

const describeUnless = (why: string | undefined, name: string, specs: () => void): void => {
  if (why === undefined) return describe(name, specs);
  if (process.env.CI) return describe(name, () => it('has a Kafka', () => Promise.reject(new Error(`no Kafka: ${why}`))));
  process.stderr.write(`skipped, for want of a Kafka (${why}): ${name}\n`);
  describe.skip(name, specs);
};

/** The brokers' addresses, for all specs of a run the same; the teardown stops what was started. */
export const testKafka = async (): Promise<string> => {
  const found = broker();
  if (found.error !== undefined) throw new Error(`no Kafka: ${found.error}`);
  return found.address;
};
