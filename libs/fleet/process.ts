import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { alive } from '#libs/postgres';
import type { KeeperMessage } from './keeper.js';

const PATIENCE_MS = 30_000;
/** Twelve processes that start at once on a small machine take their time. */
const START_MS = 300_000;

/** Programs as npm's scripts have them: compiled, named from the repository's root. */
export const program = (name: string): string => path.resolve('dist', name);

/** Watches over what is started here; see keeper.ts. */
export class Keeper {
  private constructor(private readonly child: ChildProcess) {}

  /** Where the parent before was killed, its keeper may still be ending what is about to be started anew. */
  static async untilGone(pidFile: string): Promise<void> {
    const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
    for (const until = Date.now() + 2 * PATIENCE_MS; pid > 0 && alive(pid) && Date.now() < until; ) await sleep(100);
  }

  static async over(folders: { readonly kafka: string; readonly postgres: string }, pidFile: string): Promise<Keeper> {
    // Detached, as all that is started here: Ctrl-C in the terminal is for the parent alone.
    const child = fork(program('libs/fleet/keeper.js'), [folders.kafka, folders.postgres], {
      env: environment(), execArgv: [], detached: true, stdio: 'ignore',
    });
    await once(child, 'spawn');
    await writeFile(pidFile, String(child.pid));
    child.unref();
    child.channel?.unref();
    return new Keeper(child);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  tell(message: KeeperMessage): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  async dismiss(): Promise<void> {
    if (!this.child.connected) return;
    const gone = once(this.child, 'exit');
    this.child.ref();
    this.child.disconnect();
    await gone;
  }
}

/** A Node program of ours as a process, whose words go to a file. */
export class Program {
  private child: ChildProcess | undefined;

  constructor(
    private readonly file: string,
    private readonly env: Readonly<Record<string, string>>,
    readonly log: string,
    private readonly keeper: Keeper,
  ) {}

  get pid(): number | undefined {
    return this.running ? this.child?.pid : undefined;
  }

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Until it answers at this URL. */
  async start(ready: string): Promise<void> {
    if (this.running) return;
    const log = openSync(this.log, 'a');
    const child = spawn(process.execPath, ['--enable-source-maps', program(this.file)], {
      env: { ...environment(), ...this.env }, detached: true, stdio: ['ignore', log, log],
    });
    this.child = child;
    closeSync(log);
    child.unref();
    if (child.pid !== undefined) {
      const { pid } = child;
      this.keeper.tell({ began: pid });
      child.once('exit', () => this.keeper.tell({ ended: pid }));
    }
    for (const until = Date.now() + START_MS; child === this.child && this.running && Date.now() < until; await sleep(50))
      if (await answers(ready)) return;
    if (child !== this.child) return; // it was stopped and started again meanwhile
    const said = (await readFile(this.log, 'utf8').catch(() => '')).trim().split('\n').slice(-10).join('\n');
    throw new Error(`${this.file} did not come up (${child.signalCode ?? child.exitCode ?? 'no answer'}): ${said}`);
  }

  /** SIGTERM lets it leave the gateway first, SIGINT does not wait; and SIGKILL for one that does not end. */
  async stop(signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<void> {
    const { child } = this;
    if (!child || !this.running) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    child.kill('SIGCONT'); // a frozen one hears nothing else
    const impatient = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    await gone;
    clearTimeout(impatient);
  }

  signal(name: NodeJS.Signals): void {
    if (this.running) this.child?.kill(name);
  }
}

/** Ends processes that are no children of ours. */
export const endAll = async (pids: readonly number[]): Promise<void> => {
  for (const signal of ['SIGTERM', 'SIGCONT'] as const) for (const pid of pids) sendTo(pid, signal);
  for (const until = Date.now() + PATIENCE_MS; pids.some(alive) && Date.now() < until; ) await sleep(50);
  for (const pid of pids) sendTo(pid, 'SIGKILL');
};

const sendTo = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // it is gone
  }
};

/** Nothing that the parent happens to have in its environment, such as Jest's options for Node. */
const environment = (): Record<string, string> =>
  Object.fromEntries(['PATH', 'HOME', 'LANG'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  }));

const answers = async (url: string): Promise<boolean> => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
  await answer?.arrayBuffer().catch(() => undefined);
  return answer?.ok ?? false;
};
