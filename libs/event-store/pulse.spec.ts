import { setTimeout as sleep } from 'node:timers/promises';
import { type TestDatabase, until } from '#libs/testing';
import { Pulse } from './pulse.js';
import { eventStoreDatabase, happened, transaction } from './spec-helpers.js';
import { EventStore } from './store.js';

describe('the pulse', () => {
  let database: TestDatabase;
  let mine: EventStore;
  let others: EventStore;
  let pulse: Pulse;
  let woken = 0;
  beforeAll(async () => {
    database = await eventStoreDatabase();
    [mine, others] = [new EventStore(database.pool), new EventStore(database.pool)];
  });
  beforeEach(async () => {
    pulse = new Pulse(mine, () => (woken += 1), 20);
    pulse.start();
    await sleep(200);
    woken = 0;
  });
  afterEach(() => pulse.stop());
  afterAll(() => database.drop());

  it('wakes for what another process appends, and else for nothing', async () => {
    await sleep(200);
    expect(woken).toBe(0);
    await others.append({ stream: 'thing:a', expected: 'any', events: [happened(1)] });
    await until(() => woken === 1, 'a call');
    await sleep(200);
    expect(woken).toBe(1);
  });

  it('wakes once a transaction ends that had drawn its positions long before', async () => {
    const before = await mine.head();
    await transaction(database, async (query) => {
      await others.appendIn(query, [{ stream: 'thing:b', expected: 'any', events: [happened(1)] }]);
      await sleep(300);
      expect(woken).toBe(0);
      return 'commit';
    });
    await until(() => woken === 1, 'a call');
    expect((await mine.read(before, 10)).events).toHaveLength(1);
  });

  it('goes on after the database was away', async () => {
    const broken = new Pulse({ drawn: () => Promise.reject(new Error('away')), head: () => mine.head() }, () => undefined, 10);
    broken.start();
    await sleep(100);
    await broken.stop();
    await others.append({ stream: 'thing:c', expected: 'any', events: [happened(1)] });
    await until(() => woken === 1, 'a call');
  });
});
