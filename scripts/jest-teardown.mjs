import { rm } from 'node:fs/promises';
import { endKafka } from './jest-setup.mjs';

export default async function teardown() {
  const { cluster, folder } = globalThis.jinjiTestServer ?? {};
  await endKafka(process.env.JINJI_TEST_KAFKA, process.env.JINJI_TEST_OWNER);
  await cluster?.remove();
  if (folder) await rm(folder, { recursive: true, force: true });
}
