/** Every write that was acknowledged is there, once: sent again it is answered as before, and no service records anything. */
import type { Fleet } from '#libs/fleet';
import { inParallel, type Write } from '../../../apps/demo/src/http.js';
import { definitions, inDatabase, type Problems, some } from './sources.js';

interface Done { readonly id?: unknown; readonly position?: unknown }

export const writesAreThere = async (fleet: Fleet, writes: readonly Write[]): Promise<Problems> => {
  const problems: string[] = [];
  for (const { name } of definitions) problems.push(...(await recorded(fleet, name, writes)));
  const before = await heads(fleet);
  await inParallel(writes, 8, async (write) => {
    const answer = await again(fleet.url, write);
    const said = JSON.stringify(answer.body);
    if (answer.status !== write.answer.status || said !== JSON.stringify(write.answer.body))
      problems.push(`${write.method} ${write.path} was answered ${told(write.answer)}, and later ${told(answer)}`);
  });
  const after = await heads(fleet);
  for (const [name, head] of before)
    if (after.get(name) !== head) problems.push(`writes sent again made ${name} record from ${head} to ${after.get(name)}`);
  return some(problems);
};

const told = ({ status, body }: Write['answer']): string => `${status} ${JSON.stringify(body).slice(0, 200)}`;

/** What was answered with a position has an event there, by who asked for it. */
const recorded = async (fleet: Fleet, service: string, writes: readonly Write[]): Promise<Problems> => {
  const told = writes.flatMap((write) => {
    const { position } = (write.answer.body ?? {}) as Done;
    return write.path.startsWith(`/${service}/`) && typeof position === 'number' ? [{ write, position }] : [];
  });
  return inDatabase(fleet, service, async (pool) => {
    const { rows } = await pool.query<{ position: string; actor: string }>(
      `SELECT position, metadata->>'actor' AS actor FROM events WHERE position = ANY ($1::bigint[])`,
      [told.map(({ position }) => position)],
    );
    const actors = new Map(rows.map(({ position, actor }) => [Number(position), actor]));
    return told.flatMap(({ write: { method, path, token = '' }, position }) =>
      (actors.get(position) === subjectOf(token) ? [] : [
        `${method} ${path} was acknowledged at position ${position} of ${service}: there is ${actors.get(position) ?? 'nothing'}`,
      ]));
  });
};

const subjectOf = (token: string): unknown =>
  (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as { sub?: unknown }).sub;

const heads = async (fleet: Fleet): Promise<ReadonlyMap<string, number>> => new Map(await Promise.all(
  definitions.map(async ({ name }) => [name, await inDatabase(fleet, name, async (pool) => {
    const { rows } = await pool.query<{ events: string }>('SELECT count(*) AS events FROM events');
    return Number(rows[0]?.events ?? 0);
  })] as const),
));

const again = async (base: string, { method, path, token, key, type, content }: Write): Promise<Write['answer']> => {
  const answer = await fetch(new URL(path, base), {
    method, ...(content ? { body: new Uint8Array(content) } : {}),
    headers: {
      accept: 'application/json', 'accept-language': 'zh', 'idempotency-key': key,
      ...(token ? { authorization: `Bearer ${token}` } : {}), ...(content ? { 'content-type': type } : {}),
    },
  });
  const text = await answer.text();
  return { status: answer.status, body: /json/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : text };
};
