import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { provision, startPostgres } from './index.js';

const query = async (url: string, sql: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
};

describe('an embedded PostgreSQL', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'jinji-postgres-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('keeps its data and its port, speaks UTF-8 and takes no connection without the password', async () => {
    const first = await startPostgres(folder);
    await query(first.url, "CREATE TABLE kept AS SELECT '晋级' AS word");
    expect(await query(first.url, 'SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
    const guessed = new URL(first.url);
    guessed.password = 'postgres';
    await expect(query(guessed.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect((await stat(path.join(folder, 'password'))).mode & 0o777).toBe(0o600);
    await first.stop();

    const second = await startPostgres(folder);
    expect(second.port).toBe(first.port);
    expect(await query(second.url, 'SELECT word FROM kept')).toEqual([{ word: '晋级' }]);
    await second.remove();
  }, 120_000);

  it('is taken over when it outlived a Node that was killed', async () => {
    const library = path.resolve('dist/libs/postgres/index.js');
    const program = `const { startPostgres } = await import(${JSON.stringify(library)});
      const cluster = await startPostgres(${JSON.stringify(folder)}); console.log(cluster.url); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = line.toString('utf8').trim();
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS one');
    await expect(startPostgres(folder)).rejects.toThrow('another process uses');
    child.kill('SIGKILL');
    await once(child, 'exit');

    const again = await startPostgres(folder);
    expect(again.adopted).toBe(true);
    expect(await query(again.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    await again.remove();
    await expect(query(url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  }, 120_000);

  it('gives a service a role that owns nothing and may enter only its own database', async () => {
    const cluster = await startPostgres(folder);
    const one = await provision(cluster.url, 'one', { owner: 'one_owner', running: 'one' });
    const two = await provision(cluster.url, 'two', { owner: 'two_owner', running: 'two' });
    await provision(cluster.url, 'two', { owner: 'two_owner', running: 'two' }); // again: nothing to do
    await query(one.migrationUrl, 'CREATE TABLE t (a int)');
    await expect(query(one.url, 'SELECT * FROM t')).rejects.toThrow('permission denied');
    await expect(query(one.url, 'CREATE TABLE u (a int)')).rejects.toThrow('permission denied');
    await expect(query(two.url.replace(/two$/, 'one'), 'SELECT 1')).rejects.toThrow('permission denied for database');
    await cluster.remove();
  }, 120_000);
});
