import { readFile, writeFile } from 'node:fs/promises';

/** What the file holds; where there is none, it is made, readable by its owner alone. */
export const keptSecret = async (file: string, make: () => string): Promise<string> => {
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known) return known.trim();
  const fresh = make();
  await writeFile(file, `${fresh}\n`, { mode: 0o600, flag: 'wx' });
  return fresh;
};
