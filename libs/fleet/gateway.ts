import { Agent, createServer, type IncomingMessage, request as ask, type Server, type ServerResponse } from 'node:http';

/** Whom a request may be given to. */
export interface Upstream {
  /** host:port of where it listens. */
  readonly at: { readonly host: string; readonly port: number };
  running(): boolean;
}

export interface GatewayOptions {
  /** By the first part of the path, which is not passed on. */
  readonly upstreams: ReadonlyMap<string, readonly Upstream[]>;
  /** First parts that are passed on as they are, and the upstreams' name: what stands on paper has a short address. */
  readonly shortcuts?: ReadonlyMap<string, string>;
  readonly health: () => Promise<{ readonly up: boolean } & Record<string, unknown>>;
  /** An upstream that says nothing for so long is taken for dead. */
  readonly patienceMs?: number;
}

/** One that did not answer is left alone for a moment, where there are others. */
const REST_MS = 1_000;
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * One port for all: the first part of the path names the service, its instances take turns. Like the reverse proxy of a
 * deployment it gives a request to another instance where the first one cannot have begun with it, or where to begin twice does
 * no harm: it reads, or carries an Idempotency-Key.
 */
export const createGateway = (options: GatewayOptions): Server => {
  const agent = new Agent({ keepAlive: true, maxSockets: 256, scheduling: 'lifo' });
  const resting = new Map<Upstream, number>();
  const turns = new Map<string, number>();

  const inTurn = (name: string, all: readonly Upstream[]): readonly Upstream[] => {
    const turn = turns.get(name) ?? 0;
    turns.set(name, turn + 1);
    const running = all.filter((one) => one.running());
    const ordered = running.map((_, n) => running[(turn + n) % running.length] as Upstream);
    const rested = (one: Upstream): boolean => (resting.get(one) ?? 0) <= Date.now();
    return [...ordered.filter(rested), ...ordered.filter((one) => !rested(one))];
  };

  const pass = async (
    incoming: IncomingMessage, outgoing: ServerResponse, name: string, path: string, all: readonly Upstream[],
  ): Promise<void> => {
    const body = await bodyOf(incoming);
    if (body === undefined) return say(outgoing, 413, 'body-too-large', 'the body is too large');
    const isSafe = ['GET', 'HEAD', 'OPTIONS'].includes(incoming.method ?? '') || incoming.headers['idempotency-key'] !== undefined;
    for (const upstream of inTurn(name, all)) {
      const given = await give(upstream, agent, incoming, path, body, options.patienceMs ?? 20_000);
      if (given.is === 'answered') {
        if (given.answer.headers.connection === 'close') resting.set(upstream, Date.now() + REST_MS); // it is about to leave
        if (!isRefusal(given.answer)) return relay(given.answer, outgoing);
        given.answer.resume();
        continue;
      }
      resting.set(upstream, Date.now() + REST_MS);
      if (given.is === 'broken' && !isSafe) return say(outgoing, 502, 'bad-gateway', `${name} broke off`);
    }
    say(outgoing, 503, 'starting', `no instance of ${name} answers`);
  };

  const server = createServer((incoming, outgoing) => {
    const url = incoming.url ?? '/';
    const [, first = '', rest = ''] = /^\/([a-z]+)(?=[/?]|$)(.*)$/s.exec(url) ?? [];
    const shortcut = options.shortcuts?.get(first);
    const name = shortcut ?? first;
    const all = options.upstreams.get(name);
    const path = shortcut === undefined ? rest.replace(/^(?!\/)/, '/') : url;
    const failed = (): void => {
      if (outgoing.headersSent) outgoing.destroy();
      else say(outgoing, 502, 'bad-gateway', 'the request broke off');
    };
    if (all) pass(incoming, outgoing, name, path, all).catch(failed);
    else if (url === '/health')
      options.health().then(({ up, ...told }) => json(outgoing, up ? 200 : 503, { status: up ? 'ok' : 'error', ...told }), failed);
    else say(outgoing, 404, 'not-found', 'not found');
  });
  // Longer than any client keeps a connection that it may use again at the moment when it is closed.
  server.keepAliveTimeout = 72_000;
  server.on('close', () => agent.destroy());
  return server;
};

type Given =
  | { readonly is: 'answered'; readonly answer: IncomingMessage }
  /** It cannot have begun. */
  | { readonly is: 'undelivered' }
  /** Nobody knows how far it came. */
  | { readonly is: 'broken' };

const give = (
  { at }: Upstream, agent: Agent, incoming: IncomingMessage, path: string, body: Buffer, patienceMs: number,
): Promise<Given> =>
  new Promise((resolve) => {
    const { connection: _, 'transfer-encoding': __, expect: ___, ...headers } = incoming.headers;
    const sent = ask({
      host: at.host, port: at.port, method: incoming.method, path, agent,
      headers: { ...headers, ...(incoming.headers['transfer-encoding'] ? { 'content-length': String(body.length) } : {}) },
    });
    let connected = false;
    sent.once('socket', (socket) => {
      connected = sent.reusedSocket;
      if (!connected) socket.once('connect', () => (connected = true));
    });
    const impatient = setTimeout(() => sent.destroy(), patienceMs);
    sent.once('response', (answer) => {
      clearTimeout(impatient);
      resolve({ is: 'answered', answer });
    });
    sent.on('error', () => {
      clearTimeout(impatient);
      resolve({ is: connected ? 'broken' : 'undelivered' });
    });
    sent.on('close', () => resolve({ is: 'broken' }));
    sent.end(body);
  });

/** A server that is closing takes no more requests, and says so: it did nothing. */
const isRefusal = ({ statusCode, headers }: IncomingMessage): boolean => statusCode === 503 && headers.connection === 'close';

const relay = (answer: IncomingMessage, outgoing: ServerResponse): void => {
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...headers } = answer.headers;
  outgoing.writeHead(answer.statusCode ?? 502, headers);
  answer.on('error', () => outgoing.destroy());
  answer.on('aborted', () => outgoing.destroy());
  outgoing.on('close', () => answer.destroy());
  answer.pipe(outgoing);
};

const bodyOf = async (incoming: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length;
    if (size > MOST_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
};

const json = (outgoing: ServerResponse, status: number, body: unknown, type = 'application/json'): void => {
  outgoing.writeHead(status, { 'content-type': type, ...(status === 503 ? { 'retry-after': '1' } : {}) });
  outgoing.end(JSON.stringify(body));
};

const say = (outgoing: ServerResponse, status: number, kind: string, detail: string): void =>
  json(outgoing, status, { type: `https://jinji.dev/problems/${kind}`, title: kind, status, detail }, 'application/problem+json');
