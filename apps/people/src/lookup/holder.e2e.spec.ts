import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { newId } from '#libs/decider';
import { testService, type TestService } from '#libs/testing';
import { people } from '../people.module.js';

const KID = 'certification-1';

describe('who a certificate is about', () => {
  let service: TestService;
  let certification: Server;
  let worker: string;
  let jwks: object;
  let away = false;
  let key: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  let foreign: typeof key;
  beforeAll(async () => {
    const [pair, other] = [await generateKeyPair('ES256'), await generateKeyPair('ES256')];
    [key, foreign] = [pair.privateKey, other.privateKey];
    jwks = { keys: [{ ...await exportJWK(pair.publicKey), kid: KID, alg: 'ES256' }] };
    certification = createServer((request, response) => {
      if (away) return void request.socket.destroy();
      const known = request.url === '/certification/.well-known/jwks.json';
      response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(jwks));
    }).listen(0, '127.0.0.1');
    await once(certification, 'listening');
    const { port } = certification.address() as AddressInfo;
    service = await testService(people, { env: { PEERS_URL: `http://127.0.0.1:${port}/{service}` } });
    const registered = await service.request<{ id: string }>('POST', '/workers', {
      body: { name: '欧阳喆珺', idNumber: '34052419800101001X', status: 'worker' },
    });
    worker = registered.body.id;
  }, 120_000);
  afterAll(async () => {
    await service?.close();
    certification.closeAllConnections();
    certification.close();
  });

  const proof = (
    claims: JWTPayload = {},
    { typ = 'holder-request+jwt', by = key, kid = KID }: { typ?: string; by?: typeof key; kid?: string } = {},
  ): Promise<string> => {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({
      iss: 'urn:jinji:certification', aud: 'urn:jinji:people', sub: worker, iat: now, exp: now + 60, ...claims,
    }).setProtectedHeader({ alg: 'ES256', kid, typ }).sign(by);
  };
  const asked = async (of: string, token: string | null) => service.request('GET', `/workers/${of}/masked-name`, {
    as: null, headers: token === null ? {} : { authorization: `Bearer ${token}` },
  });

  it('is told to certification, masked, for the one worker that it asks about', async () => {
    expect(await asked(worker, await proof())).toMatchObject({ status: 200, body: { maskedName: '欧**珺' } });
  });

  it('is told to nobody else', async () => {
    const long = Math.floor(Date.now() / 1000) - 3600;
    for (const token of [
      null, 'nonsense', await service.token('operator'), await proof({ sub: newId() }), await proof({ aud: 'jinji' }),
      await proof({ iss: 'urn:jinji:people' }), await proof({ iat: long, exp: long + 60 }),
      // Made to be good for ever, made by another, and a credential: the same key has signed it.
      await proof({ iat: long, exp: long + 9_999_999 }), await proof({}, { by: foreign }),
      await proof({}, { by: foreign, kid: 'x' }),
      await proof({}, { typ: 'vc+jwt' }),
    ])
      expect([token, (await asked(worker, token)).status]).toEqual([token, 404]);
    const stranger = newId();
    expect((await asked(stranger, await proof({ sub: stranger }))).status).toBe(404);
  });

  it('is no name once the worker is erased', async () => {
    const { body } = await service.request<{ id: string }>('POST', '/workers', {
      body: { name: '司马若渝', idNumber: '340524198001010060', status: 'worker' },
    });
    const erased = body.id;
    expect((await service.request('POST', `/workers/${erased}/erase`)).status).toBe(200);
    expect(await asked(erased, await proof({ sub: erased }))).toMatchObject({ status: 200, body: { maskedName: null } });
    const holder = await service.request('GET', `/workers/${erased}/certificate-holder`, { as: { role: 'worker', sub: erased } });
    expect(holder).toMatchObject({ status: 200, body: { name: null, idNumber: null, maskedIdNumber: null, erased: true } });
  });

  it('cannot be told while certification’s keys cannot be had', async () => {
    away = true;
    await service.restart();
    expect(await asked(worker, await proof())).toMatchObject({ status: 503, body: { part: 'certification' } });
    away = false;
    expect((await asked(worker, await proof())).status).toBe(200);
  });
});
