import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { claim } from './claim.js';

describe('a folder of one run', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'jinji-claim-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is refused to a second one, until the first has ended', async () => {
    const { release } = await claim(folder);
    await expect(claim(folder)).rejects.toThrow(`process ${process.pid} already runs chaos in ${folder}`);
    await release();
    await (await claim(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is free where all that worked there were killed', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
    await once(other, 'spawn');
    const gone = spawn(process.execPath, ['-e', '']);
    await once(gone, 'exit');
    await (await claim(folder, gone.pid)).share(other.pid as number);
    await expect(claim(folder)).rejects.toThrow(`process ${other.pid} already runs chaos`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    await (await claim(folder)).release();
  });
});
