import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Person { readonly name: string | null; readonly maskedName: string | null; readonly idNumber: string | null }

/** For specs: people, as far as certification asks it. Who asks as a worker may see themself alone; it can be away. */
export class People {
  readonly persons = new Map<string, Person>();
  readonly asked: string[] = [];
  away = false;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      this.asked.push(`${request.method} ${request.url}`);
      const [, worker = '', what] = /^\/people\/workers\/([^/]+)\/([\w-]+)$/.exec(request.url ?? '') ?? [];
      const person = this.persons.get(worker);
      const answer = (status: number, body: unknown): void =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (this.away) return void request.socket.destroy();
      if (person === undefined) return answer(404, { status: 404, title: 'Not found' });
      const { name, maskedName, idNumber } = person;
      if (what === 'masked-name') return answer(200, { maskedName });
      answer(200, {
        name, idNumber, maskedIdNumber: idNumber === null ? null : `${idNumber.slice(0, 6)}********${idNumber.slice(-4)}`,
      });
    });
  }

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/{service}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
