import { rm } from 'node:fs/promises';

export default async function teardown() {
  const { cluster, folder } = globalThis.jinjiTestServer ?? {};
  await cluster?.remove();
  if (folder) await rm(folder, { recursive: true, force: true });
}
