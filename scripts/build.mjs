#!/usr/bin/env node
/**
 * Compiles apps, libs, test and scripts to dist/, only what changed (by time of modification); types are checked by
 * `npm run types`.
 * Each file is written beside and renamed, so that builds at the same time do not tear each other's files.
 */
import { copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const sources = ['apps', 'libs', 'test', 'scripts'];
const skipped = new Set(['node_modules', 'dist', 'emmett']);

const options = {
  swcrc: false,
  sourceMaps: true,
  module: { type: 'es6' },
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    keepClassNames: true,
  },
};

/** Resolves with the files that could not be compiled, and why. */
export async function build({ quiet = false } = {}) {
  const started = Date.now();
  const files = (await Promise.all(sources.map((folder) => list(path.join(root, folder))))).flat();
  const wanted = new Set(files.map(targetOf));
  const results = await Promise.all(files.map(one));
  const failed = results.filter((result) => typeof result === 'object');
  for (const { file, reason } of failed) process.stderr.write(`${path.relative(root, file)}: ${reason}\n`);
  await removeStale(path.join(root, 'dist'), wanted);
  if (!quiet) {
    const count = results.filter((result) => result === true).length;
    process.stderr.write(`built ${count} of ${files.length} files in ${Date.now() - started} ms\n`);
  }
  return failed;
}

async function list(folder) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map((entry) => {
      const full = path.join(folder, entry.name);
      if (entry.isDirectory()) return skipped.has(entry.name) ? [] : list(full);
      return isSource(entry.name) ? [full] : [];
    }),
  );
  return found.flat();
}

const isSource = (name) =>
  (name.endsWith('.ts') && !name.endsWith('.spec.ts') && !name.endsWith('.d.ts')) || name.endsWith('.json');

const targetOf = (file) => path.join(root, 'dist', path.relative(root, file)).replace(/\.ts$/, '.js');

async function one(file) {
  const target = targetOf(file);
  const [source, made] = await Promise.all([stat(file), stat(target).catch(() => undefined)]);
  // The copy carries the time of its source, so a file put back to an older version is compiled again.
  if (made && Math.abs(made.mtimeMs - source.mtimeMs) < 1) return false;
  try {
    await mkdir(path.dirname(target), { recursive: true });
    const temporary = `${target}.${process.pid}`;
    if (file.endsWith('.json')) await copyFile(file, temporary);
    else {
      const { transformFile } = await import('@swc/core'); // only where there is something to compile
      const { code, map } = await transformFile(file, options);
      await writeFile(`${target}.map`, map);
      await writeFile(temporary, `${code}\n//# sourceMappingURL=${path.basename(target)}.map\n`);
    }
    await utime(temporary, source);
    await rename(temporary, target);
    return true;
  } catch (error) {
    return { file, reason: String(error.message ?? error).split('\n').slice(0, 12).join('\n') };
  }
}

async function utime(file, { atime, mtime }) {
  const { utimes } = await import('node:fs/promises');
  await utimes(file, atime, mtime);
}

/** What has no source any more must not be found by an import. */
async function removeStale(folder, wanted) {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) await removeStale(full, wanted);
    else if (/\.(js|json)$/.test(entry.name) && !wanted.has(full)) await rm(full, { force: true });
  }
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const failed = await build({ quiet: process.argv.includes('--quiet') });
  process.exitCode = failed.length > 0 ? 1 : 0;
}
