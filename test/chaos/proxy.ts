/** A wire of our own between two processes, that can be cut, or held so that neither hears the other. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Address { readonly host: string; readonly port: number }

export class Proxy {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private state: 'open' | 'cut' | 'held' = 'open';

  private constructor(
    readonly address: Address,
    private readonly to: Address,
    private readonly end: () => void,
  ) {}

  /** Listens on `port`, or any. */
  static async open(to: Address, port = 0): Promise<Proxy> {
    const server = createServer({ pauseOnConnect: true });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const { address, port: bound } = server.address() as AddressInfo;
    const proxy = new Proxy({ host: address, port: bound }, to, () => server.close());
    server.on('connection', (near) => proxy.pass(near));
    return proxy;
  }

  /** Connections end, new ones are refused. */
  cut(): void {
    this.state = 'cut';
    this.drop();
  }

  /** Connections stay, and are made, but no byte goes through. */
  hold(): void {
    this.state = 'held';
    for (const [near, far] of this.pairs) {
      near.pause();
      far.pause();
    }
  }

  mend(): void {
    this.state = 'open';
    for (const [near, far] of this.pairs) {
      near.resume();
      far.resume();
    }
  }

  close(): void {
    this.end();
    this.drop();
  }

  private drop(): void {
    for (const [near, far] of this.pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  private pass(near: Socket): void {
    if (this.state === 'cut') {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ ...this.to, noDelay: true });
    near.setNoDelay(true);
    const pair = [near, far] as const;
    this.pairs.add(pair);
    for (const [one, other] of [[near, far], [far, near]] as const) {
      one.on('data', (chunk: Buffer) => {
        if (other.write(chunk)) return;
        one.pause();
        other.once('drain', () => {
          if (this.state === 'open') one.resume();
        });
      });
      one.on('end', () => other.end());
      one.on('error', () => undefined); // 'close' follows
      one.on('close', () => {
        this.pairs.delete(pair);
        other.destroy();
      });
    }
    if (this.state === 'held') far.pause();
    else near.resume();
  }
}
