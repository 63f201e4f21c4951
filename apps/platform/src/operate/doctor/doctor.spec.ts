import { jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { topics } from '#libs/contracts';
import { newId } from '#libs/decider';
import { EmbeddedBus, kafkaAccess } from '#libs/messaging';
import { testService, type TestService } from '#libs/testing';
import { registration } from '../../../../registration/src/definition.js';
import { lookAtManualClocks } from './database.js';
import { examine } from './examine.js';
import { lookAtCertificate, lookAtKeys } from './outside.js';
import { type Subject, subjectOf } from './subject.js';

jest.setTimeout(300_000);

const serve = async (listener: RequestListener): Promise<{ url: string; server: Server }> => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};

describe('the doctor', () => {
  let test: TestService;
  let bus: EmbeddedBus;
  let sound: Subject;
  let folder: string;
  const servers: Server[] = [];
  let jwks: unknown = { keys: [{ kty: 'EC' }] };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'jinji-doctor-'));
    test = await testService(registration);
    bus = new EmbeddedBus({ url: test.database.url });
    await bus.createTopics(topics, 4);
    const [gateway, issuer] = await Promise.all([
      serve((request, response) => {
        const rest = (request.url ?? '').replace(/^\/registration/, '');
        test.service.handle(Object.assign(request, { url: rest }), response);
      }),
      serve((_, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(jwks))),
    ]);
    servers.push(gateway.server, issuer.server);
    await test.settled();
    sound = {
      databases: new Map([['registration', { url: test.database.url, said: 'DATABASE_URL' }]]),
      bus: { database: test.database.url },
      partitions: 4, url: gateway.url, jwksUrl: issuer.url, certificates: new Map(), pauseMs: 1_500, now: () => Date.now(),
    };
  });
  afterAll(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    await bus?.close();
    await test?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const findings = async (over: Partial<Subject> = {}) =>
    (await examine({ ...sound, ...over }, [registration])).flatMap((each) => each.findings);
  /** The one thing that is wrong. */
  const only = async (over: Partial<Subject> = {}): Promise<string> => {
    const found = await findings(over);
    expect(found.map(({ check, says }) => [check, says])).toHaveLength(1);
    return found.map(({ check, about, says, todo }) => `${check} ${about}: ${says} → ${todo}`).join();
  };

  it('finds nothing where all is well, and looked at everything', async () => {
    const looks = await examine(sound, [registration]);
    expect(looks.flatMap((each) => each.findings)).toEqual([]);
    expect([...new Set(looks.map(({ check }) => check))].sort()).toEqual([
      'broker', 'clocks', 'database', 'groups', 'keys', 'migrations', 'parked', 'relay', 'services', 'topics',
    ]);
  });

  it('finds a database that is away', async () => {
    const away = new Map([['registration', { url: 'postgres://nobody@127.0.0.1:9/none', said: 'REGISTRATION_DATABASE_URL' }]]);
    expect(await only({ databases: away })).toMatch(
      /^database registration: the database does not answer: .*ECONNREFUSED.* → .*REGISTRATION_DATABASE_URL leads to it/,
    );
  });

  it('finds migrations that are pending', async () => {
    const [gone] = await test.database.asOwner('DELETE FROM migrations WHERE id = (SELECT max(id) FROM migrations) RETURNING *');
    const found = await findings({ url: undefined });
    await test.database.asOwner('INSERT INTO migrations SELECT * FROM json_populate_record(NULL::migrations, $1)', [gone]);
    expect(found).toMatchObject([
      { check: 'migrations', says: expect.stringContaining('1 migrations are pending'), todo: 'npm run migrate registration' },
    ]);
  });

  it('finds a broker that is away', async () => {
    expect(
      await only({ bus: { kafka: kafkaAccess('127.0.0.1:9') } }),
    ).toMatch(/^broker Kafka at 127\.0\.0\.1:9: .* → .*KAFKA_BROKERS/);
  });

  it('finds topics that are missing, or of other partitions than configured', async () => {
    await test.database.asOwner(`DELETE FROM bus.partitions WHERE topic = 'jinji.incentives'`);
    expect(await only()).toMatch(/^topics jinji\.incentives: .*is not there.* → start incentives/);
    await test.database.asOwner(`DELETE FROM bus.topics WHERE topic = 'jinji.incentives'`);
    await bus.createTopics(['jinji.incentives'], 2);
    expect(await only()).toMatch(/^topics jinji\.incentives: .*has 2 partitions, not 4 → set BUS_PARTITIONS=2/);
    await test.database.asOwner(
      `INSERT INTO bus.partitions (topic, partition) VALUES ('jinji.incentives', 2), ('jinji.incentives', 3)`,
    );
  });

  it('finds a group that reads nothing', async () => {
    await test.service.runners.reactor.stop();
    await bus.publish([{ topic: 'jinji.results', key: 'k', headers: {}, value: Buffer.from('poison') }]);
    expect(await only()).toMatch(
      /^groups registration: .* though 1 messages wait in jinji\.results\/\d → see that registration runs/,
    );
    test.service.runners.reactor.start();
    await test.settled();
  });

  it('finds what is parked', async () => {
    expect(await only()).toMatch(
      /^parked registration: 1 message is parked, .*no CloudEvent.* → npm run -s bus -- parked list --service registration/,
    );
    const [id] = await test.database.query<{ id: string }>('SELECT id FROM parked_messages');
    const discard = { as: 'operator', body: { reason: 'a test' } } as const;
    expect(await test.request('POST', `/admin/parked/${id?.id}/discard`, discard)).toMatchObject({ status: 200 });
    expect(await findings()).toEqual([]);
  });

  it('finds events that nobody sends', async () => {
    await test.service.runners.relay.stop();
    await test.service.store.append({
      stream: `odd:${newId()}`, expected: 0, events: [{
        id: newId(), type: 'Odd', schema: 1, data: {},
        metadata: { actor: 'a', organisation: null, correlation: 'c', causation: null, at: '2026-03-02T01:00:00.000Z' },
      }],
    });
    expect((await findings()).filter(({ check }) => check === 'relay')).toEqual([]); // it is young
    await test.database.asOwner(`UPDATE events SET recorded_at = recorded_at - interval '10 minutes' WHERE type = 'Odd'`);
    const [found] = (await findings()).filter(({ check }) => check === 'relay');
    expect(found).toMatchObject({
      says: expect.stringMatching(/1 events wait.* for 10 min; no instance/), todo: 'start an instance of registration',
    });
    await test.database.asOwner(`UPDATE relay SET checkpoint = (SELECT max(position) FROM events)`);
  });

  it('finds clocks that differ', async () => {
    const clocks = async (by: number): Promise<string[]> =>
      (await findings({ now: () => Date.now() + by })).map(({ check, says }) => `${check}: ${says}`);
    expect(await clocks(-60_000)).toEqual([
      "clocks: its database's clock is 60 s ahead of this machine's",
      expect.stringMatching(/^clocks: its machine's clock is (59|60) s ahead of this machine's$/), // told in whole seconds
    ]);
    expect(await clocks(300_000)).toEqual([
      "clocks: its database's clock is 5 min behind this machine's", "clocks: its machine's clock is 5 min behind this machine's",
    ]);
    expect(await only({ now: () => Date.now() - 60_000, url: undefined })).toMatch(/^clocks registration: .* → .*time server/);
    const [early, late] = ['2026-03-02T01:00:00.000Z', '2026-03-05T01:00:00.000Z'];
    expect(lookAtManualClocks(new Map([['people', late], ['judging', late]])).findings).toEqual([]);
    expect(lookAtManualClocks(new Map([['people', null], ['judging', null]])).findings).toEqual([]);
    for (const other of [early, null])
      expect(lookAtManualClocks(new Map([['people', late], ['judging', other]])).findings).toMatchObject([
        { check: 'clocks', todo: expect.stringContaining(late) },
      ]);
  });

  it('finds keys that cannot be had, and certificates that end', async () => {
    jwks = { keys: [] };
    expect(await only()).toMatch(/^keys AUTH_JWKS_URL: .*holds no keys/);
    jwks = { keys: [{ kty: 'EC' }] };
    expect(
      (await lookAtKeys('http://127.0.0.1:9/jwks')).findings,
    ).toMatchObject([{ says: expect.stringContaining('cannot be had') }]);
    const file = path.join(folder, 'ca.pem');
    await writeFile(file, CERTIFICATE);
    const at = async (day: string) =>
      (await lookAtCertificate('KAFKA_TLS_CA', file, Date.parse(day))).findings.map(({ says }) => says);
    expect(await at('2026-11-01')).toEqual([]);
    expect(await at('2026-11-21')).toEqual([expect.stringContaining('the certificate ends in')]);
    expect(await at('2026-12-22')).toEqual(['the certificate has ended 29 days ago']);
    expect((await lookAtCertificate('KAFKA_TLS_CA', `${file}.none`, 0)).findings).toHaveLength(1);
  });

  it('finds services that are away or not ready', async () => {
    expect(await only({ url: 'http://127.0.0.1:9' })).toMatch(
      /^services registration: it does not answer: .+ → start registration/,
    );
    const details = { database: { status: 'up' }, topics: { status: 'down', next: 'allow it' } };
    const ill = await serve((_, response) => response.writeHead(503).end(JSON.stringify({ status: 'error', details })));
    servers.push(ill.server);
    expect(await only({ url: ill.url })).toMatch(/^services registration: it is not ready \(503\): topics → allow it/);
  });

  it('is told what to look at by the environment of the services', async () => {
    const subject = await subjectOf(
      { PEOPLE_DATABASE_URL: 'postgres://a/b', KAFKA_BROKERS: 'a:1,b:2', BUS_PARTITIONS: '12', KAFKA_TLS_CA: '/ca' },
      ['people', 'judging'], 5,
    );
    expect(subject).toMatchObject({ partitions: 12, bus: { kafka: { brokers: ['a:1', 'b:2'] } }, url: undefined });
    expect([...subject.databases.keys()]).toEqual(['people']);
    expect([...subject.certificates]).toEqual([['KAFKA_TLS_CA', '/ca']]);
    await expect(subjectOf({ DATABASE_URL: 'postgres://a/b' }, ['people', 'judging'], 5)).rejects.toThrow('--service');
    const served = await subjectOf({ JINJI_DATA: folder }, ['people'], 5);
    expect(served.databases.get('people')?.said).toContain('npm start');
  });

  it('says it on the command line, and by its exit code', async () => {
    const env = {
      PATH: process.env.PATH, DATABASE_URL: test.database.url, BUS_URL: test.database.url, AUTH_JWKS_URL: sound.jwksUrl,
    };
    const run = (more: Record<string, string>, ...args: readonly string[]) => promisify(execFile)(
      process.execPath, [path.resolve('dist/apps/platform/src/doctor-main.js'), ...args], { env: { ...env, ...more } },
    ).then(({ stdout }) => ({ code: 0, said: stdout }), (error: { code: number; stdout: string; stderr: string }) =>
      ({ code: error.code, said: error.stdout + error.stderr }));
    const one = ['--service', 'registration', '--seconds', '1'];
    const well = await run({}, ...one, '--json');
    expect([well.code, JSON.parse(well.said)]).toEqual([0, {
      findings: [], checks: expect.arrayContaining([{ check: 'topics', at: expect.any(String), ok: true }]),
      notLooked: ['the services: JINJI_URL is not set'],
    }]);
    const ill = await run({ BUS_PARTITIONS: '5' }, ...one);
    expect(ill.code).toBe(1);
    expect(ill.said).toMatch(/skipped .*JINJI_URL[^]*FINDING {2}topics[^]*→[^]*7 findings/);
    expect(await run({}, '--service', 'nobody')).toMatchObject({ code: 2 });
    expect(await run({}, '--help')).toMatchObject({ code: 0, said: expect.stringContaining('Exit code') });
  });
});

/** Of 21 to 22 November 2026; its key was never kept. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUQwkiqeHKYfMWaemgokuTj19uySEwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKamluamkudGVzdDAeFw0yNjExMjExNTI1NTNaFw0yNjExMjIx
NTI1NTNaMBUxEzARBgNVBAMMCmppbmppLnRlc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARIpdNJ8IgnLkZybGuqI8DFtOFAkIT/p93cm7X0/l//fynO7ONBgJj6
bijVioQwBBgVTAvF1DtSoptUG2XR8Al1o1MwUTAdBgNVHQ4EFgQUDRuSWzdRjiWz
oQBgGPKzYNhntcEwHwYDVR0jBBgwFoAUDRuSWzdRjiWzoQBgGPKzYNhntcEwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA52oiJBJeprPodUKp8f/X
tWPO9bnrlS0GlEKxevUnkjgCIBjQxPkarLm02NQ5Tr+K3FstN42InFIiHv4csvYh
K8YY
-----END CERTIFICATE-----
`;
