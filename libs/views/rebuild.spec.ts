import { newId } from '#libs/decider';
import { rebuildView, view, ViewRunner } from './index.js';
import { type AccountEvent, Balance, balances, Booking, type Ledger, openLedger } from './views.kit.js';

describe('a rebuild', () => {
  let ledger: Ledger;
  let runner: ViewRunner;

  beforeEach(async () => {
    ledger = await openLedger();
    runner = new ViewRunner({ store: ledger.store, db: ledger.db, views: [balances], pollMs: 20, batch: 20 });
    await runner.start();
  });
  afterEach(async () => {
    await runner.stop();
    await ledger.close();
  });
  const rebuild = (of = balances) => rebuildView(of, { ownerUrl: ledger.database.migrationUrl, store: ledger.store, batch: 50 });
  const rows = (table: string) => ledger.database.query(`SELECT * FROM ${table} ORDER BY 1, 2`);
  const indexes = () =>
    ledger.database.query(
      `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
       AND tablename IN ('balances', 'bookings') ORDER BY 1`,
    );

  it('comes to the identical rows, with readers and writers going on, and no reader ever sees a gap', async () => {
    const ids = Array.from({ length: 10 }, () => newId());
    for (let n = 0; n < 200; n += 1) await ledger.append(ids[n % 10] as string, { type: 'Booked', amount: n });
    await runner.reached(await ledger.store.head());
    const [names, oldTable] = [await indexes(), await ledger.database.query(`SELECT 'balances'::regclass::oid::text AS oid`)];

    let going = true;
    let reads = 0;
    const reader = async () => {
      while (going) {
        const [seen] = await ledger.database.query<{ n: string }>('SELECT sum(events) AS n FROM balances');
        reads += 1;
        expect(Number(seen?.n)).toBeGreaterThanOrEqual(200); // never fewer than were there before
      }
    };
    const writer = async () => {
      for (let n = 0; going; n += 1) {
        const position = await ledger.append(ids[n % 10] as string, { type: 'Booked', amount: 1 });
        if (n % 10 === 0) await runner.reached(position);
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
    };
    const busy = Promise.all([reader(), reader(), writer(), writer()]);
    await rebuild();
    const readsBySwap = reads;
    await rebuild();
    going = false;
    await busy;
    expect(readsBySwap).toBeGreaterThan(0);

    const head = await ledger.store.head();
    expect(await runner.reached(head)).toBe(true);
    const live = [await rows('balances'), await rows('bookings')];
    expect(await ledger.database.query(`SELECT 'balances'::regclass::oid::text AS oid`)).not.toEqual(oldTable);
    expect(await indexes()).toEqual(names);

    // What the live runner and the rebuilds made together is what one rebuild makes alone.
    await runner.stop();
    await rebuild();
    expect([await rows('balances'), await rows('bookings')]).toEqual(live);
    const [all] = await ledger.database.query<{ n: string }>(`SELECT count(*) AS n FROM events WHERE type = 'Booked'`);
    expect((live[1] as unknown[]).length).toBe(Number(all?.n));
  });

  it('mends what was wrong in the table, and leaves the role its rights', async () => {
    await runner.reached(await ledger.append('a', { type: 'Booked', amount: 5 }));
    await ledger.database.query('UPDATE balances SET total = 99');
    expect(await rebuild()).toMatchObject({ view: 'balances', events: 1 });
    expect(await rows('balances')).toEqual([{ account: 'a', total: 5, events: 1 }]);
    await runner.reached(await ledger.append('a', { type: 'Booked', amount: 2 }));
    expect(await rows('balances')).toEqual([{ account: 'a', total: 7, events: 2 }]);
  });

  it('leaves the live tables alone when a handler fails, or touches what is not its own', async () => {
    await runner.reached(await ledger.append('a', { type: 'Booked', amount: 5 }));
    const failing = view<AccountEvent>('balances', [Balance, Booking], { Booked: () => Promise.reject(new Error('no')) });
    await expect(rebuild(failing)).rejects.toThrow('no');
    const nosy = view<AccountEvent>('balances', [Balance], { Booked: (_, db) => db.find(Booking) });
    await expect(rebuild(nosy)).rejects.toThrow();
    expect(await rows('balances')).toEqual([{ account: 'a', total: 5, events: 1 }]);
    await rebuild(); // what the failed ones left behind is in nobody's way
  });

  it('refuses a table that a copy would not be like', async () => {
    await ledger.database.asOwner('ALTER TABLE bookings ADD FOREIGN KEY (account) REFERENCES balances');
    await expect(rebuild()).rejects.toThrow(/cannot be rebuilt with bookings: bookings_account_fkey/);
  });
});
