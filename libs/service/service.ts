import 'reflect-metadata';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { JWTVerifyGetKey } from 'jose';
import pg from 'pg';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import type { Instant } from '#libs/decider';
import { Aggregates, EventStore, type Query } from '#libs/event-store';
import { noTracing, openTracing } from '#libs/tracing';
import { Vault } from '#libs/vault';
import { createLog, documentOf, fastifyOptions, Idempotency, nestLogger, Sealing, serveDocument, setUpWeb } from '#libs/web';
import { setTimeout as delay } from 'node:timers/promises';
import { DomainClock } from './clock.js';
import type { ServiceConfig } from './config.js';
import type { Job, ServiceDefinition } from './definition.js';
import { Draining, endRequests, sayGoodbye } from './draining.js';
import { listenForPrometheus } from './metrics.http.js';
import { Metrics } from './metrics.js';
import { migrate, pendingMigrations } from './migrate.js';
import { type CaughtUp, Runners } from './runners.js';
import { entitiesOf, ServiceModule } from './service.module.js';
import { Signals } from './signals.js';
import { traceRequests, watchOn } from './traces.js';
import { Transactions } from './transactions.js';

export interface ServiceOptions {
  /** In place of the keys at AUTH_JWKS_URL. */
  readonly keys?: JWTVerifyGetKey;
  /** Where a manual clock stands that was never moved. */
  readonly clockStart?: Instant;
  readonly log?: Logger;
  /** False: nothing follows the store or the bus until `runners.start()`. */
  readonly run?: boolean;
}

export interface Service {
  readonly name: string;
  readonly app: NestFastifyApplication;
  readonly store: EventStore;
  readonly runners: Runners;
  readonly db: DataSource;
  readonly openapi: () => OpenAPIObject;
  /** A request for this service, its path without the service's name. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  listen(port: number, host: string): Promise<string>;
  caughtUp(): Promise<CaughtUp>;
  /**
   * The end in order: not ready from now on, but still answering for `graceMs`, until whoever sends requests has noticed;
   * then requests have `patienceMs` to end. False where some were cut. Meanwhile the consumers leave their group.
   */
  drain(graceMs: number, patienceMs: number): Promise<boolean>;
  close(): Promise<void>;
}

/** Builds one service on its database and lets it run; it does not listen yet. */
export const createService = async (
  definition: ServiceDefinition, config: ServiceConfig, options: ServiceOptions = {},
): Promise<Service> => {
  const log = options.log ?? createLog(config.LOG_LEVEL, definition.name);
  if (config.MIGRATION_DATABASE_URL !== undefined) await migrate(definition, config);
  const db = await connect(definition, config);
  const pool = new pg.Pool({ connectionString: config.DATABASE_URL, max: 6, application_name: `${definition.name}-store` });
  let closing = false;
  pool.on('error', (error) => {
    if (!closing) log.warn({ error: error.name }, 'an idle connection was cut'); // the next query opens another
  });
  const query: Query = async <Row>(
    sql: string, params: readonly unknown[] = [],
  ) => (await pool.query(sql, [...params])).rows as Row[];
  const metrics = new Metrics(definition.name);
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  const tracing = endpoint === undefined ? noTracing : await openTracing({ service: definition.name, endpoint });
  const store = new EventStore(pool, { kinds: definition.aggregates, watch: watchOn(tracing, metrics.appending) });
  const aggregates = new Aggregates(store, query);
  const sealing = new Sealing(config.masterKey);
  const idempotency = new Idempotency(config.DATABASE_URL, sealing);
  const clock = new DomainClock(db, config.JINJI_CLOCK, options.clockStart ?? config.JINJI_CLOCK_START);
  const signals = new Signals();
  const draining = new Draining();
  const parts = {
    config, db, store, aggregates, vault: new Vault(config.masterKey), sealing, clock, signals, draining, metrics, tracing, log,
    runners: (): Runners => runners,
  };

  const adapter = new FastifyAdapter({ ...fastifyOptions, trustProxy: config.TRUST_PROXY ?? false, skipMiddie: true });
  const app: NestFastifyApplication = await NestFactory.create<NestFastifyApplication>(
    ServiceModule.of(definition, parts), adapter, { bodyParser: false, logger: nestLogger(log), abortOnError: false },
  );
  const runners: Runners = new Runners({
    definition, busAt: config.kafka ?? config.BUS_URL ?? config.DATABASE_URL, db, query, store, aggregates, clock, signals, log,
    partitions: config.BUS_PARTITIONS, standingMs: config.STANDING_MS, tracing,
    transactions: app.get(Transactions, { strict: false }),
    jobs: (definition.jobs ?? []).map((job) => app.get<Job>(job, { strict: false })),
  });
  await setUpWeb(app, {
    auth: {
      issuer: config.AUTH_ISSUER, audience: config.AUTH_AUDIENCE, jwksUrl: config.AUTH_JWKS_URL,
      ...(options.keys ? { keys: options.keys } : {})
    },
    answered: metrics.answered, clock, log, idempotency, sealing, rateLimit: config.RATE_LIMIT,
    reached: (position) => runners.views.reached(position, config.AFTER_WAIT_MS),
  });
  traceRequests(app.getHttpAdapter().getInstance(), tracing);
  sayGoodbye(app.getHttpAdapter().getInstance(), draining);
  let document: OpenAPIObject | undefined;
  const openapi = (): OpenAPIObject => (document ??= documentOf(app, definition));
  serveDocument(app, openapi);
  await app.init();
  const fastify = app.getHttpAdapter().getInstance();
  await fastify.ready();
  if (options.run !== false) await runners.start();

  let inner: Server | undefined;
  const close = async (): Promise<void> => {
    closing = true;
    inner?.close().closeAllConnections();
    await runners.stop();
    await app.close(); // the data source too
    await idempotency.close();
    await pool.end();
    await tracing.close();
  };
  return {
    name: definition.name, app, store, runners, db, openapi,
    handle: (request, response) => fastify.routing(request, response),
    listen: async (port, host) => {
      await app.listen(port, host);
      const read = () => metrics.read(runners, store);
      if (config.METRICS_PORT !== undefined) inner = await listenForPrometheus(metrics, read, config.METRICS_PORT, host);
      return app.getUrl();
    },
    caughtUp: () => runners.caughtUp(),
    drain: async (graceMs, patienceMs) => {
      draining.begin();
      const leaving = runners.leave();
      await delay(graceMs);
      const answered = await endRequests(app.getHttpServer(), patienceMs);
      await leaving;
      await close();
      return answered;
    },
    close,
  };
};

const connect = async (definition: ServiceDefinition, config: ServiceConfig): Promise<DataSource> => {
  const db = new DataSource({
    type: 'postgres', url: config.DATABASE_URL, entities: entitiesOf(definition), synchronize: false, migrationsRun: false,
    poolSize: 12, installExtensions: false, applicationName: definition.name,
  });
  await db.initialize();
  const pending = await pendingMigrations(definition, db);
  if (pending.length === 0) return db;
  await db.destroy();
  throw new Error(
    `${pending.length} migrations of ${definition.name} are pending: ` +
      `run \`npm run migrate ${definition.name}\`, or set MIGRATION_DATABASE_URL`,
  );
};
