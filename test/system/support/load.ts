import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: string;
}

/** What a client sends again and again; a fresh one each time. */
export type Call = (n: number) => { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: unknown };

/**
 * Clients that keep sending over connections that they keep, and never try anything twice: what fails, has failed.
 * `acknowledged` has the answers to writes, by service.
 */
export class Load {
  readonly failed: Sent[] = [];
  readonly acknowledged = new Map<string, string[]>();
  sent = 0;
  private going = true;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });
  private readonly clients: Promise<void>[] = [];

  constructor(private readonly base: string) {}

  begin(name: string, token: string, call: Call, pauseMs = 20): void {
    this.clients.push((async () => {
      for (let n = 0; this.going; n += 1) {
        const { method, path, body } = call(n);
        const answer = await this.once(method, path, token, body).catch((error: unknown) => ({ status: 0, body: String(error) }));
        this.sent += 1;
        if (answer.status < 200 || answer.status >= 300) this.failed.push({ method, path, ...answer });
        else if (method === 'POST') this.acknowledged.set(name, [...(this.acknowledged.get(name) ?? []), answer.body]);
        await sleep(pauseMs);
      }
    })());
  }

  async end(): Promise<void> {
    this.going = false;
    await Promise.all(this.clients);
    this.agent.destroy();
  }

  once(
    method: string, path: string, token: string, body?: unknown, key: string = randomUUID(), base = this.base,
  ): Promise<{ status: number; body: string }> {
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      authorization: `Bearer ${token}`, 'accept-language': 'en',
      ...(content ? { 'content-type': 'application/json', 'content-length': content.length, 'idempotency-key': key } : {}),
    };
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, base), { method, headers, agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
          .on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }));
      });
      sent.on('error', reject);
      sent.end(content);
    });
  }
}
