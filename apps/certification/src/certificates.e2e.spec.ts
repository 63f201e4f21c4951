import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Bitstring } from '@digitalbazaar/bitstring';
import { compactVerify, createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import { derivedId } from '#libs/decider';
import { type TestAnswer, testService, type TestService } from '#libs/testing';
import { certification } from './definition.js';
import type { CertificateDto } from './certificate/certificate.http.js';
import { certify, sayResult } from './spec-contest.js';
import { Others } from './spec-messages.js';
import { People } from './spec-people.js';

const id = (name: string): string => derivedId('spec of certificates', name);
const names = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay'];
const SITE = 'https://jinji.example';

interface Entry { statusPurpose: string; statusListIndex: string; statusListCredential: string }
interface Credential {
  '@context': unknown[]; id: string; type: string[]; issuer: { id: string }; validFrom: string; iss: string; kid: string;
  credentialSubject: { name: string; maskedIdNumber: string; certificate: { number: string; level: number } };
  credentialStatus: Entry[];
}
interface StatusList {
  type: string[]; issuer: string; exp: number; credentialSubject: { type: string; statusPurpose: string; encodedList: string };
}

describe('certificates, proved to others', () => {
  let service: TestService;
  let others: Others;
  const people = new People();
  const contest = id('contest');
  beforeAll(async () => {
    service = await testService(certification, {
      clock: '2026-05-01T01:00:00.000Z', env: { PEERS_URL: await people.start(), PUBLIC_URL: `${SITE}/` },
    });
    others = new Others(service.database.url);
    for (const name of names)
      people.persons.set(id(name), { name: `张${name}`, maskedName: '张*', idNumber: '34052419800101001X' });
    await others.say('jinji.worker.registered.v1', { worker: id('ann'), unit: id('unit') }, '2026-04-01T01:00:00.000Z');
    const special = { contest, workers: names.map(id), finalAt: '2026-06-01T01:00:00.000Z', unit: id('unit') };
    await certify(service, others, special, '2026-06-09T01:00:00.000Z');
  }, 180_000);
  afterAll(async () => {
    await others?.close();
    await service?.close();
    await people.stop();
  });

  const certificateOf = async (name: string): Promise<CertificateDto> => {
    const { body: { items } } = await service.request<{ items: CertificateDto[] }>('GET', `/certificates?worker=${id(name)}`, {
      as: 'certifier',
    });
    const [found] = items;
    if (found === undefined) throw new Error(`${name} has no certificate`);
    return found;
  };
  const holder = (name: string) => ({ role: 'worker', sub: id(name) }) as const;
  const credentialOf = async (name: string): Promise<string> => {
    const { id: of } = await certificateOf(name);
    const answer = await service.request('GET', `/certificates/${of}/credential`, { as: holder(name) });
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    return answer.raw.toString();
  };
  const jwks = async (): Promise<JSONWebKeySet> =>
    (await service.request<JSONWebKeySet>('GET', '/.well-known/jwks.json', { as: null })).body;
  /** As a verifier does it who has the keys and nothing else of ours. */
  const verified = async <T>(jwt: string, keys?: JSONWebKeySet): Promise<T> => {
    const { payload } = await compactVerify(jwt, createLocalJWKSet(keys ?? await jwks()));
    return JSON.parse(Buffer.from(payload).toString()) as T;
  };
  const post = (
    of: string, what: string, body: object = { reasons: 'spec' }, org = 'org-1',
  ): Promise<TestAnswer> => service.request('POST', `/certificates/${of}/${what}`, { as: { role: 'certifier', org }, body });

  it('are listed for those whom they concern, with the address where anybody can verify them', async () => {
    const ann = await certificateOf('ann');
    expect(ann).toMatchObject({
      number: expect.stringMatching(/^S000131000001262\d{6}$/) as string, state: 'valid', level: 2, occupation: '6-18-01-01',
      on: '2026-06-09',
      verify: `${SITE}/verify/${ann.number}`,
    });
    const own = await service.request<{ items: CertificateDto[] }>('GET', '/certificates', { as: holder('ann') });
    expect(own.body.items).toEqual([ann]);
    for (const [as, status] of [
      ['certifier', 200], [{ role: 'certifier', org: 'org-2' }, 404], [holder('ann'), 200], [holder('bob'), 404],
      [{ role: 'hr', org: id('unit') }, 200], [{ role: 'hr', org: 'org-1' }, 404], [{ role: 'auditor' }, 200],
    ] as const)
      expect([as, (await service.request('GET', `/certificates/${ann.id}`, { as })).status]).toEqual([as, status]);
  });

  it('become credentials that anybody verifies with the public keys alone', async () => {
    const jwt = await credentialOf('ann');
    const keys = await jwks();
    const { kid, typ, alg } = decodeProtectedHeader(jwt);
    expect([typ, alg, kid]).toEqual(['vc+jwt', 'ES256', keys.keys[0]?.kid]);
    expect(keys.keys[0]).not.toHaveProperty('d');
    const credential = await verified<Credential>(jwt);
    expect(credential).toMatchObject({
      '@context': ['https://www.w3.org/ns/credentials/v2', expect.anything()], id: (await certificateOf('ann')).verify,
      type: ['VerifiableCredential', 'SkillLevelCertificate'], iss: `${SITE}/certification/issuer`,
      issuer: { id: `${SITE}/certification/issuer`, bodyCode: '0001' }, validFrom: '2026-06-09T00:00:00+08:00',
      credentialSubject: {
        name: '张ann', maskedIdNumber: '340524********001X', certificate: { level: 2, issuedOn: '2026-06-09' },
      },
    });
    expect(JSON.stringify(credential)).not.toContain('34052419800101001X');
    const issuer = await service.request<{ id: string; assertionMethod: string[] }>('GET', '/issuer', { as: null });
    expect([issuer.body.id, issuer.body.assertionMethod]).toEqual([credential.issuer.id, [`${credential.issuer.id}#${kid}`]]);
    const forged = jwt.replace(/\.[^.]+\./, (payload) => `.${Buffer.from(
      Buffer.from(payload.slice(1, -1), 'base64url').toString().replace('"level":2', '"level":1'),
    ).toString('base64url')}.`);
    expect(forged).not.toBe(jwt);
    await expect(verified(forged)).rejects.toThrow('signature verification failed');
  });

  it('are never made without the name, and only for those who may have them', async () => {
    const { id: of } = await certificateOf('ann');
    for (const what of ['credential', 'pdf']) {
      expect((await service.request('GET', `/certificates/${of}/${what}`, { as: holder('bob') })).status).toBe(404);
      expect(
        (await service.request('GET', `/certificates/${of}/${what}`, { as: { role: 'hr', org: id('other') } })).status,
      ).toBe(404);
      expect((await service.request('GET', `/certificates/${of}/${what}`, { as: 'organiser' })).status).toBe(403);
      people.away = true;
      expect(await service.request('GET', `/certificates/${of}/${what}`, { as: holder('ann') })).toMatchObject({
        status: 503, body: { part: 'people' },
      });
      people.away = false;
      for (const as of [{ role: 'hr', org: id('unit') }, 'certifier'] as const)
        expect((await service.request('GET', `/certificates/${of}/${what}`, { as })).status).toBe(200);
    }
    const kept = await service.database.asOwner<{ found: string }>(
      "SELECT count(*) AS found FROM events e WHERE e::text LIKE '%张ann%' OR e::text LIKE '%34052419800101001X%'",
    );
    expect(kept).toEqual([{ found: '0' }]);
  });

  it('tell by their place in a public list that they are valid, suspended, valid again', async () => {
    const { credentialStatus } = await verified<Credential>(await credentialOf('ann'));
    expect(credentialStatus.map(({ statusPurpose }) => statusPurpose)).toEqual(['revocation', 'suspension']);
    const { id: of } = await certificateOf('ann');
    expect(await bitsOf(credentialStatus)).toEqual({ revocation: false, suspension: false });
    await post(of, 'suspend');
    await service.settled();
    expect(await bitsOf(credentialStatus)).toEqual({ revocation: false, suspension: true });
    expect(await service.request('GET', `/certificates/${of}/credential`, { as: holder('ann') })).toMatchObject({
      status: 409, body: { rule: 'certificate-suspended' },
    });
    expect((await post(of, 'revoke')).body).toMatchObject({ rule: 'decision-stands' });
    expect((await post(of, 'suspend', {})).status).toBe(400);
    expect((await post(of, 'suspend', { reasons: 'x' }, 'org-2')).status).toBe(404);
    expect((await post(of, 'reinstate')).status).toBe(200);
    await service.settled();
    expect(await bitsOf(credentialStatus)).toEqual({ revocation: false, suspension: false });
    // The same place, for ever.
    expect((await verified<Credential>(await credentialOf('ann'))).credentialStatus).toEqual(credentialStatus);
  });

  it('and revoked, when the result is corrected', async () => {
    const credential = await credentialOf('cid');
    const { credentialStatus } = await verified<Credential>(credential);
    expect(await offline(credential)).toEqual({ code: 0, said: expect.stringMatching(
      /^S000131000001262\d{6}: 张cid 340524\*{8}001X level 2 in 6-18-01-01, .*\nrevocation: no\nsuspension: no\n$/,
    ) });
    const before = await certificateOf('cid');
    const corrected = ['ann', 'bob', 'dan', 'eve', 'fay', 'cid'].map(id);
    await sayResult(
      others, { contest, workers: corrected, finalAt: '2026-06-01T01:00:00.000Z', revision: 2 }, '2026-06-10T01:00:00.000Z',
    );
    await service.settled();
    expect(await certificateOf('cid')).toMatchObject({ id: before.id, state: 'revoked' });
    expect(await bitsOf(credentialStatus)).toEqual({ revocation: true, suspension: false });
    expect((await offline(credential)).said).toMatch(/\nrevocation: YES\nsuspension: no\n$/);
    expect(await offline(credential.slice(0, -8) + 'AAAAAAAA')).toEqual({ code: 1, said: '' });
    for (const what of ['suspend', 'reinstate', 'revoke'])
      expect(await post(before.id, what)).toMatchObject({ status: 409, body: { rule: 'certificate-revoked' } });
    expect(await service.request('GET', `/certificates/${before.id}/pdf`, { as: holder('cid') })).toMatchObject({
      status: 409, body: { rule: 'certificate-revoked' },
    });
    expect((await service.request('GET', `/verify/${before.number}`, { as: null, headers: { accept: 'application/json' } })).body)
      .toMatchObject({ status: 'revoked', since: '2026-06-10T01:00:00.000Z' });
  });

  /** The example that README and docs show, as a verifier runs it: a process that has these files and asks nobody. */
  const offline = async (credential: string): Promise<{ code: number; said: string }> => {
    const folder = await mkdtemp(path.join(tmpdir(), 'verify-'));
    const lists = await Promise.all(['revocation', 'suspension'].map(async (purpose) =>
      [`${purpose}.jwt`, (await service.request('GET', `/status-lists/1/${purpose}`, { as: null })).raw.toString()] as const));
    const files = [['credential.jwt', `${credential}\n`], ['jwks.json', JSON.stringify(await jwks())], ...lists] as const;
    for (const [name, content] of files) await writeFile(path.join(folder, name), content);
    const script = path.resolve('examples/verify-certificate/index.js');
    const run = promisify(execFile)(process.execPath, [script, ...files.map(([name]) => name)], { cwd: folder, timeout: 60_000 });
    const answer = await run.then(
      ({ stdout }) => ({ code: 0, said: stdout }),
      ({ code, stdout }: { code: number; stdout: string }) => ({ code, said: stdout }),
    );
    await rm(folder, { recursive: true });
    return answer;
  };

  /** By the standard: the list is signed by the same issuer, for this purpose; `u` + base64url + gzip, the first bit leftmost. */
  const bitsOf = async (entries: readonly Entry[]): Promise<Record<string, boolean>> => Object.fromEntries(
    await Promise.all(entries.map(async ({ statusPurpose, statusListIndex, statusListCredential }) => {
      const url = new URL(statusListCredential);
      expect(url.origin).toBe(SITE);
      const answer = await service.request('GET', url.pathname.replace('/certification', ''), { as: null });
      expect(answer.headers).toMatchObject({ 'content-type': 'application/vc+jwt', 'cache-control': 'public, max-age=300' });
      const list = await verified<StatusList>(answer.raw.toString());
      expect(list).toMatchObject({
        type: ['VerifiableCredential', 'BitstringStatusListCredential'], issuer: `${SITE}/certification/issuer`,
        credentialSubject: { type: 'BitstringStatusList', statusPurpose },
      });
      expect(list.exp * 1000).toBeGreaterThan(Date.now());
      const { encodedList } = list.credentialSubject;
      expect(encodedList[0]).toBe('u');
      const buffer = await Bitstring.decodeBits({ encoded: encodedList.slice(1) });
      expect(buffer.length * 8).toBeGreaterThanOrEqual(131_072);
      return [statusPurpose, new Bitstring({ buffer }).get(Number(statusListIndex))] as const;
    })),
  );

  it('have places that tell nothing of the order in which they were asked for', async () => {
    const entries = await Promise.all(['ann', 'bob', 'ann', 'bob', 'ann'].map(async (name) =>
      (await verified<Credential>(await credentialOf(name))).credentialStatus[0]?.statusListIndex));
    expect(new Set(entries).size).toBe(2);
    const taken = await service.database.query<{ data: { index: number } }>("SELECT data FROM events WHERE type = 'PlaceTaken'");
    const places = taken.map(({ data }) => data.index);
    expect(new Set(places).size).toBe(places.length);
    expect(places.some((place, n) => Math.abs(place - (places[n - 1] ?? place)) > 1)).toBe(true);
  });

  it('answer 304 to who has the list already, and 404 where there is none', async () => {
    const first = await service.request('GET', '/status-lists/1/revocation', { as: null });
    const again = await service.request('GET', '/status-lists/1/revocation', {
      as: null, headers: { 'if-none-match': first.headers['etag'] ?? '' },
    });
    expect([first.status, again.status, again.raw.length]).toEqual([200, 304, 0]);
    for (
      const path of [
        '/status-lists/2/revocation', '/status-lists/0/revocation', '/status-lists/1/else', '/status-lists/x/revocation',
      ]
    )
      expect([path, (await service.request('GET', path, { as: null })).status]).toEqual([path, 404]);
  });

  it('verify on after the keys were rotated, and no more once a key is withdrawn', async () => {
    const before = await credentialOf('ann');
    const old = decodeProtectedHeader(before).kid ?? '';
    expect((await service.request('POST', '/issuer-keys/rotate', { as: 'certifier' })).status).toBe(403);
    const rotated = await service.request<{ kid: string }>('POST', '/issuer-keys/rotate', { as: 'operator' });
    expect(rotated.status).toBe(201);
    const after = await credentialOf('ann');
    expect(decodeProtectedHeader(after).kid).toBe(rotated.body.kid);
    const list = await service.request('GET', '/status-lists/1/revocation', { as: null });
    expect(decodeProtectedHeader(list.raw.toString()).kid).toBe(rotated.body.kid);
    const keys = await jwks();
    expect(keys.keys.map(({ kid }) => kid)).toEqual([rotated.body.kid, old]);
    for (const jwt of [before, after]) expect(await verified<Credential>(jwt, keys)).toHaveProperty('credentialSubject');
    // The private half of the old key is gone; that of the new one lies encrypted.
    const secrets = await service.database.asOwner<{ record: string; gone: boolean }>(
      "SELECT record, wrapped IS NULL AS gone FROM vault_keys WHERE record LIKE 'issuer-key/%' ORDER BY created_at",
    );
    expect(secrets).toEqual([
      { record: `issuer-key/${old}`, gone: true }, { record: `issuer-key/${rotated.body.kid}`, gone: false },
    ]);

    expect(await service.request('POST', `/issuer-keys/${rotated.body.kid}/withdraw`, { as: 'operator', body: { reasons: 'x' } }))
      .toMatchObject({ status: 422, body: { rule: 'key-active' } });
    expect(
      (await service.request('POST', `/issuer-keys/${old}/withdraw`, { as: 'operator', body: { reasons: 'lost' } })).status,
    ).toBe(200);
    await expect(verified(before)).rejects.toThrow('no applicable key');
    expect(await verified<Credential>(after)).toHaveProperty('credentialSubject');
  });

  it('keep what the law keeps of a person who was erased, and are shown and made without a name no more', async () => {
    const { id: of, number } = await certificateOf('bob');
    people.persons.set(id('bob'), { name: null, maskedName: null, idNumber: null });
    await others.say('jinji.worker.erased.v1', { worker: id('bob') }, '2026-06-11T01:00:00.000Z');
    await service.settled();
    for (const what of ['credential', 'pdf'])
      expect(await service.request('GET', `/certificates/${of}/${what}`, { as: holder('bob') })).toMatchObject({
        status: 410, body: { type: 'https://jinji.dev/problems/holder-erased' },
      });
    expect(
      (await service.request('GET', `/verify/${number}`, { as: null, headers: { accept: 'application/json' } })).body,
    ).toMatchObject({
      number, status: 'valid', level: 2, occupation: '6-18-01-01', on: '2026-06-09', name: { is: 'erased' },
    });
    expect(await certificateOf('bob')).toMatchObject({ number, state: 'valid' });
    // Every chain still folds: a later correction decides the erased one again too.
    const again = ['bob', 'ann', 'dan', 'eve', 'fay', 'cid'].map(id);
    await sayResult(
      others, { contest, workers: again, finalAt: '2026-06-01T01:00:00.000Z', revision: 3 }, '2026-06-12T01:00:00.000Z',
    );
    await service.settled();
    expect(await certificateOf('bob')).toMatchObject({ number, state: 'valid' });
  });

  it('are no secret to who asks with a number, and a wrong number is nobody’s', async () => {
    expect((await service.request('GET', '/verify/S000131000001262999999', { as: null })).status).toBe(404);
    expect((await service.request('GET', `/verify/${'9'.repeat(200)}`, { as: null })).status).toBe(404);
  });
});
