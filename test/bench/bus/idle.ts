import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from '#libs/fleet';
import type { Figure } from '../index.js';

const SECONDS = Number(process.env.BENCH_IDLE_SECONDS ?? 60);
const TICKS_A_SECOND = 100; // USER_HZ, the same on every Linux

/** What all services together take of one core while nothing happens; their Node processes only. */
export const idleShare = async (fleet: Fleet, tell: (line: string) => void): Promise<Figure> => {
  await sleep(5_000); // what was just done has come to rest
  const before = await cpuSeconds(fleet);
  await sleep(SECONDS * 1000);
  const used = (await cpuSeconds(fleet)) - before;
  const value = Math.round((used / SECONDS) * 1000) / 10;
  tell(`${fleet.instances.length} idle services took ${used.toFixed(1)} s of a core in ${SECONDS} s`);
  return { name: 'idle services, % of one core', value, goal: 15, met: value < 15, atMost: true };
};

const cpuSeconds = async (fleet: Fleet): Promise<number> => {
  const each = await Promise.all(fleet.instances.map(async (instance) => {
    const stat = await readFile(`/proc/${instance.pid() ?? 0}/stat`, 'utf8');
    // After the name in brackets, which may hold blanks: state is field 3, utime and stime are 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  }));
  return each.reduce((sum, seconds) => sum + seconds, 0);
};
