import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { freePort } from '#libs/ports';
import { emptyFolder, launch } from '../../../apps/demo/src/server.js';

/** `npm run demo -- --json`, as a process of its own; `hear` gets what it says on standard error. */
const client = (args: readonly string[], hear: (line: string) => void = () => undefined) => {
  const child = spawn(process.execPath, ['dist/apps/demo/src/main.js', '--json', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    hear(line);
  });
  return { child, printed: printedBy(child, said) };
};

const printedBy = async (child: ChildProcess, said: readonly string[]): Promise<string> => {
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the demo ended with ${code}:\n${said.join('\n')}`);
  return Buffer.concat(chunks).toString('utf8');
};

export const play = (...args: readonly string[]): Promise<string> => client(args).printed;

/** In the middle of the scoring the server is killed, and starts again on the same folder; the client is not told. */
export const playThroughCrash = async (): Promise<string> => {
  const folder = emptyFolder();
  const port = await freePort();
  let server = await launch(folder, port);
  let killed: Promise<void> | undefined;
  const kill = async (): Promise<void> => {
    const gone = once(server.child, 'exit');
    server.child.kill('SIGKILL');
    await gone;
    server = await launch(folder, port);
  };
  try {
    const { child, printed } = client(['--url', server.url], (line) => {
      if (!/^\s*\d+ of \d+$/.test(line) || killed) return;
      killed = kill();
      killed.catch(() => child.kill()); // it will not come back: no use in waiting for it
    });
    const outcome = await printed.catch(async (error: unknown) => {
      await killed; // where the server did not come back, its own reason says more
      throw error;
    });
    if (killed === undefined) throw new Error('the server was never killed');
    await killed;
    return outcome;
  } finally {
    await killed?.catch(() => undefined);
    await server.end();
    rmSync(folder, { recursive: true, force: true });
  }
};
