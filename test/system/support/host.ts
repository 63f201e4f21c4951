/**
 * The platform as tests want it: a process of its own, where a crash of the machine may lose data, with a clock that the
 * test moves, every log line on standard error, and no limit on requests without login.
 * Tells `{"url", "postgres"}` on standard output once it is ready.
 */
import path from 'node:path';
import { runningUrl } from '#libs/postgres';
import { onStop } from '#libs/service';
import { startPlatform } from '../../../apps/platform/src/platform.js';

const folder = process.argv[2] as string;
const platform = await startPlatform({
  folder,
  port: 0,
  clock: 'manual',
  clockStart: '2026-03-02T01:00:00.000Z',
  logLevel: 'trace',
  rateLimit: 1_000_000,
  postgres: { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' },
});
onStop(() => platform.stop());
process.on('disconnect', () => process.exit(1)); // the test died
const postgres = await runningUrl(path.join(folder, 'postgres'));
process.stdout.write(`${JSON.stringify({ url: platform.url, postgres })}\n`);
