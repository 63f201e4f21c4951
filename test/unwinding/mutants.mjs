/**
 * Breaks one rule after the other, in a copy of the source that only Jest's transform sees, and has the stories told again:
 * each broken rule must be found. `node test/unwinding/mutants.mjs [name…]`; exits 1 where one survives.
 */
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutants } from './mutants-list.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const asked = process.argv.slice(2);
const chosen = mutants.filter(({ name }) => asked.length === 0 || asked.includes(name));
if (chosen.length === 0) throw new Error(`no such mutant: ${mutants.map(({ name }) => name).join(', ')}`);

/** Jest with its configuration, but for the transform. */
const run = ({ name, by = 'test/unwinding/unwinding.spec' }) => new Promise((resolve) => {
  const config = JSON.stringify({ ...shared, rootDir: root });
  const child = spawn(process.execPath, [path.join(root, 'node_modules/jest/bin/jest.js'), '--config', config, by], {
    cwd: root, stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env, MUTANT: name, NODE_OPTIONS: '--experimental-vm-modules', UNWINDING_SEED: process.env.UNWINDING_SEED ?? '7',
      UNWINDING_RUNS: process.env.UNWINDING_RUNS ?? '20', UNWINDING_SECONDS: process.env.UNWINDING_SECONDS ?? '240',
    },
  });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => said.push(data));
  child.on('exit', (code) => resolve({ code, said: Buffer.concat(said).toString() }));
});

const { default: base } = await import(path.join(root, 'jest.config.js'));
const [[pattern, [, options]]] = Object.entries(base.transform);
const shared = { ...base, transform: { [pattern]: [path.join(root, 'test/unwinding/mutant-transform.mjs'), options] } };

let survived = 0;
for (const mutant of chosen) {
  const { name } = mutant;
  const { code, said } = await run(mutant);
  // Found is a fault that the check names, or a view that cannot apply what came; that nothing starts or compiles proves nothing.
  const fault = /after \d+ steps:\s*\n\s+(.+)/.exec(said)?.[1] ?? /expect\(received\)[^\n]*/.exec(said)?.[0]
    ?? /does not settle: .*crashed.*/.exec(said)?.[0];
  const found = code !== 0 && fault !== undefined;
  if (!found) survived += 1;
  console.log(`${found ? 'found   ' : 'SURVIVED'}  ${name}${found ? `: ${fault}` : code === 0 ? '' : `: not told\n${said.slice(-2_000)}`}`);
}
console.log(`${chosen.length - survived} of ${chosen.length} mutants found`);
process.exit(survived === 0 ? 0 : 1);
