import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { derivedId } from '#libs/decider';

/** Answers like people for this service alone; the system test runs the real one. */
export interface PeopleStandIn {
  readonly url: string;
  /** False: connections are refused with 503. */
  answers: boolean;
  /** What it was asked, by path. */
  readonly asked: { path: string; body: Record<string, unknown> }[];
  close(): Promise<void>;
}

const NAMESPACE = '7f5b1a52-93c4-4d7e-8a5e-0c6a1f1d2b3c';
/** The worker behind an ID number of the test: numbers like "P007", of whom the digits are the age. */
export const workerOf = (idNumber: string): string => derivedId(NAMESPACE, idNumber);

export const peopleStandIn = async (): Promise<PeopleStandIn> => {
  const known = new Map<string, { idNumber: string; name: string }>();
  const resolve = (body: Record<string, unknown>) => ({
    rows: (body.rows as { idNumber: string; name: string; status?: string }[]).map((row, n) => {
      if (!/^P\d\d-\d+$/.test(row.idNumber))
        return {
          row: n, worker: null, age: null, status: null, unit: null, minted: false,
          error: { rule: 'id-number-as-float', text: { zh: '科学计数法', en: 'a float' } },
        };
      const worker = workerOf(row.idNumber);
      const isKnown = known.has(worker);
      if (body.mint !== false) known.set(worker, row);
      return {
        row: n, worker: isKnown || body.mint !== false ? worker : null, age: Number(row.idNumber.slice(1, 3)),
        status: row.status ?? null, unit: null,
        minted: !isKnown && body.mint !== false, error: null,
      };
    }),
  });
  const facts = (body: Record<string, unknown>) => ({
    workers: (body.ids as string[]).flatMap((worker) => {
      const person = known.get(worker);
      return person ? [
        { worker, age: Number(person.idNumber.slice(1, 3)) + 1, status: 'worker', unit: null, mergedInto: null },
      ] : [];
    }),
  });
  const names = (body: Record<string, unknown>) => ({
    workers: (body.ids as string[]).flatMap((worker) => {
      const person = known.get(worker);
      return person ? [
        { worker, name: person.name, maskedName: `${person.name.slice(0, 1)}*`, maskedIdNumber: 'P****', unitName: '=某厂' },
      ] : [];
    }),
  });
  const routes: Record<string, (body: Record<string, unknown>) => unknown> = {
    '/people/workers/resolve': resolve, '/people/workers/facts': facts, '/people/workers/names': names,
  };

  const standIn = { answers: true, asked: [] as PeopleStandIn['asked'] };
  const server: Server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const path = request.url ?? '';
      standIn.asked.push({ path, body });
      const route = routes[path];
      response.writeHead(!standIn.answers ? 503 : route ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(standIn.answers && route ? route(body) : {}));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return Object.assign(standIn, {
    url: `http://127.0.0.1:${port}/{service}`,
    close: () => new Promise<void>((closed) => { server.closeAllConnections(); server.close(() => closed()); }),
  });
};

const bodyOf = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
};
