import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { derivedId, type Instant } from '#libs/decider';
import type { Role } from '#libs/service';

export const services = ['people', 'training', 'registration', 'judging', 'certification', 'incentives'] as const;
export type ServiceName = (typeof services)[number];

/** Whoever asks: of org-1, under a subject of its own, where nothing else is said. */
export interface Who {
  readonly role: Role | readonly Role[];
  readonly org?: string;
  readonly sub?: string;
}

export interface Ask {
  /** null: without a token. */
  readonly as?: Who | Role | null;
  /** A Buffer or a string goes as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: T;
  readonly text: string;
}

export interface Platform {
  readonly url: string;
  readonly request: <T = Record<string, unknown>>(method: string, path: string, ask?: Ask) => Promise<Answer<T>>;
  /** Like request, and fails unless the answer is 2xx. */
  readonly ok: <T = { id: string }>(method: string, path: string, ask?: Ask) => Promise<T>;
  /** Until every service says twice, with nothing new in between, that it has caught up. */
  readonly settled: () => Promise<void>;
  /** Moves the clocks of all services. */
  readonly moveClock: (to: Instant) => Promise<void>;
  readonly token: (who: Who | Role) => Promise<string>;
  /** As PostgreSQL's superuser, in a service's database or the bus's. */
  readonly query: <Row extends object>(database: ServiceName | 'bus', sql: string, values?: unknown[]) => Promise<Row[]>;
  /** Everything that the process wrote to standard error. */
  readonly logs: () => string;
  /** What PostgreSQL logged. */
  readonly serverLog: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

const TIMEOUT_MS = 30_000;

/** All services in a process of their own, on a data folder of their own. */
export const startPlatform = async (): Promise<Platform> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'jinji-system-'));
  await chmod(folder, 0o755);
  const host = path.resolve('dist/test/system/support/host.js');
  const child = spawn(process.execPath, ['--enable-source-maps', host, folder], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  }) as ChildProcessByStdio<null, Readable, Readable>;
  let logs = '';
  child.stderr.on('data', (chunk: Buffer) => (logs += chunk.toString('utf8')));
  const exited = once(child, 'exit');
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited.then(async () => {
      await rm(folder, { recursive: true, force: true });
      throw new Error(`the platform does not start: ${logs}`);
    }),
  ])) as [string];
  const { url, postgres } = JSON.parse(line) as { url: string; postgres: string };
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const pools = new Map<string, pg.Pool>();
  const tokens = new Map<string, Promise<string>>();

  const send = (method: string, at: string, headers: Readonly<Record<string, string>>, payload?: Buffer): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const asked = httpRequest(
        url,
        { method, path: at, agent, headers: { ...headers, ...(payload ? { 'content-length': String(payload.length) } : {}) } },
        (response) => {
          answerOf(response).then(resolve, reject);
        },
      );
      asked.setTimeout(TIMEOUT_MS, () => asked.destroy(new Error(`${method} ${at.slice(0, 200)} hangs`)));
      // The server may have closed a connection that waited; what went over it was not read.
      asked.on('error', (error: NodeJS.ErrnoException) => {
        const closedBefore = asked.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        if (closedBefore) send(method, at, headers, payload).then(resolve, reject);
        else reject(error);
      });
      asked.end(payload);
    });

  const token = (who: Who | Role): Promise<string> => {
    const { role, org = 'org-1', sub } = typeof who === 'string' ? ({ role: who } as Who) : who;
    const roles = typeof role === 'string' ? [role] : [...role];
    const subject = sub ?? derivedId('0195546e-7c00-7000-8000-000000000001', org, ...roles);
    const name = JSON.stringify([subject, org, roles]);
    const asked =
      tokens.get(name) ??
      send('POST', '/issuer/token', {}, Buffer.from(JSON.stringify({ subject, organisation: org, roles }))).then(
        ({ body }) => body['token'] as string,
      );
    tokens.set(name, asked);
    return asked;
  };

  const request = async <T>(
    method: string,
    at: string,
    { as = 'organiser', body, headers = {} }: Ask = {},
  ): Promise<Answer<T>> => {
    const isRaw = Buffer.isBuffer(body) || typeof body === 'string';
    const payload = body === undefined ? undefined : Buffer.from(isRaw ? body : JSON.stringify(body));
    return (await send(
      method,
      at,
      {
        ...(as === null ? {} : { authorization: `Bearer ${await token(as)}` }),
        ...(payload && !isRaw ? { 'content-type': 'application/json' } : {}),
        'accept-language': 'en',
        ...headers,
      },
      payload,
    )) as Answer<T>;
  };

  const ok = async <T>(method: string, at: string, ask: Ask = {}): Promise<T> => {
    const answer = await request<T>(method, at, ask);
    if (answer.status >= 300) throw new Error(`${method} ${at}: ${answer.status} ${answer.text.slice(0, 2000)}`);
    return answer.body;
  };

  const settled = async (): Promise<void> => {
    for (let before = '', until = Date.now() + 60_000; ;) {
      const said = await Promise.all(
        services.map((name) => ok<{ idle: boolean; position: number }>('GET', `/${name}/admin/caught-up`, { as: 'operator' })),
      );
      const now = said.every(({ idle }) => idle) ? said.map(({ position }) => position).join() : '';
      if (now !== '' && now === before) return;
      if (Date.now() > until) throw new Error(`not caught up: ${JSON.stringify(said)}`);
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  return {
    url,
    request,
    ok,
    settled,
    token,
    moveClock: async (now) => {
      await settled();
      for (const name of services) await ok('POST', `/${name}/admin/clock`, { as: 'operator', body: { now } });
      await settled();
    },
    query: async <Row extends object>(database: string, sql: string, values: unknown[] = []): Promise<Row[]> => {
      const pool =
        pools.get(database) ?? new pg.Pool({ connectionString: postgres.replace(/\/postgres$/, `/${database}`), max: 2 });
      pools.set(database, pool);
      return (await pool.query<Row>(sql, values)).rows;
    },
    logs: () => logs,
    serverLog: () => readFile(path.join(folder, 'postgres', 'postgres.log'), 'utf8'),
    stop: async () => {
      agent.destroy();
      await Promise.all([...pools.values()].map((pool) => pool.end()));
      if (child.exitCode === null) child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const answerOf = async (response: IncomingMessage): Promise<Answer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
  return {
    status: response.statusCode ?? 0,
    headers: response.headers as Record<string, string>,
    text,
    body: (isJson ? JSON.parse(text) : {}) as Record<string, unknown>,
  };
};
