import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGateway, type Upstream } from './gateway.js';

interface Back extends Upstream {
  readonly server: Server;
  served: number;
}

describe('the gateway', () => {
  const open: Server[] = [];
  afterEach(() => {
    for (const server of open.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  const listening = async (server: Server): Promise<{ host: string; port: number }> => {
    open.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  };

  const back = async (answer: (response: ServerResponse, path: string) => void): Promise<Back> => {
    const server = createServer((request, response) => {
      made.served += 1;
      request.resume().on('end', () => answer(response, request.url ?? ''));
    });
    const made: Back = { server, at: await listening(server), running: () => true, served: 0 };
    return made;
  };
  const good = () => back((response, path) => response.end(path));
  const dying = () => back((response) => response.destroy());
  const closed = async (): Promise<Upstream> => {
    const server = createServer();
    const at = await listening(server);
    server.close();
    await once(server, 'close');
    return { at, running: () => true };
  };

  const before = async (...upstreams: Upstream[]) => {
    const gateway = createGateway({
      upstreams: new Map([['judging', upstreams]]), shortcuts: new Map([['verify', 'judging']]),
      health: async () => ({ up: upstreams.length > 0 }), patienceMs: 500,
    });
    const { port } = await listening(gateway);
    return async (path: string, method = 'GET', headers: Record<string, string> = {}) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, ...(method === 'GET' ? {} : { body: '{}' }) });
      return [answer.status, await answer.text()] as const;
    };
  };
  const keyed = { 'idempotency-key': 'k' };

  it('takes the service off the path, and leaves a shortcut as it is', async () => {
    const ask = await before(await good());
    expect(await ask('/judging/sheets?contest=1')).toEqual([200, '/sheets?contest=1']);
    expect(await ask('/judging?x=1')).toEqual([200, '/?x=1']);
    expect(await ask('/verify/abc')).toEqual([200, '/verify/abc']);
    expect((await ask('/nobody/abc'))[0]).toBe(404);
    expect((await ask('/judgings'))[0]).toBe(404);
    expect((await ask('/health'))[0]).toBe(200);
  });

  it('lets the instances take turns', async () => {
    const [one, two] = [await good(), await good()];
    const ask = await before(one, two);
    for (let n = 0; n < 10; n += 1) await ask('/judging/x', 'POST');
    expect([one.served, two.served]).toEqual([5, 5]);
  });

  it('gives to another what could not be delivered, whatever it is', async () => {
    const ask = await before(await closed(), await good());
    for (let n = 0; n < 4; n += 1) expect((await ask('/judging/x', 'POST'))[0]).toBe(200);
  });

  it('gives to another what broke off only where twice does no harm', async () => {
    for (const [method, headers, status] of [['GET', {}, 200], ['POST', keyed, 200], ['POST', {}, 502]] as const) {
      const [bad, other] = [await dying(), await good()];
      const ask = await before(bad, other);
      expect((await ask('/judging/x', method, headers))[0]).toBe(status);
      expect([bad.served, other.served]).toEqual([1, status === 200 ? 1 : 0]);
    }
  });

  it('takes an answer "closing" for a refusal, and a 503 of the service for its answer', async () => {
    const closing = await back((response) => response.writeHead(503, { connection: 'close' }).end('closing'));
    const ask = await before(closing, await good());
    expect((await ask('/judging/x', 'POST'))[0]).toBe(200);
    const own = await before(await back((response) => response.writeHead(503).end('people are away')));
    expect(await own('/judging/x', 'POST')).toEqual([503, 'people are away']);
  });

  it('does not wait for ever for one that is frozen', async () => {
    const ask = await before(await back(() => undefined), await good());
    expect((await ask('/judging/x', 'POST', keyed))[0]).toBe(200);
    expect((await ask('/judging/x', 'POST', keyed))[0]).toBe(200); // by the one that answers: the other rests
    const alone = await before(await back(() => undefined));
    expect((await alone('/judging/x'))[0]).toBe(503);
  });
});
