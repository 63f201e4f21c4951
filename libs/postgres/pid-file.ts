import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

export interface PidFile {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** postmaster.pid: pid, data directory, start time, port, socket folder, address, shared memory, state. */
export const readPidFile = async (data: string): Promise<PidFile | undefined> => {
  const lines = (await readFile(path.join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
};

/** A process that has ended but that nobody has asked after yet does not live. */
export const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** In a container whose first process does not reap, one that has ended keeps its number. */
const isZombie = (pid: number): boolean => {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

/** The command line of a process; undefined where this machine does not tell. */
export const commandOf = async (pid: number): Promise<string | undefined> =>
  (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)) ??
  (await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).then((done) => done.stdout, () => undefined));
