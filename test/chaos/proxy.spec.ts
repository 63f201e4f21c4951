import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Proxy } from './proxy.js';

describe('a wire between two processes', () => {
  let echo: Server;
  let proxy: Proxy;
  const clients: Socket[] = [];
  beforeEach(async () => {
    echo = createServer((socket) => void socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    proxy = await Proxy.open({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port });
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
    proxy.close();
    echo.close();
  });

  const open = (): { socket: Socket; heard: () => string; closed: Promise<unknown> } => {
    const socket = connect(proxy.address.port, proxy.address.host).on('error', () => undefined);
    clients.push(socket);
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    return { socket, heard: () => heard, closed: new Promise((resolve) => socket.on('close', resolve)) };
  };
  const until = async (said: () => boolean): Promise<void> => {
    for (let i = 0; !said() && i < 1_000; i += 1) await sleep(10);
    expect(said()).toBe(true);
  };

  it('carries everything, in order, both ways', async () => {
    const { socket, heard } = open();
    const text = Array.from({ length: 200_000 }, (_, i) => i).join(' ');
    socket.write(text);
    await until(() => heard().length === text.length);
    expect(heard()).toBe(text);
  });

  it('is cut: what was open ends, and what comes is refused until it is mended', async () => {
    const one = open();
    one.socket.write('a');
    await until(() => one.heard() === 'a');
    proxy.cut();
    await one.closed;
    await open().closed;
    proxy.mend();
    const again = open();
    again.socket.write('b');
    await until(() => again.heard() === 'b');
  });

  it('is held: nothing is lost, and nothing comes through before it is mended', async () => {
    const old = open();
    old.socket.write('a');
    await until(() => old.heard() === 'a');
    proxy.hold();
    const fresh = open();
    old.socket.write('b');
    fresh.socket.write('c');
    await sleep(200); // that nothing comes can only be seen by waiting
    expect([old.heard(), fresh.heard()]).toEqual(['a', '']);
    proxy.mend();
    await until(() => old.heard() === 'ab' && fresh.heard() === 'c');
  });
});
