import { randomBytes } from 'node:crypto';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import { type Cluster, provision } from '#libs/postgres';
import { createService, readConfig, type Role, type Service, type ServiceDefinition } from '#libs/service';

export interface BenchService {
  readonly service: Service;
  readonly url: string;
  readonly migrationUrl: string;
  readonly token: string;
  /** POST as an organiser and certifier of org-1; fails unless it is answered with 2xx. */
  readonly request: (path: string, body: unknown) => Promise<unknown>;
}

const ISSUER = 'https://issuer.bench';
const ROLES: readonly Role[] = ['organiser', 'certifier'];

/** One service as it runs alone: its own database, the bus beside it, views, relay and jobs at work. */
export const startBenchService = async (
  cluster: Cluster, definition: ServiceDefinition, env: Readonly<Record<string, string>> = {},
): Promise<BenchService> => {
  const { url, migrationUrl } = await provision(cluster.url, definition.name, {
    owner: `${definition.name}_owner`, running: definition.name,
  });
  const config = readConfig({
    DATABASE_URL: url, MIGRATION_DATABASE_URL: migrationUrl, AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: 'jinji',
    AUTH_JWKS_URL: `${ISSUER}/jwks`, MASTER_KEY: randomBytes(32).toString('base64'), JINJI_CLOCK: 'manual', RATE_LIMIT: '1000000',
    PEERS_URL: 'http://127.0.0.1:9/{service}', ...env,
  });
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256' }] });
  const token = await new SignJWT({ org: 'org-1', roles: ROLES }).setProtectedHeader({ alg: 'ES256', kid: 'bench' })
    .setSubject('bench').setIssuer(ISSUER).setAudience('jinji').setIssuedAt().setExpirationTime('4h').sign(privateKey);
  const service = await createService(definition, config, {
    keys, log: pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true })), clockStart: '2026-04-01T01:00:00.000Z',
  });
  const fastify = service.app.getHttpAdapter().getInstance();
  const request = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fastify.inject({
      method: 'POST', url: path, payload: JSON.stringify(body),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'accept-language': 'en' },
    });
    if (answer.statusCode >= 300) throw new Error(`POST ${path}: ${answer.statusCode} ${answer.payload.slice(0, 1000)}`);
    return JSON.parse(answer.payload) as unknown;
  };
  return { service, url, migrationUrl, token, request };
};
