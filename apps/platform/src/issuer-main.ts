/** The development issuer as a process of its own: `npm run issuer`, for services that run apart. */
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { AUDIENCE, DevelopmentIssuer, ISSUER } from './issuer.js';

const folder = path.resolve(process.env.JINJI_DATA ?? '.jinji');
const port = Number(process.env.PORT ?? 3100);

try {
  await mkdir(folder, { recursive: true });
  const issuer = await DevelopmentIssuer.open(folder);
  const server = createServer(
    (request, response) => void issuer.handle(request, response, (request.url ?? '').split('?')[0] ?? ''),
  );
  server.listen(port, '127.0.0.1', () =>
    console.log(`AUTH_ISSUER=${ISSUER}\nAUTH_AUDIENCE=${AUDIENCE}\nAUTH_JWKS_URL=http://127.0.0.1:${port}/jwks`));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.close(() => process.exit(0)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
