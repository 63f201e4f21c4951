import { createLocalJWKSet, compactVerify, type JSONWebKeySet } from 'jose';
import { derivedId } from '#libs/decider';
import { createService, readConfig, type Service } from '#libs/service';
import { testIssuer, testMasterKey, testService, type TestService } from '#libs/testing';
import { certification } from '../definition.js';
import { saySpecialContest } from '../spec-contest.js';
import { Others } from '../spec-messages.js';
import { People } from '../spec-people.js';
import type { CertificateDto } from './certificate.http.js';

const WORKERS = 20;
const contests = ['a', 'b', 'c'].map((name) => derivedId('instances', name));
const workersOf = (contest: string): string[] => Array.from({ length: WORKERS }, (_, n) => derivedId(contest, 'worker', n));
const FINAL = '2026-06-01T01:00:00.000Z';

/** Two instances on one database, as a deployment has them: both issue, both sign, both give places. */
describe('certificates of several instances', () => {
  const people = new People();
  let first: TestService;
  let second: Service;
  let others: Others;
  beforeAll(async () => {
    const peers = await people.start();
    first = await testService(certification, { clock: '2026-05-01T01:00:00.000Z', env: { PEERS_URL: peers } });
    const { keys, issuer, audience } = await testIssuer();
    second = await createService(certification, readConfig({
      DATABASE_URL: first.database.url, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience, AUTH_JWKS_URL: `${issuer}/jwks`,
      MASTER_KEY: testMasterKey, JINJI_CLOCK: 'manual', NODE_ENV: 'test', RATE_LIMIT: '1000000', PEERS_URL: peers,
      LOG_LEVEL: 'silent',
    }), { keys });
    others = new Others(first.database.url);
  }, 120_000);
  afterAll(async () => {
    await others?.close();
    await second?.close();
    await first?.close();
    await people.stop();
  }, 60_000);

  const onSecond = async (
    method: 'GET' | 'POST', path: string, as: Parameters<TestService['token']>[0] | null,
  ): Promise<string> => {
    const answer = await second.app.getHttpAdapter().getInstance().inject({
      method, url: path,
      headers: {
        ...(as === null ? {} : { authorization: `Bearer ${await first.token(as)}` }), 'content-type': 'application/json',
      },
      ...(method === 'POST' ? { payload: '{}' } : {}),
    });
    if (answer.statusCode >= 300) throw new Error(`${path}: ${answer.statusCode} ${answer.payload}`);
    return answer.payload;
  };

  it('are numbered without a gap, and no number is used twice', async () => {
    for (const contest of contests) {
      const workers = workersOf(contest);
      const rows = workers.map((worker) => ({ worker, occupation: '6-18-01-01', level: 3, since: '2020-01-01' }));
      const imported = await first.request('POST', '/skill-records/import', { as: 'certifier', body: { source: 'spec', rows } });
      expect(imported.status).toBe(200);
      await saySpecialContest(others, { contest, workers, finalAt: FINAL });
    }
    await first.settled();
    await first.moveClock('2026-06-09T01:00:00.000Z');
    await Promise.all(contests.map((contest, n) => {
      const path = `/contests/${contest}/decisions/approve`;
      return n === 1 ? onSecond('POST', path, 'certifier') : first.request('POST', path, { as: 'certifier', body: {} });
    }));
    await first.settled();
    const issued = await first.database.query<{ number: string; certificate: string }>(
      "SELECT data->>'number' AS number, stream AS certificate FROM events WHERE type = 'CertificateIssued' ORDER BY 1",
    );
    const promoted = contests.length * WORKERS / 2;
    expect(issued.map(({ number }) => number)).toEqual(
      Array.from({ length: promoted }, (_, n) => `S000131000001262${String(n + 1).padStart(6, '0')}`),
    );
    expect(new Set(issued.map(({ certificate }) => certificate)).size).toBe(promoted);
    const drawn = await first.database.query<{ count: string }>("SELECT count(*) FROM events WHERE type = 'NumberDrawn'");
    expect(drawn).toEqual([{ count: String(promoted) }]);
  }, 180_000);

  it('are signed with one key, whichever instance is asked first', async () => {
    const sets = await Promise.all(Array.from({ length: 6 }, async (_, n) => (n % 2 === 0
      ? (await first.request<JSONWebKeySet>('GET', '/.well-known/jwks.json', { as: null })).body
      : JSON.parse(await onSecond('GET', '/.well-known/jwks.json', null)) as JSONWebKeySet)));
    expect(new Set(sets.flatMap(({ keys }) => keys.map(({ kid }) => kid))).size).toBe(1);
  }, 60_000);

  it('have one place each in a status list, though both give them at once', async () => {
    const { body } = await first.request<{ items: CertificateDto[] }>('GET', '/certificates?limit=8', { as: 'certifier' });
    for (const { worker } of body.items) people.persons.set(worker, { name: '张卫国', maskedName: '张*国', idNumber: null });
    const jwks = createLocalJWKSet((await first.request<JSONWebKeySet>('GET', '/.well-known/jwks.json', { as: null })).body);
    const placeOf = async (jwt: string): Promise<string> => {
      const { payload } = await compactVerify(jwt, jwks);
      const { credentialStatus } = JSON.parse(Buffer.from(payload).toString()) as { credentialStatus: { id: string }[] };
      return credentialStatus[0]?.id ?? '';
    };
    const places = await Promise.all(body.items.flatMap(({ id }) => [
      first.request('GET', `/certificates/${id}/credential`, { as: 'certifier' }).then(({ raw }) => placeOf(raw.toString())),
      onSecond('GET', `/certificates/${id}/credential`, 'certifier').then(placeOf),
    ]));
    expect(places.filter((place, n) => n % 2 === 1 && place !== places[n - 1])).toEqual([]);
    expect(new Set(places).size).toBe(body.items.length);
  }, 120_000);
});
