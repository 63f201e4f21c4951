import { setTimeout as delay } from 'node:timers/promises';
import { until } from '#libs/testing';
import type { Batch, BatchHandler, Bus, WireRecord } from '../bus.js';

/** What the suite needs of an adapter: several clients of one and the same bus, as separate processes would have. */
export interface BusUnderTest {
  open(): Bus;
  /** Joining or leaving a group takes no longer. */
  readonly patienceMs: number;
  /** A member that does not show itself for so long loses its partitions. */
  readonly sessionMs: number;
}

let serial = 0;

export const record = (topic: string, key: string, n: number): WireRecord => ({
  topic, key, headers: { ce_id: `${key}-${n}`, 'content-type': 'application/json' }, value: Buffer.from(JSON.stringify({ n })),
});

/** What every adapter promises. */
export const busContract = (name: string, bus: () => BusUnderTest): void => {
  describe(`the bus contract: ${name}`, () => {
    const opened: Bus[] = [];
    const open = (): Bus => {
      const made = bus().open();
      opened.push(made);
      return made;
    };
    const close = async (one: Bus): Promise<void> => {
      opened.splice(opened.indexOf(one), 1);
      await one.close();
    };
    const patiently = (holds: () => boolean | Promise<boolean>, what: string) => until(holds, what, bus().patienceMs);
    const fresh = async (on: Bus, partitions = 4): Promise<{ topic: string; group: string }> => {
      serial += 1;
      const names = { topic: `t${process.pid}-${serial}-${Date.now()}`, group: `g${process.pid}-${serial}-${Date.now()}` };
      await on.createTopics([names.topic], partitions);
      return names;
    };
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((one) => one.close()));
    });

    /** Keeps what it saw, by key, and commits each record. */
    const collector = () => {
      const seen = new Map<string, number[]>();
      const handler: BatchHandler = async (batch) => {
        for (const { key, value, offset } of batch.records) {
          if (!batch.alive()) return;
          const list = seen.get(key ?? '') ?? [];
          seen.set(key ?? '', [...list, (JSON.parse(String(value)) as { n: number }).n]);
          await batch.commit(offset);
        }
      };
      const count = (): number => [...seen.values()].reduce((sum, list) => sum + list.length, 0);
      return { seen, handler, count };
    };
    const keys = Array.from({ length: 12 }, (_, i) => `key-${i}`);
    const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
    const rounds = (topic: string, count: number, from = 0) =>
      numbers(count).flatMap((n) => keys.map((key) => record(topic, key, from + n)));

    it('keeps bytes and headers as they are, also where a key or a value is missing', async () => {
      const one = open();
      const { topic, group } = await fresh(one);
      const odd: WireRecord[] = [
        { topic, key: null, headers: {}, value: Buffer.from([0, 255, 1]) },
        { topic, key: '密封编号', headers: { ce_type: '类型', 'content-type': 'x/y' }, value: null },
      ];
      await one.publish(odd);
      const got: WireRecord[] = [];
      one.subscribe(group, [topic], async (batch) => {
        for (const { key, headers, value, offset } of batch.records) {
          got.push({ topic: batch.topic, key, headers, value });
          await batch.commit(offset);
        }
      });
      await patiently(() => got.length === 2, 'both records');
      expect(got).toEqual(expect.arrayContaining(odd));
    });

    it('keeps the order of each key, and tells the lag', async () => {
      const one = open();
      const { topic, group } = await fresh(one);
      for (const n of numbers(5)) await one.publish(rounds(topic, 10, n * 10));
      const before = await one.lag(group, [topic]);
      expect(before.length).toBe(4);
      expect(before.reduce((sum, { lag }) => sum + lag, 0)).toBe(600);
      const { seen, handler, count } = collector();
      one.subscribe(group, [topic], handler);
      await patiently(() => count() >= 600, 'all records');
      for (const key of keys) expect(seen.get(key)).toEqual(numbers(50));
      await patiently(async () => (await one.lag(group, [topic])).every(({ lag }) => lag === 0), 'no lag');
    });

    it('keeps the order of a key that several publish one after the other', async () => {
      const [one, two] = [open(), open()];
      const { topic, group } = await fresh(one);
      const { seen, handler, count } = collector();
      two.subscribe(group, [topic], handler);
      for (const n of numbers(40)) await (n % 2 ? one : two).publish([record(topic, 'k', n)]);
      await patiently(() => count() >= 40, 'all records');
      expect(seen.get('k')).toEqual(numbers(40));
    });

    it('takes batches from many publishers at the same time, and loses none', async () => {
      const [one, two] = [open(), open()];
      const { topic, group } = await fresh(one);
      const { seen, handler, count } = collector();
      one.subscribe(group, [topic], handler);
      await Promise.all(numbers(20).map((n) =>
        (n % 2 ? one : two).publish(numbers(10).flatMap((i) => keys.map((key) => record(topic, key, n * 10 + i))))));
      await patiently(() => count() >= 2_400, 'all records');
      for (const key of keys) expect([...(seen.get(key) ?? [])].sort((a, b) => a - b)).toEqual(numbers(200));
    });

    it('gives every group all records', async () => {
      const one = open();
      const { topic, group } = await fresh(one);
      const [a, b] = [collector(), collector()];
      one.subscribe(`${group}-a`, [topic], a.handler);
      one.subscribe(`${group}-b`, [topic], b.handler);
      await one.publish(rounds(topic, 3));
      await patiently(() => a.count() === 36 && b.count() === 36, 'all records in both groups');
    });

    it('goes on from the committed place after a restart', async () => {
      const one = open();
      const { topic, group } = await fresh(one, 1);
      await one.publish(numbers(10).map((n) => record(topic, 'k', n)));
      let committed = false;
      one.subscribe(group, [topic], async (batch) => {
        if (committed) return;
        await batch.commit(3);
        committed = true;
      });
      await patiently(() => committed, 'the commit');
      await close(one);
      const { seen, handler, count } = collector();
      open().subscribe(group, [topic], handler);
      await patiently(() => count() >= 6, 'the rest');
      expect(seen.get('k')).toEqual([4, 5, 6, 7, 8, 9]);
    });

    it('delivers again what a handler failed on, in order', async () => {
      const one = open();
      const { topic, group } = await fresh(one, 1);
      const { seen, handler, count } = collector();
      let failures = 0;
      one.subscribe(group, [topic], async (batch) => {
        const first = batch.records.findIndex(({ headers }) => headers['ce_id'] === 'k-5');
        if (first >= 0 && failures < 3) {
          const { alive, commit } = { alive: () => batch.alive(), commit: (offset: number) => batch.commit(offset) };
          if (first > 0) await handler({ ...batch, alive, commit, records: batch.records.slice(0, first) });
          failures += 1;
          throw new Error('not now');
        }
        await handler(batch);
      });
      await one.publish(numbers(10).map((n) => record(topic, 'k', n)));
      await patiently(() => count() >= 10, 'all records');
      expect(failures).toBe(3);
      expect(seen.get('k')).toEqual(numbers(10));
    });

    it('does not hold up other partitions for a poison message', async () => {
      const one = open();
      const { topic, group } = await fresh(one);
      const { seen, handler, count } = collector();
      let poisoned: number | undefined;
      await one.publish([record(topic, 'poison', 0), ...rounds(topic, 5)]);
      const subscription = one.subscribe(group, [topic], async (batch) => {
        if (batch.records.some(({ key }) => key === 'poison')) {
          poisoned = batch.partition;
          throw new Error('always');
        }
        await handler(batch);
      });
      const elsewhere = async (): Promise<number> =>
        (await one.lag(group, [topic])).filter(({ partition }) => partition !== poisoned).reduce((sum, { lag }) => sum + lag, 0);
      await patiently(async () => poisoned !== undefined && (await elsewhere()) === 0, 'the other partitions');
      expect(count()).toBeGreaterThan(0);
      expect([...seen.values()].every((list) => list.join() === '0,1,2,3,4')).toBe(true);
      await patiently(() => subscription.state().failing !== null, 'the failure in the state');
      expect(subscription.state()).toMatchObject({ crashed: false, failing: expect.stringContaining('always') as string });
    });

    it('lets a consumer be slower than its session: nothing is lost, given to another or done twice', async () => {
      const [one, two] = [open(), open()];
      const { topic, group } = await fresh(one);
      const { seen, handler, count } = collector();
      let slow = 0;
      const slowly: BatchHandler = async (batch: Batch) => {
        slow += 1;
        await delay(bus().sessionMs * 1.5);
        await handler(batch);
      };
      const both = [one.subscribe(group, [topic], slowly), two.subscribe(group, [topic], slowly)];
      await patiently(() => both.every((each) => each.state().partitions === 2), 'two partitions each');
      await one.publish(rounds(topic, 5));
      await patiently(() => slow > 0, 'slow work');
      await until(() => count() >= 60, 'all records', bus().patienceMs + 10 * bus().sessionMs);
      await patiently(async () => (await one.lag(group, [topic])).every(({ lag }) => lag === 0), 'no lag');
      for (const key of keys) expect(seen.get(key)).toEqual(numbers(5));
    });

    it('lets a piece of work end, or does it again, where another joins meanwhile', async () => {
      const [one, two] = [open(), open()];
      const { topic, group } = await fresh(one, 2);
      const begun: string[] = [];
      const done: string[] = [];
      /** Does not ask whether the partition is still its own until it has done its work. */
      const stubborn: BatchHandler = async (batch) => {
        for (const { headers, offset } of batch.records) {
          if (!batch.alive()) return;
          begun.push(headers['ce_id'] ?? '');
          await delay(1_500);
          await batch.commit(offset);
          done.push(headers['ce_id'] ?? '');
        }
      };
      await one.publish(rounds(topic, 1).slice(0, 4));
      one.subscribe(group, [topic], stubborn);
      await patiently(() => begun.length > 0, 'work');
      two.subscribe(group, [topic], stubborn);
      await until(async () => (await one.lag(group, [topic])).every(({ lag }) => lag === 0), 'no lag', 3 * bus().patienceMs);
      await patiently(() => new Set(done).size === 4, 'all of it done'); // a commit is told a little later than it is seen
      expect([...done].sort()).toEqual([...new Set(done)].sort()); // what was committed was never done again
    });

    it('gives what was not committed to whoever comes next, in its order', async () => {
      const one = open();
      const { topic, group } = await fresh(one, 1);
      await one.publish(numbers(10).map((n) => record(topic, 'k', n)));
      const first: number[] = [];
      const uncommitted = one.subscribe(group, [topic], async (batch) => {
        for (const { value, offset } of batch.records) {
          const { n } = JSON.parse(String(value)) as { n: number };
          first.push(n);
          if (n < 5) await batch.commit(offset);
        }
        await until(() => !batch.alive(), 'the end', bus().patienceMs); // it "dies" with its work done, and nobody told
      });
      await patiently(() => first.length === 10, 'all done, half of it committed');
      await uncommitted.stop();
      const { seen, handler, count } = collector();
      open().subscribe(group, [topic], handler);
      await patiently(() => count() >= 5, 'the rest again');
      expect(seen.get('k')).toEqual([5, 6, 7, 8, 9]);
    });

    it('shares the partitions among several consumers, and moves them while they work', async () => {
      const [one, two, three] = [open(), open(), open()];
      const { topic, group } = await fresh(one, 6);
      const done = new Map<string, number[]>();
      const workers = new Set<number>();
      const worker = (me: number): BatchHandler => async (batch) => {
        for (const { key, value, offset } of batch.records) {
          if (!batch.alive()) return;
          await delay(1);
          const { n } = JSON.parse(String(value)) as { n: number };
          await batch.commit(offset);
          workers.add(me);
          // Once committed, it is done: nobody may see it, or one before it, again.
          done.set(key ?? '', [...(done.get(key ?? '') ?? []), n]);
        }
      };
      const subscriptions = [one.subscribe(group, [topic], worker(1))];
      let published = 0;
      let enough = false;
      const publishing = (async () => {
        for (; !enough; published += 1) {
          await one.publish(rounds(topic, 1, published));
          await delay(20);
        }
      })();
      await patiently(() => workers.has(1), 'work for the first');
      subscriptions.push(two.subscribe(group, [topic], worker(2)), three.subscribe(group, [topic], worker(3)));
      await patiently(() => subscriptions.every((each) => each.state().partitions === 2), 'two partitions each');
      await patiently(() => workers.size === 3, 'work for all three');
      await close(two);
      await delay(200);
      enough = true;
      await publishing;
      await patiently(async () => (await one.lag(group, [topic])).every(({ lag }) => lag === 0), 'no lag');
      await patiently(() => keys.every((key) => (done.get(key)?.length ?? 0) >= published), 'all records');
      for (const key of keys) expect(done.get(key)).toEqual(numbers(published));
    });

    it('reads a topic again from the beginning', async () => {
      const one = open();
      const { topic, group } = await fresh(one);
      const { seen, handler, count } = collector();
      await one.publish(rounds(topic, 2));
      const subscription = one.subscribe(group, [topic], handler);
      await patiently(() => count() === 24, 'all records');
      await expect(one.rewind(group, [topic])).rejects.toThrow();
      await subscription.stop();
      await one.rewind(group, [topic]);
      const again = one.subscribe(group, [topic], handler);
      await patiently(() => count() === 48, 'all records again');
      for (const key of keys) expect(seen.get(key)).toEqual([0, 1, 0, 1]);
      await again.stop();
    });

    it('refuses a topic that nobody made, and leaves one that exists as it is', async () => {
      const one = open();
      const { topic, group } = await fresh(one);
      await expect(one.publish([record(`${topic}-none`, 'k', 0)])).rejects.toThrow();
      await one.createTopics([topic], 9);
      expect((await one.lag(group, [topic])).map(({ head }) => head)).toEqual([0, 0, 0, 0]);
    });

    it('finds a topic that is made after the subscription', async () => {
      const one = open();
      const topic = `late-${process.pid}-${Date.now()}`;
      const { handler, count } = collector();
      one.subscribe(`late-${process.pid}-${Date.now()}`, [topic], handler);
      await delay(100);
      await one.createTopics([topic], 2);
      await one.publish(rounds(topic, 1));
      await patiently(() => count() === 12, 'all records');
    });
  });
};
