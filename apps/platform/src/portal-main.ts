/**
 * Behind a gateway in front of services that run apart: the one OpenAPI at /openapi.json, /docs, and the /health of all.
 *
 * PEERS_URL, where the services are (`http://{service}:3000`) · PORT (3000) · HOST (127.0.0.1)
 */
import { createServer } from 'node:http';
import { serviceNames } from './names.js';
import { createPortal, problem, PROBLEM, send } from './portal.js';

const peers = process.env.PEERS_URL ?? 'http://127.0.0.1:3000/{service}';
const port = Number(process.env.PORT ?? 3000);
const TIMEOUT_MS = 5_000;

const portal = createPortal({
  services: serviceNames,
  ask: async (service, path) => {
    try {
      const answer = await fetch(peers.replace('{service}', service) + path, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      return { status: answer.status, body: await answer.text() };
    } catch {
      return undefined;
    }
  },
});

const server = createServer((request, response) => {
  portal(request, response, (request.url ?? '/').split('?')[0] ?? '/').catch(() => {
    if (!response.headersSent) send(response, 500, problem(500, 'internal', 'Internal error'), PROBLEM);
  });
});
server.listen(port, process.env.HOST ?? '127.0.0.1', () => process.stderr.write(`the portal listens on port ${port}\n`));
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
