/**
 * Whatever is appended in whatever order — coalesced, in transactions that commit or roll back, retried, stale — the
 * store agrees with a model of a few lines, and a follower has seen exactly what is committed, in order.
 */
import fc from 'fast-check';
import type { TestDatabase } from '#libs/testing';
import type { Append, NewEvent, Verdict } from './append.js';
import { eventStoreDatabase, happened, transaction } from './spec-helpers.js';
import { EventStore } from './store.js';

interface Model {
  /** The ids in each stream, in order. */
  readonly streams: Map<string, string[]>;
  /** Committed and appended, so that a retry can be told. */
  readonly appended: Append[];
}

interface Real {
  readonly store: EventStore;
  readonly database: TestDatabase;
  readonly prefix: string;
  after: number;
  readonly seen: Map<string, string[]>;
}

type Appended = Extract<Verdict, { appended: true }>;
type Conflict = Extract<Verdict, { appended: false }>;

type Expectation = 'right' | 'stale' | 'any' | 'new';
interface Wish {
  readonly stream: number;
  readonly count: number;
  readonly expectation: Expectation;
}

const expectedIn = ({ stream, expectation }: Wish, model: Model): Append['expected'] => {
  const version = model.streams.get(`${stream}`)?.length ?? 0;
  switch (expectation) {
    case 'right': return version;
    case 'stale': return version + 1;
    case 'new': return 0;
    case 'any': return 'any';
  }
};

const toAppend = (wish: Wish, model: Model): Append => ({
  stream: `${wish.stream}`,
  expected: expectedIn(wish, model),
  events: Array.from({ length: wish.count }, (_, n): NewEvent => happened(n)),
});

/** What the store must answer, and do. */
const applied = ({ stream, expected, events }: Append, model: Model): Omit<Appended, 'position'> | Conflict => {
  const ids = model.streams.get(stream) ?? [];
  const known = events.filter(({ id }) => ids.includes(id));
  if (known.length === events.length) {
    return { appended: true, version: ids.indexOf((known.at(-1) as NewEvent).id) + 1, again: true };
  }
  if (known.length > 0 || (expected !== 'any' && expected !== ids.length)) return { appended: false, conflictAt: ids.length };
  model.streams.set(stream, [...ids, ...events.map(({ id }) => id)]);
  return { appended: true, version: ids.length + events.length, again: false };
};

const named = (append: Append, { prefix }: Real): Append => ({ ...append, stream: `${prefix}:${append.stream}` });

class AppendTogether implements fc.AsyncCommand<Model, Real> {
  constructor(private readonly wishes: readonly Wish[]) {}
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    const appends = this.wishes.map((wish) => toAppend(wish, model));
    const verdicts = await Promise.all(appends.map((append) => real.store.append(named(append, real))));
    appends.forEach((append, index) => expect(verdicts[index]).toMatchObject(applied(append, model)));
    model.appended.push(...appends);
  }
  toString = () => `appendTogether(${JSON.stringify(this.wishes)})`;
}

class AppendInTransaction implements fc.AsyncCommand<Model, Real> {
  constructor(
    private readonly wishes: readonly Wish[],
    private readonly end: 'commit' | 'rollback',
  ) {}
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    const after: Model = this.end === 'commit' ? model : { streams: new Map(model.streams), appended: [] };
    const appends = this.wishes.map((wish) => toAppend(wish, model));
    await transaction(real.database, async (query) => {
      const verdicts = await real.store.appendIn(query, appends.map((append) => named(append, real)));
      appends.forEach((append, index) => expect(verdicts[index]).toMatchObject(applied(append, after)));
      await follow(real); // must not see what is not committed
      return this.end;
    });
    after.appended.push(...appends);
  }
  toString = () => `appendIn(${JSON.stringify(this.wishes)}, ${this.end})`;
}

class Retry implements fc.AsyncCommand<Model, Real> {
  constructor(
    private readonly which: number,
    private readonly drop: boolean,
  ) {}
  check = ({ appended }: Readonly<Model>) => appended.length > 0;
  async run(model: Model, real: Real): Promise<void> {
    const old = model.appended[this.which % model.appended.length] as Append;
    const append = this.drop ? { ...old, events: [...old.events, happened(99)] } : old;
    expect(await real.store.append(named(append, real))).toMatchObject(applied(append, model));
  }
  toString = () => `retry(${this.which}, ${this.drop ? 'with one more' : 'the same'})`;
}

class Follow implements fc.AsyncCommand<Model, Real> {
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    await follow(real);
    expect(Object.fromEntries(real.seen)).toEqual(Object.fromEntries(model.streams));
    for (const [stream, ids] of model.streams) {
      expect((await real.store.readStream(`${real.prefix}:${stream}`)).map(({ id }) => id)).toEqual(ids);
    }
  }
  toString = () => 'follow';
}

const follow = async (real: Real): Promise<void> => {
  for (let more = true; more; ) {
    const { events, upTo } = await real.store.read(real.after, 3);
    for (const { aggregate, aggregateId, id } of events) {
      if (aggregate === real.prefix) real.seen.set(aggregateId, [...(real.seen.get(aggregateId) ?? []), id]);
    }
    more = upTo > real.after;
    real.after = upTo;
  }
};

const wish = fc.record<Wish>({
  stream: fc.nat(3),
  count: fc.integer({ min: 1, max: 3 }),
  expectation: fc.constantFrom('right', 'right', 'any', 'stale', 'new'),
});
const together = fc.uniqueArray(wish, { selector: ({ stream }) => stream, minLength: 1, maxLength: 4 });
const commands = fc.commands(
  [
    together.map((wishes) => new AppendTogether(wishes)),
    fc.tuple(fc.array(wish, { minLength: 1, maxLength: 4 }), fc.constantFrom('commit', 'rollback')).map(
      ([wishes, end]) => new AppendInTransaction(wishes, end),
    ),
    fc.tuple(fc.nat(), fc.boolean()).map(([which, drop]) => new Retry(which, drop)),
    fc.constant(new Follow()),
  ],
  { size: 'medium', maxCommands: 30 },
);

it('the store behaves as its model, whatever comes', async () => {
  const database = await eventStoreDatabase();
  try {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(commands, async (list) => {
        const store = new EventStore(database.pool);
        const prefix = `run-${(run += 1)}`;
        const after = await store.head();
        await fc.asyncModelRun(
          () => ({
            model: { streams: new Map<string, string[]>(), appended: [] },
            real: { store, database, prefix, after, seen: new Map<string, string[]>() },
          }),
          [...list, new Follow()],
        );
      }),
      { numRuns: 40 },
    );
    expect(run).toBeGreaterThanOrEqual(40);
  } finally {
    await database.drop();
  }
}, 120_000);
