import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { newId } from '#libs/decider';
import { view, ViewRunner } from './index.js';
import { type AccountEvent, balances, type Ledger, openLedger } from './views.kit.js';

describe('the view runner', () => {
  let ledger: Ledger;
  const runners: ViewRunner[] = [];
  const start = async (options: Partial<ConstructorParameters<typeof ViewRunner>[0]> = {}) => {
    const runner = new ViewRunner({ store: ledger.store, db: ledger.db, views: [balances], patienceMs: 30_000, ...options });
    runners.push(runner);
    await runner.start();
    return runner;
  };
  const balance = async (id: string) =>
    (await ledger.database.query<{ total: number; events: number }>(
      'SELECT total, events FROM balances WHERE account = $1', [id],
    ))[0];

  beforeEach(async () => {
    ledger = await openLedger();
  });
  afterEach(async () => {
    await Promise.all(runners.splice(0).map((runner) => runner.stop()));
    await ledger.close();
  });

  it('lets a user read their own write', async () => {
    const runner = await start({ pollMs: 60_000 });
    const position = await ledger.append('a', { type: 'Booked', amount: 3 }, { type: 'Booked', amount: 4 });
    expect(await runner.reached(position)).toBe(true);
    expect(await balance('a')).toEqual({ total: 7, events: 2 });
  });

  it('goes on where it stood, after a stop', async () => {
    const first = await start();
    await first.reached(await ledger.append('a', { type: 'Booked', amount: 1 }));
    await first.stop();
    const position = await ledger.append('a', { type: 'Booked', amount: 1 });
    const second = await start();
    expect(await second.reached(position)).toBe(true);
    expect(await balance('a')).toEqual({ total: 2, events: 2 });
  });

  it('applies an event once, however many instances run', async () => {
    const several = await Promise.all([
      start({ batch: 7, pollMs: 5 }), start({ batch: 5, pollMs: 5 }), start({ batch: 3, pollMs: 5 }),
    ]);
    const ids = Array.from({ length: 5 }, () => newId());
    await Promise.all(Array.from({ length: 100 }, (_, n) => ledger.append(ids[n % 5] as string, { type: 'Booked', amount: n })));
    const head = await ledger.store.head();
    expect(await Promise.all(several.map((runner) => runner.reached(head)))).toEqual([true, true, true]);
    const rows = await ledger.database.query<{ events: string; total: string }>(
      'SELECT sum(events) AS events, sum(total) AS total FROM balances',
    );
    expect(rows[0]).toEqual({ events: '100', total: '4950' });
  });

  it('stops a view loudly at an event that it cannot apply, skips nothing, and lets the others go on', async () => {
    const broken = view<AccountEvent>('broken', [], {
      Booked: ({ event }) => (event.amount === 13 ? Promise.reject(new Error('thirteen')) : Promise.resolve()),
    });
    const told: string[] = [];
    const log = { warn: () => undefined, error: (_: unknown, message: string) => void told.push(message) };
    const runner = await start({ views: [broken, balances], log, batch: 2 });
    const before = await ledger.append('a', { type: 'Booked', amount: 1 }, { type: 'Booked', amount: 2 });
    const bad = await ledger.append('a', { type: 'Booked', amount: 13 });
    const after = await ledger.append('a', { type: 'Booked', amount: 5 });
    expect(await runner.reached(after, 30_000, ['balances'])).toBe(true);
    expect(await runner.reached(after)).toBe(false);
    const [state, fine] = await runner.state();
    expect(state).toMatchObject({ name: 'broken', position: before, crashed: { error: 'Error: thirteen', position: bad } });
    expect(fine).toMatchObject({ name: 'balances', position: after, head: after, crashed: null });
    expect(told).toEqual(['a view cannot apply an event and stands still']);
  });

  it('passes by what does not concern a view without writing, and still goes on from there', async () => {
    const checkpoint = async () =>
      Number((await ledger.database.query<{ position: string }>('SELECT position FROM view_checkpoints'))[0]?.position);
    const first = await start();
    const booked = await ledger.append('a', { type: 'Booked', amount: 1 });
    await first.reached(booked);
    const promised = await ledger.append('a', { type: 'Promised', by: '2026-03-02T01:00:00.000Z' });
    expect(await first.reached(promised)).toBe(true);
    expect(await checkpoint()).toBe(booked);
    expect(await first.reached(await ledger.append('a', { type: 'Booked', amount: 1 }))).toBe(true);
    const last = await ledger.append('b', { type: 'Settled', at: 'x' });
    await first.reached(last);
    await first.stop();
    expect(await checkpoint()).toBe(last);
    const second = await start();
    await second.reached(await ledger.append('a', { type: 'Booked', amount: 1 }));
    expect(await balance('a')).toEqual({ total: 3, events: 3 });
  });

  /** The database, where something happens while a view that only passed by stores how far it came. */
  const whileStoring = (meanwhile: () => Promise<unknown>): DataSource => {
    const db = Object.create(ledger.db) as DataSource;
    db.createQueryRunner = (mode) => {
      const runner = ledger.db.createQueryRunner(mode);
      const query = runner.query.bind(runner);
      runner.query = (async (...asked: [string]) => {
        const answer: unknown = await query(...asked);
        if (asked[0].includes('position = $3')) await meanwhile();
        return answer;
      }) as typeof runner.query;
      return runner;
    };
    return db;
  };
  /** Without `reached`, which would wake it. */
  const comesTo = async (runner: ViewRunner, name: string, position: number) => {
    const at = async () => (await runner.state()).find((state) => state.name === name)?.position ?? 0;
    for (const until = Date.now() + 20_000; (await at()) < position && Date.now() < until; ) await delay(20);
    expect(await at()).toBe(position);
  };

  it('hears of what is appended while it stores how far it came', async () => {
    await ledger.append('a', { type: 'Promised', by: '2026-03-02T01:00:00.000Z' });
    let position = 0;
    const db = whileStoring(async () => {
      position ||= await ledger.append('a', { type: 'Booked', amount: 3 });
      runner.wake();
    });
    const runner = await start({ db, pollMs: 60_000 });
    while (position === 0) await delay(5);
    await comesTo(runner, 'balances', position);
  });

  it('tries again what became due between the look and the nap', async () => {
    let failures = 1;
    const away = view<AccountEvent>('away', [], {
      Booked: () => (failures-- > 0 ? Promise.reject(Object.assign(new Error('away'), { code: '08006' })) : Promise.resolve()),
    });
    const passing = view<AccountEvent>('passing', [], {});
    const position = await ledger.append('a', { type: 'Booked', amount: 3 });
    const db = whileStoring(() => delay(300)); // longer than the pause after the first failure
    const runner = await start({ db, views: [away, passing], pollMs: 60_000 });
    await comesTo(runner, 'away', position);
  });

  it('says that it is behind rather than wait for ever', async () => {
    const runner = await start();
    expect(await runner.reached(999_999, 50)).toBe(false);
  });

  it('goes on once the database that it waited for is there again', async () => {
    const runner = await start({ pollMs: 20 });
    await runner.reached(await ledger.append('a', { type: 'Booked', amount: 1 }));
    const cut = await ledger.database.query<{ cut: boolean }>(
      'SELECT pg_terminate_backend(pid) AS cut FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()',
    );
    expect(cut.length).toBeGreaterThan(1);
    let position: number | undefined;
    for (let n = 0; position === undefined && n < 5; n += 1) {
      position = await ledger.append('a', { type: 'Booked', amount: 2 }).catch(() => undefined);
    }
    expect(await runner.reached(position as number)).toBe(true);
    expect(await balance('a')).toMatchObject({ total: 3 });
  });
});
