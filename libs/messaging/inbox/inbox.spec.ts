import type { PublicType } from '#libs/contracts';
import { type TestDatabase, until } from '#libs/testing';
import { EmbeddedBus } from '../embedded/embedded-bus.js';
import type { Message } from '../message.js';
import { batchOf, contest, effects, messagingDatabase, recordEffect, sealed, transactionOn } from '../testing/service.js';
import { Inbox } from './inbox.js';
import { Parked } from './parked.js';
import { Reactor } from './reactor.js';
import type { Transaction, Tx } from './transaction.js';

const [a, b, c] = [contest('a'), contest('b'), contest('c')];
const types: PublicType[] = ['jinji.contest.code-sealed.v1', 'jinji.contest.started.v1'];

let database: TestDatabase;
let transaction: Transaction<Tx>;
beforeAll(async () => {
  database = await messagingDatabase();
  transaction = transactionOn(database.pool);
});
afterAll(() => database.drop());
beforeEach(() => database.asOwner('TRUNCATE effects, inbox_marks, parked_messages'));

/** An inbox whose reaction records the effect, and fails on these sequences. */
const inboxThat = (
  fails: Set<number> = new Set(),
  more: { transaction?: Transaction<Tx>; before?: (message: Message) => Promise<void> } = {},
) => {
  const options = {
    transaction, types, attempts: 3, pauseMs: 1, ...more,
    react: async (message: Message, tx: Tx) => {
      await recordEffect(message, tx);
      await more.before?.(message);
      if (fails.has(message.sequence)) throw new Error(`cannot do ${message.sequence}`);
    },
  };
  return { inbox: new Inbox(options), parked: new Parked(options), options };
};

describe('the inbox', () => {
  it('has the effect of each message once, in order by key, and then commits', async () => {
    const { inbox } = inboxThat();
    const batch = batchOf([sealed(a, 1), sealed(b, 2), sealed(a, 3)]);
    await inbox.handle(batch);
    expect(await effects(database.query)).toEqual({ [a]: [1, 3], [b]: [2] });
    expect(batch.committed).toEqual([2]);
  });

  it('has none for what was seen before, however long ago', async () => {
    const { inbox } = inboxThat();
    const log = Array.from({ length: 250 }, (_, i) => sealed(contest(String(i % 7)), i + 1));
    await inbox.handle(batchOf(log));
    const once = await effects(database.query);
    await inbox.handle(batchOf(log));
    await inbox.handle(batchOf(log.slice(100, 200)));
    expect(await effects(database.query)).toEqual(once);
    expect((await database.query('SELECT FROM inbox_marks')).length).toBe(7);
  });

  it('takes the same positions of another incarnation, or on another key, for new ones', async () => {
    const { inbox } = inboxThat();
    await inbox.handle(batchOf([sealed(a, 5), sealed(a, 5, { source: 'registration/i2' }), sealed(b, 4)]));
    expect(await effects(database.query)).toEqual({ [a]: [5, 5], [b]: [4] });
  });

  it('leaves nothing of a transaction that fails', async () => {
    const { inbox } = inboxThat(new Set([2]), {
      transaction: async (work) => transaction(async (tx) => {
        const result = await work(tx);
        if ((await tx.query('SELECT FROM effects')).length > 0) throw Object.assign(new Error('cut'), { code: '08006' });
        return result;
      }),
    });
    const batch = batchOf([sealed(a, 1)]);
    await expect(inbox.handle(batch)).rejects.toThrow('cut');
    expect(batch.committed).toEqual([]);
    for (const table of ['effects', 'inbox_marks', 'parked_messages'])
      expect(await database.query(`SELECT FROM ${table}`)).toEqual([]);
  });

  it('blames no message while the database is away', async () => {
    let away = 2;
    const { inbox, parked } = inboxThat(new Set(), {
      transaction: async (work) => {
        if (away-- > 0) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
        return transaction(work);
      },
    });
    const batch = batchOf([sealed(a, 1), sealed(a, 2)]);
    await expect(inbox.handle(batch)).rejects.toThrow('ECONNREFUSED');
    await expect(inbox.handle(batch)).rejects.toThrow('ECONNREFUSED');
    await inbox.handle(batch);
    expect(await effects(database.query)).toEqual({ [a]: [1, 2] });
    expect(await parked.count()).toBe(0);
  });

  it('tries again where two transactions met', async () => {
    let conflicts = 4;
    const { inbox, parked } = inboxThat(new Set(), {
      before: async () => {
        if (conflicts-- > 0) throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
      },
    });
    await inbox.handle(batchOf([sealed(a, 1)]));
    expect(await effects(database.query)).toEqual({ [a]: [1] });
    expect(await parked.count()).toBe(0);
    expect(inbox.retried).toBe(4);
  });

  it('lets two consumers with the same messages have the effects once', async () => {
    const log = Array.from({ length: 60 }, (_, i) => sealed([a, b, c][i % 3] ?? a, i + 1));
    await inboxThat().inbox.handle(batchOf(log.slice(0, 3))); // marks that are there already, so that only their locks help
    await Promise.all([1, 2, 3, 4].map(() => inboxThat().inbox.handle(batchOf(log))));
    const numbers = (first: number) => Array.from({ length: 20 }, (_, i) => first + i * 3);
    expect(await effects(database.query)).toEqual({ [a]: numbers(1), [b]: numbers(2), [c]: numbers(3) });
  });

  it('goes one by one where a batch fails, and together again after it', async () => {
    let transactions = 0;
    const { inbox, parked } = inboxThat(new Set([50]), {
      transaction: (work) => {
        transactions += 1;
        return transaction(work);
      },
    });
    const batch = batchOf(Array.from({ length: 300 }, (_, i) => sealed(contest(String(i)), i + 1)));
    await inbox.handle(batch);
    expect(Object.keys(await effects(database.query)).length).toBe(299);
    expect(batch.committed.at(-1)).toBe(299);
    expect(await parked.count()).toBe(1);
    expect(transactions).toBeLessThan(110); // 1 + 99 singles + 3 attempts + 1 parking, 2 batches, 1 count
  });

  it('takes the partitions of one fetch into one transaction, and none is blamed for another', async () => {
    let transactions = 0;
    const counting: Transaction<Tx> = (work) => {
      transactions += 1;
      return transaction(work);
    };
    const { inbox, parked } = inboxThat(new Set([7]), { transaction: counting });
    const fetched = (n: number) => [batchOf([sealed(a, n)], 0), batchOf([sealed(b, n + 1)], 1), batchOf([sealed(c, n + 2)], 2)];
    await Promise.all(fetched(1).map((batch) => inbox.handle(batch)));
    expect(transactions).toBe(1);
    const second = fetched(6);
    await Promise.all(second.map((batch) => inbox.handle(batch)));
    expect(await effects(database.query)).toEqual({ [a]: [1, 6], [b]: [2], [c]: [3, 8] });
    expect(second.map(({ committed }) => committed.at(-1))).toEqual([0, 0, 0]);
    expect((await parked.list()).map(({ sequence }) => sequence)).toEqual([7]);
  });

  it('takes back the marks of those for which a transaction had no time', async () => {
    let slow = true;
    const { inbox } = inboxThat(new Set(), { before: () => new Promise((resolve) => setTimeout(resolve, slow ? 600 : 0)) });
    const log = [sealed(a, 1), sealed(a, 2), sealed(b, 3)];
    let alive = true;
    await inbox.handle({ ...batchOf(log), alive: () => alive, commit: async () => void (alive = false) }); // and dies
    expect(await effects(database.query)).toEqual({ [a]: [1] });
    slow = false;
    await inbox.handle(batchOf(log));
    expect(await effects(database.query)).toEqual({ [a]: [1, 2], [b]: [3] });
  });

  it('stops between messages once the partition is lost', async () => {
    const { inbox } = inboxThat(new Set([1]));
    let alive = true;
    const batch = { ...batchOf([sealed(a, 1), sealed(b, 2)]), alive: () => alive, commit: async () => undefined };
    const slow = inboxThat(new Set([1]), { before: async () => { alive = false; } }).inbox;
    await slow.handle(batch);
    expect(await effects(database.query)).toEqual({});
    alive = true;
    await inbox.handle(batch);
    expect(await effects(database.query)).toEqual({ [b]: [2] });
  });
});

describe('through the bus', () => {
  it('a topic that is read again from the beginning has no effect', async () => {
    const bus = new EmbeddedBus({ url: database.url, leaseMs: 1_000, beatMs: 200 });
    await bus.createTopics(['jinji.competitions'], 4);
    const options = { ...inboxThat().options, bus, group: 'judging' };
    const first = new Reactor(options);
    first.start();
    const some = (from: number) => Array.from({ length: 50 }, (_, n) => sealed(contest(String(n % 9)), from + n));
    for (let i = 0; i < 10; i += 1) await bus.publish(some(i * 50 + 1));
    await until(() => first.idle(), 'the first reading', 30_000);
    const once = await effects(database.query);
    expect(Object.values(once).flat().length).toBe(500);
    expect(await first.state()).toMatchObject({ partitions: 4, crashed: false, failing: null, parked: 0, standing: [] });
    await first.stop();
    await bus.rewind('judging', ['jinji.competitions']);
    const second = new Reactor(options);
    expect(await second.idle()).toBe(false);
    second.start();
    await until(() => second.idle(), 'the second reading', 30_000);
    expect(await effects(database.query)).toEqual(once);
    await second.stop();
    await bus.close();
  });
});
