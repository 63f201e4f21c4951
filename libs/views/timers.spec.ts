import { type Instant, instant } from '#libs/decider';
import { Aggregates } from '#libs/event-store';
import { timer, type TimerRule, TimerRunner, timersView, ViewRunner } from './index.js';
import { account, type Ledger, openLedger } from './views.kit.js';

const at = (minute: number): Instant => instant(Date.parse('2026-03-02T01:00:00Z') + minute * 60_000);

const settle = timer({
  name: 'settle',
  aggregate: account,
  set: { Promised: (event) => event.by },
  clear: ['Settled'],
  command: (due) => ({ type: 'Settle', at: due }),
});

describe('timers', () => {
  let ledger: Ledger;
  let now: Instant;
  const running: { stop(): Promise<void> }[] = [];
  const clock = { now: () => Promise.resolve(now) };

  const start = async (rules: readonly TimerRule[] = [settle]) => {
    const { store, db, database } = ledger;
    const views = new ViewRunner({ store, db, views: [timersView(rules)], pollMs: 10 });
    await views.start();
    const aggregates = new Aggregates(store, database.query);
    const timers = new TimerRunner({ rules, views, store, aggregates, db, clock, pollMs: 10, batch: 3 });
    running.push(views);
    return { views, timers };
  };
  const fireAll = async (timers: TimerRunner) => {
    while (await timers.fireNext()) continue;
  };
  const settled = async () =>
    (await ledger.store.read(0, 1000)).events.filter((r) => r.event.type === 'Settled').map((r) => ({
      id: r.aggregateId, ...r.metadata,
    }));

  beforeEach(async () => {
    ledger = await openLedger();
    now = at(0);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((runner) => runner.stop()));
    await ledger.close();
  });

  it('fire in the order in which they are due, decided at the due time, with their cause', async () => {
    const { timers } = await start();
    await ledger.append('b', { type: 'Promised', by: at(20) });
    await ledger.append('a', { type: 'Promised', by: at(10) });
    await ledger.append('c', { type: 'Promised', by: at(30) });
    await fireAll(timers);
    expect(await settled()).toEqual([]);
    now = at(25);
    await fireAll(timers);
    const causes = (await ledger.store.read(0, 1000)).events.filter((r) => r.event.type === 'Promised');
    expect(await settled()).toEqual([
      expect.objectContaining({ id: 'a', at: at(10), actor: 'timer:settle', organisation: 'o1', causation: causes[1]?.id }),
      expect.objectContaining({ id: 'b', at: at(20), causation: causes[0]?.id }),
    ]);
    expect(await timers.state()).toEqual({ due: 0, failing: [] });
  });

  it('follow a promise that moves, and one that is cleared', async () => {
    const { timers } = await start();
    await ledger.append('a', { type: 'Promised', by: at(10) }, { type: 'Promised', by: at(40) });
    await ledger.append('b', { type: 'Promised', by: at(10) }, { type: 'Settled', at: at(1) });
    now = at(30);
    await fireAll(timers);
    expect(await settled()).toHaveLength(1); // b's own, from before
    now = at(40);
    await fireAll(timers);
    expect((await settled()).map((s) => s.id)).toEqual(['b', 'a']);
  });

  it('that set each other run in their order, also after one jump of the clock', async () => {
    const again = timer({
      name: 'again',
      aggregate: account,
      set: { Settled: (event) => (event.at < at(30) ? instant(Date.parse(event.at) + 600_000) : null) },
      clear: [],
      command: (due) => ({ type: 'Promise', by: due }),
    });
    const { timers } = await start([settle, again]);
    await ledger.append('a', { type: 'Promised', by: at(10) });
    await ledger.append('b', { type: 'Promised', by: at(35) });
    now = at(60);
    await fireAll(timers);
    expect((await settled()).map((s) => [s.id, s.at])).toEqual([['a', at(10)], ['a', at(20)], ['a', at(30)], ['b', at(35)]]);
    expect(await timers.state()).toEqual({ due: 0, failing: [] });
  });

  it('fire once with several instances, and derive the ids of what they record', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    for (let n = 0; n < 20; n += 1) await ledger.append(`a${n}`, { type: 'Promised', by: at(5) });
    now = at(5);
    await Promise.all([fireAll(one.timers), fireAll(two.timers)]);
    await Promise.all([fireAll(one.timers), fireAll(two.timers)]);
    expect(new Set((await settled()).map((s) => s.id)).size).toBe(20);
    expect(await settled()).toHaveLength(20);
  });

  it('that fail wait by themselves, are told, and succeed later', async () => {
    let broken = true;
    const fragile: TimerRule = {
      ...settle,
      fire: (timers, aggregates, query) =>
        broken && timers.some((t) => t.aggregateId === 'bad')
          ? Promise.reject(new Error('not yet'))
          : settle.fire(timers, aggregates, query),
    };
    const { timers } = await start([fragile]);
    for (const id of ['x', 'bad', 'y']) await ledger.append(id, { type: 'Promised', by: at(5) });
    now = at(6);
    await fireAll(timers);
    expect((await settled()).map((s) => s.id).sort()).toEqual(['x', 'y']);
    expect(await timers.state()).toEqual({
      due: 1, failing: [{ name: 'settle', aggregateId: 'bad', attempts: 1, error: 'Error: not yet' }],
    });
    broken = false;
    await ledger.database.query('UPDATE timers SET retry_at = clock_timestamp()');
    await fireAll(timers);
    expect(await timers.state()).toEqual({ due: 0, failing: [] });
  });

  it('run by themselves and stop cleanly', async () => {
    const { timers, views } = await start();
    timers.start();
    const position = await ledger.append('a', { type: 'Promised', by: at(5) });
    now = at(5);
    timers.wake();
    for (let n = 0; n < 1_500 && (await settled()).length === 0; n += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    await timers.stop();
    expect((await settled()).map((s) => s.id)).toEqual(['a']);
    expect(await views.reached(position + 1)).toBe(true);
  });
});
