/** Writes docs/asyncapi.json and docs/contracts/*.json from libs/contracts. A spec fails while they are stale. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { contractDocuments } from '#libs/contracts';

await rm('docs/contracts', { recursive: true, force: true });
await mkdir('docs/contracts', { recursive: true });
for (const [path, text] of contractDocuments()) await writeFile(path, text);
