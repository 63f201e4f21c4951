import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { digestOf } from './canonical.js';
import { type Pack, packSchema } from './pack.js';

export interface LoadedPack {
  readonly pack: Pack;
  /** SHA-256 of its canonical JSON: what a contest is frozen to. */
  readonly digest: string;
}

/** The pack format as JSON Schema, as it is published. */
export const packJsonSchema = (): Record<string, unknown> => JSON.parse(JSON.stringify(packSchema)) as Record<string, unknown>;

// Compiled on first use: who never loads a pack does not pay for it.
let validator: ReturnType<Ajv['compile']> | undefined;

export interface ShapeError { readonly path: string; readonly says: string }

/** What is wrong with the shape: every error at once. */
export const shapeErrors = (value: unknown): readonly ShapeError[] => {
  validator ??= new Ajv({ allErrors: true, strict: true }).compile(packJsonSchema());
  if (validator(value)) return [];
  return (validator.errors ?? []).map(({ instancePath, message }) => ({ path: instancePath || '/', says: message ?? '' }));
};

/** Checks the shape; what the rules mean is the linter's. Tells every error at once. */
export const parsePack = (value: unknown, source = 'pack'): LoadedPack => {
  const errors = shapeErrors(value).map(({ path, says }) => `${path} ${says}`);
  if (errors.length > 0) throw new Error(`${source} is no policy pack:\n  ${[...new Set(errors)].join('\n  ')}`);
  return { pack: value as Pack, digest: digestOf(value) };
};

/** policies/ lies at the root of the repository, beside libs/ or, compiled, beside dist/. */
export const policiesFolder = (): string => {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder, 'policies');
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) throw new Error('there is no folder policies/ above the code');
  }
};

/** Those that are shipped, and those of who runs the deployment: the folders that POLICIES names are laid out the same way. */
const load = (): readonly LoadedPack[] => {
  const own = (process.env.POLICIES ?? '').split(delimiter).filter((folder) => folder !== '');
  const all = [policiesFolder(), ...own].flatMap(loadFolder);
  const names = all.map(({ pack }) => `${pack.id}/${pack.version}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  // Contests may be frozen to one or the other: nobody could say by which they are decided.
  if (twice !== undefined) throw new Error(`policy pack ${twice} is there twice`);
  return all;
};

const loadFolder = (folder: string): readonly LoadedPack[] => {
  return readdirSync(
    folder, { withFileTypes: true },
  ).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort().flatMap((id) =>
    readdirSync(join(folder, id)).filter((file) => file.endsWith('.json') && !file.endsWith('.cases.json')).sort().map((file) => {
      const loaded = parsePack(JSON.parse(readFileSync(join(folder, id, file), 'utf8')), `policies/${id}/${file}`);
      if (loaded.pack.id !== id || `${loaded.pack.version}.json` !== file)
        throw new Error(`policies/${id}/${file} says that it is ${loaded.pack.id} ${loaded.pack.version}`);
      return loaded;
    }));
};

let loaded: readonly LoadedPack[] | undefined;

/** Every pack that is there, in every version: a contest announced under an old version is still decided by it. */
export const packs = (): readonly LoadedPack[] => (loaded ??= load());

export const findPack = (id: string, version: string): LoadedPack | undefined =>
  packs().find(({ pack }) => pack.id === id && pack.version === version);
