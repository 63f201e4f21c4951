/** Services over a real broker, as ratios of what kafkajs and the event store do by themselves in the same run. */
import { loadavg } from 'node:os';
import { startFleet } from '#libs/fleet';
import { inFolder } from '../cluster.js';
import type { Bench } from '../index.js';
import { catchUpAgainstAppend } from './catch-up.js';
import { idleShare } from './idle.js';
import { latencyAgainstRaw } from './latency.js';
import { registerPeople } from './people.js';
import { relayAgainstRaw } from './relay.js';

export const run: Bench = (tell) => inFolder(async (folder) => {
  tell(`load average ${loadavg()[0]?.toFixed(1) ?? '?'}`);
  const fleet = await startFleet({ folder, clock: 'system', postgres: { track_commit_timestamp: 'on' } });
  try {
    const people = await registerPeople(fleet);
    return [
      await relayAgainstRaw({ postgres: fleet.postgresUrl, brokers: fleet.brokers }, tell),
      await latencyAgainstRaw(fleet, people, tell),
      await catchUpAgainstAppend(fleet, people, tell),
      await idleShare(fleet, tell),
    ];
  } finally {
    await fleet.stop();
  }
});
