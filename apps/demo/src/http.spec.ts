import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Api, inParallel, Refused } from './http.js';

type Special = (request: IncomingMessage, response: ServerResponse) => void;

describe("the demo's client", () => {
  /** A server that does as told with the first requests, and answers the others. */
  const against = async (first: Special[], use: (api: Api) => Promise<void>) => {
    const seen: { key: string | undefined; body: string }[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        seen.push({ key: request.headers['idempotency-key'] as string | undefined, body: Buffer.concat(chunks).toString() });
        const special = first.shift();
        if (special) special(request, response);
        else json(response, 200, { items: [seen.length], next: null });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const api = new Api(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
    await use(api);
    api.close();
    await new Promise((resolve) => server.close(resolve));
    return seen;
  };
  const json = (response: ServerResponse, status: number, body: unknown, type = 'application/json'): void => {
    response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
  };

  it('sends again what was not answered, with the same key and body', async () => {
    const seen = await against([
      (request) => request.socket.destroy(),
      (_, response) => json(response, 503, {}),
      (_, response) => json(response, 409, { type: 'https://jinji.dev/problems/idempotency-key-in-use' }),
    ], async (api) => {
      expect(await api.post('/x', { key: 'a', body: { n: 1 } })).toEqual({ items: [4], next: null });
    });
    expect(seen).toHaveLength(4);
    expect(new Set(seen.map(({ key, body }) => `${key} ${body}`)).size).toBe(1);
    expect(seen[0]?.key).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('gives one key a call, whichever process asks', async () => {
    const keys = async (name: string) => {
      const seen = await against([], async (api) => void (await api.post('/x', { key: name })));
      return seen.map(({ key }) => key);
    };
    expect(await keys('a')).toEqual(await keys('a'));
    expect(await keys('a')).not.toEqual(await keys('b'));
  });

  it('takes a refusal as an answer, and names its rule', async () => {
    const problem = { type: 'https://jinji.dev/problems/pack-needs-override', title: 'no' };
    await against([(_, response) => json(response, 422, problem, 'application/problem+json')], async (api) => {
      const refused = await api.post('/x').catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(Refused);
      expect((refused as Refused).rule).toBe('pack-needs-override');
    });
  });

  it('reads every page', async () => {
    await against([(_, response) => json(response, 200, { items: ['first'], next: 'c' })], async (api) => {
      expect(await api.all('/x?contest=1')).toEqual(['first', 2]);
    });
  });

  it('works on so many at a time and no more', async () => {
    let [now, most] = [0, 0];
    await inParallel(Array.from({ length: 50 }, (_, i) => i), 7, async () => {
      most = Math.max(most, (now += 1));
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
    });
    expect([now, most]).toEqual([0, 7]);
  });
});
