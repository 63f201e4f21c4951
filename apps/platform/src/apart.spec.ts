import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import pg from 'pg';
import { testDatabase, type TestDatabase, testMasterKey } from '#libs/testing';

/** A service's own main.ts, against a DATABASE_URL. */
const start = (env: NodeJS.ProcessEnv, entry = 'dist/apps/incentives/src/main.js', args: readonly string[] = []): ChildProcess =>
  spawn(process.execPath, [entry, ...args], {
    env: {
      PATH: process.env.PATH, PORT: '0', AUTH_ISSUER: 'https://issuer.test', AUTH_JWKS_URL: 'https://issuer.test/jwks',
      MASTER_KEY: testMasterKey,
      LOG_LEVEL: 'error', ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

const outcome = async (child: ChildProcess): Promise<{ code: number | null; said: string }> => {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
};

describe('a service apart from the platform', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await testDatabase()));
  afterAll(() => database.drop());

  it('refuses to start while migrations are pending, starts once they were run, and ends cleanly', async () => {
    const pending = await outcome(start({ DATABASE_URL: database.url }));
    expect(pending).toMatchObject({ code: 1, said: expect.stringContaining('npm run migrate incentives') });

    const migrated = await outcome(
      start(
        { DATABASE_URL: database.url, MIGRATION_DATABASE_URL: database.migrationUrl }, 'dist/apps/platform/src/migrate-main.js',
        ['incentives'],
      ),
    );
    expect(migrated).toMatchObject({ code: 0, said: expect.stringContaining('Requests1700000000400') });

    const service = start({ DATABASE_URL: database.url });
    const [line] = (await once(service.stderr as NodeJS.ReadableStream, 'data')) as [Buffer];
    const url = /listens at (\S+)/.exec(line.toString('utf8'))?.[1] ?? '';
    expect((await fetch(`${url}/health`)).status).toBe(200);
    service.kill('SIGTERM');
    expect(await outcome(service)).toMatchObject({ code: 0 });
  }, 120_000);

  it('is given a database, an owner and a role by who administers the server, and a new password where that changes', async () => {
    const admin = process.env.JINJI_TEST_SERVER ?? '';
    const name = `t_${randomBytes(6).toString('hex')}`;
    const own = new URL(admin);
    Object.assign(own, { username: name, password: 'first', pathname: `/${name}` });
    const migrate = (url: string) => outcome(start(
      { ADMIN_DATABASE_URL: admin, INCENTIVES_DATABASE_URL: url, NODE_ENV: 'production', KAFKA_BROKERS: '127.0.0.1:9' },
      'dist/apps/platform/src/migrate-main.js', ['incentives'],
    ));
    try {
      expect(await migrate(own.href)).toMatchObject({ code: 0, said: expect.stringContaining('Requests1700000000400') });
      own.password = 'second';
      expect(await migrate(own.href)).toMatchObject({ code: 0, said: expect.stringContaining('nothing was pending') });
      const client = new pg.Client({ connectionString: own.href });
      await client.connect();
      await expect(client.query('DELETE FROM events')).rejects.toThrow('permission denied');
      await client.end();
      expect(await migrate('')).toMatchObject({ code: 1, said: expect.stringContaining('INCENTIVES_DATABASE_URL') });
    } finally {
      const client = new pg.Client({ connectionString: admin });
      await client.connect();
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await client.query(`DROP ROLE IF EXISTS ${name}_owner, ${name}`);
      await client.end();
    }
  }, 180_000);

  it('names everything that is wrong with its configuration', async () => {
    const { code, said } = await outcome(start({ DATABASE_URL: 'nowhere', MASTER_KEY: 'short' }));
    expect(code).toBe(1);
    expect(said).toContain('DATABASE_URL');
    expect(said).toContain('MASTER_KEY');
  });
});
