/**
 * The development issuer as a process of its own: `npm run issuer`, for services that run apart.
 *
 * JINJI_DATA (.jinji) · PORT (3100) · HOST (127.0.0.1) · ISSUER_SERVES (this machine | anyone: only where no stranger can reach it)
 */
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { AUDIENCE, DevelopmentIssuer, ISSUER } from './issuer.js';

const folder = path.resolve(process.env.JINJI_DATA ?? '.jinji');
const port = Number(process.env.PORT ?? 3100);
const host = process.env.HOST ?? '127.0.0.1';
const serves = process.env.ISSUER_SERVES === 'anyone' ? 'anyone' : 'this machine';

try {
  await mkdir(folder, { recursive: true });
  const issuer = await DevelopmentIssuer.open(folder, process.env.NODE_ENV, serves);
  const server = createServer((request, response) => {
    const at = (request.url ?? '').split('?')[0] ?? '';
    if (at === '/health/live') response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
    else void issuer.handle(request, response, at);
  });
  server.listen(port, host, () =>
    console.log(`AUTH_ISSUER=${ISSUER}\nAUTH_AUDIENCE=${AUDIENCE}\nAUTH_JWKS_URL=http://127.0.0.1:${port}/jwks`));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.close(() => process.exit(0)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
