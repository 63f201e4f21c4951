import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { testDatabase, type TestDatabase } from '#libs/testing';
import { eventStoreDatabase, happened, transaction } from './spec-helpers.js';
import type { NewEvent } from './append.js';
import { EventStore } from './store.js';

let database: TestDatabase;
let elsewhere: TestDatabase;
let store: EventStore;
beforeAll(async () => {
  [database, elsewhere] = await Promise.all([eventStoreDatabase(), testDatabase()]);
  store = new EventStore(database.pool);
});
afterAll(() => Promise.all([database.drop(), elsewhere.drop()]));

const chance = () => randomBytes(1).readUInt8() / 256;

/** Sixteen writers: coalesced, and in transactions held open between drawing positions and their end; some roll back. */
const write = async (writer: number, until: number, committed: Set<string>): Promise<void> => {
  const versions = new Map<string, number>();
  for (let n = 0; Date.now() < until; n += 1) {
    const streams = [`s:${writer}-${n % 5}`, `s:shared-${n % 7}`].sort();
    const events = streams.map(() => (n % 3 ? [happened(n)] : [happened(n), happened(n)])); // single ones go the lean way
    if (writer % 2 === 0) {
      // A stream of its own, or one shared with others, whose version nobody knows.
      const stream = streams[writer % 4 >> 1] as string;
      const expected = stream.startsWith('s:shared') ? ('any' as const) : (versions.get(stream) ?? 0);
      const own = { stream, expected, events: events[0] ?? [] };
      versions.set(stream, (versions.get(stream) ?? 0) + own.events.length);
      expect(await store.append(own)).toMatchObject({ appended: true });
      for (const { id } of own.events) committed.add(id);
      continue;
    }
    const rollsBack = chance() < 0.3;
    await transaction(database, async (query) => {
      await store.appendIn(query, streams.map((stream, i) => ({ stream, expected: 'any', events: events[i] ?? [] })));
      await sleep(chance() * 8);
      return rollsBack ? 'rollback' : 'commit';
    });
    if (!rollsBack) for (const { id } of events.flat()) committed.add(id);
  }
};

interface Seen {
  readonly id: string;
  readonly stream: string;
  readonly version: number;
}

const follow = async (writing: Promise<unknown>, step: () => Promise<boolean>): Promise<void> => {
  let over = false;
  void writing.finally(() => (over = true));
  for (;;) {
    const wasOver = over;
    if (!(await step()) && wasOver) return;
  }
};

describe('a follower beside writers that roll back at random', () => {
  it('sees every committed event once, in stream order; one that trusts positions alone does not', async () => {
    // An unrelated write transaction, open all the time, must hold nobody back.
    const foreign = await elsewhere.pool.connect();
    await foreign.query('BEGIN');
    await foreign.query('SELECT pg_current_xact_id()'); // from here on it counts as a writer

    const committed = new Set<string>();
    const until = Date.now() + 3000;
    const writing = Promise.all(Array.from({ length: 16 }, (_, writer) => write(writer, until, committed)));

    const seen: Seen[] = [];
    let after = 0;
    const careful = follow(writing, async () => {
      const { events, upTo } = await store.read(after, 100);
      expect(events.every(({ position }) => position > after && position <= upTo)).toBe(true);
      seen.push(...events.map(({ id, stream, version }) => ({ id, stream, version })));
      after = upTo;
      return events.length > 0;
    });

    const naive = new Set<string>();
    let last = 0;
    const trusting = follow(writing, async () => {
      const rows = await database.query<{ id: string; position: string }>(
        'SELECT id, position FROM events WHERE position > $1 ORDER BY position LIMIT 100',
        [last],
      );
      for (const { id, position } of rows) {
        naive.add(id);
        last = Number(position);
      }
      return rows.length > 0;
    });

    await Promise.all([writing, careful, trusting]).finally(() => foreign.release(true));

    expect(committed.size).toBeGreaterThan(500);
    expect(seen).toHaveLength(committed.size);
    expect(new Set(seen.map(({ id }) => id))).toEqual(committed);
    const versions = new Map<string, number>();
    for (const { stream, version } of seen) {
      expect(version).toBe((versions.get(stream) ?? 0) + 1);
      versions.set(stream, version);
    }
    expect(naive.size).toBeLessThan(committed.size);
  });

  it('waits for an open append, and not for one that was rolled back', async () => {
    const head = await store.head();
    await transaction(database, async (query) => {
      await store.appendIn(query, [{ stream: 's:open', expected: 0, events: [happened(1)] }]);
      await store.append({ stream: 's:later', expected: 0, events: [happened(1)] });
      expect(await store.head()).toBe(head);
      expect(await store.read(head, 10)).toEqual({ events: [], upTo: head });
      return 'rollback';
    });
    const { events, upTo } = await store.read(head, 10);
    expect(events.map(({ stream }) => stream)).toEqual(['s:later']);
    expect(upTo).toBe(head + 2);
  });

  it.each([
    ['a new stream alone', 0, ['s:held']],
    ['a known stream alone', 1, ['s:held']],
    ['several in one call', 2, ['s:held', 's:held-too']],
  ] as const)('waits for an append that has drawn its position and has not ended: %s', async (way, version, streams) => {
    // The row of s:held waits, after its position was drawn, for as long as the test likes.
    await database.asOwner(`
      CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock(1, 2); RETURN NEW; END $$`);
    await database.asOwner(`
      CREATE TRIGGER hold BEFORE INSERT ON events FOR EACH ROW WHEN (NEW.stream = 's:held') EXECUTE FUNCTION hold()`);
    const holder = await database.pool.connect();
    try {
      await holder.query('SELECT pg_advisory_lock(1, 2)');
      const head = await store.head();
      const held = streams.map((stream) =>
        store.append({ stream, expected: stream === 's:held' ? version : 0, events: [happened(1)] }),
      );
      const waiting = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND NOT granted`;
      while ((await database.query(waiting)).length === 0) await sleep(5);
      await new EventStore(database.pool).append({ stream: `s:${way}`, expected: 0, events: [happened(1)] });
      expect(await store.read(head, 10)).toEqual({ events: [], upTo: head });
      await holder.query('SELECT pg_advisory_unlock_all()');
      await Promise.all(held);
      const { events } = await store.read(head, 10);
      expect(events.map(({ stream }) => stream).sort()).toEqual([...streams, `s:${way}`].sort());
    } finally {
      holder.release(true);
      await database.asOwner('DROP TRIGGER hold ON events');
    }
  });

  it('goes on from the last event of a full page', async () => {
    const head = await store.head();
    for (let n = 0; n < 3; n += 1) await store.append({ stream: 's:page', expected: n, events: [happened(n)] });
    const page = await store.read(head, 2);
    expect(page.events).toHaveLength(2);
    expect(page.upTo).toBe(page.events[1]?.position);
    expect((await store.read(page.upTo, 2)).events).toHaveLength(1);
  });

  it('is told at once of what this process appends', async () => {
    let told = 0;
    const stop = store.onAppended(() => (told += 1));
    await store.append({ stream: 's:told', expected: 0, events: [happened(1)] });
    stop();
    await store.append({ stream: 's:told', expected: 1, events: [happened(1)] });
    expect(told).toBe(1);
  });

  it('finds the effects of a cause', async () => {
    const cause = happened(1);
    const effect = happened(2, { metadata: { ...cause.metadata, causation: cause.id } });
    await store.append({ stream: 's:cause', expected: 0, events: [cause] });
    await store.append({ stream: 's:effect', expected: 0, events: [effect] });
    expect((await store.effectsOf(cause.id)).map(({ id }) => id)).toEqual([effect.id]);
  });

  it('goes on from an event to what it caused, what people then did to it, and what else the same request recorded', async () => {
    const request = (correlation: string, causation: string | null = null) =>
      happened(1, { metadata: { ...happened(1).metadata, correlation, causation } });
    const append = async (stream: string, ...events: NewEvent[]) => store.append({ stream, expected: 'any', events });
    const [first, alike, beside, later] = [request('lock'), request('lock'), request('lock'), request('other')];
    const [caused, byTheWay] = [request('lock', first.id), request('third', alike.id)];
    await append('sheet:1', first);
    await append('sheet:2', alike); // the same request, on a thing of the same kind: not what followed
    await append('result:1', beside);
    await append('far:1', caused);
    await append('sheet:1', byTheWay, later); // one by itself, one by a person
    const ids = async (of: string) => (await store.nextOf([of])).map(({ id }) => id);
    expect(await ids(first.id)).toEqual([beside.id, caused.id, later.id]);
    expect(await ids(beside.id)).toEqual([]);
    expect(await ids(caused.id)).toEqual([]);
  });
});
