import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { tryPort } from '#libs/ports';
import { findBinaries } from './binaries.js';
import { keptSecret } from './kept-secret.js';
import { alive, commandOf, readPidFile } from './pid-file.js';
import { isReachable, postgresUser, type RunAs, systemFolder } from './user.js';

export interface ClusterOptions {
  /** Where it listens; without it, the port of last time if that is free, else any free one. */
  readonly port?: number;
  /** PostgreSQL settings, e.g. { fsync: 'off' } for tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told in one sentence where something is done that one would not expect. */
  readonly tell?: (sentence: string) => void;
}

export interface Cluster {
  /** As the superuser `postgres`, to the database `postgres`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** True where a PostgreSQL that outlived its Node process was taken over. */
  readonly adopted: boolean;
  /** Resolves when the process is gone. At once is like a crash: the next start recovers. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Stops it and deletes its data. */
  remove(): Promise<void>;
}

/** Held on the folder's own server for as long as we use it, so that two processes never share a folder by mistake. */
const OWNER_LOCK = 0x6a696e6a69;
const START_TIMEOUT_MS = 180_000; // recovery after a crash may take a while

/** Starts the PostgreSQL whose data lies in `folder`, making it where there is none. */
export const startPostgres = async (folder: string, options: ClusterOptions = {}): Promise<Cluster> => {
  const runAs = await postgresUser();
  const binaries = await findBinaries(runAs);
  const home = await placeFor(folder, runAs, options.tell);
  const data = path.join(home, 'cluster');
  const password = await keptSecret(path.join(home, 'password'), () => randomBytes(24).toString('base64url'));
  await initialise(binaries.initdb, home, data, password, runAs, options.settings?.fsync !== 'off');

  const left = await stillRunning(data, password);
  const started = left ?? (await launch(binaries.postgres, home, data, runAs, options));
  const url = urlOf(started.port, password);
  const keeper = await claim(url, folder);
  if (left && options.port !== undefined && options.port !== left.port)
    options.tell?.(`PostgreSQL still runs on port ${left.port}`);

  // Node may end by process.exit: the signal asks for a fast shutdown, which PostgreSQL then finishes on its own.
  const atExit = (): void => void signal(started.pid);
  process.once('exit', atExit);

  const stop = async (mode: 'fast' | 'immediate' = 'fast'): Promise<void> => {
    process.off('exit', atExit);
    await keeper.end().catch(() => undefined);
    await ended(started.pid, mode);
  };
  const remove = async (): Promise<void> => {
    await stop();
    await rm(data, { recursive: true, force: true });
    for (const file of ['password', 'port', 'postgres.log']) await rm(path.join(home, file), { force: true });
    if (home !== path.resolve(folder)) await rm(home, { recursive: true, force: true });
  };
  return { url, port: started.port, pid: started.pid, adopted: left !== undefined, stop, remove };
};

/** The superuser's URL of the server that runs on a folder now, for tools beside whoever started it. */
export const runningUrl = async (folder: string): Promise<string | undefined> => {
  const home = await placeFor(folder, await postgresUser());
  const found = await readPidFile(path.join(home, 'cluster'));
  const password = await readFile(path.join(home, 'password'), 'utf8').catch(() => undefined);
  if (!found || password === undefined || !alive(found.pid)) return undefined;
  const url = urlOf(found.port, password.trim());
  return (await dataDirectory(url)) === undefined ? undefined : url;
};

const urlOf = (port: number, password: string): string => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;

/** Stops the server that runs on a folder, whoever started it. */
export const stopPostgres = async (folder: string): Promise<void> => {
  const data = path.join(await placeFor(folder, await postgresUser()), 'cluster');
  const found = await readPidFile(data);
  if (found && alive(found.pid) && (await commandOf(found.pid))?.includes(data)) await ended(found.pid);
};

const ended = async (pid: number, mode: 'fast' | 'immediate' = 'fast'): Promise<void> => {
  if (alive(pid)) signal(pid, mode);
  while (alive(pid)) await sleep(20);
};

const signal = (pid: number, mode: 'fast' | 'immediate' = 'fast'): void => {
  try {
    process.kill(pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT'); // as PostgreSQL understands them
  } catch {
    // it is gone already
  }
};

/** The folder itself, or, where the user that runs PostgreSQL cannot reach it, one of its own in the system's folder. */
const placeFor = async (folder: string, runAs: RunAs | undefined, tell?: (sentence: string) => void): Promise<string> => {
  const wanted = path.resolve(folder);
  await mkdir(wanted, { recursive: true, mode: runAs ? 0o711 : 0o700 });
  if (!runAs) return wanted;
  if (await isReachable(path.dirname(wanted), runAs)) {
    await chmod(wanted, 0o711); // to pass through, not to list
    return wanted;
  }
  const other = path.join(await systemFolder(runAs), createHash('sha256').update(wanted).digest('hex').slice(0, 16));
  await mkdir(other, { recursive: true, mode: 0o711 });
  tell?.(`PostgreSQL runs as user ${runAs.name}, who may not enter ${wanted}: its data lies in ${other}`);
  return other;
};

/** Made beside and renamed, so that a crash in the middle leaves no half of a cluster. */
const initialise = async (
  initdb: string, home: string, data: string, password: string, runAs: RunAs | undefined, lasting: boolean,
): Promise<void> => {
  if (await readFile(path.join(data, 'PG_VERSION')).catch(() => undefined)) return;
  const fresh = path.join(home, 'cluster.new');
  const passwordFile = path.join(home, 'password.initdb');
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (runAs) for (const file of [fresh, passwordFile]) await chown(file, runAs.uid, runAs.gid);
  try {
    await initdbRun(initdb, fresh, passwordFile, runAs, lasting);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(fresh, data);
};

const initdbRun = (
  initdb: string, data: string, passwordFile: string, runAs: RunAs | undefined, lasting: boolean,
): Promise<void> =>
  new Promise((resolve, reject) => {
    // With LANG=C initdb would make SQL_ASCII, which stores any bytes as text.
    const args = [
      `--pgdata=${data}`, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8',
      '--locale=C.UTF-8',
      '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions',
      ...(lasting ? [] : ['--no-sync']),
    ];
    const child = spawn(initdb, args, { ...identity(runAs), cwd: path.dirname(data), stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
    child.on('error', (error) => reject(new Error(`initdb cannot be run: ${error.message}`)));
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`initdb failed: ${errors.trim()}`))));
  });

const identity = (runAs: RunAs | undefined): { uid?: number; gid?: number; env: NodeJS.ProcessEnv } => ({
  ...(runAs ? { uid: runAs.uid, gid: runAs.gid } : {}),
  env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
});

interface Running {
  readonly pid: number;
  readonly port: number;
}

/** After SIGKILL of Node, PostgreSQL lives on: it is ours if it answers to this folder's password with this folder. */
const stillRunning = async (data: string, password: string): Promise<Running | undefined> => {
  for (let waited = 0; waited < START_TIMEOUT_MS; waited += 100) {
    const found = await readPidFile(data);
    if (!found || !alive(found.pid)) return undefined; // a stale file PostgreSQL removes by itself
    const command = await commandOf(found.pid);
    if (command !== undefined && !command.includes(data)) {
      // The number belongs to another program by now, which PostgreSQL could not tell from itself.
      await rm(path.join(data, 'postmaster.pid'), { force: true });
      return undefined;
    }
    const folder = await dataDirectory(urlOf(found.port, password));
    if (folder && path.resolve(folder) === path.resolve(data)) return found;
    await sleep(100); // it is recovering, or shutting down
  }
  throw new Error(`a PostgreSQL runs in ${data} but does not answer: end it, then start again`);
};

const dataDirectory = async (url: string): Promise<string | undefined> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<{ data_directory: string }>('SHOW data_directory')).rows[0]?.data_directory;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
};

const launch = async (
  postgres: string, home: string, data: string, runAs: RunAs | undefined, options: ClusterOptions,
): Promise<Running> => {
  const port = options.port ?? (await freePort(home));
  const settings = {
    listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: '200', timezone: 'UTC', log_timezone: 'UTC',
    jit: 'off', huge_pages: 'off', ...options.settings,
  };
  const args = ['-D', data, '-p', String(port), ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])];
  const log = await open(path.join(home, 'postgres.log'), 'w', 0o600);
  // Detached: Ctrl-C in the terminal is for us, who close our services first and then stop PostgreSQL.
  const child = spawn(postgres, args, { ...identity(runAs), cwd: home, detached: true, stdio: ['ignore', log.fd, log.fd] });
  let ended: string | undefined;
  child.on('error', (error) => (ended = error.message));
  child.on('exit', (code) => (ended ??= `exit code ${code}`));
  child.unref();
  await log.close();
  for (let waited = 0; ended === undefined && waited < START_TIMEOUT_MS; waited += 25) {
    const found = await readPidFile(data);
    if (found?.ready && found.pid === child.pid) {
      await writeFile(path.join(home, 'port'), String(port));
      return { pid: found.pid, port };
    }
    await sleep(25);
  }
  const said = (await readFile(path.join(home, 'postgres.log'), 'utf8').catch(() => '')).trim().split('\n').slice(-5).join('\n');
  throw new Error(`PostgreSQL in ${data} did not start (${ended ?? 'timeout'}): ${said}`);
};

const freePort = async (home: string): Promise<number> => {
  const last = Number(await readFile(path.join(home, 'port'), 'utf8').catch(() => '0'));
  return (last > 0 && (await tryPort(last))) || (await tryPort(0)) || Promise.reject(new Error('no free port on 127.0.0.1'));
};

const claim = async (url: string, folder: string): Promise<pg.Client> => {
  const keeper = new pg.Client({ connectionString: url, application_name: 'jinji-owner' });
  keeper.on('error', () => undefined); // the server went away: whoever uses it is told by their own connection
  await keeper.connect();
  for (let tries = 0; tries < 50; tries += 1) {
    const { rows } = await keeper.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [OWNER_LOCK]);
    if (rows[0]?.got) return keeper;
    await sleep(100); // a killed predecessor's connection is closed within moments
  }
  await keeper.end();
  throw new Error(`another process uses ${folder}: stop it first, or choose another folder`);
};
