import { jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { type Topic, topics } from '#libs/contracts';
import { derivedId } from '#libs/decider';
import { type Broker, startBroker } from '#libs/kafka-broker';
import { kafkaAccess, KafkaBus, publication, toWire } from '#libs/messaging';
import { freePort } from '#libs/ports';
import { rightsOf, type ServiceDefinition } from '#libs/service';
import { describeOwnKafka, type TestService, testService, until } from '#libs/testing';
import { services } from '../../apps/platform/src/services.js';

jest.setTimeout(600_000);

/** Only bounds a failure: who was refused asks again after a pause. */
const PATIENCE_MS = 180_000;

const { AclResourceTypes, AclOperationTypes, AclPermissionTypes, ResourcePatternTypes, Kafka: KafkaClient, logLevel } = kafkajs;

const definition = (name: string): ServiceDefinition => services.find((each) => each.name === name) as ServiceDefinition;
const passwordOf = (user: string): string => `${user}-secret`;
const users = ['hr', ...services.map(({ name }) => name)];

describeOwnKafka('who may what on a Kafka with SCRAM and ACLs', () => {
  let folder: string;
  let broker: Broker;
  let sasl: number;
  let tls: number;
  let authority: string;
  let admin: Admin;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'jinji-access-'));
    [sasl, tls] = [await freePort(), await freePort()];
    const [keystore, storepass] = [path.join(folder, 'broker.p12'), 'changeit'];
    authority = path.join(folder, 'broker.pem');
    const keytool = (...args: string[]) =>
      execFileSync('keytool', [...args, '-alias', 'broker', '-keystore', keystore, '-storepass', storepass], { stdio: 'ignore' });
    const names = ['-dname', 'CN=127.0.0.1', '-ext', 'san=ip:127.0.0.1'];
    keytool('-genkeypair', '-keyalg', 'EC', '-validity', '2', '-storetype', 'PKCS12', ...names);
    keytool('-exportcert', '-rfc', '-file', authority);
    const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
    broker = await startBroker(path.join(folder, 'broker'), {
      heap: '384m',
      users: Object.fromEntries(users.map((user) => [user, passwordOf(user)])),
      doors: [sasl, tls].map((port) => ({ port, advertised: `127.0.0.1:${port}` })),
      properties: {
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,DOOR0:SASL_PLAINTEXT,DOOR1:SASL_SSL',
        'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
        'listener.name.door0.scram-sha-512.sasl.jaas.config': scram,
        'listener.name.door1.scram-sha-512.sasl.jaas.config': scram,
        'listener.name.door1.ssl.keystore.location': keystore,
        'listener.name.door1.ssl.keystore.password': storepass,
        'listener.name.door1.ssl.keystore.type': 'PKCS12',
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        // The broker itself, and this test, by the door without a login.
        'super.users': 'User:ANONYMOUS',
      },
    });
    admin = new KafkaClient({ brokers: [broker.address], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions: 4 })), waitForLeaders: true });
    for (const each of services) await grantService(each);
    await grant('hr', 'READ', 'TOPIC', 'jinji.promotions');
    await grant('hr', 'READ', 'GROUP', 'hr');
  }, 300_000);

  afterAll(async () => {
    await admin?.disconnect();
    await broker?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  type Operation = 'READ' | 'WRITE' | 'CREATE' | 'DESCRIBE';
  const acl = (user: string, operation: Operation, kind: 'TOPIC' | 'GROUP', name: string) => ({
    resourceType: AclResourceTypes[kind], resourceName: name, resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: `User:${user}`, host: '*', operation: AclOperationTypes[operation], permissionType: AclPermissionTypes.ALLOW,
  });
  const grant = async (user: string, operation: Operation, kind: 'TOPIC' | 'GROUP', name: string): Promise<void> => {
    await admin.createAcls({ acl: [acl(user, operation, kind, name)] });
  };
  const revoke = async (user: string, operation: Operation, kind: 'TOPIC' | 'GROUP', name: string): Promise<void> => {
    await admin.deleteAcls({ filters: [acl(user, operation, kind, name)] });
  };
  const grantService = async (each: ServiceDefinition): Promise<void> => {
    const { writes, reads, group } = rightsOf(each);
    for (const topic of writes)
      for (const operation of ['CREATE', 'DESCRIBE', 'WRITE'] as const) await grant(group, operation, 'TOPIC', topic);
    for (const topic of reads) await grant(group, 'READ', 'TOPIC', topic);
    await grant(group, 'READ', 'GROUP', group);
  };

  /** kafkajs alone, as an HR system would use it. */
  const clientOf = (user: string): Kafka => new KafkaClient({
    brokers: [`127.0.0.1:${sasl}`], logLevel: logLevel.NOTHING, retry: { retries: 2 },
    sasl: { mechanism: 'scram-sha-512', username: user, password: passwordOf(user) },
  });
  const kafkaOf = (user: string): Record<string, string> => ({
    KAFKA_BROKERS: `127.0.0.1:${sasl}`, KAFKA_USERNAME: user, KAFKA_PASSWORD: passwordOf(user),
  });

  /** The first record of a topic, or why it may not be had. */
  const reading = async (user: string, group: string, topic: string): Promise<string> => {
    for (const end = Date.now() + 60_000; ; await delay(500)) {
      try {
        return await readingOnce(user, group, topic);
      } catch (error) {
        // A fresh broker's coordinators load for a while, which is no refusal.
        if (!/coordinator/i.test(String(error)) || refusal.test(String(error)) || Date.now() > end) throw error;
      }
    }
  };
  const readingOnce = async (user: string, group: string, topic: string): Promise<string> => {
    const consumer = clientOf(user).consumer({ groupId: group, retry: { restartOnFailure: async () => false } });
    try {
      await consumer.connect();
      return await new Promise<string>((resolve, reject) => {
        consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
        consumer.subscribe({ topic, fromBeginning: true })
          .then(() => consumer.run({ eachMessage: async ({ message }) => resolve(String(message.headers?.['ce_type'])) }))
          .catch(reject);
      });
    } finally {
      await consumer.disconnect().catch(() => undefined);
    }
  };
  const writing = async (user: string, topic: string): Promise<void> => {
    const producer = clientOf(user).producer({ allowAutoTopicCreation: false, retry: { retries: 0 } });
    try {
      await producer.connect();
      await producer.send({ topic, messages: [{ key: 'k', value: '{}' }] });
    } finally {
      await producer.disconnect();
    }
  };
  const refusal = /authoriz/i;

  it('lets the HR system read promotions, and refuses it everything else', async () => {
    const bus = new KafkaBus({ access: kafkaAccess(`127.0.0.1:${sasl}`, kafkaOf('certification')) });
    const worker = derivedId('worker');
    const said = publication('jinji.promotion.approved.v1', {
      decision: derivedId('decision'), worker, contest: derivedId('contest'), occupation: '6-18-01-01', organisation: 'org-1',
      by: 'person', from: null, to: 2, honours: [], money: [], on: '2026-03-02',
    });
    const at = '2026-03-02T01:00:00.000Z';
    await bus.publish([toWire(said, {
      id: derivedId('event'), position: 1, stream: 'decision:1', aggregate: 'decision', aggregateId: '1', version: 1,
      event: { type: 'Any' }, recordedAt: at, metadata: { actor: 'a', organisation: 'org-1', correlation: 'c', causation: null, at },
    }, 'certification/1')]);
    await bus.close();

    expect(await reading('hr', 'hr', 'jinji.promotions')).toBe('jinji.promotion.approved.v1');
    const others = topics.filter((topic) => topic !== 'jinji.promotions');
    expect(others.length).toBe(6);
    for (const topic of others) await expect(reading('hr', 'hr', topic)).rejects.toThrow(refusal);
    for (const topic of topics) await expect(writing('hr', topic)).rejects.toThrow(refusal);
    // In a group of ours: kafkajs hides why, and says that it finds no coordinator.
    await expect(readingOnce('hr', 'certification', 'jinji.promotions')).rejects.toThrow(/coordinator|authoriz/i);
  });

  it('lets nobody but certification read who is behind a code', async () => {
    const seals: Topic = 'jinji.seals';
    expect(services.filter((each) => rightsOf(each).reads.includes(seals)).map(({ name }) => name)).toEqual(['certification']);
    await expect(reading('judging', 'judging', seals)).rejects.toThrow(refusal);
    await expect(writing('judging', seals)).rejects.toThrow(refusal);
  });

  describe('a service', () => {
    let service: TestService;
    afterEach(() => service?.close());
    const ready = async () =>
      service.request<{ details: Record<'topics' | 'consumers', Record<string, unknown>> }>('GET', '/health/ready', { as: null });

    it('has all that it needs with the rights of its definition', async () => {
      service = await testService(definition('judging'), { env: kafkaOf('judging') });
      await until(async () => service.service.runners.relay.topics.state().checked, 'its topics tried', PATIENCE_MS);
      await until(async () => service.service.runners.reactor.health().partitions === 4, 'its partitions', PATIENCE_MS);
      expect(await ready()).toMatchObject({ status: 200, body: { details: { topics: { status: 'up' } } } });
      await service.settled();
    });

    it('that may not write one of its topics names it in ready, and is well once it may', async () => {
      await revoke('registration', 'WRITE', 'TOPIC', 'jinji.seals');
      service = await testService(definition('registration'), { env: kafkaOf('registration') });
      await until(async () => (await ready()).status === 503, 'not ready', PATIENCE_MS);
      const { topics: told } = (await ready()).body.details;
      expect(told).toMatchObject({
        status: 'down', refused: [{ topic: 'jinji.seals', because: expect.stringContaining('TOPIC_AUTHORIZATION_FAILED') }],
        next: expect.stringContaining('jinji.seals'),
      });
      await grant('registration', 'WRITE', 'TOPIC', 'jinji.seals');
      await until(async () => (await ready()).status === 200, 'ready', PATIENCE_MS);
    });

    it('whose consumer has crashed for good says why, and goes on by itself once it may', async () => {
      await revoke('incentives', 'READ', 'GROUP', 'incentives');
      service = await testService(definition('incentives'), { env: kafkaOf('incentives') });
      await until(async () => (await ready()).status === 503, 'not ready', PATIENCE_MS);
      const { consumers } = (await ready()).body.details;
      expect(consumers).toMatchObject({ status: 'down', next: expect.stringContaining('its group') });
      expect(consumers['because']).toMatch(/crashed for good: .*authoriz/i);
      await grant('incentives', 'READ', 'GROUP', 'incentives');
      await until(async () => (await ready()).status === 200, 'ready', PATIENCE_MS);
    });
  });

  it('is encrypted where it is told the authority, and refuses a broker that it cannot know', async () => {
    const to = `127.0.0.1:${tls}`;
    const { KAFKA_USERNAME, KAFKA_PASSWORD } = kafkaOf('people') as { KAFKA_USERNAME: string; KAFKA_PASSWORD: string };
    const trusting = new KafkaBus({ access: kafkaAccess(to, { KAFKA_TLS_CA: authority, KAFKA_USERNAME, KAFKA_PASSWORD }) });
    await trusting.createTopics(['jinji.people'], 4);
    await trusting.close();
    const wary = new KafkaBus({ access: kafkaAccess(to, { KAFKA_TLS: 'true', KAFKA_USERNAME, KAFKA_PASSWORD }) });
    await expect(wary.createTopics(['jinji.people'], 4)).rejects.toThrow(/certificate/i);
    await wary.close();
  });

  it('is as the page for operators says', async () => {
    const page = await readFile('docs/access.md', 'utf8');
    const list = (names: readonly string[]) => (names.length === 0 ? '–' : names.map((name) => `\`${name}\``).join(', '));
    for (const each of services) {
      const { writes, reads, group } = rightsOf(each);
      expect(page).toContain(`| ${group} | ${list(writes)} | ${list(reads)} | \`${group}\` |`);
    }
  });
});
