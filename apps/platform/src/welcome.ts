import { newId } from '#libs/decider';
import { type Role, roles } from '#libs/web';
import type { Platform } from './platform.js';

/** The organisation of the demo, so that the tokens below see its data. */
const ORGANISATION = 'demo-organising-committee';

/** Where to look, one token a role, and a first call that works as pasted. */
export const welcome = async ({ url, issuer }: Platform, ms: number, demo: boolean): Promise<string> => {
  const operator = await issuer.token({ subject: 'demo-organiser', organisation: ORGANISATION, roles: ['organiser'] });
  const known = demo ? await someone(url, operator.token) : {};
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
    'A first call:', '', `curl -s -H 'Authorization: Bearer ${operator.token}' ${url}/registration/competitions`, '',
    'Ctrl-C stops it; the data stays.', '', '',
  ].join('\n');
};

const subjectOf = (role: Role, worker: string | undefined): string => (role === 'worker' ? (worker ?? newId()) : `demo-${role}`);

/** A worker and a unit of the demo, so that their pages show something. */
const someone = async (url: string, token: string): Promise<{ worker?: string; unit?: string }> => {
  const first = async (path: string): Promise<string | undefined> => {
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
    const { items } = (answer.ok ? await answer.json() : {}) as { items?: { id?: string; worker?: string }[] };
    return items?.[0]?.id ?? items?.[0]?.worker;
  };
  const [worker, unit] = await Promise.all(
    [first('/people/workers?limit=1'), first('/people/units?limit=1')].map((one) => one.catch(() => undefined)),
  );
  return { ...(worker ? { worker } : {}), ...(unit ? { unit } : {}) };
};
