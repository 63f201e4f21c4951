import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Service } from '#libs/service';
import type { DevelopmentIssuer } from './issuer.js';
import { createPortal, type Portal, problem, PROBLEM, send } from './portal.js';

export interface GatewayParts {
  readonly services: readonly Service[];
  readonly issuer: DevelopmentIssuer;
  /** Also asked by the health page. */
  readonly postgres: () => Promise<boolean>;
}

/** One port for all services: the first part of the path is the service's name, the rest is its own path. */
export const createGateway = ({ services, issuer, postgres }: GatewayParts): Server => {
  const byName = new Map(services.map((service) => [service.name, service]));
  const portal = createPortal({
    services: services.map(({ name }) => name),
    ask: async (name, path) => {
      const answer = await byName.get(name)?.app.getHttpAdapter().getInstance().inject({ method: 'GET', url: path });
      return answer && { status: answer.statusCode, body: answer.payload };
    },
    beside: async () => ({ postgres: await postgres() }),
  });
  const own: Portal = async (request, response, path) =>
    path.startsWith('/issuer/')
      ? issuer.handle(request, response, path.slice('/issuer'.length))
      : portal(request, response, path);

  const server = createServer((request, response) => {
    const url = request.url ?? '/';
    const [, name = '', rest = ''] = /^\/([a-z]+)(.*)$/s.exec(url) ?? [];
    // The short address that is printed in QR codes.
    const short = name === 'verify' && rest.startsWith('/');
    const service = byName.get(short ? 'certification' : name);
    if (service && /^(\/|\?|$)/.test(rest)) {
      if (!short) request.url = rest.startsWith('/') ? rest : `/${rest}`;
      service.handle(request, response);
      return;
    }
    own(request, response, url.split('?')[0] ?? '/').catch(() => {
      if (!response.headersSent) send(response, 500, problem(500, 'internal', 'Internal error'), PROBLEM);
    });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuse(error, socket));
  return server;
};

/** What is no HTTP at all. */
const refuse = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, kind] = error.code === 'HPE_HEADER_OVERFLOW'
    ? ([431, 'headers-too-large'] as const)
    : ([400, 'malformed'] as const);
  const body = problem(status, kind, kind);
  const head = [
    `HTTP/1.1 ${status} Bad Request`, 'Content-Type: application/problem+json', `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
};
