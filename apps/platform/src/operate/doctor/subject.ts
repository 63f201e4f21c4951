import path from 'node:path';
import { type KafkaAccess, kafkaAccess } from '#libs/messaging';
import { runningUrl } from '#libs/postgres';
import { Unusable } from '../admin-api.js';

/** What is examined. What is not known is not looked at, and that is told. */
export interface Subject {
  /** By service: where its database is, and the variable that says so. */
  readonly databases: ReadonlyMap<string, { readonly url: string; readonly said: string }>;
  readonly bus: { readonly kafka: KafkaAccess } | { readonly database: string } | undefined;
  readonly partitions: number;
  /** A gateway, or with {service} in it. */
  readonly url: string | undefined;
  readonly jwksUrl: string | undefined;
  /** Files with certificates, by the variable that names them. */
  readonly certificates: ReadonlyMap<string, string>;
  /** Groups, and clocks, are looked at twice; so long apart. */
  readonly pauseMs: number;
  /** This machine's time; a test may let it go wrong. */
  readonly now: () => number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Of the environment that the services have: PEOPLE_DATABASE_URL and so on, or DATABASE_URL where one service is named;
 * KAFKA_BROKERS (or BUS_URL) with what lets us in; AUTH_JWKS_URL; JINJI_URL. Without any database: the data folder of `npm
 * start`.
 */
export const subjectOf = async (
  environment: Environment, services: readonly string[], pauseMs: number,
): Promise<Subject> => {
  const env: Environment = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const databases = new Map(services.flatMap((service) => {
    const said = `${service.toUpperCase()}_DATABASE_URL`;
    const url = env[said];
    return url === undefined ? [] : [[service, { url, said }] as const];
  }));
  const [only, ...others] = services;
  if (databases.size === 0 && env['DATABASE_URL'] !== undefined) {
    if (only === undefined || others.length > 0) throw new Unusable('say whose DATABASE_URL is: --service NAME');
    databases.set(only, { url: env['DATABASE_URL'], said: 'DATABASE_URL' });
  }
  const brokers = env['BUS_URL']?.startsWith('kafka:') ? env['BUS_URL'] : env['KAFKA_BROKERS'];
  const common = {
    partitions: Number(env['BUS_PARTITIONS'] ?? 4), jwksUrl: env['AUTH_JWKS_URL'], pauseMs, now: () => Date.now(),
    certificates: new Map(['KAFKA_TLS_CA', 'KAFKA_TLS_CERT'].flatMap((name) => (env[name] ? [[name, env[name]] as const] : []))),
  };
  const kafka = brokers === undefined ? undefined : { kafka: kafkaAccess(brokers, env) };
  if (databases.size > 0 || kafka)
    return {
      ...common, databases, bus: kafka ?? (env['BUS_URL'] ? { database: env['BUS_URL'] } : undefined), url: env['JINJI_URL'],
    };

  const folder = path.resolve(env['JINJI_DATA'] ?? '.jinji');
  const running = await runningUrl(path.join(folder, 'postgres'));
  const within = (database: string): string => Object.assign(
    new URL(running ?? 'postgres://127.0.0.1:9'), { pathname: database },
  ).href;
  const said = `the data folder ${path.basename(folder)} (npm start)`;
  return {
    ...common, databases: new Map(services.map((service) => [service, { url: within(service), said }])),
    bus: { database: within('bus') }, url: env['JINJI_URL'] ?? `http://127.0.0.1:${env['PORT'] ?? 3000}`,
  };
};
