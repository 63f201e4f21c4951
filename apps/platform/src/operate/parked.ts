import type { ParkedMessage, Released } from '#libs/messaging';
import { type AdminApi, Unusable } from './admin-api.js';

/** As a service tells it at /admin/parked/{id}: its bytes in base64. */
interface ShownRecord extends ParkedMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: string | null;
}
interface ProblemBody { readonly title?: string; readonly detail?: string; readonly next?: string }

/** What a command says on stdout, as text and as JSON, on stderr, and the exit code. */
export interface Told {
  readonly lines: readonly string[];
  readonly json: unknown;
  readonly warnings: readonly string[];
  readonly code: 0 | 1;
}

export const states = ['parked', 'retried', 'discarded'] as const;

/** All that is parked, of all services; those that could not be asked are warned of. */
export const list = async (api: AdminApi, services: readonly string[], state: string): Promise<Told> => {
  const found: ({ readonly service: string } & ParkedMessage)[] = [];
  const warnings: string[] = [];
  for (const service of services) {
    for (let cursor: string | null = ''; cursor !== null; ) {
      const at: string = `/admin/parked?state=${state}&limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const answer = await api.get<{ items?: readonly ParkedMessage[]; next?: string | null } & ProblemBody>(service, at);
      const page = answer.is === 'answer' ? answer.body : undefined;
      if (!page?.items) {
        warnings.push(`${service} could not be asked: ${answer.is === 'away' ? answer.because : problem(answer)}`);
        break;
      }
      found.push(...page.items.map((item) => ({ service, ...item })));
      cursor = page.next ?? null;
    }
  }
  const waiting = (one: ParkedMessage): boolean => one.state === 'parked' && one.because.startsWith('waits behind');
  const behind = (one: ParkedMessage): number =>
    found.filter((each) => waiting(each) && each.topic === one.topic && each.key === one.key).length;
  const heads = found.filter((one) => !waiting(one));
  const lines = heads.flatMap((one) => [
    `${one.id}  ${one.service}  ${one.type ?? 'no CloudEvent'}  key ${one.key}  ${one.parkedAt}`,
    ...(one.state === 'parked' ? [] : [`    ${one.state} by ${one.decidedBy} at ${one.decidedAt}: ${one.reason ?? ''}`]),
    `    ${one.because}`,
    ...(one.state === 'parked' && behind(one) > 0 ? [`    ${behind(one)} later ones of the same key wait behind it`] : []),
  ]);
  if (found.length === 0) lines.push(`nothing is ${state}${warnings.length > 0 ? ' where it could be asked' : ''}`);
  else if (state === 'parked') lines.push('', 'next: npm run -s bus -- parked show ID | retry ID --reason WHY | discard …');
  return { lines, json: found, warnings, code: warnings.length > 0 ? 1 : 0 };
};

/** The service that parked it: the one named, or the first that knows the id. */
const find = async (
  api: AdminApi, services: readonly string[], id: string,
): Promise<{ readonly service: string; readonly record: ShownRecord }> => {
  const away: string[] = [];
  for (const service of services) {
    const answer = await api.get<ShownRecord & ProblemBody>(service, `/admin/parked/${id}`);
    if (answer.is === 'answer' && answer.status === 200) return { service, record: answer.body };
    if (answer.is === 'away') away.push(`${service} (${answer.because})`);
    else if (answer.status !== 404) throw new Unusable(`${service}: ${problem(answer)}`);
  }
  throw new Unusable(`no service knows a parked message ${id}${away.length > 0 ? `; not asked: ${away.join(', ')}` : ''}`);
};

export const show = async (api: AdminApi, services: readonly string[], id: string): Promise<Told> => {
  const { service, record } = await find(api, services, id);
  const { headers, bytes, ...rest } = record;
  const lines = [
    ...Object.entries({ service, ...rest }).filter(([name]) => name !== 'data')
      .map(([name, value]) => `${`${name}:`.padEnd(12)} ${value === null ? '-' : String(value)}`),
    'headers:', ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`),
    'data:', ...dataLines(bytes),
  ];
  return { lines, json: { service, ...record }, warnings: [], code: 0 };
};

export const decide = async (
  api: AdminApi, services: readonly string[], what: 'retry' | 'discard', id: string, reason: string,
): Promise<Told> => {
  const { service } = await find(api, services, id);
  const answer = await api.post<Released & ProblemBody>(service, `/admin/parked/${id}/${what}`, { reason });
  if (answer.is === 'away') throw new Unusable(`${service} could not be asked: ${answer.because}`);
  if (answer.status !== 200) throw new Unusable(`${service}: ${problem(answer)}`);
  const { released, stoppedAt } = answer.body;
  const lines = [
    ...(what === 'discard' ? [`${id} is given up; the reason is kept`] : []),
    `${released} ${released === 1 ? 'message was' : 'messages were'} worked off`,
    ...(stoppedAt === null ? [] : [`stopped at ${stoppedAt.id}, which still fails: ${stoppedAt.because}`]),
  ];
  return { lines, json: { service, released, stoppedAt }, warnings: [], code: stoppedAt === null ? 0 : 1 };
};

const problem = ({ status, body }: { readonly status: number; readonly body: ProblemBody }): string =>
  [status, body.title, body.detail, ...(body.next === undefined ? [] : ['→', body.next])].join(' ');

/** JSON as one reads it, text as it is, anything else in hexadecimal. */
const dataLines = (bytes: string | null): string[] => {
  if (bytes === null) return ['  none'];
  const raw = Buffer.from(bytes, 'base64');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(raw);
    try {
      return JSON.stringify(JSON.parse(text), null, 2).split('\n').map((line) => `  ${line}`);
    } catch {
      return [`  ${JSON.stringify(text)}`];
    }
  } catch {
    return [`  ${raw.length} bytes: ${raw.subarray(0, 256).toString('hex')}${raw.length > 256 ? '…' : ''}`];
  }
};
