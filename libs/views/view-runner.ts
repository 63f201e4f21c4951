import type { DataSource } from 'typeorm';
import { type EventStore, Nap, type Recorded } from '#libs/event-store';
import { Gathering } from './gather.js';
import { isTransient, queryIn, queryOn, said } from './sql.js';
import type { View } from './view.js';

export interface ViewLog {
  warn(detail: Record<string, unknown>, message: string): void;
  error(detail: Record<string, unknown>, message: string): void;
}

export interface ViewState {
  readonly name: string;
  readonly position: number;
  readonly head: number;
  /** A handler failed: the view stands still at this event until it is mended and the service started again. */
  readonly crashed: { readonly error: string; readonly event: string; readonly position: number } | null;
}

export interface ViewRunnerOptions {
  readonly store: Pick<EventStore, 'read' | 'head'>;
  readonly db: DataSource;
  readonly views: readonly View[];
  readonly log?: ViewLog;
  /** Rows of these views may have changed: for those who work them off. */
  readonly onMoved?: (views: readonly string[]) => void;
  /** Appends of this process wake it; others' are seen after at most this long. */
  readonly pollMs?: number;
  /** So long is waited for a position where nobody says how long; 5 s. */
  readonly patienceMs?: number;
  readonly batch?: number;
}

interface Batch {
  readonly events: readonly Recorded[];
  readonly upTo: number;
}

interface Follower {
  readonly view: View;
  /** How far it has come; past `stored` lie only events that do not concern the view, so a repetition costs nothing. */
  position: number;
  /** The checkpoint as this process last knew it. */
  stored: number;
  crashed: ViewState['crashed'];
  /** After a transient failure: not before (machine time). */
  notBefore: number;
  failures: number;
}

/** Which event a handler is at, for when it fails. */
interface Doing {
  at: Recorded | undefined;
}

const BREATH_MS = 50;
const STORE_EVERY_MS = 5_000;

/**
 * Keeps views up to date: follows the store in its gap-safe order, and applies each batch in one transaction with the
 * view's checkpoint. The checkpoint's row is locked, so of several instances one applies an event, once.
 */
export class ViewRunner {
  private readonly followers: readonly Follower[];
  /** What any of the views waits for; the rest of the log is not even read. */
  private readonly types: readonly string[] | undefined;
  private loop: Promise<void> | undefined;
  private stopping = false;
  private woken = false;
  private readonly breath = new Nap();
  private storedAt = 0;
  /** When the first of those that wait after a failure is tried again, as the last round saw it. */
  private retryAt = Infinity;
  private readonly nap = new Nap();
  private waiting: { done: () => boolean; resolve: (reached: boolean) => void }[] = [];

  constructor(private readonly options: ViewRunnerOptions) {
    const names = options.views.map((v) => v.name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice) throw new Error(`two views are named ${twice}`);
    const types = options.views.map((view) => view.types);
    this.types = types.includes(undefined) ? undefined : [...new Set(types.flatMap((of) => of ?? []))];
    this.followers = options.views.map((view) => ({ view, position: 0, stored: 0, crashed: null, notBefore: 0, failures: 0 }));
  }

  async start(): Promise<void> {
    for (const follower of this.followers) {
      await this.options.db.query(
        'INSERT INTO view_checkpoints (name, position) VALUES ($1, 0) ON CONFLICT DO NOTHING', [follower.view.name],
      );
      follower.position = follower.stored = await this.checkpoint(follower.view.name);
    }
    this.stopping = false;
    this.loop = this.run();
  }

  /** Something was committed here: look now. */
  wake(): void {
    this.woken = true;
    this.nap.rouse();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.loop;
    await this.storePositions().catch(() => undefined); // the next start only reads a little again
    for (const { resolve } of this.waiting.splice(0)) resolve(false);
  }

  /** True once every view (or those named) has applied what is up to `position`; false when that takes too long. */
  async reached(position: number, timeoutMs = this.patienceMs, names?: readonly string[]): Promise<boolean> {
    const concerned = this.followers.filter((f) => !names || names.includes(f.view.name));
    const done = () => concerned.every((f) => f.position >= position);
    const hopeless = () => concerned.some((f) => f.crashed && f.position < position);
    if (done()) return true;
    if (hopeless() || this.stopping) return false;
    return new Promise<boolean>((resolve) => {
      const waiter = { done: () => done() || hopeless(), resolve: () => finish(done()) };
      const finish = (reached: boolean) => {
        clearTimeout(timer);
        this.waiting = this.waiting.filter((w) => w !== waiter);
        resolve(reached);
      };
      const timer = setTimeout(() => finish(done()), timeoutMs);
      this.waiting.push(waiter);
      this.wake();
      this.breath.rouse();
    });
  }

  private get patienceMs(): number {
    return this.options.patienceMs ?? 5_000;
  }

  /** For health and for `caught-up`: every view with where it stands. */
  async state(): Promise<readonly ViewState[]> {
    const head = await this.options.store.head();
    return this.followers.map(({ view, position, crashed }) => ({
      name: view.name, position, head: Math.max(head, position), crashed,
    }));
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.woken = false;
      let moved = false;
      const before = this.followers.map(({ stored }) => stored);
      try {
        moved = await this.round();
      } catch (error) {
        this.options.log?.warn({ error: said(error) }, 'views cannot read the event store; trying again');
      }
      this.answer();
      const applied = this.followers.filter(({ stored }, n) => stored !== before[n]).map(({ view }) => view.name);
      if (applied.length > 0) this.options.onMoved?.(applied);
      if (moved) await this.breathe();
      else await this.idle();
    }
  }

  /** While nobody waits, a moment's more events travel together: under load that saves most of the transactions. */
  private async breathe(): Promise<void> {
    if (this.waiting.length > 0 || this.stopping) return;
    await this.breath.take(BREATH_MS);
  }

  /** One batch for every view that is behind; views that stand at the same place share what was read. */
  private async round(): Promise<boolean> {
    const head = await this.options.store.head();
    const read = new Map<number, Batch>();
    let moved = false;
    this.retryAt = Infinity;
    for (const follower of this.followers) {
      if (this.stopping || follower.crashed || follower.position >= head) continue;
      if (follower.notBefore > Date.now()) {
        this.retryAt = Math.min(this.retryAt, follower.notBefore);
        continue;
      }
      const batch = read.get(follower.position)
        ?? (await this.options.store.read(follower.position, this.options.batch ?? 500, this.types, head));
      read.set(follower.position, batch);
      moved = (await this.step(follower, batch)) || moved;
    }
    return moved;
  }

  private async step(follower: Follower, batch: Batch): Promise<boolean> {
    const before = { ...follower };
    const events = batch.events.filter((recorded) => follower.view.types?.includes(recorded.event.type) ?? true);
    if (events.length === 0) {
      follower.position = batch.upTo;
      return batch.upTo !== before.position;
    }
    const doing: Doing = { at: undefined };
    try {
      follower.position = follower.stored = await this.applied(follower, events, batch.upTo, true, doing).catch((error: unknown) => {
        // Rows that were sent together do not say whose fault it was: once more, one by one.
        if (isTransient(error)) throw error;
        return this.applied(follower, events, batch.upTo, false, doing);
      });
      follower.failures = 0;
      // Also where only the stored place was another one's: then nothing was applied yet.
      return follower.position !== before.position || follower.stored !== before.stored;
    } catch (error) {
      this.failed(follower, error, doing.at);
      return false;
    }
  }

  private applied(
    { view, stored }: Follower, events: readonly Recorded[], upTo: number, together: boolean, doing: Doing,
  ): Promise<number> {
    return this.options.db.transaction(async (tx) => {
      const query = queryIn(tx);
      // View and checkpoint are lost or kept together, so a crash costs a repetition and the disk need not be awaited.
      const [row] = await query<{ position: string }>(
        "SELECT position, set_config('synchronous_commit', 'off', true) FROM view_checkpoints WHERE name = $1 FOR UPDATE", [view.name],
      );
      if (!row) throw new Error(`the checkpoint of ${view.name} is gone`);
      if (Number(row.position) !== stored) return Number(row.position); // another instance went on, or a rebuild
      const gathering = together ? new Gathering(tx) : undefined;
      if (together && view.applyAll) await view.applyAll(events, tx);
      else
        for (const recorded of events) {
          doing.at = recorded;
          await view.apply(recorded, gathering?.manager ?? tx);
        }
      doing.at = undefined;
      await gathering?.send();
      await query('UPDATE view_checkpoints SET position = $2, moved_at = now() WHERE name = $1', [view.name, upTo]);
      return upTo;
    });
  }

  private failed(follower: Follower, error: unknown, at: Recorded | undefined): void {
    const detail = {
      view: follower.view.name, error: said(error), position: at?.position ?? follower.position, event: at?.id ?? null,
    };
    if (!at || isTransient(error)) {
      follower.failures += 1;
      follower.notBefore = Date.now() + Math.min(10_000, 50 * 2 ** follower.failures);
      this.retryAt = Math.min(this.retryAt, follower.notBefore);
      this.options.log?.warn(detail, 'a view waits for the database');
      return;
    }
    follower.crashed = { error: said(error), event: at.id, position: at.position };
    this.options.log?.error(detail, 'a view cannot apply an event and stands still');
  }

  private answer(): void {
    for (const waiter of this.waiting.filter((w) => w.done())) waiter.resolve(true);
  }

  private async idle(): Promise<void> {
    if (this.isCalled()) return;
    if (Date.now() - this.storedAt > STORE_EVERY_MS) {
      await this.storePositions().catch(() => undefined);
      if (this.isCalled()) return; // meanwhile: between this look and the nap nothing else can run
    }
    // As the round saw it: what was not due then may be due by now, and timers may fire a moment early.
    const retry = Math.max(1, this.retryAt - Date.now());
    await this.nap.take(Math.min(this.options.pollMs ?? 500, retry));
  }

  private isCalled(): boolean {
    return this.woken || this.stopping;
  }

  /** Of views that only passed by what does not concern them. */
  private async storePositions(): Promise<void> {
    this.storedAt = Date.now();
    for (const follower of this.followers) {
      const { position, stored } = follower;
      if (position <= stored || follower.crashed) continue;
      const sql = 'UPDATE view_checkpoints SET position = $2, moved_at = now() WHERE name = $1 AND position = $3';
      const moved = await queryOn(this.options.db)(`${sql} RETURNING position`, [follower.view.name, position, stored]);
      if (moved.length > 0) follower.stored = position;
    }
  }

  private async checkpoint(name: string): Promise<number> {
    const sql = 'SELECT position FROM view_checkpoints WHERE name = $1';
    const [row] = await this.options.db.query<{ position: string }[]>(sql, [name]);
    return Number(row?.position ?? 0);
  }
}
