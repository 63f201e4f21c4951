import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { testDatabase, type TestDatabase, testIssuer, testMasterKey } from '#libs/testing';

/** A toy service as a process of its own, for the specs of this folder. */
export interface ServiceProcess {
  readonly url: string;
  readonly database: TestDatabase;
  readonly child: ChildProcess;
  token(): Promise<string>;
  /** What it wrote to standard error. */
  said(): string;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  /** Kills it where it still runs, and drops its database. */
  remove(): Promise<void>;
}

export const startProcess = async (env: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> => {
  const database = await testDatabase();
  const { jwks, sign, issuer, audience } = await testIssuer();
  const keys = createServer((_, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(jwks)));
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  const library = (name: string) => JSON.stringify(path.resolve('dist/libs/service', name));
  const program = `import { serve } from ${library('index.js')}; import { toyService } from ${library('toy.js')};
    await serve(toyService);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH, DATABASE_URL: database.url, MIGRATION_DATABASE_URL: database.migrationUrl, PORT: '0',
      AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience, MASTER_KEY: testMasterKey, LOG_LEVEL: 'warn', AFTER_WAIT_MS: '30000',
      AUTH_JWKS_URL: `http://127.0.0.1:${(keys.address() as AddressInfo).port}/`, ...env,
    },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const remove = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    keys.close();
    await database.drop();
  };
  const listens = new Promise<string>((resolve) => {
    child.stderr.on('data', () => {
      const url = /listens at (\S+)/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  const url = await Promise.race([listens, ended.then(() => undefined)]);
  if (url === undefined) {
    await remove();
    throw new Error(`the service does not start: ${said}`);
  }
  return { url, database, child, token: () => sign({}), said: () => said, ended, remove };
};
