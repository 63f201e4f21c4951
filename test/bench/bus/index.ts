/** Messages over a real broker, as ratios of what kafkajs does by itself in the same run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startBroker } from '#libs/kafka-broker';
import { startPostgres } from '#libs/postgres';
import type { Bench } from '../index.js';
import { relayAgainstRaw } from './relay.js';

export const run: Bench = async (tell) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'jinji-bench-'));
  const [cluster, broker] = await Promise.all([startPostgres(path.join(folder, 'postgres')), startBroker(path.join(folder, 'kafka'))]);
  try {
    return [await relayAgainstRaw({ postgres: cluster.url, brokers: broker.address }, tell)];
  } finally {
    await Promise.all([cluster.remove(), broker.remove()]);
    await rm(folder, { recursive: true, force: true });
  }
};
