import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import path from 'node:path';
import kafkajs from 'kafkajs';
import { freePort } from '#libs/ports';
import { alive } from '#libs/postgres';
import { describeOwnKafka } from '#libs/testing';

describeOwnKafka('npm run kafka', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'jinji-kafka-command-'))));
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));

  const start = async (port: number): Promise<{ child: ChildProcess; address: string }> => {
    const child = spawn(process.execPath, [path.resolve('dist/libs/kafka-broker/main.js')], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, KAFKA_DATA: folder, KAFKA_PORT: String(port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout });
    for await (const line of lines) {
      const [, address] = /^For a service: KAFKA_BROKERS=(\S+)$/.exec(line) ?? [];
      if (address !== undefined) return { child, address };
    }
    throw new Error('the broker said nothing of its address');
  };
  const ends = async (address: string): Promise<string | undefined> => {
    const admin = new kafkajs.Kafka({ brokers: [address], logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    const [partition] = await admin.fetchTopicOffsets('kept');
    await admin.disconnect();
    return partition?.high;
  };
  const stop = async (child: ChildProcess, signal: NodeJS.Signals): Promise<unknown> => {
    const exit = once(child, 'exit');
    child.kill(signal);
    return (await exit)[0];
  };

  it('starts a broker that stops cleanly and keeps its data', async () => {
    const port = await freePort();
    const first = await start(port);
    expect(first.address).toBe(`127.0.0.1:${port}`);
    const kafka = new kafkajs.Kafka({ brokers: [first.address], logLevel: kafkajs.logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 1 }], waitForLeaders: true });
    await admin.disconnect();
    const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic: 'kept', messages: [{ value: 'one' }, { value: 'two' }] });
    await producer.disconnect();
    expect(await stop(first.child, 'SIGTERM')).toBe(0);
    await expect(ends(first.address)).rejects.toThrow(); // nothing is left running there

    const second = await start(port);
    expect(await ends(second.address)).toBe('2');
    expect(await stop(second.child, 'SIGINT')).toBe(0);
    expect(alive(first.child.pid as number) || alive(second.child.pid as number)).toBe(false);
  }, 300_000);
});
