import { jest } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EventStore } from '#libs/event-store';
import { type Broker, startBroker } from '#libs/kafka-broker';
import { describeKafka, describeOwnKafka, testKafka, type TestDatabase, until } from '#libs/testing';
import { Reactor } from '../inbox/reactor.js';
import { kafkaAccess } from '../kafka/access.js';
import { KafkaBus } from '../kafka/kafka-bus.js';
import { contest, effects, messagingDatabase, recordEffect, transactionOn } from '../testing/service.js';
import { said, Story } from '../testing/story.js';
import { Relay } from './relay.js';

jest.setTimeout(300_000);
const PATIENCE_MS = 120_000;

let database: TestDatabase;
let store: EventStore;
let story: Story;
const children: ChildProcess[] = [];
beforeEach(async () => {
  database = await messagingDatabase();
  store = new EventStore(database.pool);
  story = new Story(store);
});
afterEach(async () => {
  for (const child of children.splice(0)) await end(child, 'SIGKILL');
  await database.drop();
});

/** A relay in a process of its own, and what it said. */
const start = async (brokers: string, freeze = ''): Promise<{ child: ChildProcess; said: () => string[] }> => {
  const child = spawn(process.execPath, [path.resolve('dist/libs/messaging/testing/relay-process.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, DATABASE_URL: database.url, KAFKA_BROKERS: brokers, FREEZE: freeze },
  });
  children.push(child);
  let words = '';
  child.stdout.on('data', (chunk: Buffer) => (words += chunk.toString('utf8')));
  const told = () => words.split('\n').filter(Boolean);
  await until(() => told().includes('ready'), 'a relay process', PATIENCE_MS);
  return { child, said: told };
};
const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
};

const row = async (): Promise<{ epoch: number; checkpoint: number }> => {
  const [found] = await database.query<{ epoch: string; checkpoint: string }>('SELECT epoch, checkpoint FROM relay');
  return { epoch: Number(found?.epoch), checkpoint: Number(found?.checkpoint) };
};
const drained = async (): Promise<boolean> => (await row()).checkpoint >= (await store.head());

/** Names of this test's own: other specs write to the same topics of the same broker. */
let serial = 0;
const names = (...short: string[]) => {
  serial += 1;
  return short.map((name) => `${name} ${process.pid} ${Date.now()} ${serial}`);
};

/** Hears the topic as judging would, in this process, and keeps all that arrived of this store's. */
const listen = async (brokers: string, group: string) => {
  const source = `registration/${await store.incarnation()}`;
  const bus = new KafkaBus({ access: kafkaAccess(brokers), sessionMs: 10_000, waitMs: 200 });
  const arrivals: { key: string; position: number }[] = [];
  const ear = bus.subscribe(`${group}-ear`, ['jinji.competitions'], async (batch) => {
    for (const { key, headers, offset } of batch.records) {
      const position = Number(headers['ce_sequence']);
      if (headers['ce_source'] === source) arrivals.push({ key: key ?? '', position });
      await batch.commit(offset);
    }
  });
  const reactor = new Reactor({
    bus, group, types: ['jinji.contest.code-sealed.v1', 'jinji.contest.registration-closed.v1'], react: recordEffect,
    transaction: transactionOn(database.pool),
  });
  reactor.start();
  /** First arrivals, by key. */
  const firsts = (): Record<string, number[]> => {
    const byKey: Record<string, number[]> = {};
    for (const { key, position } of arrivals) if (!byKey[key]?.includes(position)) (byKey[key] ??= []).push(position);
    return byKey;
  };
  const close = async (): Promise<void> => {
    await Promise.all([ear.stop(), reactor.stop()]);
    await bus.close();
  };
  /** Everything is on the topic in its order, and had its effect once and in its order. */
  const isWhole = async (keys: readonly string[]): Promise<void> => {
    const truth = await story.toBeSaid();
    const count = Object.values(truth).flat().length;
    await until(() => Object.values(firsts()).flat().length >= count, 'all on the topic', PATIENCE_MS);
    expect(firsts()).toEqual(truth);
    const ours = async () =>
      Object.fromEntries(Object.entries(await effects(database.query)).filter(([key]) => keys.includes(key)));
    await until(async () => Object.values(await ours()).flat().length >= count, 'all effects', PATIENCE_MS);
    expect(await ours()).toEqual(truth);
  };
  return { arrivals, isWhole, close };
};

describeKafka('relays as processes', () => {
  it('take over within 5 s from one that is killed, and lose nothing', async () => {
    const brokers = await testKafka();
    const contests = names('x', 'y');
    const listener = await listen(brokers, contests[0] ?? '');
    const seconds: number[] = [];
    let active = await start(brokers);
    await story.goesOn(contests, 5);
    await until(drained, 'the first to send', PATIENCE_MS);
    let codes = 5;
    for (let round = 0; round < 3; round += 1) {
      const heir = await start(brokers);
      const writing = story.goesOn(contests, 40, codes);
      codes += 40;
      const { epoch } = await row();
      active.child.kill('SIGKILL');
      const since = performance.now();
      await until(async () => (await row()).epoch > epoch, 'the takeover', PATIENCE_MS);
      seconds.push((performance.now() - since) / 1_000);
      await writing;
      await until(drained, 'the heir to send', PATIENCE_MS);
      active = heir;
    }
    expect(Math.min(...seconds)).toBeLessThan(5); // a machine that is busy with other things may be late once
    await listener.isWhole(contests.map(contest));
    await end(active.child, 'SIGTERM');
    expect(active.child.exitCode).toBe(0);
    await listener.close();
  });

  it.each(['send:3', 'checkpoint:3'])('do no harm where one is frozen (%s), another takes over, and it wakes', async (where) => {
    const brokers = await testKafka();
    const contests = names('x', 'y');
    const listener = await listen(brokers, contests[0] ?? '');
    await story.goesOn(contests, 40);
    const zombie = await start(brokers, where);
    await until(() => zombie.said().includes('frozen'), 'the freeze', PATIENCE_MS);
    const { epoch, checkpoint } = await row();
    expect(checkpoint).toBeGreaterThan(0);
    const heir = await start(brokers);
    await until(async () => (await row()).epoch > epoch, 'the takeover', PATIENCE_MS);
    await until(drained, 'the heir to send', PATIENCE_MS);
    const before = { ...(await row()), arrived: listener.arrivals.length };
    zombie.child.kill('SIGCONT');
    if (where.startsWith('send'))
      await until(() => listener.arrivals.length > before.arrived, "the zombie's repetition", PATIENCE_MS);
    await until(() => zombie.said().length > 2, 'what the zombie did to the checkpoint', PATIENCE_MS);
    expect(zombie.said()).toEqual(['ready', 'frozen', 'fenced']);
    expect((await row()).checkpoint).toBe(before.checkpoint);
    await story.goesOn(contests, 20, 40);
    await until(drained, 'the rest', PATIENCE_MS);
    expect((await row()).epoch).toBe(before.epoch); // the heir's still
    await listener.isWhole(contests.map(contest));
    expect(listener.arrivals.length).toBeGreaterThan(Object.values(await story.toBeSaid()).flat().length);
    await Promise.all([end(heir.child, 'SIGTERM'), end(zombie.child, 'SIGTERM')]);
    await listener.close();
  });
});

describeOwnKafka('a relay whose broker goes away', () => {
  let broker: Broker;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'jinji-relay-'));
    broker = await startBroker(folder, { heap: '256m' });
  }, 120_000);
  afterAll(async () => {
    await broker?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(['stopped', 'killed'])('keeps its backlog while it is %s, and drains it afterwards, in order by key', async (how) => {
    const contests = names('x', 'y', 'z');
    const listener = await listen(broker.address, contests[0] ?? '');
    const bus = new KafkaBus({ access: kafkaAccess(broker.address) });
    const relay = new Relay({ service: 'registration', store, published: said, bus, query: database.query, batch: 20 });
    relay.start();
    await story.goesOn(contests, 5);
    await until(() => relay.idle(), 'the first messages', PATIENCE_MS);
    if (how === 'killed') process.kill(broker.pid, 'SIGKILL');
    else await broker.stop();
    await story.goesOn(contests, 40, 5); // whoever writes does not notice
    await until(async () => (await relay.state()).failing !== null, 'the failure in the state', PATIENCE_MS);
    expect(await relay.idle()).toBe(false);
    expect((await relay.state()).active).toBe(true);
    broker = await startBroker(folder, { heap: '256m' });
    await until(() => relay.idle(), 'the backlog', PATIENCE_MS);
    await listener.isWhole(contests.map(contest));
    expect((await relay.state()).failing).toBeNull();
    await relay.stop();
    await Promise.all([listener.close(), bus.close()]);
  });
});
