import type { IncomingMessage, ServerResponse } from 'node:http';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createLocalJWKSet, exportJWK, generateKeyPair, importJWK, type JWK, type JWTVerifyGetKey, SignJWT } from 'jose';
import { type Role, roles } from '#libs/web';

export const ISSUER = 'urn:jinji:development-issuer';
export const AUDIENCE = 'jinji';
const MAX_HOURS = 24;
const MAX_BODY = 10_000;

export interface TokenRequest {
  readonly subject: string;
  readonly organisation: string;
  readonly roles: readonly Role[];
  readonly hours?: number;
}

/** Issues any token to whoever may ask it, for development and demonstrations; production has a real issuer. */
export class DevelopmentIssuer {
  private constructor(
    private readonly key: JWK,
    readonly jwks: { keys: JWK[] },
    readonly keys: JWTVerifyGetKey,
    private readonly serves: 'this machine' | 'anyone',
  ) {}

  /** Its key lies in the folder, so that tokens outlive a restart. In a container nobody asks from the same machine. */
  static async open(
    folder: string, env: string | undefined = process.env.NODE_ENV, serves: 'this machine' | 'anyone' = 'this machine',
  ): Promise<DevelopmentIssuer> {
    if (env === 'production')
      throw new Error('the development issuer refuses NODE_ENV=production: set AUTH_ISSUER and AUTH_JWKS_URL to a real issuer');
    const file = path.join(folder, 'issuer-key.json');
    const known = await readFile(file, 'utf8').catch(() => undefined);
    const key = known ? (JSON.parse(known) as JWK) : await freshKey(file);
    const { d: _secret, ...open } = key;
    const jwks = { keys: [open] };
    return new DevelopmentIssuer(key, jwks, createLocalJWKSet(jwks), serves);
  }

  async token({ subject, organisation, roles: granted, hours = 12 }: TokenRequest): Promise<{
    token: string; expiresAt: string
  }> {
    const expires = Math.floor(Date.now() / 1000) + Math.round(hours * 3600);
    const token = await new SignJWT({ org: organisation, roles: [...granted] })
      .setProtectedHeader({ alg: 'ES256', kid: this.key.kid ?? 'development' })
      .setSubject(subject).setIssuer(ISSUER).setAudience(AUDIENCE).setIssuedAt().setExpirationTime(expires)
      .sign(await importJWK(this.key, 'ES256'));
    return { token, expiresAt: new Date(expires * 1000).toISOString() };
  }

  /** `GET jwks` and `POST token`. */
  async handle(request: IncomingMessage, response: ServerResponse, at: string): Promise<void> {
    if (at === '/jwks' && request.method === 'GET') return answer(response, 200, this.jwks);
    if (at !== '/token' || request.method !== 'POST')
      return answer(response, 404, problem(404, 'not-found', 'POST /token or GET /jwks'));
    if (this.serves === 'this machine' && !isLocal(request.socket.remoteAddress))
      return answer(response, 403, problem(403, 'forbidden', 'tokens are issued on this machine only'));
    const asked = tokenRequest(await bodyOf(request).catch(() => ''));
    if (!asked) {
      return answer(
        response, 400,
        problem(
          400, 'malformed',
          `send {"subject", "organisation", "roles": [${roles.map((role) => `"${role}"`).join(', ')}], "hours"?}`,
        ),
      );
    }
    return answer(response, 200, await this.token(asked));
  }
}

const freshKey = async (file: string): Promise<JWK> => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: `development-${Date.now()}`, alg: 'ES256' };
  await writeFile(file, JSON.stringify(key), { mode: 0o600, flag: 'wx' });
  return key;
};

const isLocal = (address: string | undefined): boolean => address !== undefined && /^(::1|(::ffff:)?127\.)/.test(address);

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) throw new Error('too large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const tokenRequest = (body: string): TokenRequest | undefined => {
  try {
    const { subject, organisation, roles: asked, hours } = JSON.parse(body) as Record<string, unknown>;
    const isName = (value: unknown): value is string => typeof value === 'string' && value.length > 0 && value.length <= 200;
    const known = new Set<unknown>(roles);
    if (!isName(subject) || !isName(organisation) || !Array.isArray(asked) || !asked.every((role) => known.has(role)))
      return undefined;
    if (hours !== undefined && !(typeof hours === 'number' && hours > 0 && hours <= MAX_HOURS)) return undefined;
    return { subject, organisation, roles: asked as Role[], ...(hours === undefined ? {} : { hours }) };
  } catch {
    return undefined;
  }
};

const problem = (
  status: number, kind: string, detail: string,
) => ({ type: `https://jinji.dev/problems/${kind}`, title: kind, status, detail });

const answer = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, {
    'content-type': status < 400 ? 'application/json' : 'application/problem+json', 'cache-control': 'no-store',
  });
  response.end(JSON.stringify(body));
};
