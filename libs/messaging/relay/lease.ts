import { newId } from '#libs/decider';
import type { Query } from '#libs/event-store';

/** Somebody else sends by now. */
export class Fenced extends Error {
  constructor() {
    super('another relay took over');
    this.name = 'Fenced';
  }
}

/**
 * The right to send, for a while. Each taking over raises the epoch, and the checkpoint moves only under its own epoch: one
 * that was frozen and wakes may send again what was sent, which has no effect, but moves nothing.
 */
export class Lease {
  private readonly holder = newId();
  private epoch = 0;
  private validUntil = 0;

  constructor(
    private readonly query: Query,
    private readonly leaseMs: number,
  ) {}

  get held(): boolean {
    return performance.now() < this.validUntil;
  }

  /** The checkpoint where to go on, or undefined while another holds the lease. */
  async take(): Promise<number | undefined> {
    const asked = performance.now();
    const [row] = await this.query<{ epoch: string; checkpoint: string }>(
      `UPDATE relay SET holder = $1, epoch = epoch + 1, expires_at = clock_timestamp() + $2 * interval '1 ms'
        WHERE holder IS NULL OR holder = $1 OR expires_at < clock_timestamp() RETURNING epoch, checkpoint`,
      [this.holder, this.leaseMs],
    );
    if (!row) return undefined;
    this.epoch = Number(row.epoch);
    this.validUntil = asked + this.leaseMs;
    return Number(row.checkpoint);
  }

  /** With a checkpoint, moves it. Rejects where another took over. */
  async renew(checkpoint?: number): Promise<void> {
    const asked = performance.now();
    const rows = await this.query<{ epoch: string }>(
      `UPDATE relay SET checkpoint = coalesce($4::bigint, checkpoint), expires_at = clock_timestamp() + $3 * interval '1 ms'
        WHERE holder = $1 AND epoch = $2 RETURNING epoch`,
      [this.holder, this.epoch, this.leaseMs, checkpoint ?? null],
    );
    if (rows.length === 0) {
      this.validUntil = 0;
      throw new Fenced();
    }
    this.validUntil = asked + this.leaseMs;
  }

  async release(): Promise<void> {
    this.validUntil = 0;
    const sql = `UPDATE relay SET holder = NULL, expires_at = NULL WHERE holder = $1 AND epoch = $2`;
    await this.query(sql, [this.holder, this.epoch]);
  }
}
