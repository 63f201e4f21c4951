import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that has ended but that nobody has asked after yet does not live. */
export const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/s.test(readProc(pid, 'stat'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** A number may belong to another program by now; where the machine does not tell, it is taken to be ours. */
export const runsIn = (pid: number, folder: string): boolean => {
  const command = readProc(pid, 'cmdline');
  return alive(pid) && (command === '' || command.includes(folder));
};

/** SIGTERM, and SIGKILL for one that does not end. */
export const end = async (pid: number, patienceMs = 20_000): Promise<void> => {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return; // it is gone already
    }
    for (let waited = 0; alive(pid) && waited < patienceMs; waited += 25) await sleep(25);
    if (!alive(pid)) return;
  }
};

const readProc = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
};
