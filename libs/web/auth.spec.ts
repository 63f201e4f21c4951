import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { type TestService, testService } from '#libs/testing';
import { toyService } from '../service/toy.js';
import { Authenticator } from './auth.js';
import { languageOf } from './caller.js';

type PrivateKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

describe('tokens', () => {
  let server: Server;
  let jwksUrl: string;
  let key: PrivateKey;
  let up = true;
  let asked = 0;

  beforeAll(async () => {
    const pair = await generateKeyPair('ES256');
    key = pair.privateKey;
    const jwk: JWK = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256' };
    server = createServer((_, response) => {
      asked += 1;
      response.writeHead(up ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const sign = (
    claims: Record<string, unknown> = {}, { by = key, expires = '1h' }: { by?: PrivateKey; expires?: string | number } = {},
  ) =>
    new SignJWT({ org: 'org-1', roles: ['judge', 'emperor'], iss: 'issuer', aud: 'jinji', sub: 'someone', ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' }).setIssuedAt().setExpirationTime(expires).sign(by);
  const authenticator = () => new Authenticator({ issuer: 'issuer', audience: 'jinji', jwksUrl });
  const claimsOf = async (token: Promise<string>) => authenticator().claimsOf(`Bearer ${await token}`);

  it('say who, of which organisation, in which known roles', async () => {
    expect(await claimsOf(sign())).toEqual({ subject: 'someone', organisation: 'org-1', roles: ['judge'] });
    expect(await authenticator().claimsOf(undefined)).toBeUndefined();
  });

  it('are refused from another issuer, for another audience, by another key, expired, without subject or organisation', async () => {
    const { privateKey: other } = await generateKeyPair('ES256');
    const bad = [
      sign({ iss: 'another' }), sign({ aud: 'another' }), sign({}, { by: other }),
      sign({}, { expires: Math.floor(Date.now() / 1000) - 60 }),
      sign({ sub: '' }), sign({ org: 7 }), sign({ roles: 'judge' }), Promise.resolve('no.token.atall'), Promise.resolve(''),
    ];
    for (const token of bad) await expect(claimsOf(token)).rejects.toMatchObject({ status: 401 });
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await sign()).split('.')[1]}.`;
    await expect(claimsOf(Promise.resolve(unsigned))).rejects.toMatchObject({ status: 401 });
  });

  it('fetch the keys once, and are not blamed when the issuer is away', async () => {
    const one = authenticator();
    asked = 0;
    for (let n = 0; n < 3; n += 1) await one.claimsOf(`Bearer ${await sign({ sub: `s${n}` })}`);
    expect(asked).toBe(1);
    up = false;
    await expect(claimsOf(sign())).rejects.toMatchObject({ status: 503 });
    up = true;
  });
});

describe('Accept-Language', () => {
  it.each([
    [undefined, 'zh'], ['', 'zh'], ['en', 'en'], ['en-GB,en;q=0.9,zh;q=0.8', 'en'], ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    ['en;q=0.1, zh;q=0.2', 'zh'],
    ['fr', 'zh'], ['*', 'zh'], ['en;q=0', 'zh'], [',,;;q=', 'zh'],
  ] as const)('%s is %s', (header, language) => expect(languageOf(header)).toBe(language));
});

describe('whoever does not log in', () => {
  let toys: TestService;
  beforeAll(async () => void (toys = await testService(toyService, { env: { RATE_LIMIT: '5' } })), 60_000);
  afterAll(() => toys.close());

  it('is answered a few times a minute, a wrong login too; whoever logs in is not counted', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 7; n += 1) statuses.push((await toys.request('GET', '/toys/open', { as: null })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
    const guess = await toys.request('GET', '/toys', { as: null, headers: { authorization: 'Bearer aaaa.bbbb.cccc' } });
    expect(guess).toMatchObject({
      status: 429, headers: { 'retry-after': expect.any(String) }, body: { type: 'https://jinji.dev/problems/too-many-requests' },
    });
    expect((await toys.request('GET', '/toys')).status).toBe(200);
  });

  it('behind a gateway that is trusted is counted by the address that the gateway tells', async () => {
    const behind = await testService(toyService, { env: { RATE_LIMIT: '1', TRUST_PROXY: '127.0.0.1' } });
    const from = async (address: string) =>
      (await behind.request('GET', '/toys/open', { as: null, headers: { 'x-forwarded-for': address } })).status;
    expect([await from('192.0.2.1'), await from('192.0.2.1'), await from('192.0.2.2')]).toEqual([200, 429, 200]);
    await behind.close();
    // Whoever comes without a gateway cannot say who they are.
    const told = await toys.request('GET', '/toys/open', { as: null, headers: { 'x-forwarded-for': '192.0.2.3' } });
    expect(told.status).toBe(429);
  }, 180_000);

  it('is sent away before a body is read', async () => {
    const answer = await toys.request('POST', '/toys/import', {
      as: null, body: Buffer.alloc(5_000_000), headers: { 'content-type': 'text/csv' },
    });
    expect([401, 429]).toContain(answer.status); // not 413
  });
});
