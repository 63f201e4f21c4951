import { ConfigError, readConfig } from './config.js';

const good = {
  DATABASE_URL: 'postgres://a:b@localhost/c', AUTH_ISSUER: 'https://issuer.example', AUTH_JWKS_URL: 'https://issuer.example/jwks',
  MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
};

const errorsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.errors;
    throw error;
  }
};

describe('the configuration', () => {
  it('has defaults for what can have one', () => {
    expect(readConfig(good)).toMatchObject({
      PORT: 3000, HOST: '127.0.0.1', AUTH_AUDIENCE: 'jinji', JINJI_CLOCK: 'system', LOG_LEVEL: 'info',
    });
    expect(readConfig({ ...good, PORT: '8080' }).PORT).toBe(8080);
  });

  it('tells everything that is wrong at once', () => {
    const errors = errorsOf({
      DATABASE_URL: 'mysql://x', PORT: 'http', MASTER_KEY: 'secret', PEERS_URL: 'http://x/', LOG_LEVEL: 'loud',
      AUTH_JWKS_URL: 'x',
    });
    expect(errors.map((error) => error.split(' ')[0]).sort()).toEqual(
      ['AUTH_ISSUER', 'AUTH_JWKS_URL', 'DATABASE_URL', 'LOG_LEVEL', 'MASTER_KEY', 'PEERS_URL', 'PORT'],
    );
    expect(errors.join()).not.toContain('secret'); // a configuration error is logged
  });

  it('finds the bus in Kafka, or in a database', () => {
    const kafka = (env: Record<string, string>) => readConfig({ ...good, ...env }).kafka;
    expect(kafka({})).toBeUndefined();
    expect(kafka({ BUS_URL: 'postgres://a:b@localhost/bus', KAFKA_BROKERS: 'a:9092' })).toBeUndefined();
    expect(kafka({ BUS_URL: 'kafka://a:9092,b:9092' })).toEqual({ brokers: ['a:9092', 'b:9092'] });
    expect(kafka({ KAFKA_BROKERS: 'a:9092', KAFKA_TLS: 'true', KAFKA_USERNAME: 'judging', KAFKA_PASSWORD: 'p' })).toEqual({
      brokers: ['a:9092'], tls: {}, sasl: { mechanism: 'scram-sha-512', username: 'judging', password: 'p' },
    });
    const wrong = errorsOf({ ...good, BUS_URL: 'kafka://nowhere', KAFKA_BROKERS: 'a', KAFKA_TLS: 'yes', KAFKA_SASL_MECHANISM: 'x' });
    expect(wrong.map((error) => error.split(' ')[0]).sort()).toEqual(['BUS_URL', 'KAFKA_BROKERS', 'KAFKA_SASL_MECHANISM', 'KAFKA_TLS']);
  });

  it('must be told in production who issues the tokens, for whom, and where the keys are', () => {
    const { AUTH_ISSUER: _issuer, AUTH_JWKS_URL: _keys, ...rest } = good;
    expect(errorsOf({ ...rest, NODE_ENV: 'production' }).map((error) => error.split(' ')[0]).sort()).toEqual(
      ['AUTH_AUDIENCE', 'AUTH_ISSUER', 'AUTH_JWKS_URL'],
    );
    expect(errorsOf({ ...good, NODE_ENV: 'production', AUTH_AUDIENCE: 'jinji.example' })).toEqual([]);
  });

  it('takes a clock moved by hand, but never in production', () => {
    expect(errorsOf({ ...good, JINJI_CLOCK: 'manual' })).toEqual([]);
    expect(
      errorsOf({ ...good, JINJI_CLOCK: 'manual', NODE_ENV: 'production', AUTH_AUDIENCE: 'jinji' }),
    ).toEqual([expect.stringContaining('JINJI_CLOCK')]);
  });
});
