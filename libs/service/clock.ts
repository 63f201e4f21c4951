import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Clock, type Instant, instant } from '#libs/decider';

/** Domain time (DESIGN.md): the machine's, or a stored instant that an operator moves. Never for leases or tokens. */
@Injectable()
export class DomainClock implements Clock {
  private known: { at: Instant; until: number } | undefined;

  constructor(
    private readonly db: DataSource,
    readonly mode: 'system' | 'manual' = 'system',
    private readonly first: Instant = '2026-03-02T01:00:00.000Z',
  ) {}

  async now(): Promise<Instant> {
    if (this.mode === 'system') return instant(Date.now());
    // Another process of this service may have moved it, so what is known is only believed for a moment.
    if (this.known && this.known.until > Date.now()) return this.known.at;
    const rows: { at: Date }[] = await this.db.query('SELECT at FROM manual_clock');
    return this.remember(rows[0] ? instant(rows[0].at) : this.first);
  }

  /** Time only goes forward: moving it back would undo deadlines that have passed. False where it would go back. */
  async move(at: Instant): Promise<boolean> {
    const moved: unknown[] = await this.db.query(
      `INSERT INTO manual_clock (one, at) VALUES (true, $1)
       ON CONFLICT (one) DO UPDATE SET at = excluded.at WHERE manual_clock.at <= excluded.at RETURNING at`,
      [at],
    );
    this.known = undefined;
    return moved.length > 0 && (await this.now()) === at;
  }

  private remember(at: Instant): Instant {
    this.known = { at, until: Date.now() + 500 };
    return at;
  }
}
