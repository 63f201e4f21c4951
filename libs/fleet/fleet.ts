import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import path from 'node:path';
import { keptSecret, provision, type Provisioned } from '#libs/postgres';
import { createGateway } from './gateway.js';
import { type Infrastructure, infrastructureOf } from './infrastructure.js';
import { Ports } from './ports.js';
import { Keeper, Program } from './process.js';

export const serviceNames = ['people', 'training', 'registration', 'judging', 'certification', 'incentives'] as const;
export type ServiceName = (typeof serviceNames)[number];

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface FleetOptions {
  /** Everything it keeps lies here; started again on the same folder it goes on. */
  readonly folder: string;
  /** 1 where not named; 0 for none. */
  readonly instances?: Partial<Record<ServiceName, number>>;
  /** Moved by hand where nothing is said. */
  readonly clock?: 'manual' | 'system';
  /** Where a clock stands that was never moved. */
  readonly startAt?: string;
  /** Further environment of an instance; wins over the fleet's own. */
  readonly env?: (service: ServiceName, instance: number) => Readonly<Record<string, string>>;
  /** Where an instance finds PostgreSQL, Kafka and its peers, when not directly: a proxy's address. Asked once a start. */
  readonly through?: (
    from: { readonly service: ServiceName; readonly instance: number }, to: 'postgres' | 'kafka' | 'peers', at: Address,
  ) => Promise<Address>;
  readonly tell?: (sentence: string) => void;
  /** Settings of PostgreSQL: tests turn fsync off. */
  readonly postgres?: Readonly<Record<string, string>>;
  /** Further lines of Kafka's server.properties. */
  readonly kafka?: Readonly<Record<string, string>>;
  /** Of the gateway; any free one where nothing is said. */
  readonly port?: number;
}

/** One process of a service. */
export interface Instance {
  readonly service: ServiceName;
  /** From 1. */
  readonly number: number;
  /** Its own, past the gateway. */
  readonly url: string;
  pid(): number | undefined;
  /** Until it is ready. */
  start(): Promise<void>;
  /** SIGTERM, and until it is gone. */
  stop(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  running(): boolean;
  /** The file of what it says. */
  readonly log: string;
}

export interface Fleet {
  /** The gateway. */
  readonly url: string;
  readonly folder: string;
  /** Kafka's, past every proxy. */
  readonly brokers: string;
  /** The superuser's. */
  readonly postgresUrl: string;
  /** The service's own, as its running role. */
  databaseUrl(service: ServiceName): string;
  readonly instances: readonly Instance[];
  token(subject: string, organisation: string, roles: readonly string[]): Promise<string>;
  readonly broker: Infrastructure['broker'];
  readonly postgres: Infrastructure['postgres'];
  /** The process that ends all others should we die. */
  readonly keeper: number | undefined;
  stop(): Promise<void>;
}

const FIRST_INSTANT = '2026-03-02T01:00:00.000Z'; // 09:00 in Shanghai
/** As apps/platform/src/issuer.ts has them. */
const ISSUER = 'urn:jinji:development-issuer';
const AUDIENCE = 'jinji';
const HOST = '127.0.0.1';

/** Every service as processes of this machine, over a real Kafka, each service with a database of its own. */
export const startFleet = async (options: FleetOptions): Promise<Fleet> => {
  const folder = path.resolve(options.folder);
  await mkdir(path.join(folder, 'logs'), { recursive: true });
  const keeperFile = path.join(folder, 'keeper.pid');
  await Keeper.untilGone(keeperFile);
  const ports = await Ports.in(path.join(folder, 'ports.json'));
  const at = async (name: string): Promise<Address> => ({ host: HOST, port: await ports.of(name) });
  const wanted = serviceNames.flatMap((service) =>
    Array.from({ length: options.instances?.[service] ?? 1 }, (_, n) => ({ service, number: n + 1 })));
  const places = new Map<string, Address>();
  for (const name of ['gateway', 'issuer', 'postgres', 'kafka', ...wanted.map(nameOf)]) places.set(name, await at(name));
  const place = (name: string): Address => places.get(name) as Address;
  const gatewayAt = options.port === undefined ? place('gateway') : { host: HOST, port: options.port };
  const url = urlOf(gatewayAt);

  // The broker names a proxied client's own way to it, so it must know these before it starts.
  const doors = new Map<string, { port: number; advertised: string }>();
  for (const one of options.through ? wanted : []) {
    const door = await at(`${nameOf(one)} kafka`);
    doors.set(nameOf(one), { port: door.port, advertised: told(await by(options, one, 'kafka', door)) });
  }
  await ports.keep();

  const homes = { kafka: path.join(folder, 'kafka'), postgres: path.join(folder, 'postgres') };
  const keeper = await Keeper.over(homes, keeperFile);
  const program = (file: string, name: string, env: Readonly<Record<string, string>>): Program =>
    new Program(file, env, path.join(folder, 'logs', `${name}.log`), keeper);
  const issuer = program('apps/platform/src/issuer-main.js', 'issuer', {
    JINJI_DATA: folder, PORT: String(place('issuer').port),
  });
  const programs = new Map<string, Program>();
  const databases = new Map<ServiceName, Provisioned>();
  let infrastructure: Infrastructure | undefined;
  let gateway: Server | undefined;

  const stop = async (): Promise<void> => {
    const closed = gateway && new Promise((resolve) => gateway?.close(resolve));
    await Promise.all([...programs.values()].map((one) => one.stop('SIGINT')));
    gateway?.closeAllConnections();
    await Promise.all([closed, issuer.stop(), infrastructure?.stop()]);
    await keeper.dismiss();
  };
  let stopping: Promise<void> | undefined;
  let starting: Promise<unknown>[] = [];

  try {
    infrastructure = infrastructureOf({
      homes, postgresPort: place('postgres').port, kafkaPort: place('kafka').port, doors: [...doors.values()], instances: wanted.length,
      ...(options.postgres ? { settings: options.postgres } : {}), ...(options.kafka ? { properties: options.kafka } : {}),
      ...(options.tell ? { tell: options.tell } : {}),
    });
    const { broker, postgres } = infrastructure;
    const masterKey = await keptSecret(path.join(folder, 'master-key'), () => randomBytes(32).toString('base64'));

    const prepare = async (one: InstanceName): Promise<void> => {
      const { service, number } = one;
      const own = databases.get(service) as Provisioned;
      const database = await by(options, one, 'postgres', place('postgres'));
      const door = doors.get(nameOf(one));
      const peers = await by(options, one, 'peers', gatewayAt);
      programs.set(nameOf(one), program(`apps/${service}/src/main.js`, nameOf(one), {
        DATABASE_URL: moved(own.url, database), MIGRATION_DATABASE_URL: moved(own.migrationUrl, database),
        KAFKA_BROKERS: door?.advertised ?? told(place('kafka')),
        HOST, PORT: String(place(nameOf(one)).port), PEERS_URL: `${urlOf(peers)}/{service}`,
        PUBLIC_URL: url,
        AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: AUDIENCE, AUTH_JWKS_URL: `${urlOf(place('issuer'))}/jwks`, MASTER_KEY: masterKey,
        JINJI_CLOCK: options.clock ?? 'manual', JINJI_CLOCK_START: options.startAt ?? FIRST_INSTANT,
        LOG_LEVEL: 'warn', RATE_LIMIT: '1000000', DRAIN_MS: '500', AFTER_WAIT_MS: '30000',
        ...options.env?.(service, number),
      }));
    };
    const instances = wanted.map((one): Instance => {
      const own = (): Program => programs.get(nameOf(one)) as Program;
      const direct = urlOf(place(nameOf(one)));
      return {
        ...one, url: direct, log: path.join(folder, 'logs', `${nameOf(one)}.log`), pid: () => own().pid,
        start: () => own().start(`${direct}/health/ready`), stop: () => own().stop(), signal: (name) => own().signal(name),
        running: () => own().running,
      };
    });

    const services = async (): Promise<void> => {
      await postgres.start();
      const made = serviceNames.map(async (service) => databases.set(service, await provisioned(postgres.url(), service)));
      await Promise.all(made);
      await Promise.all(wanted.map(prepare));
      await Promise.all(instances.map((one) => one.start()));
    };
    gateway = gatewayOf(instances, { issuer, at: place('issuer') });
    const issuing = issuer.start(`${urlOf(place('issuer'))}/jwks`);
    starting = [listening(gateway, gatewayAt), issuing, broker.start(), services()];
    await Promise.all(starting);

    return {
      url, folder, brokers: told(place('kafka')), instances, broker, postgres, keeper: keeper.pid,
      get postgresUrl() {
        return postgres.url();
      },
      databaseUrl: (service) => (databases.get(service) as Provisioned).url,
      token: (subject, organisation, roles) => tokenFrom(urlOf(place('issuer')), { subject, organisation, roles }),
      stop: () => (stopping ??= stop()),
    };
  } catch (error) {
    await stop();
    await Promise.allSettled(starting);
    await stop(); // what still came up meanwhile
    throw error;
  }
};

type InstanceName = Pick<Instance, 'service' | 'number'>;

const nameOf = ({ service, number }: InstanceName): string => `${service}-${number}`;
const urlOf = ({ host, port }: Address): string => `http://${host}:${port}`;
const told = ({ host, port }: Address): string => `${host}:${port}`;

const by = (
  options: FleetOptions, { service, number }: InstanceName, to: 'postgres' | 'kafka' | 'peers', at: Address,
): Promise<Address> => options.through?.({ service, instance: number }, to, at) ?? Promise.resolve(at);

const moved = (url: string, { host, port }: Address): string => {
  const there = new URL(url);
  there.host = `${host}:${port}`;
  return there.href;
};

const provisioned = (superuserUrl: string, service: ServiceName): Promise<Provisioned> =>
  provision(superuserUrl, service, { owner: `${service}_owner`, running: service });

const gatewayOf = (instances: readonly Instance[], issuer: { readonly issuer: Program; readonly at: Address }): Server => {
  const upstreamOf = (one: Instance) => ({ at: { host: HOST, port: Number(new URL(one.url).port) }, running: () => one.running() });
  const upstreams = new Map(serviceNames.map((name) =>
    [name as string, instances.filter(({ service }) => service === name).map(upstreamOf)]));
  upstreams.set('issuer', [{ at: issuer.at, running: () => issuer.issuer.running }]);
  return createGateway({
    upstreams,
    shortcuts: new Map([['verify', 'certification']]),
    health: async () => {
      const asked = instances.map(async (one) => [nameOf(one), await healthOf(one.url)] as const);
      const all = await Promise.all(asked);
      return { up: all.every(([, { status }]) => status === 'ok'), instances: Object.fromEntries(all) };
    },
  });
};

const healthOf = async (url: string): Promise<{ status?: string }> => {
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5_000) });
    return (await answer.json()) as { status?: string };
  } catch {
    return { status: 'down' };
  }
};

const listening = (server: Server, { host, port }: Address): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });

const tokenFrom = async (issuer: string, asked: object): Promise<string> => {
  const answer = await fetch(`${issuer}/token`, { method: 'POST', body: JSON.stringify(asked) });
  if (!answer.ok) throw new Error(`no token: ${await answer.text()}`);
  return ((await answer.json()) as { token: string }).token;
};
