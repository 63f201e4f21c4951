import type { PublicType } from '#libs/contracts';
import { until } from '#libs/testing';
import { type Bus, Refused, type WireRecord } from '../bus.js';
import { EmbeddedBus } from '../embedded/embedded-bus.js';
import { Reactor } from '../inbox/reactor.js';
import { contest, effects, messagingDatabase, recordEffect, sealed, transactionOn } from '../testing/service.js';
import { OwnTopics, PROBE_TYPE } from './own-topics.js';

/** A bus that does with each topic what the test says: takes it, refuses it, or is away. */
const busThat = (does: Map<string, 'takes' | 'refuses' | 'is away'>) => {
  const written: WireRecord[] = [];
  const meet = (topic: string): void => {
    if (does.get(topic) === 'refuses') throw new Refused('TOPIC_AUTHORIZATION_FAILED');
    if (does.get(topic) === 'is away') throw new Error('connect ECONNREFUSED');
  };
  const bus: Pick<Bus, 'createTopics' | 'publish'> = {
    createTopics: async (topics) => topics.forEach(meet),
    publish: async (records) => {
      for (const { topic } of records) meet(topic);
      written.push(...records);
    },
  };
  return { bus, written };
};

describe('the topics of a service', () => {
  it('are each written to once at start', async () => {
    const { bus, written } = busThat(new Map());
    const own = new OwnTopics({ service: 'registration', bus });
    expect(own.state()).toEqual({ checked: false, refused: [] });
    own.start();
    await until(() => own.state().checked, 'the probes', 30_000);
    await own.stop();
    expect(written.map(({ topic, headers }) => [topic, headers['ce_type']])).toEqual([
      ['jinji.competitions', PROBE_TYPE], ['jinji.seals', PROBE_TYPE],
    ]);
  });

  it('are named where the bus refuses them, until it no longer does', async () => {
    const does = new Map<string, 'takes' | 'refuses'>([['jinji.seals', 'refuses']]);
    const own = new OwnTopics({ service: 'registration', bus: busThat(does).bus, againMs: 20 });
    own.start();
    await until(() => own.state().checked, 'the probes', 30_000);
    const because = expect.stringContaining('TOPIC_AUTHORIZATION_FAILED') as string;
    expect(own.state()).toEqual({ checked: true, refused: [{ topic: 'jinji.seals', because }] });
    does.set('jinji.seals', 'takes');
    await until(() => own.state().refused.length === 0, 'the new right', 30_000);
    await own.stop();
  });

  it('are not said to be refused while the bus is away', async () => {
    const does = new Map<string, 'takes' | 'is away'>([['jinji.results', 'is away']]);
    const { bus, written } = busThat(does);
    let tries = 0;
    const createTopics: Bus['createTopics'] = (...args) => {
      tries += 1;
      return bus.createTopics(...args);
    };
    const own = new OwnTopics({ service: 'judging', bus: { ...bus, createTopics } });
    own.start();
    await until(() => tries > 1, 'a second try', 30_000);
    expect(own.state()).toEqual({ checked: false, refused: [] });
    does.set('jinji.results', 'takes');
    await until(() => own.state().checked, 'the bus', 30_000);
    await own.stop();
    expect(written.length).toBe(1);
  });
});

it('a probe leaves no mark with those who hear it, and nothing parked', async () => {
  const database = await messagingDatabase();
  const bus = new EmbeddedBus({ url: database.url, leaseMs: 1_000, beatMs: 200 });
  const own = new OwnTopics({ service: 'registration', bus });
  own.start();
  await until(() => own.state().checked, 'the probes', 30_000);
  const types: PublicType[] = ['jinji.contest.code-sealed.v1'];
  const reactor = new Reactor({ bus, group: 'g', types, react: recordEffect, transaction: transactionOn(database.pool) });
  reactor.start();
  await bus.publish([sealed(contest('a'), 1)]);
  await until(() => reactor.idle(), 'the end of the topic', 30_000);
  expect(await effects(database.query)).toEqual({ [contest('a')]: [1] });
  expect(await database.query('SELECT key FROM inbox_marks')).toEqual([{ key: contest('a') }]);
  expect(await reactor.parked.count()).toBe(0);
  await Promise.all([own.stop(), reactor.stop()]);
  await bus.close();
  await database.drop();
});
