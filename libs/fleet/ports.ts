import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tryPort } from '#libs/ports';

/**
 * Ports that stay with a name, kept in a file so that the next run has the same. They lie below those that the system gives
 * to outgoing connections: one of these could take a port while its process is being restarted.
 */
export class Ports {
  private readonly handedOut = new Set<number>();

  private constructor(
    private readonly file: string,
    private readonly known: Record<string, number>,
  ) {}

  static async in(file: string): Promise<Ports> {
    const text = await readFile(file, 'utf8').catch(() => '{}');
    return new Ports(file, JSON.parse(text) as Record<string, number>);
  }

  async of(name: string): Promise<number> {
    const last = this.known[name];
    if (last !== undefined && !this.handedOut.has(last) && (await isFree(last))) return this.take(name, last);
    for (let tries = 0; tries < 200; tries += 1) {
      const port = randomInt(LOWEST, highest());
      if (!this.handedOut.has(port) && !Object.values(this.known).includes(port) && (await isFree(port)))
        return this.take(name, port);
    }
    throw new Error(`no free port between ${LOWEST} and ${highest()}`);
  }

  async keep(): Promise<void> {
    await writeFile(this.file, JSON.stringify(this.known, null, 2));
  }

  private take(name: string, port: number): number {
    this.handedOut.add(port);
    this.known[name] = port;
    return port;
  }
}

const LOWEST = 12_000;

/** Where the system's own range begins. */
const highest = (): number => {
  try {
    const [from = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/).map(Number);
    return from > LOWEST + 1_000 ? from : 32_000;
  } catch {
    return 32_000;
  }
};

const isFree = async (port: number): Promise<boolean> => (await tryPort(port)) === port;
