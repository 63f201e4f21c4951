import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Service } from '#libs/service';
import type { DevelopmentIssuer } from './issuer.js';
import { mergeOpenApi } from './merge-openapi.js';

export interface GatewayParts {
  readonly services: readonly Service[];
  readonly issuer: DevelopmentIssuer;
  /** Also asked by the health page. */
  readonly postgres: () => Promise<boolean>;
}

/** One port for all services: the first part of the path is the service's name, the rest is its own path. */
export const createGateway = ({ services, issuer, postgres }: GatewayParts): Server => {
  const byName = new Map(services.map((service) => [service.name, service]));
  let merged: string | undefined;
  const openapi = (): string =>
    (merged ??= JSON.stringify(mergeOpenApi(services.map(({ name, openapi: document }) => ({ name, document: document() })))));

  const own = async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    if (path.startsWith('/issuer/')) return issuer.handle(request, response, path.slice('/issuer'.length));
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 404, notFound, 'application/problem+json');
    if (path === '/') return redirect(response, '/docs');
    if (path === '/openapi.json') return send(response, 200, openapi(), 'application/json');
    if (path === '/docs' || path === '/docs/')
      return send(response, 200, page(services[0]?.name ?? ''), 'text/html; charset=utf-8');
    if (path === '/health') {
      const { status, body } = await healthOf(services, await postgres());
      return send(response, status, body, 'application/json');
    }
    if (path === '/health/live') return send(response, 200, '{"status":"ok"}', 'application/json');
    return send(response, 404, notFound, 'application/problem+json');
  };

  const server = createServer((request, response) => {
    const url = request.url ?? '/';
    const [, name = '', rest = ''] = /^\/([a-z]+)(.*)$/s.exec(url) ?? [];
    const service = byName.get(name);
    if (service && /^(\/|\?|$)/.test(rest)) {
      request.url = rest.startsWith('/') ? rest : `/${rest}`;
      service.handle(request, response);
      return;
    }
    own(request, response, url.split('?')[0] ?? '/').catch(() => {
      if (!response.headersSent) send(response, 500, problem(500, 'internal', 'Internal error'), 'application/problem+json');
    });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuse(error, socket));
  return server;
};

const problem = (status: number, kind: string, title: string): string =>
  JSON.stringify({ type: `https://jinji.dev/problems/${kind}`, title, status, detail: title });

const notFound = problem(404, 'not-found', 'Not found');

const send = (response: ServerResponse, status: number, body: string, type: string): void => {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
};

const redirect = (response: ServerResponse, to: string): void => {
  response.writeHead(302, { location: to });
  response.end();
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

const healthOf = async (services: readonly Service[], postgres: boolean): Promise<{ status: number; body: string }> => {
  const told = await Promise.all(services.map(async ({ name, app }) => {
    const answer = await app.getHttpAdapter().getInstance().inject({ method: 'GET', url: '/health' });
    return [name, JSON.parse(answer.payload) as { status?: string }] as const;
  }));
  const up = postgres && told.every(([, { status }]) => status === 'ok');
  return {
    status: up ? 200 : 503,
    body: JSON.stringify({ status: up ? 'ok' : 'error', postgres: postgres ? 'up' : 'down', services: Object.fromEntries(told) }),
  };
};

/** Swagger UI, with the assets that every service serves. */
const page = (service: string): string => `<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>晋级 Jinji</title>
<link rel="stylesheet" href="/${service}/docs/swagger-ui.css"></head>
<body><div id="ui"></div><script src="/${service}/docs/swagger-ui-bundle.js"></script>
<script>window.onload = () => {
  SwaggerUIBundle({ url: '/openapi.json', dom_id: '#ui', persistAuthorization: true, docExpansion: 'none', tagsSorter: 'none' });
};</script>
</body></html>`;
