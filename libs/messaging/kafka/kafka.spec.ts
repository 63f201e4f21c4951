import { jest } from '@jest/globals';
import kafkajs from 'kafkajs';
import { describeKafka, testKafka, until } from '#libs/testing';
import { busContract, record } from '../testing/bus-contract.js';
import { type KafkaAccess, kafkaAccess } from './access.js';
import { KafkaBus } from './kafka-bus.js';

jest.setTimeout(180_000);

/** The shortest that a broker allows. */
const SESSION_MS = 6_000;

const open = (access: KafkaAccess) => new KafkaBus({ access, sessionMs: SESSION_MS, beatMs: 250, waitMs: 200, lookMs: 300 });

/** Closed also where the test fails, or Jest would not end. */
const using = async (access: KafkaAccess, work: (bus: KafkaBus) => Promise<void>): Promise<void> => {
  const bus = open(access);
  try {
    await work(bus);
  } finally {
    await bus.close();
  }
};

describeKafka('Kafka', () => {
  let access: KafkaAccess;
  beforeAll(async () => void (access = kafkaAccess(await testKafka())), 120_000);

  busContract('Kafka', () => ({ open: () => open(access), patienceMs: 60_000, sessionMs: SESSION_MS }));

  it('shows others what was published: headers and key as text, the data as it is', () => using(access, async (bus) => {
    const topic = `plain-${Date.now()}`;
    await bus.createTopics([topic], 4);
    const headers = { ce_specversion: '1.0', ce_id: '1', 'content-type': 'application/json' };
    const value = Buffer.from('{"级":3}');
    await bus.publish(['worker-1', 'worker-2', 'worker-3'].map((key) => ({ topic, key, headers, value })));
    const kafka = new kafkajs.Kafka({ brokers: [...access.brokers], logLevel: kafkajs.logLevel.NOTHING });
    const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 200 });
    const seen = new Map<string, { headers: Record<string, string>; value: string }>();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        const texts = Object.entries(message.headers ?? {}).map(([name, text]) => [name, String(text as Buffer)] as const);
        seen.set(String(message.key), { headers: Object.fromEntries(texts), value: String(message.value) });
      },
    });
    await until(() => seen.size === 3, 'three records', 60_000);
    for (const each of seen.values()) expect(each).toMatchObject({ headers, value: '{"级":3}' });
    await consumer.disconnect();
  }));

  it('sends more than a broker takes at once in pieces, in order', () => using(access, async (bus) => {
    const topic = `large-${Date.now()}`;
    await bus.createTopics([topic], 1);
    const value = Buffer.alloc(200 * 1024, 'x');
    await bus.publish(Array.from({ length: 12 }, (_, n) => ({ ...record(topic, 'k', n), value })));
    const ids: (string | undefined)[] = [];
    bus.subscribe(topic, [topic], async (batch) => {
      for (const { headers, offset } of batch.records) {
        ids.push(headers['ce_id']);
        await batch.commit(offset);
      }
    });
    await until(() => ids.length === 12, 'twelve large records', 60_000);
    expect(ids).toEqual(Array.from({ length: 12 }, (_, n) => `k-${n}`));
  }));

  it('that refuses our credentials has crashed the consumer for good', () => {
    const refused = { ...access, sasl: { mechanism: 'plain', username: 'nobody', password: 'nothing' } } as const;
    return using(refused, async (bus) => {
      const subscription = bus.subscribe('refused', ['any'], async () => undefined);
      await until(() => subscription.state().crashed, 'the crash', 60_000);
      expect(subscription.state().failing).toContain('Kafka: ');
    });
  });
});

describe('a Kafka that is away', () => {
  const away = kafkaAccess('127.0.0.1:9');

  it('fails what is published, keeps a consumer trying, and can be left', () => using(away, async (bus) => {
    const subscription = bus.subscribe('g', ['t'], async () => undefined);
    await expect(bus.publish([record('t', 'k', 0)])).rejects.toThrow();
    await until(() => subscription.state().failing !== null, 'the failure in the state', 60_000);
    expect(subscription.state()).toMatchObject({ crashed: false, partitions: 0 });
  }));
});

describe('the access to Kafka', () => {
  it('is told by a URL or a list, and by settings for TLS and SASL', () => {
    expect(kafkaAccess('kafka://a:1,b:2/')).toEqual({ brokers: ['a:1', 'b:2'] });
    expect(kafkaAccess('a:1, b:2', { KAFKA_TLS: 'true' })).toEqual({ brokers: ['a:1', 'b:2'], tls: {} });
    expect(kafkaAccess('a:1', { KAFKA_TLS_CA: '/ca.pem', KAFKA_USERNAME: 'judging', KAFKA_PASSWORD: 'p' })).toEqual({
      brokers: ['a:1'], tls: { ca: '/ca.pem' }, sasl: { mechanism: 'scram-sha-512', username: 'judging', password: 'p' },
    });
    expect(() => kafkaAccess('a:1', { KAFKA_SASL_MECHANISM: 'magic' })).toThrow('KAFKA_SASL_MECHANISM');
  });
});
