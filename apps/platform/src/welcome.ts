import { newId } from '#libs/decider';
import { type Role, roles } from '#libs/web';
import type { Platform } from './platform.js';

/** The organisation of the demo, so that the tokens below see its data. */
const ORGANISATION = 'demo-organising-committee';

/** Where to look, one token a role, and a first call that works as pasted. */
export const welcome = async ({ url, issuer }: Platform, ms: number, demo: boolean): Promise<string> => {
  const organiser = await issuer.token({ subject: 'demo-organiser', organisation: ORGANISATION, roles: ['organiser'] });
  const known = demo ? await someone(url, issuer) : {};
  const lines: string[] = [];
  for (const role of roles) {
    const { token } = await issuer.token({
      subject: subjectOf(role, known.worker), organisation: role === 'hr' ? (known.unit ?? newId()) : ORGANISATION, roles: [role],
    });
    lines.push(`${role.padEnd(17)} ${token}`);
  }
  return [
    '', `晋级 Jinji is ready after ${(ms / 1000).toFixed(1)} s.`, '',
    `  Swagger UI   ${url}/docs`, `  Health       ${url}/health`, `  OpenAPI      ${url}/openapi.json`, '',
    'One token a role, valid 12 hours:', '', ...lines, '',
    'A first call:', '', `curl -s -H 'Authorization: Bearer ${organiser.token}' ${url}/registration/competitions`, '',
    'Ctrl-C stops it; the data stays.', '', '',
  ].join('\n');
};

const subjectOf = (role: Role, worker: string | undefined): string => (role === 'worker' ? (worker ?? newId()) : `demo-${role}`);

/** A worker whom the demo promoted and that worker's unit, so that their pages show something. */
const someone = async (url: string, issuer: Platform['issuer']): Promise<{ worker?: string; unit?: string }> => {
  const ask = async <T>(role: Role, path: string, body?: object): Promise<T | undefined> => {
    const { token } = await issuer.token({ subject: `demo-${role}`, organisation: ORGANISATION, roles: [role] });
    const answer = await fetch(url + path, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    return answer.ok ? ((await answer.json()) as T) : undefined;
  };
  const promoted = await ask<{ items: { worker: string }[] }>('certifier', '/certification/decisions?state=issued&limit=1');
  const worker = promoted?.items[0]?.worker;
  if (worker === undefined) return {};
  const names = { ids: [worker], purpose: 'the tokens that npm start prints' };
  const unit = (await ask<{ workers: { unit: string | null }[] }>('organiser', '/people/workers/names', names))?.workers[0]?.unit;
  return { worker, ...(unit ? { unit } : {}) };
};
