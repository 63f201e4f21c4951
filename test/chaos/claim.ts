/** Two runs in one folder would take each other's code, databases and ports. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { alive } from '#libs/postgres';

export interface Claim {
  /** Another process that works there, and may outlive the one that claimed it. */
  readonly share: (pid: number) => Promise<void>;
  readonly release: () => Promise<void>;
}

export const claim = async (folder: string, own = process.pid): Promise<Claim> => {
  const file = path.join(folder, 'run.pid');
  for (;;) {
    const isOurs = await writeFile(file, `${own}\n`, { flag: 'wx' }).then(() => true, (error: { code?: string }) => {
      if (error.code !== 'EEXIST') throw error;
      return false;
    });
    if (isOurs)
      return { share: (pid) => writeFile(file, `${pid}\n`, { flag: 'a' }), release: () => rm(file, { force: true }) };
    const pids = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '').map(Number);
    const running = pids.find(alive);
    if (running !== undefined)
      throw new Error(`process ${running} already runs chaos in ${folder}: wait for its end, end it, or name another --folder`);
    await rm(file, { force: true }); // of a run that was killed
  }
};
