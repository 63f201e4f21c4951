import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { TestDatabase } from '#libs/testing';
import { eventStoreDatabase, happened, transaction } from './spec-helpers.js';
import { EventStore } from './store.js';

let database: TestDatabase;
let store: EventStore;
beforeAll(async () => {
  database = await eventStoreDatabase();
  store = new EventStore(database.pool);
});
afterAll(() => database.drop());

const numbers = async (stream: string) =>
  (await store.readStream(stream)).map(({ event }) => (event as unknown as { n: number }).n);

/** The pool, with something done to each answer. */
const poolThat = (answered: <T>(answer: T) => T): Pick<pg.Pool, 'query'> => ({
  query: (async (statement: pg.QueryConfig) => answered(await database.pool.query(statement))) as pg.Pool['query'],
});

describe('an append', () => {
  it('is recorded with its version and position, and read back whole', async () => {
    const [first, second] = [happened(1), happened(2)];
    const verdict = await store.append({ stream: 'thing:whole', expected: 0, events: [first, second] });
    expect(verdict).toMatchObject({ appended: true, version: 2, again: false });
    const [, read] = await store.readStream('thing:whole');
    expect(read).toMatchObject({
      id: second.id, stream: 'thing:whole', aggregate: 'thing', aggregateId: 'whole', version: 2,
      event: { type: 'Happened', n: 2 }, metadata: second.metadata,
    });
    expect(verdict.appended && verdict.position).toBe(read?.position);
    expect(await store.find(second.id)).toEqual(read);
    expect(await store.readStream('thing:whole', 2)).toEqual([read]);
  });

  it.each([
    ['a new stream is expected', 0],
    ['an older version is expected', 1],
    ['a later version is expected', 3],
  ])('conflicts, and says at which version, where %s', async (_, expected) => {
    const stream = `thing:conflict-${expected}`;
    await store.append({ stream, expected: 0, events: [happened(1), happened(2)] });
    expect(await store.append({ stream, expected, events: [happened(3)] })).toEqual({ appended: false, conflictAt: 2 });
    expect(await numbers(stream)).toEqual([1, 2]);
  });

  it('conflicts at 0 where the stream is expected and does not exist', async () => {
    const early = { stream: 'thing:none', expected: 4, events: [happened(1)] };
    expect(await store.append(early)).toEqual({ appended: false, conflictAt: 0 });
    expect(await store.append({ stream: 'thing:none', expected: 0, events: [happened(1)] })).toMatchObject({ appended: true });
  });

  it.each([0, 1, 'any'] as const)('answers again when sent again, expecting %s', async (expected) => {
    const stream = `thing:again-${expected}`;
    if (expected === 1) await store.append({ stream, expected: 0, events: [happened(0)] });
    const append = { stream, expected, events: [happened(1), happened(2)] };
    const verdict = await store.append(append);
    await store.append({ stream, expected: 'any', events: [happened(3)] });
    expect(await store.append(append)).toEqual({ ...verdict, again: true });
  });

  it('conflicts where only a part of it was recorded', async () => {
    const old = happened(1);
    await store.append({ stream: 'thing:part', expected: 0, events: [old] });
    for (const expected of ['any', 0, 1] as const) {
      expect(await store.append({ stream: 'thing:part', expected, events: [old, happened(2)] })).toEqual({
        appended: false, conflictAt: 1,
      });
    }
    expect(await numbers('thing:part')).toEqual([1]);
  });

  it('fails where an id belongs to another stream', async () => {
    const old = happened(1);
    await store.append({ stream: 'thing:one', expected: 0, events: [old] });
    await expect(store.append({ stream: 'thing:other', expected: 0, events: [old] })).rejects.toThrow('events_id_key');
    expect(await numbers('thing:other')).toEqual([]);
  });

  it('without events, with a strange name or version is refused', async () => {
    await expect(store.append({ stream: 'thing:x', expected: 0, events: [] })).rejects.toThrow(RangeError);
    await expect(store.append({ stream: 'a\u001fb', expected: 0, events: [happened(1)] })).rejects.toThrow(RangeError);
    await expect(store.append({ stream: 'thing:x', expected: -1, events: [happened(1)] })).rejects.toThrow(RangeError);
    const odd = happened(1, { type: 'a\u001f' });
    await expect(store.append({ stream: 'thing:x', expected: 0, events: [odd] })).rejects.toThrow(RangeError);
  });

  it('keeps every character of a text', async () => {
    const text = '晋级 \u{1f3c6} "quoted" \\ back\u001f\n{},';
    const odd = happened(1, { type: 'Odd "type", {} \\', data: { text } });
    await store.append({ stream: 'thing:"q",\\{}', expected: 0, events: [odd] });
    const [read] = await store.readStream('thing:"q",\\{}');
    expect(read?.event).toEqual({ type: 'Odd "type", {} \\', text });
  });
});

describe('appends at the same moment', () => {
  it('each have their own verdict, and a bad one fails alone', async () => {
    await store.append({ stream: 'thing:b', expected: 0, events: [happened(1)] });
    const outcome = await Promise.allSettled([
      store.append({ stream: 'thing:a', expected: 0, events: [happened(1)] }), // leaves at once, the others together
      store.append({ stream: 'thing:a2', expected: 0, events: [happened(1)] }),
      store.append({ stream: 'thing:b', expected: 0, events: [happened(2)] }),
      store.append({ stream: 'thing:c', expected: 'any', events: [happened(1, { data: { text: 'NUL \u0000' } })] }),
      store.append({ stream: 'thing:d', expected: 0, events: [happened(1, { data: { half: '\ud83c' } })] }),
      store.append({ stream: 'thing:e', expected: 0, events: [happened(1, { id: 'no uuid' })] }),
      store.append({ stream: 'thing:f', expected: 'any', events: [happened(1), happened(2)] }),
      store.append({ stream: 'thing:b', expected: 1, events: [happened(2)] }),
    ]);
    expect(outcome.map((one) => (one.status === 'rejected' ? 'failed' : one.value.appended))).toEqual([
      true, true, false, 'failed', 'failed', 'failed', true, true,
    ]);
    for (const bad of ['c', 'd', 'e']) expect(await numbers(`thing:${bad}`)).toEqual([]);
    expect(await numbers('thing:b')).toEqual([1, 2]);
  });

  it('to one stream keep their order', async () => {
    await Promise.all(
      Array.from({ length: 40 }, (_, n) => store.append({ stream: 'thing:order', expected: n, events: [happened(n)] })),
    );
    expect(await numbers('thing:order')).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });

  it('share calls: those whom one answer sets free leave together', async () => {
    let calls = 0;
    const counted = new EventStore(
      poolThat((answer) => {
        calls += 1;
        return answer;
      }),
    );
    const writer = async (stream: string) => {
      for (let n = 0; n < 20; n += 1) await counted.append({ stream, expected: n, events: [happened(n)] });
    };
    await Promise.all(Array.from({ length: 32 }, (_, n) => writer(`thing:shared-${n}`)));
    expect(calls).toBeLessThan((32 * 20) / 8);
  });

  it('do not wait for one that waits for a lock', async () => {
    await store.append({ stream: 'thing:locked', expected: 0, events: [happened(1)] });
    const streams = ['thing:locked', ...Array.from({ length: 9 }, (_, n) => `thing:companion-${n}`)];
    let waiting: Promise<unknown> | undefined;
    await transaction(database, async (query) => {
      await query(`SELECT FROM streams WHERE stream = 'thing:locked' FOR UPDATE`);
      const held = Promise.all(streams.map((stream) => store.append({ stream, expected: 'any', events: [happened(2)] })));
      await sleep(0); // so that they have left
      const others = Array.from({ length: 11 }, (_, n) => `thing:free-${n}`).map((stream) =>
        store.append({ stream, expected: 0, events: [happened(1)] }),
      );
      expect(await Promise.all(others)).toHaveLength(11);
      waiting = held;
      return 'commit';
    });
    await waiting;
    expect(await numbers('thing:locked')).toEqual([1, 2]);
  });

  it('from two processes conflict, never overwrite', async () => {
    const other = new EventStore(database.pool);
    const verdicts = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        [store, other].map((one) => one.append({ stream: `thing:race-${n}`, expected: 0, events: [happened(n)] })),
      ).flat(),
    );
    expect(verdicts.filter(({ appended }) => appended)).toHaveLength(40);
  });

  it('of the same events from two processes are recorded once', async () => {
    const other = new EventStore(database.pool);
    const same = Array.from({ length: 40 }, (_, n) => ({
      stream: `thing:twin-${n}`, expected: n % 2 ? ('any' as const) : 0, events: [happened(n)],
    }));
    const verdicts = await Promise.all(same.flatMap((append) => [store.append(append), other.append(append)]));
    expect(verdicts.filter((verdict) => verdict.appended && verdict.again)).toHaveLength(40);
    expect(verdicts.filter((verdict) => verdict.appended && !verdict.again)).toHaveLength(40);
  });

  it('survive a lost connection: sent again, recorded once', async () => {
    let lost = false;
    const flaky = poolThat((answer) => {
      if (lost) return answer;
      lost = true;
      throw new Error('Connection terminated unexpectedly');
    });
    const verdict = await new EventStore(flaky).append({ stream: 'thing:lost', expected: 0, events: [happened(1)] });
    expect(verdict).toMatchObject({ appended: true, version: 1, again: true });
    expect(await numbers('thing:lost')).toEqual([1]);
  });
});

describe("an append in a caller's transaction", () => {
  it('is recorded with the commit, or not at all', async () => {
    for (const end of ['rollback', 'commit'] as const) {
      await transaction(database, async (query) => {
        const verdicts = await store.appendIn(query, [
          { stream: 'thing:in-b', expected: 0, events: [happened(1)] },
          { stream: 'thing:in-a', expected: 'any', events: [happened(1)] },
          { stream: 'thing:in-b', expected: 1, events: [happened(2)] },
        ]);
        expect(verdicts.map((verdict) => verdict.appended && verdict.version)).toEqual([1, 1, 2]);
        expect(await numbers('thing:in-b')).toEqual([]);
        return end;
      });
    }
    expect(await numbers('thing:in-b')).toEqual([1, 2]);
  });

  it('gives a verdict, not an error, so that the transaction can go on', async () => {
    const old = happened(1);
    await store.append({ stream: 'thing:go', expected: 0, events: [old] });
    await transaction(database, async (query) => {
      expect(
        await store.appendIn(query, [
          { stream: 'thing:go', expected: 0, events: [happened(2)] },
          { stream: 'thing:go', expected: 'any', events: [old] },
          { stream: 'thing:go', expected: 1, events: [happened(2)] },
        ]),
      ).toMatchObject([
        { appended: false, conflictAt: 1 },
        { appended: true, version: 1, again: true },
        { appended: true, version: 2, again: false },
      ]);
      return 'commit';
    });
  });

  it('carries thousands, again and again', async () => {
    const appends = Array.from({ length: 1300 }, (_, n) => ({
      stream: `thing:lot-${n % 1200}`, expected: 'any' as const, events: [happened(n)],
    }));
    for (const again of [false, true]) {
      await transaction(database, async (query) => {
        const verdicts = await store.appendIn(query, appends);
        expect(verdicts.every((verdict) => verdict.appended && verdict.again === again)).toBe(true);
        return 'commit';
      });
    }
    expect(await numbers('thing:lot-7')).toEqual([7, 1207]);
  });

  it('takes one lock, however often it appends, and none for what a savepoint took back', async () => {
    const locks = `SELECT count(*)::int AS count FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`;
    await transaction(database, async (query) => {
      await query('SAVEPOINT before');
      await store.appendIn(query, [{ stream: 'thing:locks', expected: 'any', events: [happened(1)] }]);
      await query('ROLLBACK TO before');
      expect(await query(locks)).toEqual([{ count: 0 }]);
      for (let n = 1; n <= 3; n += 1) {
        await store.appendIn(query, [{ stream: 'thing:locks', expected: 'any', events: [happened(n)] }]);
        expect(await query(locks)).toEqual([{ count: 1 }]);
      }
      return 'commit';
    });
  });
});
