import type { Verdict } from './append.js';
import { MAX_APPENDS, type Prepared } from './append-call.js';

export type Send = (appends: readonly Prepared[], careful: boolean) => Promise<readonly Verdict[]>;

interface Waiting {
  readonly append: Prepared;
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_SIZE = 1 << 22;

/** So many appends keep a connection busy long enough that another call beside it, on a second core, gains more than it costs. */
const WORTH_A_CALL = 24;

/**
 * Appends wait only while every connection is busy, and then leave together: no timer, so nothing waits when idle.
 * Of one stream one append is on its way at a time; those behind it keep their order.
 */
export class Coalescer {
  /** By stream, the first is on its way or in `ready`. */
  private readonly lanes = new Map<string, Waiting[]>();
  private ready: Waiting[] = [];
  private calls = 0;
  private carried = 0;
  private leaving = false;

  constructor(
    private readonly send: Send,
    private readonly atOnce: number,
  ) {}

  append(append: Prepared): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      const waiting = { append, resolve, reject };
      const lane = this.lanes.get(append.stream);
      if (lane !== undefined) {
        lane.push(waiting);
        return;
      }
      this.lanes.set(append.stream, [waiting]);
      this.ready.push(waiting);
      this.leaveSoon();
    });
  }

  /** When all that runs in this moment has run: those whom one answer sets free at once leave together, not the first alone. */
  private leaveSoon(): void {
    if (this.leaving || !this.mayLeave()) return;
    this.leaving = true;
    process.nextTick(() => {
      this.leaving = false;
      this.leave();
    });
  }

  /**
   * Beside a call of some another leaves only with more than that carries: two that share a small load would each wait for the
   * disk, for half as much; but one that waits for a lock must not hold up everybody. A single append is lean enough beside.
   * A large load is shared (measured at 64 writers: 0.73 of the ceiling instead of 0.59), since one call is answered here
   * while the other is recorded there.
   */
  private mayLeave(): boolean {
    const waiting = this.ready.length;
    if (waiting === 0 || this.calls === this.atOnce) return false;
    return waiting > this.carried || this.carried === 1 || waiting >= WORTH_A_CALL;
  }

  private leave(): void {
    while (this.mayLeave()) {
      const batch = this.take();
      this.calls += 1;
      this.carried += batch.length;
      void this.carry(batch, false).finally(() => {
        this.calls -= 1;
        this.carried -= batch.length;
        this.next(batch);
        this.leaveSoon();
      });
    }
  }

  /** The oldest that go together, sorted by stream: calls that meet wait in one direction only. */
  private take(): Waiting[] {
    const waiting = this.ready.length;
    const most = waiting < 2 * WORTH_A_CALL ? MAX_APPENDS : Math.min(Math.ceil(waiting / 2), MAX_APPENDS);
    let size = 0;
    let count = 0;
    for (const { append } of this.ready) {
      if (count > 0 && (append.alone || count === most || size + append.size > MAX_SIZE)) break;
      count += 1;
      size += append.size;
      if (append.alone) break;
    }
    const batch = this.ready.slice(0, count);
    this.ready = this.ready.slice(count);
    return batch.sort((a, b) => (a.append.stream < b.append.stream ? -1 : 1));
  }

  private next(batch: readonly Waiting[]): void {
    for (const { append } of batch) {
      const lane = this.lanes.get(append.stream);
      lane?.shift();
      const following = lane?.[0];
      if (following === undefined) this.lanes.delete(append.stream);
      else this.ready.push(following);
    }
  }

  /** Never rejects: every append of the batch hears its own outcome. */
  private async carry(batch: readonly Waiting[], careful: boolean): Promise<void> {
    try {
      this.tell(batch, await this.send(batch.map(({ append }) => append), careful));
    } catch (error) {
      await this.retry(batch, careful, error);
    }
  }

  private tell(batch: readonly Waiting[], outcome: readonly Verdict[]): void {
    batch.forEach(({ append, resolve, reject }, index) => {
      const verdict = outcome[index];
      if (verdict === undefined) reject(new Error(`no verdict for ${append.stream}`));
      else resolve(verdict);
    });
  }

  /**
   * What one append holds must not fail its companions: the call is halved until the bad one is alone. Anything else (a lost
   * connection, a deadlock) is tried once more as it was, since ids make that harmless even where the first call had committed.
   */
  private async retry(batch: readonly Waiting[], careful: boolean, error: unknown): Promise<void> {
    if (careful && batch.length === 1) {
      batch[0]?.reject(error);
    } else if (isOfOneAppend(error) && batch.length > 1) {
      const half = batch.length >> 1;
      await this.carry(batch.slice(0, half), true);
      await this.carry(batch.slice(half), true);
    } else if (!careful) {
      await this.carry(batch, true);
    } else {
      for (const { reject } of batch) reject(error);
    }
  }
}

/** SQLSTATE: data exception, integrity violation, program limit exceeded. */
const isOfOneAppend = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(22|23|54)/.test(error.code);
