/**
 * Compiles what changed, then runs a program in this very process, so that Ctrl-C and exit codes meet no shell in between:
 * node scripts/run.mjs <file in dist> [arguments]
 */
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './build.mjs';

const [, , program, ...rest] = process.argv;
if (!program) throw new Error('say which program: node scripts/run.mjs dist/apps/platform/src/main.js');
const failed = await build({ quiet: true });
if (failed.length > 0) process.exit(1);
process.setSourceMapsEnabled(true);
const file = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', program);
process.argv = [process.argv[0], file, ...rest];
await import(pathToFileURL(file).href);
