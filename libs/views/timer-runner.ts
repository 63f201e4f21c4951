import type { DataSource } from 'typeorm';
import { type Clock, instant, type Instant } from '#libs/decider';
import { type Aggregates, type EventStore, Nap, type Query } from '#libs/event-store';
import { queryIn, said } from './sql.js';
import type { DueTimer, TimerRule } from './timer.js';
import type { ViewLog, ViewRunner } from './view-runner.js';

export interface TimerState {
  /** Due and not fired yet, those that fail among them. */
  readonly due: number;
  readonly failing: readonly {
    readonly name: string; readonly aggregateId: string; readonly attempts: number; readonly error: string;
  }[];
}

export interface TimerRunnerOptions {
  readonly rules: readonly TimerRule[];
  /** Must run `timersView(rules)`. */
  readonly views: ViewRunner;
  readonly store: Pick<EventStore, 'head'>;
  readonly aggregates: Aggregates;
  readonly db: DataSource;
  readonly clock: Clock;
  readonly log?: ViewLog;
  readonly pollMs?: number;
  /** Timers due at one and the same instant share transactions of at most so many. */
  readonly batch?: number;
  /** Around the timers of one rule that fire together: for traces. */
  readonly around?: ((timers: readonly DueTimer[], fire: () => Promise<unknown>) => Promise<unknown>) | undefined;
  /** Something was committed: for whoever else follows the store. */
  readonly onFired?: () => void;
}

interface Row {
  name: string;
  aggregate_id: string;
  due: Date;
  cause: string;
  correlation: string;
  organisation: string | null;
  attempts: number;
}

const columns = 'name, aggregate_id, due, cause, correlation, organisation, attempts';
const dueOf = (row: Row): DueTimer => ({
  name: row.name,
  aggregateId: row.aggregate_id,
  due: instant(row.due),
  cause: row.cause,
  correlation: row.correlation,
  organisation: row.organisation,
});

/**
 * Fires timers in the order in which they are due. A timer's command and the removal of its row are one transaction;
 * rows that another instance works on are skipped. What a timer sets off may set the next, so the table is brought up
 * to date before each step: after a jump of the clock a chain of deadlines still runs in its order.
 */
export class TimerRunner {
  private loop: Promise<void> | undefined;
  private stopping = false;
  private woken = false;
  private readonly nap = new Nap();

  constructor(private readonly options: TimerRunnerOptions) {}

  start(): void {
    this.stopping = false;
    this.loop = this.run();
  }

  /** The clock was moved, or timers were set: look now. */
  wake(): void {
    this.woken = true;
    this.nap.rouse();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.loop;
  }

  async state(): Promise<TimerState> {
    const now = await this.options.clock.now();
    const [row] = await this.options.db.query<{ due: string }[]>('SELECT count(*) AS due FROM timers WHERE due <= $1', [now]);
    const failing = await this.options.db.query<TimerState['failing']>(
      'SELECT name, aggregate_id AS "aggregateId", attempts, error FROM timers WHERE attempts > 0 ORDER BY due LIMIT 20',
    );
    return { due: Number(row?.due ?? 0), failing };
  }

  /** One step: the earliest timers that are due. False when there is nothing to do now. */
  async fireNext(): Promise<boolean> {
    if (this.options.rules.length === 0) return false;
    if (!(await this.options.views.reached(await this.options.store.head(), 5_000, ['timers']))) return false;
    const now = await this.options.clock.now();
    if (!(await this.anyDue(now))) return false;
    let tried: readonly Row[] = [];
    try {
      await this.options.db.transaction(async (tx) => {
        const query = queryIn(tx);
        tried = await this.claim(query, now);
        await this.fire(tried, query);
      });
    } catch (error) {
      if (tried.length === 0) throw error; // the database, not a timer
      for (const row of tried) await this.fireAlone(row);
    }
    if (tried.length > 0) {
      this.options.views.wake();
      this.options.onFired?.();
    }
    return tried.length > 0;
  }

  /** Most looks find nothing, and need no transaction. */
  private async anyDue(now: Instant): Promise<boolean> {
    const found = await this.options.db.query<unknown[]>(
      'SELECT 1 FROM timers WHERE due <= $1 AND (retry_at IS NULL OR retry_at <= clock_timestamp()) LIMIT 1', [now],
    );
    return found.length > 0;
  }

  private async claim(query: Query, now: Instant): Promise<readonly Row[]> {
    const rows = await query<Row>(
      `SELECT ${columns} FROM timers WHERE due <= $1 AND (retry_at IS NULL OR retry_at <= clock_timestamp())
       ORDER BY due, name, aggregate_id LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [now, this.options.batch ?? 100],
    );
    return rows.filter((row) => row.due.getTime() === rows[0]?.due.getTime());
  }

  private async fire(rows: readonly Row[], query: Query): Promise<void> {
    for (const name of new Set(rows.map((row) => row.name))) {
      const rule = this.options.rules.find((r) => r.name === name);
      if (!rule) throw new Error(`no rule is named ${name}`);
      const timers = rows.filter((row) => row.name === name).map(dueOf);
      const fire = () => rule.fire(timers, this.options.aggregates, query);
      await (this.options.around ? this.options.around(timers, fire) : fire());
      await query('DELETE FROM timers WHERE name = $1 AND aggregate_id = ANY($2)', [name, timers.map((t) => t.aggregateId)]);
    }
  }

  /** One of a batch failed: each on its own, so that only the failing one waits. */
  private async fireAlone(row: Row): Promise<void> {
    const key = [row.name, row.aggregate_id, row.due];
    try {
      await this.options.db.transaction(async (tx) => {
        const query = queryIn(tx);
        const [still] = await query<Row>(
          `SELECT ${columns} FROM timers WHERE name = $1 AND aggregate_id = $2 AND due = $3 FOR UPDATE SKIP LOCKED`, key,
        );
        if (still) await this.fire([still], query);
      });
    } catch (error) {
      const attempts = row.attempts + 1;
      const seconds = Math.min(300, 2 ** attempts / 2);
      this.options.log?.error({ timer: row.name, aggregate: row.aggregate_id, attempts, error: said(error) }, 'a timer failed');
      await this.options.db.query(
        `UPDATE timers SET attempts = $4, error = $5, retry_at = clock_timestamp() + make_interval(secs => $6)
         WHERE name = $1 AND aggregate_id = $2 AND due = $3`,
        [...key, attempts, said(error).slice(0, 500), seconds],
      );
    }
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.woken = false;
      let busy = false;
      try {
        busy = await this.fireNext();
      } catch (error) {
        this.options.log?.warn({ error: said(error) }, 'timers wait for the database');
      }
      if (!busy) await this.idle();
    }
  }

  private async idle(): Promise<void> {
    if (this.woken || this.stopping) return;
    await this.nap.take(this.options.pollMs ?? 1_000);
  }
}
