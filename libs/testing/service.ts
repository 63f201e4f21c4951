import { exportJWK, generateKeyPair, SignJWT, createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { derivedId, type Instant } from '#libs/decider';
import type { Role, Service, ServiceDefinition } from '#libs/service';
import { testDatabase, type TestDatabase } from './database.js';

/** Whoever asks: an organiser of org-1 where nothing is said. */
export interface As {
  readonly role?: Role | readonly Role[];
  readonly org?: string;
  readonly sub?: string;
}

export interface TestRequest {
  /** null: without a token. */
  readonly as?: As | Role | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestAnswer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: T;
  readonly raw: Buffer;
}

export interface TestService {
  readonly service: Service;
  readonly database: TestDatabase;
  request<T = Record<string, unknown>>(method: string, path: string, request?: TestRequest): Promise<TestAnswer<T>>;
  /** Moves the manual clock, timers fire. */
  moveClock(to: Instant): Promise<void>;
  /** Until everything that follows from what was recorded has happened. */
  settled(): Promise<void>;
  /** As if the process had died after the effect of every request and before its answer was kept with its key. */
  loseAnswers(): Promise<void>;
  token(as?: As | Role): Promise<string>;
  /** Stops it and starts it again on the same database, as a deployment does. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface TestServiceOptions {
  /** Where the manual clock stands; 2026-03-02 09:00 in Shanghai. */
  readonly clock?: Instant;
  readonly env?: Readonly<Record<string, string>>;
}

export const testMasterKey = randomBytes(32).toString('base64');
const ISSUER = 'https://issuer.test';
const AUDIENCE = 'jinji';

export interface TestIssuer {
  readonly sign: (as: As | Role) => Promise<string>;
  readonly keys: JWTVerifyGetKey;
  /** For a service that is a process of its own: to be served where its AUTH_JWKS_URL points. */
  readonly jwks: JSONWebKeySet;
  readonly issuer: string;
  readonly audience: string;
}

let issuer: Promise<TestIssuer> | undefined;

/** One key pair a test file. */
export const testIssuer = () => (issuer ??= makeIssuer());

const makeIssuer = async (): Promise<TestIssuer> => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256' };
  const known = new Map<string, Promise<string>>();
  const sign = (as: As | Role): Promise<string> => {
    const { role = 'organiser', org = 'org-1', sub } = typeof as === 'string' ? ({ role: as } as As) : as;
    const roles = typeof role === 'string' ? [role] : [...role];
    const subject = sub ?? derivedId(ISSUER, org, ...roles);
    const name = JSON.stringify([roles, org, subject]);
    const signed = known.get(name) ?? new SignJWT({ org, roles }).setProtectedHeader({
      alg: 'ES256', kid: 'test',
    }).setSubject(subject)
      .setIssuer(ISSUER).setAudience(AUDIENCE).setIssuedAt().setExpirationTime('1h').sign(privateKey);
    known.set(name, signed);
    return signed;
  };
  const jwks = { keys: [jwk] };
  return { sign, keys: createLocalJWKSet(jwks), jwks, issuer: ISSUER, audience: AUDIENCE };
};

/** One service on a database of its own, with the bus beside it and a clock that the test moves. */
export const testService = async (definition: ServiceDefinition, options: TestServiceOptions = {}): Promise<TestService> => {
  // Only here: a spec of the store or the bus need not load the whole frame.
  const { createService, readConfig } = await import('#libs/service');
  const database = await testDatabase();
  const { sign, keys } = await testIssuer();
  const config = readConfig({
    DATABASE_URL: database.url, MIGRATION_DATABASE_URL: database.migrationUrl, AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: AUDIENCE,
    AUTH_JWKS_URL: `${ISSUER}/jwks`, MASTER_KEY: testMasterKey, JINJI_CLOCK: 'manual', NODE_ENV: 'test', RATE_LIMIT: '1000000', AFTER_WAIT_MS: '30000',
    PEERS_URL: 'http://127.0.0.1:9/{service}', ...options.env,
  });
  const log = pino({ level: process.env.LOG_LEVEL ?? 'error' }, pino.destination({ fd: 2, sync: true }));
  const start = () => createService(definition, config, { keys, log, clockStart: options.clock ?? '2026-03-02T01:00:00.000Z' });
  let service = await start().catch(
    async (error: unknown) => {
      await database.drop();
      throw error;
    },
  );

  const request = async <T>(
    method: string, path: string, { as = {}, body, headers = {} }: TestRequest = {},
  ): Promise<TestAnswer<T>> => {
    const isFile = Buffer.isBuffer(body) || typeof body === 'string';
    const answer = await service.app.getHttpAdapter().getInstance().inject({
      method: method as 'GET',
      url: path,
      headers: {
        ...(as === null ? {} : { authorization: `Bearer ${await sign(as)}` }),
        ...(body === undefined || isFile ? {} : { 'content-type': 'application/json' }),
        'accept-language': 'en',
        ...headers,
      },
      ...(body === undefined ? {} : { payload: isFile ? body : JSON.stringify(body) }),
    });
    const json = /json/.test(String(answer.headers['content-type'] ?? ''));
    return {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string>,
      body: (json && answer.payload ? JSON.parse(answer.payload) : answer.payload) as T,
      raw: answer.rawPayload,
    };
  };

  const settled = async (): Promise<void> => {
    let before = -1;
    for (const until = Date.now() + 60_000; Date.now() < until; ) {
      const state = await service.caughtUp();
      if (state.idle && state.position === before) return;
      before = state.idle ? state.position : -1;
      if (!state.idle) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`the service does not settle: ${JSON.stringify(await service.caughtUp())}`);
  };

  return {
    get service() { return service; },
    database, request, settled,
    loseAnswers: async () => void (await database.asOwner('UPDATE idempotency_keys SET answer = NULL, instance = 12345')),
    restart: async () => {
      await service.close();
      service = await start();
    },
    token: (as = {}) => sign(as),
    moveClock: async (now) => {
      const moved = await request('POST', '/admin/clock', { as: 'operator', body: { now } });
      if (moved.status !== 200) throw new Error(`the clock does not move: ${JSON.stringify(moved.body)}`);
      await settled();
    },
    close: async () => {
      await service.close();
      await database.drop();
    },
  };
};

