import { execFile, spawn } from 'node:child_process';
import { mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** PostgreSQL refuses to run as root, so as root it runs as this user. */
export interface RunAs {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Undefined where we are an ordinary user, who runs it as itself. */
export const postgresUser = async (): Promise<RunAs | undefined> => {
  if (process.getuid?.() !== 0) return undefined;
  const existing = await find('postgres');
  if (existing) return existing;
  await run('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'])
    .catch(() => run('adduser', ['-S', '-D', '-H', 'postgres'])) // busybox
    .catch(() => undefined);
  const created = await find('postgres');
  if (created) return created;
  throw new Error(
    'PostgreSQL must not run as root and no user "postgres" could be made: run as another user, or set DATABASE_URL',
  );
};

const find = async (name: string): Promise<RunAs | undefined> => {
  const line = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').find((entry) => entry.startsWith(`${name}:`));
  if (!line) return undefined;
  const [, , uid, gid] = line.split(':');
  return { name, uid: Number(uid), gid: Number(gid) };
};

/** Whether that user may enter every folder on the way, and the last one too. */
export const isReachable = async (target: string, user: RunAs): Promise<boolean> => {
  for (let at = path.resolve(target); ; at = path.dirname(at)) {
    const found = await stat(at).catch(() => undefined);
    if (!found) return false;
    const shift = found.uid === user.uid ? 6 : found.gid === user.gid ? 3 : 0;
    if (((found.mode >> shift) & 1) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
};

/** Tried rather than reasoned about: mounts with noexec and access control lists have a say too. */
export const canRun = (file: string, user: RunAs): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn(file, ['--version'], { uid: user.uid, gid: user.gid, cwd: '/', stdio: 'ignore' });
    child.on('error', () => resolve(false)); // EACCES arrives here, not as an exception
    child.on('exit', (code) => resolve(code === 0));
  });

/** Where root keeps what another user must reach. */
export const systemFolder = async (user: RunAs): Promise<string> => {
  for (const folder of ['/var/lib/jinji', '/var/tmp/jinji']) {
    const made = await mkdir(folder, { recursive: true, mode: 0o755 }).then(() => true, () => false);
    if (made && (await isReachable(folder, user))) return folder;
  }
  throw new Error(`user ${user.name} can enter neither /var/lib/jinji nor /var/tmp/jinji: run as a user other than root`);
};
