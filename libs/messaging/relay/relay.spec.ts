import { derivedId } from '#libs/decider';
import { EventStore, type Query } from '#libs/event-store';
import { type TestDatabase, until } from '#libs/testing';
import type { Bus, WireRecord } from '../bus.js';
import { EmbeddedBus } from '../embedded/embedded-bus.js';
import { Reactor } from '../inbox/reactor.js';
import { contest, effects, messagingDatabase, recordEffect, transactionOn } from '../testing/service.js';
import { said, Story } from '../testing/story.js';
import { FirstEvents } from './first-events.js';
import { PROBE_TYPE } from './own-topics.js';
import { Relay } from './relay.js';

let database: TestDatabase;
let store: EventStore;
let story: Story;
let bus: EmbeddedBus;
const relays: Relay[] = [];
beforeEach(async () => {
  database = await messagingDatabase();
  store = new EventStore(database.pool);
  story = new Story(store);
  bus = new EmbeddedBus({ url: database.url, leaseMs: 1_000, beatMs: 200 });
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  await bus.close();
  await database.drop();
});

const relay = (over: Partial<{ bus: Bus; query: Query; leaseMs: number; batch: number; pollMs: number }> = {}): Relay => {
  const times = { leaseMs: 600, pollMs: 50, batch: 20 };
  const made = new Relay({ service: 'registration', store, published: said, bus, query: database.query, ...times, ...over });
  relays.push(made);
  made.start();
  return made;
};

const log = async () => database.query<{ key: string; headers: Record<string, string>; value: Buffer }>(
  `SELECT key, headers, value FROM bus.log WHERE headers->>'ce_type' <> '${PROBE_TYPE}' ORDER BY topic, partition, "offset"`,
);
/** Positions on the topic, by key. */
const sent = async (): Promise<Record<string, number[]>> => {
  const byKey: Record<string, number[]> = {};
  for (const { key, headers } of await log()) (byKey[key] ??= []).push(Number(headers['ce_sequence']));
  return byKey;
};
const firsts = (positions: readonly number[]) => [...new Set(positions)];

describe('the relay', () => {
  it('says what is public, once and in order, as CloudEvents that carry the event', async () => {
    const one = relay();
    await story.goesOn(['x', 'y'], 30);
    await until(() => one.idle(), 'all sent', 30_000);
    expect(await sent()).toEqual(await story.toBeSaid());
    const [first] = (await store.read(0, 1)).events;
    const incarnation = await store.incarnation();
    expect((await log()).find(({ headers }) => headers['ce_id'] === first?.id)).toMatchObject({
      key: contest('x'),
      headers: {
        ce_specversion: '1.0', ce_source: `registration/${incarnation}`, ce_type: 'jinji.contest.registration-closed.v1',
        ce_subject: contest('x'), ce_time: '2026-03-02T01:00:00.000Z', ce_sequence: String(first?.position),
        ce_dataschema: 'https://jinji.dev/contracts/jinji.contest.registration-closed.v1.json',
        ce_correlationid: first?.metadata.correlation, 'content-type': 'application/json',
      },
    });
    expect(await one.state()).toMatchObject({ active: true, failing: null, checkpoint: await store.head() });
  });

  it('remembers a stream\'s first event after a restart', async () => {
    const one = relay();
    await story.goesOn(['x'], 2);
    await until(() => one.idle(), 'all sent', 30_000);
    await one.stop();
    await story.goesOn(['x'], 2, 2);
    const two = relay();
    await until(() => two.idle(), 'the rest', 30_000);
    expect(await sent()).toEqual(await story.toBeSaid());
  });

  it('asks for the first events of a batch at once, for no stream twice, and never for a whole stream', async () => {
    const names = ['p', 'q', 'r', 's'];
    await story.goesOn(names, 10);
    const asked: (readonly string[])[] = [];
    const spying: Pick<EventStore, 'firsts'> = {
      firsts: (streams) => {
        asked.push(streams);
        return store.firsts(streams);
      },
    };
    const first = new FirstEvents(spying, 2);
    const { events } = await store.read(0, 1_000);
    await first.recall(events.slice(names.length)); // those after the first events
    expect(asked.map((streams) => [...streams].sort())).toEqual([names.map((name) => `contest:${contest(name)}`).sort()]);
    for (const recorded of events.slice(names.length))
      expect(first.of(recorded)).toMatchObject({ stream: recorded.stream, version: 1 });
    await first.recall(events.slice(0, 2)); // two are in use, the other two are forgotten
    await first.recall(events.filter(({ stream, version }) => version > 1 && stream.endsWith(contest('q'))));
    expect(asked.length).toBe(1);
    await first.recall(events.filter(({ stream, version }) => version > 1 && stream.endsWith(contest('s'))));
    expect(asked.length).toBe(2);
  });

  it('repeats where it died between the bus and the checkpoint, which loses nothing and has each effect once', async () => {
    let dies = 5;
    const crashing = (): Bus => ({
      ...portOf(bus),
      publish: async (batch) => {
        await bus.publish(batch);
        const isProbe = batch.some(({ headers }) => headers['ce_type'] === PROBE_TYPE);
        if (batch.length > 0 && !isProbe && dies-- > 0) throw new Error('died here');
      },
    });
    const one = relay({ bus: crashing() });
    const reactor = reactorOn(bus);
    reactor.start();
    await story.goesOn(['x', 'y'], 30);
    await until(async () => (await one.idle()) && (await reactor.idle()), 'all sent and heard', 30_000);
    const [topic, truth] = [await sent(), await story.toBeSaid()];
    expect(Object.values(topic).flat().length).toBeGreaterThan(Object.values(truth).flat().length);
    for (const [key, positions] of Object.entries(truth)) expect(firsts(topic[key] ?? [])).toEqual(positions);
    expect(await effects(database.query)).toEqual(truth);
    await reactor.stop();
  });

  it('lets another take over from one that is frozen, which does no harm when it wakes', async () => {
    let frozen = false;
    let thaw: () => void = () => undefined;
    let thawed: Promise<void> = Promise.resolve();
    const late: WireRecord[] = [];
    const stuck = async (): Promise<void> => (frozen ? thawed : undefined);
    const zombie = relay({
      leaseMs: 3_000,
      query: async (sql, params) => {
        await stuck();
        return database.query(sql, params);
      },
      bus: {
        ...portOf(bus),
        publish: async (batch) => {
          // frozen after it saw that its lease holds, before the bytes leave
          if (batch.length > 0 && (await effects(database.query))[contest('x')]?.length) {
            if (!frozen) thawed = new Promise((resolve) => (thaw = resolve));
            frozen = true;
            await thawed;
            late.push(...batch);
          }
          await bus.publish(batch);
        },
      },
    });
    const reactor = reactorOn(bus);
    reactor.start();
    await story.goesOn(['x', 'y'], 3);
    await until(async () => Object.keys(await effects(database.query)).length > 0, 'first effects', 30_000);
    await story.goesOn(['x', 'y'], 20, 3);
    await until(() => frozen, 'the freeze', 30_000);
    const heir = relay({ leaseMs: 3_000 });
    await until(() => heir.idle(), 'the takeover', 30_000);
    await story.goesOn(['x', 'y'], 5, 23);
    await until(() => heir.idle(), 'the heir goes on', 30_000);
    const checkpoint = (await heir.state()).checkpoint;
    thaw();
    await until(() => late.length > 0, 'the zombie\'s repetition', 30_000);
    await story.goesOn(['x', 'y'], 5, 28);
    await until(async () => (await heir.idle()) && (await reactor.idle()), 'all sent and heard', 30_000);
    expect((await heir.state()).checkpoint).toBeGreaterThan(checkpoint);
    expect((await zombie.state()).active).toBe(false);
    expect(await effects(database.query)).toEqual(await story.toBeSaid());
    await reactor.stop();
  }, 120_000);

  it('never sends from two instances at a time, and lets the second go on at once where the first stops', async () => {
    const [one, two] = [relay(), relay()];
    await story.goesOn(['x'], 10);
    await until(() => one.idle(), 'all sent', 30_000);
    expect((await Promise.all([one.state(), two.state()])).filter(({ active }) => active).length).toBe(1);
    expect(await sent()).toEqual(await story.toBeSaid());
    await one.stop();
    await story.goesOn(['x'], 10, 10);
    await until(() => two.idle(), 'the rest', 30_000);
    expect(await sent()).toEqual(await story.toBeSaid());
  });

  it('hurries for what it speaks of, and does not even look for what it does not', async () => {
    let looks = 0;
    const head = store.head.bind(store);
    store.head = () => ((looks += 1), head());
    const one = relay({ pollMs: 60_000 });
    await story.goesOn(['x'], 1);
    await until(() => one.idle(), 'all sent', 30_000);
    let before: number;
    do { // its rests grow longer: until this is one of seconds
      before = looks;
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    } while (looks !== before);
    one.wake(new Set(['Whispered']));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(looks).toBe(before);
    one.wake(new Set(['Whispered', ...(said.types ?? [])]));
    await until(async () => looks > before, 'a look', 5_000);
  });

  it('keeps trying while the bus is away, and the store accepts', async () => {
    let away = true;
    const publish: Bus['publish'] = (batch) => (away ? Promise.reject(new Error('no broker')) : bus.publish(batch));
    const one = relay({ bus: { ...portOf(bus), publish } });
    await story.goesOn(['x'], 10);
    await until(async () => (await one.state()).failing !== null, 'the failure in the state', 30_000);
    expect(await one.idle()).toBe(false);
    away = false;
    await until(() => one.idle(), 'the backlog', 30_000);
    expect(await sent()).toEqual(await story.toBeSaid());
  });

  it('stops at an event that it cannot say, after what came before it', async () => {
    const one = relay();
    await story.append('x', { type: 'Opened', contest: contest('x') });
    await story.append('x', { type: 'Sealed', code: 'C1' });
    await story.append('x', { type: 'Sealed', code: '' });
    await story.append('x', { type: 'Sealed', code: 'C3' });
    await until(async () => /breaks its contract/.test((await one.state()).failing ?? ''), 'the breach', 30_000);
    expect((await sent())[contest('x')]?.length).toBe(2);
  });

  it('sends under another source where the store has another incarnation', async () => {
    const one = relay();
    await story.goesOn(['x'], 1);
    await until(() => one.idle(), 'all sent', 30_000);
    await one.stop();
    await database.asOwner(`UPDATE store SET incarnation = $1`, [derivedId('another')]);
    await story.goesOn(['x'], 1, 1);
    const two = relay();
    await until(() => two.idle(), 'the rest', 30_000);
    expect(new Set((await log()).map(({ headers }) => headers['ce_source'])).size).toBe(2);
  });
});

/** A bus whose parts a test may replace. */
const portOf = (real: Bus): Bus => ({
  createTopics: (...args) => real.createTopics(...args),
  publish: (...args) => real.publish(...args),
  subscribe: (...args) => real.subscribe(...args),
  rewind: (...args) => real.rewind(...args),
  lag: (...args) => real.lag(...args),
  close: () => real.close(),
});

const reactorOn = (on: Bus) => new Reactor({
  bus: on, group: 'judging', types: ['jinji.contest.code-sealed.v1', 'jinji.contest.registration-closed.v1'], react: recordEffect,
  transaction: transactionOn(database.pool),
});
