import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

it('says to V8 what this V8 understands: it would only mutter about anything else', async () => {
  const run = async (call: string): Promise<string> => {
    const program = `const { fewerCollections } = await import(${JSON.stringify(path.resolve('dist/libs/service/heap.js'))}); ${call}`;
    return (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])).stderr;
  };
  expect(await run('fewerCollections();')).toBe('');
  expect(await run(`(await import('node:v8')).setFlagsFromString('--no-such-flag');`)).toContain('no-such-flag');
});
