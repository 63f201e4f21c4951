import { derivedId, type Decider } from '#libs/decider';
import type { TestDatabase } from '#libs/testing';
import type { Aggregate } from './aggregate.js';
import { Aggregates, type DecisionContext } from './aggregates.js';
import { VersionConflict } from './append.js';
import { eventStoreDatabase, metadata, transaction } from './spec-helpers.js';
import { EventStore } from './store.js';

type Command = { type: 'Add'; amount: number; times?: number };
type Event = { type: 'Added'; amount: number };
interface State {
  readonly total: number;
  readonly folded?: number;
}

const decider: Decider<Command, State, Event> = {
  initial: { total: 0 },
  decide: ({ amount, times = 1 }, { total }) => {
    if (total + amount * times > 10_000) throw new RangeError('too much');
    return amount === 0 ? [] : Array.from({ length: times }, () => ({ type: 'Added' as const, amount }));
  },
  evolve: ({ total }, { amount }) => ({ total: total + amount }),
};
const account: Aggregate<Command, State, Event> = { name: 'account', decider, organisation: () => undefined };

let database: TestDatabase;
let store: EventStore;
let aggregates: Aggregates;
beforeAll(async () => {
  database = await eventStoreDatabase();
  store = new EventStore(database.pool, { kinds: [account] });
  aggregates = new Aggregates(store, database.query);
});
afterAll(() => database.drop());

let decisions = 0;
const context = (more: Partial<DecisionContext> = {}): DecisionContext => {
  const cause = derivedId('00000000-0000-7000-8000-000000000000', (decisions += 1));
  return { ...metadata, eventId: (n) => derivedId(cause, n), ...more };
};
const add = (amount: number, times?: number): Command => ({ type: 'Add', amount, ...(times === undefined ? {} : { times }) });

describe('a decision', () => {
  it('is made on the folded state, and recorded with who, when and why', async () => {
    expect(await aggregates.load(account, 'a')).toEqual({ state: { total: 0 }, version: 0 });
    const done = await aggregates.decide(account, 'a', add(2, 2), context({ causation: 'm1' }));
    expect(done).toMatchObject({ id: 'a', version: 2, events: [{ type: 'Added', amount: 2 }, { type: 'Added' }] });
    expect(await aggregates.load(account, 'a')).toEqual({ state: { total: 4 }, version: 2 });
    expect((await store.readStream('account:a')).at(-1)).toMatchObject({
      position: done.position,
      event: { type: 'Added', amount: 2 },
      metadata: { actor: 'tester', causation: 'm1', at: metadata.at },
    });
  });

  it('that decides nothing records nothing', async () => {
    const done = await aggregates.decide(account, 'nothing', add(3), context());
    expect(await aggregates.decide(account, 'nothing', add(0), context())).toEqual({ ...done, events: [] });
  });

  it('sent again returns what was recorded, though the state has moved on', async () => {
    const ctx = context();
    const first = await aggregates.decide(account, 'again', add(4_000, 2), ctx);
    await aggregates.decide(account, 'again', add(1), context());
    expect(await aggregates.decide(account, 'again', add(4_000, 2), ctx)).toEqual(first);
    expect(await aggregates.decide(account, 'again', add(4_000, 2), { ...ctx, expected: 0 })).toEqual(first);
    expect((await aggregates.load(account, 'again')).state.total).toBe(8_001);
  });

  it('on a version that is no longer so is refused', async () => {
    await aggregates.decide(account, 'stale', add(1), context({ expected: 0 }));
    const stale = aggregates.decide(account, 'stale', add(1), context({ expected: 0 }));
    await expect(stale).rejects.toMatchObject({ name: 'VersionConflict', expected: 0, actual: 1 });
  });

  it('overtaken by others is made again on what they recorded', async () => {
    const elsewhere = new Aggregates(new EventStore(database.pool), database.query);
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => (n % 3 ? aggregates : elsewhere).decide(account, 'busy', add(1), context())),
    );
    expect(await aggregates.load(account, 'busy')).toEqual({ state: { total: 30 }, version: 30 });
  });

  it('that refuses lets the next one through', async () => {
    const both = [add(20_000), add(1)].map((command) => aggregates.decide(account, 'refuses', command, context()));
    const outcome = await Promise.allSettled(both);
    expect(outcome.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });
});

describe("decisions in a caller's transaction", () => {
  it('see what it did before, and end with it', async () => {
    for (const end of ['rollback', 'commit'] as const) {
      await transaction(database, async (query) => {
        await aggregates.decide(account, 'tx', add(1), context(), query);
        expect(await aggregates.decide(account, 'tx', add(1), context(), query)).toMatchObject({ version: 2 });
        return end;
      });
    }
    expect((await aggregates.load(account, 'tx')).version).toBe(2);
  });

  it('on many are loaded and appended at once, and a retry returns the same', async () => {
    const ids = Array.from({ length: 50 }, (_, n) => `many-${n}`);
    await aggregates.decide(account, 'many-7', add(5), context());
    const contexts = new Map(ids.map((id) => [id, context()]));
    const all = async () => {
      let outcome: unknown;
      await transaction(database, async (query) => {
        outcome = await aggregates.decideMany(
          account, ids.map((id, n) => ({ id, command: add(n) })), (id) => contexts.get(id) as DecisionContext, query,
        );
        return 'commit';
      });
      return outcome as readonly { id: string; version: number }[];
    };
    const first = await all();
    expect(first.map(({ id }) => id)).toEqual(ids);
    expect(first[0]?.version).toBe(0); // decided nothing
    expect(first[7]?.version).toBe(2);
    expect(await all()).toEqual(first);
    const loaded = await aggregates.loadMany(account, ids);
    expect([...loaded.values()].map(({ state }) => state.total)).toEqual(ids.map((_, n) => (n === 7 ? 12 : n)));
  });

  it('on many are refused together where one was overtaken', async () => {
    await aggregates.decide(account, 'late', add(1), context());
    const both = transaction(database, async (query) => {
      const items = ['early', 'late'].map((id) => ({ id, command: add(1) }));
      await aggregates.decideMany(account, items, (id) => context(id === 'late' ? { expected: 0 } : {}), query);
      return 'commit';
    });
    await expect(both).rejects.toThrow(VersionConflict);
    expect((await aggregates.load(account, 'early')).version).toBe(0);
  });
});

describe('a snapshot', () => {
  // Counts what it folds, so that one sees what was left out.
  const counting: Aggregate<Command, State, Event> = {
    ...account,
    name: 'counting',
    snapshotEvery: 10,
    decider: { ...decider, evolve: ({ total, folded = 0 }, { amount }) => ({ total: total + amount, folded: folded + 1 }) },
  };
  const snapshotOf = async (id: string) => {
    const rows = await database.query<{ version: number }>('SELECT version FROM snapshots WHERE stream = $1', [`counting:${id}`]);
    return rows[0]?.version;
  };

  it('is kept every so many events, and only what came after it is read', async () => {
    for (let n = 0; n < 12; n += 1) await aggregates.decide(counting, 'long', add(1, 2), context());
    expect(await snapshotOf('long')).toBe(20);
    await database.asOwner(`UPDATE snapshots SET state = '{"total": 1000, "folded": 0}' WHERE stream = 'counting:long'`);
    expect(await aggregates.load(counting, 'long')).toEqual({ state: { total: 1004, folded: 4 }, version: 24 });
    expect((await aggregates.loadMany(counting, ['long', 'other'])).get('long')?.state.folded).toBe(4);
  });

  it('does not hide that a decision was recorded before it', async () => {
    const ctx = context();
    const first = await aggregates.decide(counting, 'retry', add(1, 2), ctx);
    await aggregates.decide(counting, 'retry', add(1, 20), context());
    await aggregates.load(counting, 'retry');
    expect(await snapshotOf('retry')).toBe(22);
    expect(await aggregates.decide(counting, 'retry', add(1, 2), ctx)).toEqual(first);
    expect(await aggregates.decide(counting, 'retry', add(0), context())).toMatchObject({ version: 22 });
  });

  it('is left aside, and replaced, where the program folds differently', async () => {
    await aggregates.decide(counting, 'changed', add(1, 10), context());
    await aggregates.load(counting, 'changed');
    const twice = ({ total }: State, { amount }: Event): State => ({ total: total + 2 * amount });
    const changed = { ...counting, decider: { ...decider, evolve: twice } };
    expect((await aggregates.load(changed, 'changed')).state).toEqual({ total: 20 });
    expect((await aggregates.load({ ...counting, snapshotShape: 2 }, 'changed')).state).toEqual({ total: 10, folded: 10 });
  });

  it('of a state that JSON would change is a mistake, said aloud', async () => {
    const withMap = {
      ...counting,
      decider: { ...decider, initial: { total: 0 }, evolve: (): State & { all: unknown } => ({ total: 0, all: new Map() }) },
    };
    await aggregates.decide(withMap, 'map', add(1, 10), context());
    await expect(aggregates.load(withMap, 'map')).rejects.toThrow('counting.all');
  });
});

describe('an event of an older schema', () => {
  const today: Aggregate<Command, State, Event> = {
    ...account,
    name: 'older',
    schema: { Added: 3 },
    upcast: {
      Added: (data, from) => (from === 1 ? { amount: Number(data['yuan']) * 100 } : { amount: Number(data['sum']) }),
    },
  };
  const recorded = (schema: number, data: Record<string, unknown>, n: number) => ({
    id: derivedId('00000000-0000-7000-8000-000000000001', schema, n), type: 'Added', schema, data, metadata,
  });

  it('is brought up to today on read, whichever way it is read', async () => {
    const reading = new EventStore(database.pool, { kinds: [today] });
    const old = [recorded(1, { yuan: 3 }, 0), recorded(2, { sum: 40 }, 0)];
    await reading.append({ stream: 'older:x', expected: 0, events: old });
    const decisions = new Aggregates(reading, database.query);
    const { position } = await decisions.decide(today, 'x', add(5), context());
    expect((await decisions.load(today, 'x')).state).toEqual({ total: 345 });
    const { events } = await reading.read(position - 3, 3);
    expect(events.map(({ event }) => event)).toEqual([300, 40, 5].map((amount) => ({ type: 'Added', amount })));
  });

  it('stops the reader where nothing knows its schema', async () => {
    await store.append({ stream: 'older:new', expected: 0, events: [recorded(4, { amount: 1 }, 1)] });
    await store.append({ stream: 'older:gone', expected: 0, events: [recorded(2, { sum: 1 }, 2)] });
    await expect(new EventStore(database.pool, { kinds: [today] }).readStream('older:new')).rejects.toThrow('schema 4');
    const { upcast: _, ...withoutUpcast } = today;
    const without = new EventStore(database.pool, { kinds: [withoutUpcast] });
    await expect(without.readStream('older:gone')).rejects.toThrow('brings it up');
  });
});
