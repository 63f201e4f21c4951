import { mkdir } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import pg from 'pg';
import type { Instant } from '#libs/decider';
import { startPostgres } from '#libs/postgres';
import { createService, readConfig, type Service, type ServiceDefinition } from '#libs/service';
import { busOn, masterKeyOf, serviceOn } from './databases.js';
import { createGateway } from './gateway.js';
import { AUDIENCE, DevelopmentIssuer, ISSUER } from './issuer.js';
import { starting } from './portal.js';
import { services as definitions } from './services.js';

export interface PlatformOptions {
  /** Everything it keeps lies here: the PostgreSQL cluster, the master key, the issuer's key. */
  readonly folder: string;
  /** Taken as it is; without it 3000, or the next free one. */
  readonly port?: number;
  readonly host?: string;
  readonly clock?: 'system' | 'manual';
  /** Where a manual clock begins. */
  readonly clockStart?: Instant;
  readonly logLevel?: string;
  /** Routes without login, a minute and address. */
  readonly rateLimit?: number;
  /** Settings of PostgreSQL: tests turn fsync off. */
  readonly postgres?: Readonly<Record<string, string>>;
  readonly tell?: (sentence: string) => void;
}

export interface Platform {
  readonly url: string;
  readonly port: number;
  readonly issuer: DevelopmentIssuer;
  readonly services: readonly Service[];
  stop(): Promise<void>;
}

/** All services in one process, behind one port, on a PostgreSQL of their own. */
export const startPlatform = async (options: PlatformOptions): Promise<Platform> => {
  const folder = path.resolve(options.folder);
  await mkdir(folder, { recursive: true });
  const issuer = await DevelopmentIssuer.open(folder);
  const cluster = await startPostgres(path.join(folder, 'postgres'), {
    settings: { shared_buffers: '64MB', ...options.postgres }, ...(options.tell ? { tell: options.tell } : {}),
  });
  const running: Service[] = [];
  let server: Server | undefined;
  const stop = async (): Promise<void> => {
    const closed = server && new Promise((resolve) => server?.close(resolve));
    server?.closeIdleConnections();
    const impatient = setTimeout(() => server?.closeAllConnections(), 3_000).unref();
    await closed;
    clearTimeout(impatient);
    await Promise.all(running.map((service) => service.close()));
    await cluster.stop();
  };
  try {
    const masterKey = await masterKeyOf(folder);
    const bus = await busOn(cluster.url);
    // The gateway listens first, so that services know the port through which they reach each other.
    const behind: { gateway?: Server } = {};
    const { server: gateway, port } = await listening(options, (request, response) => {
      if (behind.gateway) behind.gateway.emit('request', request, response);
      else response.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '1' }).end(starting);
    });
    server = gateway;
    const url = `http://${options.host && options.host !== '0.0.0.0' ? options.host : '127.0.0.1'}:${port}`;

    const start = async (definition: ServiceDefinition): Promise<Service> => {
      const { name } = definition;
      const own = await serviceOn(cluster.url, name);
      const config = readConfig({
        DATABASE_URL: own.url, MIGRATION_DATABASE_URL: own.migrationUrl, BUS_URL: bus.url, BUS_MIGRATION_URL: bus.migrationUrl,
        PORT: String(port), AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: AUDIENCE, AUTH_JWKS_URL: `${url}/issuer/jwks`,
        MASTER_KEY: masterKey,
        PUBLIC_URL: process.env.PUBLIC_URL ?? url, PEERS_URL: `http://127.0.0.1:${port}/{service}`, JINJI_CLOCK: options.clock ?? 'system',
        LOG_LEVEL: options.logLevel ?? 'warn',
        NODE_ENV: process.env.NODE_ENV, RATE_LIMIT: String(options.rateLimit ?? 300),
      });
      const service = await createService(definition, config, {
        keys: issuer.keys, ...(options.clockStart ? { clockStart: options.clockStart } : {}),
      });
      running.push(service);
      return service;
    };
    const started = await Promise.allSettled(definitions.map(start));
    const services = started.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
    behind.gateway = createGateway({ services, issuer, postgres: () => answers(cluster.url) });
    gateway.on('clientError', (error, socket) => behind.gateway?.emit('clientError', error, socket));
    return { url, port, issuer, services, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

const answers = async (url: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
};

const FIRST_PORT = 3000;
const PORTS_TO_TRY = 50;

const listening = async (options: PlatformOptions, handler: RequestListener): Promise<{ server: Server; port: number }> => {
  const host = options.host ?? '127.0.0.1';
  if (options.port !== undefined)
    return listenAt(options.port, host, handler).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EADDRINUSE' ? new Error(`port ${options.port} is taken: choose another with PORT`) : error;
    });
  for (let port = FIRST_PORT; ; port += 1) {
    try {
      return await listenAt(port, host, handler);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || port === FIRST_PORT + PORTS_TO_TRY) throw error;
      options.tell?.(`port ${port} is taken`);
    }
  }
};

const listenAt = (port: number, host: string, handler: RequestListener): Promise<{ server: Server; port: number }> =>
  new Promise((resolve, reject) => {
    const server = createServer(handler).on('checkExpectation', handler);
    // As Fastify has it: with Node's 5 s, a client's idle connection is often closed just as it is used again.
    server.keepAliveTimeout = 72_000;
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve({ server, port: (server.address() as AddressInfo).port });
    });
  });
