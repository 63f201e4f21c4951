import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OpenAPIObject } from '@nestjs/swagger';
import { mergeOpenApi } from './merge-openapi.js';

export interface PortalParts {
  /** Names of the services, as they are the first part of a path. */
  readonly services: readonly string[];
  /** GET a path of a service; undefined where it does not answer. */
  readonly ask: (service: string, path: string) => Promise<{ readonly status: number; readonly body: string } | undefined>;
  /** Further things that health depends on. */
  readonly beside?: () => Promise<Readonly<Record<string, boolean>>>;
}

export type Portal = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>;

/** What belongs to no one service: the merged OpenAPI, Swagger UI on it, and the health of all. */
export const createPortal = ({ services, ask, beside }: PortalParts): Portal => {
  let merged: string | undefined;
  const openapi = async (): Promise<string | undefined> => {
    if (merged !== undefined) return merged;
    const documents = await Promise.all(services.map(async (name) => {
      const answer = await ask(name, '/openapi.json');
      return answer?.status === 200 ? { name, document: JSON.parse(answer.body) as OpenAPIObject } : undefined;
    }));
    const there = documents.filter((document) => document !== undefined);
    // Kept once it is whole: a service that starts later must not be missing for ever.
    return there.length < services.length ? undefined : (merged = JSON.stringify(mergeOpenApi(there)));
  };

  return async (request, response, path) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 404, notFound, PROBLEM);
    if (path === '/') return void response.writeHead(302, { location: '/docs' }).end();
    if (path === '/docs' || path === '/docs/') return send(response, 200, page(services[0] ?? ''), 'text/html; charset=utf-8');
    if (path === '/openapi.json') {
      const document = await openapi();
      return document === undefined ? send(response, 503, starting, PROBLEM) : send(response, 200, document, 'application/json');
    }
    if (path === '/health') {
      const { status, body } = await healthOf(services, ask, (await beside?.()) ?? {});
      return send(response, status, body, 'application/json');
    }
    if (path === '/health/live') return send(response, 200, '{"status":"ok"}', 'application/json');
    return send(response, 404, notFound, PROBLEM);
  };
};

export const PROBLEM = 'application/problem+json';

export const problem = (status: number, kind: string, title: string, detail = title): string =>
  JSON.stringify({ type: `https://jinji.dev/problems/${kind}`, title, status, detail });

export const starting = problem(503, 'starting', 'Starting', 'try again in a moment');
const notFound = problem(404, 'not-found', 'Not found');

export const send = (response: ServerResponse, status: number, body: string, type: string): void => {
  response.writeHead(status, {
    'content-type': type, 'content-length': Buffer.byteLength(body), ...(status === 503 ? { 'retry-after': '1' } : {}),
  });
  response.end(body);
};

const healthOf = async (
  services: readonly string[], ask: PortalParts['ask'], beside: Readonly<Record<string, boolean>>,
): Promise<{ status: number; body: string }> => {
  const told = await Promise.all(services.map(async (name) => {
    const answer = await ask(name, '/health');
    return [name, answer ? (JSON.parse(answer.body) as { status?: string }) : { status: 'away' }] as const;
  }));
  const up = Object.values(beside).every(Boolean) && told.every(([, { status }]) => status === 'ok');
  const others = Object.fromEntries(Object.entries(beside).map(([name, is]) => [name, is ? 'up' : 'down']));
  return {
    status: up ? 200 : 503,
    body: JSON.stringify({ status: up ? 'ok' : 'error', ...others, services: Object.fromEntries(told) }),
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
