/** Certification as a process of its own, for the bench alone: no other service, and an issuer that nobody needs to reach. */
import { randomBytes } from 'node:crypto';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import { certification } from '../../apps/certification/src/definition.js';
import { createService, readConfig, type Role } from '#libs/service';
import type { Started, Used } from './bench-service.js';

const ISSUER = 'https://issuer.bench';
const ROLES: readonly Role[] = ['organiser', 'certifier', 'operator'];

const config = readConfig({
  ...process.env, AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: 'jinji', AUTH_JWKS_URL: `${ISSUER}/jwks`,
  MASTER_KEY: randomBytes(32).toString('base64'), JINJI_CLOCK: 'manual', RATE_LIMIT: '1000000', HOST: '127.0.0.1',
});
const { privateKey, publicKey } = await generateKeyPair('ES256');
const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256' }] });
const token = await new SignJWT({ org: 'org-1', roles: ROLES }).setProtectedHeader({ alg: 'ES256', kid: 'bench' })
  .setSubject('bench').setIssuer(ISSUER).setAudience('jinji').setIssuedAt().setExpirationTime('4h').sign(privateKey);
const service = await createService(certification, config, {
  keys, log: pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true })), clockStart: '2026-04-01T01:00:00.000Z',
});
const started: Started = { address: await service.listen(0, '127.0.0.1'), token };
process.send?.(started);

process.on('message', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage(); // microseconds, KiB
  const used: Used = { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMiB: Math.round(maxRSS / 1024) };
  process.send?.(used);
});
process.on('disconnect', () => void service.close().finally(() => process.exit()));
