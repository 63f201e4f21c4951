import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository, from here or from the same place in dist/. */
const root = (): string => {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'package-lock.json')) && folder !== path.dirname(folder)) folder = path.dirname(folder);
  return folder;
};

/** What is missing to run a broker on this machine; undefined where nothing is. */
export const missingTools = (): string | undefined => {
  const runs = (program: string): boolean => spawnSync(program, ['-version'], { stdio: 'ignore' }).status === 0;
  const missing = ['java', 'mvn'].filter((program) => !runs(program));
  return missing.length === 0 ? undefined : `${missing.join(' and ')} cannot be run`;
};

/** Kafka's jars as the pom names them, fetched once: a folder beside other caches, which `npm ci` empties. */
export const brokerJars = async (): Promise<string> => {
  const pom = path.join(root(), 'libs', 'kafka-broker', 'pom.xml');
  const version = createHash('sha256').update(await readFile(pom)).digest('hex').slice(0, 12);
  const folder = path.join(root(), 'node_modules', '.cache', 'kafka-broker', version);
  if (existsSync(folder)) return folder;
  // Made beside and renamed: two that start at the same time do not see each other's halves.
  const fresh = `${folder}.${process.pid}`;
  await mkdir(fresh, { recursive: true });
  try {
    await maven(pom, fresh);
    if ((await readdir(fresh)).length === 0) throw new Error('Maven brought no jars');
    await rename(fresh, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error; // another was faster
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
};

const maven = (pom: string, folder: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`];
    const child = spawn('mvn', ['-q', '-B', '-f', pom, ...goal], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    child.on('error', (error) => reject(new Error(`Maven cannot be run: ${error.message}`)));
    const failed = (): Error => new Error(`Maven could not fetch Kafka: ${said.trim().slice(-2_000)}`);
    child.on('close', (code) => (code === 0 ? resolve() : reject(failed())));
  });
