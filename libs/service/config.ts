import { plainToInstance } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsUrl, Matches, Max, Min, MinLength, validateSync } from 'class-validator';
import { type KafkaAccess, kafkaAccess, saslMechanisms } from '#libs/messaging';

const postgresUrl = /^postgres(ql)?:\/\/\S+$/;
const brokers = '[\\w.-]+:\\d{1,5}(,\\s*[\\w.-]+:\\d{1,5})*';
const brokerList = new RegExp(`^${brokers}$`);
const busUrl = new RegExp(`^(postgres(ql)?://\\S+|kafka://${brokers}/?)$`);

/** What a service is told by environment variables; checked at start, all errors at once. */
export class ServiceConfig {
  /** The service's own database, as its running role. */
  @Matches(postgresUrl, { message: 'must be a postgres:// URL' })
  DATABASE_URL!: string;

  /** The same database as the tables' owner; where it is not set, start refuses when migrations are pending. */
  @IsOptional()
  @Matches(postgresUrl, { message: 'must be a postgres:// URL' })
  MIGRATION_DATABASE_URL?: string;

  /** The event bus: Kafka, or a PostgreSQL database that the services share; the service's own where neither is set. */
  @IsOptional()
  @Matches(busUrl, { message: 'must be a postgres:// URL, or kafka://host:port,host:port' })
  BUS_URL?: string;

  /** The same as a `BUS_URL` that begins with kafka://, where there is no BUS_URL. */
  @IsOptional()
  @Matches(brokerList, { message: 'must be host:port, or several with commas between' })
  KAFKA_BROKERS?: string;

  @IsIn(['true', 'false'])
  KAFKA_TLS: string = 'false';

  /** Files in PEM: the authority, where it is not a public one, and a certificate and key of ours. */
  @IsOptional()
  KAFKA_TLS_CA?: string;

  @IsOptional()
  KAFKA_TLS_CERT?: string;

  @IsOptional()
  KAFKA_TLS_KEY?: string;

  @IsOptional()
  @IsIn(saslMechanisms)
  KAFKA_SASL_MECHANISM?: string;

  @IsOptional()
  KAFKA_USERNAME?: string;

  @IsOptional()
  KAFKA_PASSWORD?: string;

  @IsOptional()
  @Matches(postgresUrl, { message: 'must be a postgres:// URL' })
  BUS_MIGRATION_URL?: string;

  /** Of a topic, when it is made: what comes later does not change one that is there. */
  @IsInt()
  @Min(1)
  @Max(1_000)
  BUS_PARTITIONS: number = 4;

  @IsInt({ message: 'must be a port number' })
  @Min(0)
  @Max(65535)
  PORT: number = 3000;

  @MinLength(1)
  HOST: string = '127.0.0.1';

  /** Who issues the tokens (claim `iss`), for whom (`aud`), and where the issuer's public keys are. */
  @MinLength(1, { message: 'must be set' })
  AUTH_ISSUER!: string;

  @MinLength(1, { message: 'must be set' })
  AUTH_AUDIENCE: string = 'jinji';

  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] }, { message: 'must be an http(s) URL' })
  AUTH_JWKS_URL!: string;

  /** 32 random bytes in base64; wraps the keys of people's data. Who loses it loses that data. */
  @Matches(/^[A-Za-z0-9+/]{43}=$/, { message: 'must be 32 bytes in base64, as from: openssl rand -base64 32' })
  MASTER_KEY!: string;

  /** Where other services are; {service} stands for the name. */
  @Matches(/^https?:\/\/.*\{service\}.*$/, { message: 'must be an http(s) URL with {service} in it' })
  PEERS_URL: string = 'http://127.0.0.1:3000/{service}';

  /** Where the world reaches the gateway: in QR codes and credentials, which stay around for years. */
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] }, { message: 'must be an http(s) URL' })
  PUBLIC_URL?: string;

  @IsIn(['system', 'manual'])
  JINJI_CLOCK: 'system' | 'manual' = 'system';

  /** Where a manual clock stands that was never moved. */
  @IsOptional()
  @Matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/, { message: 'must be an instant such as 2026-03-02T01:00:00.000Z' })
  JINJI_CLOCK_START?: string;

  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  LOG_LEVEL: string = 'info';

  @IsOptional()
  NODE_ENV?: string;

  /** Requests a minute and address on routes without login, and of failed logins. */
  @IsInt()
  @Min(1)
  RATE_LIMIT: number = 120;

  /** Addresses, networks or `uniquelocal` of the gateway in front, whose X-Forwarded-For tells the client's address. */
  @IsOptional()
  @Matches(/^[\w.:/]+(\s*,\s*[\w.:/]+)*$/, { message: 'must be addresses or networks, with commas between' })
  TRUST_PROXY?: string;

  /** `/metrics` without a login, for Prometheus: a port that only the inner network may reach. None where it is not set. */
  @IsOptional()
  @IsInt({ message: 'must be a port number' })
  @Min(1)
  @Max(65535)
  METRICS_PORT?: number;

  /** Where traces go (OpenTelemetry, OTLP over HTTP), e.g. http://collector:4318; none are made where it is not set. */
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] }, { message: 'must be an http(s) URL' })
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  /** So long a query with `?after=` waits for the views at most. */
  @IsInt()
  @Min(0)
  @Max(60_000)
  AFTER_WAIT_MS: number = 5_000;

  /** So long after SIGTERM it still answers while it says that it is not ready: longer than a gateway takes to notice. */
  @IsInt()
  @Min(0)
  @Max(600_000)
  DRAIN_MS: number = 2_000;

  /** So long a partition with lag may stand still, with nothing at work, before the service is not ready. */
  @IsInt()
  @Min(100)
  STANDING_MS: number = 60_000;

  /** How to reach Kafka, where that is the bus. */
  get kafka(): KafkaAccess | undefined {
    const at = this.BUS_URL?.startsWith('kafka:') ? this.BUS_URL : this.BUS_URL === undefined ? this.KAFKA_BROKERS : undefined;
    return at === undefined ? undefined : kafkaAccess(at, this);
  }

  get masterKey(): Buffer {
    return Buffer.from(this.MASTER_KEY, 'base64');
  }
}

/** Everything that is wrong with the configuration, in one message. */
export class ConfigError extends Error {
  constructor(readonly errors: readonly string[]) {
    super(`the configuration is not valid:\n${errors.map((error) => `  ${error}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

const numbers = ['PORT', 'BUS_PARTITIONS', 'METRICS_PORT', 'RATE_LIMIT', 'AFTER_WAIT_MS', 'DRAIN_MS', 'STANDING_MS'] as const;

export const readConfig = (env: Readonly<Record<string, string | undefined>>): ServiceConfig => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const typed: Record<string, unknown> = { ...given };
  for (const name of numbers) if (name in typed) typed[name] = Number(typed[name]);
  const config = plainToInstance(ServiceConfig, typed, { exposeDefaultValues: true });
  const errors = validateSync(config, { forbidUnknownValues: false })
    .map(
      ({ property, constraints }) => `${property} ${Object.values(constraints ?? {}).join(', ').replaceAll(`${property} `, '')}`,
    );
  if (config.JINJI_CLOCK === 'manual' && config.NODE_ENV === 'production')
    errors.push('JINJI_CLOCK must not be manual under NODE_ENV=production: deadlines would not pass by themselves');
  if (config.NODE_ENV === 'production' && given.AUTH_AUDIENCE === undefined)
    errors.push('AUTH_AUDIENCE must be set under NODE_ENV=production: whom the tokens are issued for');
  if (errors.length > 0) throw new ConfigError(errors);
  return config;
};
