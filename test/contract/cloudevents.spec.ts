import { jest } from '@jest/globals';
import { Ajv, type ValidateFunction } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { type CloudEventV1, Kafka as Binding } from 'cloudevents';
import kafkajs, { type KafkaMessage } from 'kafkajs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { contractOf, contracts, isPublicType, keyOf, topics } from '#libs/contracts';
import { newId } from '#libs/decider';
import { type AggregateKind, EventStore, type EventMetadata, type NewEvent } from '#libs/event-store';
import { kafkaAccess, KafkaBus, MAX_MESSAGE_BYTES, type Publication, type Published, Relay } from '#libs/messaging';
import { describeKafka, testKafka, type TestDatabase, until } from '#libs/testing';
import { samplePublication } from '../../libs/messaging/testing/samples.js';
import { messagingDatabase } from '../../libs/messaging/testing/service.js';

jest.setTimeout(600_000);

const types = Object.keys(contracts).filter(isPublicType);
const service = `contract-${process.pid}`;
const folder = 'docs/contracts';
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** Whose events hold a publication, which is said as it is. */
const sample = { name: 'sample' } satisfies AggregateKind;
const asItIs: Published = {
  speaksOf: ({ aggregate }) => aggregate === sample.name,
  publication: ({ event }) => (event as unknown as { says: Publication }).says,
};

interface Sent {
  readonly event: NewEvent;
  readonly says: Publication;
  position: number;
}

/** What a consumer of other making sees: bytes, and headers that it reads as text. */
interface Seen {
  readonly topic: string;
  readonly key: string;
  readonly headers: Record<string, string>;
  readonly bytes: Buffer;
}

describeKafka('the public contract on a real topic', () => {
  let database: TestDatabase;
  let store: EventStore;
  const sent = new Map<string, Sent>();
  const seen = new Map<string, Seen>();
  const schemas = new Map<string, ValidateFunction>();

  beforeAll(async () => {
    const access = kafkaAccess(await testKafka());
    database = await messagingDatabase();
    store = new EventStore(database.pool, { kinds: [sample] });
    const bus = new KafkaBus({ access });
    await bus.createTopics(topics, 4);
    for (const [n, says] of types.flatMap((type) => [samplePublication(type), samplePublication(type, 'smallest')]).entries()) {
      const metadata: EventMetadata = {
        actor: 'judge-1', organisation: 'org-1', correlation: newId(), causation: n % 2 ? newId() : null,
        at: new Date(Date.UTC(2026, 2, 2, 1, 0, n)).toISOString(), ...(n % 3 ? {} : { traceparent: TRACE }),
      };
      const event: NewEvent = { id: newId(), type: 'Said', schema: 1, data: { says }, metadata };
      const verdict = await store.append({ stream: `sample:${n}`, expected: 0, events: [event] });
      sent.set(event.id, { event, says, position: verdict.appended ? verdict.position : -1 });
    }
    const relay = new Relay({ service, store, published: asItIs, bus, query: database.query });
    const consumer = consumerOf(access.brokers);
    try {
      relay.start();
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      await consumer.run({ eachMessage: async ({ topic, message }) => collect(topic, message) });
      await until(() => seen.size >= sent.size, 'all messages', 180_000);
    } finally {
      await Promise.all([relay.stop(), consumer.disconnect()]);
      await bus.close();
    }
    for (const file of await readdir(folder)) {
      const schema = JSON.parse(await readFile(path.join(folder, file), 'utf8')) as Record<string, unknown>;
      schemas.set(path.basename(file, '.json'), new Ajv({ formats: fullFormats }).compile(schema));
    }
  });
  afterAll(() => database?.drop());

  const consumerOf = (brokers: readonly string[]) =>
    new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).consumer({ groupId: service });
  const collect = (topic: string, { key, headers = {}, value }: KafkaMessage): void => {
    const texts = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text as Buffer)]));
    if (texts['ce_source']?.startsWith(`${service}/`) && texts['ce_id'])
      seen.set(texts['ce_id'], { topic, key: String(key), headers: texts, bytes: value ?? Buffer.of() });
  };
  const toEvent = ({ key, headers, bytes }: Seen): CloudEventV1<unknown> => {
    const message = { key, headers, value: bytes.toString('utf8'), body: '' }; // the SDK reads more than its type says
    return Binding.toEvent(message) as CloudEventV1<unknown>;
  };
  const all = (): { sent: Sent; seen: Seen; event: CloudEventV1<unknown> }[] =>
    [...sent].map(([id, each]) => {
      const read = seen.get(id);
      if (!read) throw new Error(`${each.says.type} never came`);
      return { sent: each, seen: read, event: toEvent(read) };
    });

  it('has every type that is written down, and no other', () => {
    expect([...new Set(all().map(({ event }) => event.type))].sort()).toEqual([...schemas.keys()].sort());
  });

  it('is read by the CloudEvents SDK, which finds what was recorded', async () => {
    const incarnation = await store.incarnation();
    for (const { sent: { event: recorded, says, position }, seen: { headers }, event } of all()) {
      const key = keyOf(says.type, says.data);
      expect(event).toMatchObject({
        specversion: '1.0', id: recorded.id, source: `${service}/${incarnation}`, type: says.type, subject: key,
        partitionkey: key, time: recorded.metadata.at, dataschema: `https://jinji.dev/contracts/${says.type}.json`,
        sequence: String(position), datacontenttype: 'application/json', correlationid: recorded.metadata.correlation, data: says.data,
      });
      expect(event['causationid'] ?? null).toBe(recorded.metadata.causation);
      expect(headers['traceparent']).toBe(recorded.metadata.traceparent); // W3C's own header, where there is one
    }
  });

  it('keeps the rules of CloudEvents, which the SDK checks', () => {
    for (const { event } of all()) expect((event as unknown as { validate(): boolean }).validate()).toBe(true);
    const broken = all()[0]?.seen;
    for (const missing of ['ce_id', 'ce_source', 'ce_type'])
      expect(() => {
        const { [missing]: _, ...headers } = broken?.headers ?? {};
        (toEvent({ ...broken, headers } as Seen) as unknown as { validate(): boolean }).validate();
      }).toThrow();
  });

  it('has data that its published JSON Schema allows, and nothing that it does not name', () => {
    for (const { says } of sent.values()) {
      const { event } = all().find((each) => each.sent.says === says) ?? {};
      const valid = schemas.get(says.type);
      expect([says.type, valid?.(event?.data), valid?.errors ?? []]).toEqual([says.type, true, []]);
      expect([says.type, valid?.({})]).toEqual([says.type, false]); // the schema asks for something
    }
  });

  it('is on its topic, under its key, and far smaller than a broker takes', () => {
    for (const { sent: { says }, seen: { topic, key, headers, bytes } } of all()) {
      expect([says.type, topic, key]).toEqual([says.type, contractOf(says.type).topic, keyOf(says.type, says.data)]);
      const named = Object.entries(headers).reduce((sum, [name, text]) => sum + name.length + Buffer.byteLength(text), 0);
      expect(bytes.length + named).toBeLessThan(MAX_MESSAGE_BYTES);
    }
  });

  it('tells nobody who did it', () => {
    for (const { seen: { headers } } of all()) expect(JSON.stringify(headers)).not.toMatch(/judge-1|org-1/);
  });
});
