import { readFileSync } from 'node:fs';
import kafkajs, { type Kafka, type KafkaConfig, type SASLOptions } from 'kafkajs';
import './quiet.js';

/** Where the brokers are, and how they let us in. */
export interface KafkaAccess {
  /** host:port, one or several. */
  readonly brokers: readonly string[];
  /** Encrypted; with files in PEM where the authority is not a public one, or the broker wants a certificate of ours. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly sasl?: { readonly mechanism: SaslMechanism; readonly username: string; readonly password: string };
}

export const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
export type SaslMechanism = (typeof saslMechanisms)[number];

/** What a service is told by environment variables. */
export interface KafkaSettings {
  readonly KAFKA_BROKERS?: string;
  readonly KAFKA_TLS?: string;
  readonly KAFKA_TLS_CA?: string;
  readonly KAFKA_TLS_CERT?: string;
  readonly KAFKA_TLS_KEY?: string;
  readonly KAFKA_SASL_MECHANISM?: string;
  readonly KAFKA_USERNAME?: string;
  readonly KAFKA_PASSWORD?: string;
}

/** `kafka://host:port,host:port` or plain `host:port,host:port`. */
export const brokersIn = (text: string): string[] =>
  text.replace(/^kafka:\/\//, '').replace(/\/+$/, '').split(',').map((each) => each.trim()).filter((each) => each !== '');

export const kafkaAccess = (brokers: string, settings: KafkaSettings = {}): KafkaAccess => {
  const { KAFKA_TLS_CA: ca, KAFKA_TLS_CERT: cert, KAFKA_TLS_KEY: key } = settings;
  const { KAFKA_USERNAME: username, KAFKA_PASSWORD: password, KAFKA_SASL_MECHANISM: wanted = 'scram-sha-512' } = settings;
  const mechanism = saslMechanisms.find((each) => each === wanted.toLowerCase());
  if (!mechanism) throw new Error(`KAFKA_SASL_MECHANISM must be one of ${saslMechanisms.join(', ')}`);
  const tls = settings.KAFKA_TLS === 'true' || ca !== undefined || cert !== undefined;
  return {
    brokers: brokersIn(brokers),
    ...(tls ? { tls: { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) } } : {}),
    ...(username === undefined ? {} : { sasl: { mechanism, username, password: password ?? '' } }),
  };
};

const pem = (file: string | undefined): string | undefined => (file === undefined ? undefined : readFileSync(file, 'utf8'));

/** A client that tries for some seconds and then says so: who tries for ever is above it, where it can be seen and stopped. */
export const clientOf = (
  { brokers, tls, sasl }: KafkaAccess, clientId: string, log: Pick<KafkaConfig, 'logLevel' | 'logCreator'> = {},
): Kafka => {
  const config: KafkaConfig = {
    brokers: [...brokers],
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 },
    logLevel: kafkajs.logLevel.NOTHING, // its troubles come to us as rejections and events, and health tells them
    ...log,
  };
  if (tls) config.ssl = { ca: pem(tls.ca), cert: pem(tls.cert), key: pem(tls.key) };
  if (sasl) config.sasl = { ...sasl } as SASLOptions;
  return new kafkajs.Kafka(config);
};
