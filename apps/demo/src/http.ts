import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { derivedId } from '#libs/decider';

/** The server said no: its problem document, as it came. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: { readonly type?: string; readonly title?: string; readonly detail?: string; readonly next?: string },
    what: string,
  ) {
    super(`${what}: ${status} ${problem.title ?? ''} ${problem.detail ?? ''} ${JSON.stringify(problem).slice(0, 2000)}`);
    this.name = 'Refused';
  }

  /** The rule that was broken: the last part of the problem's type. */
  get rule(): string {
    return this.problem.type?.split('/').at(-1) ?? '';
  }
}

export interface Call {
  readonly token?: string;
  readonly body?: unknown;
  /** A file as it is, with its type. */
  readonly file?: { readonly type: string; readonly content: Buffer };
  /** What this call is, in this competition: the same one is never done twice, however often it is sent. */
  readonly key?: string;
  readonly language?: 'zh' | 'en';
}

/** A write that the server acknowledged, as it was sent, and what was answered. */
export interface Write {
  readonly method: string;
  readonly path: string;
  readonly token: string | undefined;
  readonly key: string;
  readonly type: string;
  readonly content: Buffer | undefined;
  readonly answer: { readonly status: number; readonly body: unknown };
}

export interface ApiOptions {
  /** Before every key: another competition on the same server. */
  readonly keys?: string;
  readonly patienceMs?: number;
  /** Further answers after which a call is sent again. */
  readonly again?: (status: number) => boolean;
  /** Hears of every write with a key that was acknowledged. */
  readonly wrote?: (write: Write) => void;
}

/** All keys of the demo begin here, so that a call sent again after a crash is known again. */
const DEMO = '6f2d3c1e-6a36-5b0a-9f0e-64656d6f2026';
const PATIENCE_MS = 120_000;

/** A client that keeps its connections, waits for a server that is away, and sends again what was not answered. */
export class Api {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 32, scheduling: 'fifo' });
  calls = 0;

  constructor(
    private readonly base: URL,
    private readonly options: ApiOptions = {},
  ) {}

  get = <T>(path: string, call: Call = {}): Promise<T> => this.send<T>('GET', path, call);
  post = <T>(path: string, call: Call = {}): Promise<T> => this.send<T>('POST', path, call);
  put = <T>(path: string, call: Call = {}): Promise<T> => this.send<T>('PUT', path, call);

  /** Every item of a list that comes in pages. */
  async all<T>(path: string, call: Call = {}): Promise<T[]> {
    const items: T[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const separator = path.includes('?') ? '&' : '?';
      const page: { items: T[]; next: string | null } = await this.get(
        `${path}${separator}limit=500${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`, call,
      );
      items.push(...page.items);
      cursor = page.next;
    }
    return items;
  }

  close(): void {
    this.agent.destroy();
  }

  private async send<T>(method: string, path: string, call: Call): Promise<T> {
    const { patienceMs = PATIENCE_MS, again = () => false } = this.options;
    const until = Date.now() + patienceMs;
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.once(method, path, call).catch((error: unknown) => {
        if (Date.now() > until) throw error;
        return undefined; // the server is away: it may come back
      });
      const away =
        answer === undefined || [425, 429, 502, 503].includes(answer.status) || again(answer.status) || isUnderWay(answer);
      if (!away) {
        if (answer.status >= 400) throw new Refused(answer.status, answer.body as Refused['problem'], `${method} ${path}`);
        this.calls += 1;
        this.told(method, path, call, answer);
        return answer.body as T;
      }
      if (Date.now() > until) throw new Error(`${method} ${path}: no answer for too long (${answer?.status ?? 'no connection'})`);
      await sleep(Math.min(50 * 2 ** attempt, 1000));
    }
  }

  private told(method: string, path: string, call: Call, answer: Answer): void {
    if (method === 'GET' || call.key === undefined) return;
    const type = call.file?.type ?? 'application/json';
    this.options.wrote?.({ method, path, token: call.token, key: this.keyOf(call.key), type, content: contentOf(call), answer });
  }

  private keyOf = (key: string): string => derivedId(DEMO, `${this.options.keys ?? ''}${key}`);

  private once(method: string, path: string, call: Call): Promise<Answer> {
    const { token, file, key, language } = call;
    const content = contentOf(call);
    const headers = {
      accept: 'application/json',
      'accept-language': language ?? 'zh',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(content ? { 'content-type': file?.type ?? 'application/json', 'content-length': String(content.length) } : {}),
      ...(key ? { 'idempotency-key': this.keyOf(key) } : {}),
    };
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, this.base), { method, headers, agent: this.agent, timeout: 60_000 }, (response) => {
        read(response).then(resolve, reject);
      });
      sent.on('error', reject);
      sent.on('timeout', () => sent.destroy(new Error('no answer')));
      sent.end(content);
    });
  }
}

interface Answer { readonly status: number; readonly body: unknown }

const contentOf = ({ file, body }: Call): Buffer | undefined =>
  file?.content ?? (body === undefined ? undefined : Buffer.from(JSON.stringify(body)));

/** A first try that the server is still busy with, or that died with it. */
const isUnderWay = ({ status, body }: Answer): boolean =>
  status === 409 && String((body as Refused['problem']).type).includes('idempotency');

const read = async (response: IncomingMessage): Promise<Answer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const content = Buffer.concat(chunks).toString('utf8');
  const isJson = /json/.test(response.headers['content-type'] ?? '');
  return { status: response.statusCode ?? 0, body: isJson && content !== '' ? JSON.parse(content) : content };
};

/** At most `width` at a time. */
export const inParallel = async <T>(items: readonly T[], width: number, work: (item: T) => Promise<unknown>): Promise<void> => {
  const queue = items.values();
  await Promise.all(Array.from({ length: width }, async () => {
    for (const item of queue) await work(item);
  }));
};
