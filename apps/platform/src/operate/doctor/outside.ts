import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AdminApi, whyOf } from '../admin-api.js';
import { clockAt, duration, type Finding, type Looked, looked } from './finding.js';

const PATIENCE_MS = 5_000;
const SOON_S = 14 * 86_400;

/** Without the issuer's public keys every login fails. */
export const lookAtKeys = async (jwksUrl: string): Promise<Looked> => {
  const todo = 'see that the issuer runs and that AUTH_JWKS_URL is its JWKS; without its keys, logins fail';
  const bad = (says: string): Looked => looked('keys', jwksUrl, [{ about: 'AUTH_JWKS_URL', says, todo }]);
  try {
    const answer = await fetch(jwksUrl, { signal: AbortSignal.timeout(PATIENCE_MS), headers: { accept: 'application/json' } });
    if (!answer.ok) return bad(`${jwksUrl} answers ${answer.status}`);
    const { keys } = (await answer.json()) as { keys?: unknown };
    return Array.isArray(keys) && keys.length > 0 ? looked('keys', jwksUrl, []) : bad(`${jwksUrl} holds no keys`);
  } catch (error) {
    return bad(`${jwksUrl} cannot be had: ${whyOf(error)}`);
  }
};

export const lookAtCertificate = async (variable: string, file: string, now: number): Promise<Looked> => {
  const bad = (says: string, todo: string): Looked => looked('keys', variable, [{ about: variable, says, todo }]);
  try {
    const seconds = (Date.parse(new X509Certificate(await readFile(file)).validTo) - now) / 1_000;
    if (seconds > SOON_S) return looked('keys', variable, []);
    const says = seconds < 0
      ? `the certificate has ended ${duration(-seconds)} ago`
      : `the certificate ends in ${duration(seconds)}`;
    return bad(says, 'have a new one made, put it in its place, and restart the services');
  } catch (error) {
    return bad(`the file cannot be read as a certificate: ${whyOf(error)}`, 'name a file in PEM that the services may read');
  }
};

interface Health {
  readonly details?: Readonly<Record<string, { readonly status?: string; readonly next?: string } | undefined>>;
}

/** What the services themselves say; and what time it is where they answer, to the second. */
export const lookAtServices = async (
  url: string, services: readonly string[], now: () => number,
): Promise<readonly Looked[]> => {
  const api = new AdminApi({ url });
  const asked = await Promise.all(services.map((service) => lookAtService(api, service, now)));
  return [looked('services', url, asked.flatMap(({ findings }) => findings)), ...asked.flatMap(({ clock }) => clock)];
};

const lookAtService = async (
  api: AdminApi, service: string, now: () => number,
): Promise<{ readonly findings: readonly Omit<Finding, 'check'>[]; readonly clock: readonly Looked[] }> => {
  const asked = now();
  const answer = await api.get<Health>(service, '/health/ready', { open: true });
  const heard = now();
  if (answer.is === 'away') {
    const todo = `start ${service}, or see that JINJI_URL leads to it`;
    return { findings: [{ about: service, says: `it does not answer: ${answer.because}`, todo }], clock: [] };
  }
  const at = Date.parse(answer.date ?? '');
  const clock = Number.isNaN(at) ? [] : [clockAt(service, 'machine', { at, asked, heard, within: 1_000 })];
  if (answer.status === 200) return { findings: [], clock };
  const down = Object.entries(answer.body.details ?? {}).filter(([, part]) => part?.status !== 'up');
  const says = `it is not ready (${answer.status}): ${down.map(([name]) => name).join(', ') || 'it does not say why'}`;
  const todo = down.map(([, part]) => part?.next).find(Boolean) ?? `GET /${service}/health says more`;
  return { findings: [{ about: service, says, todo }], clock };
};
