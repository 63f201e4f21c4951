import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Clock, type Instant, instant } from '#libs/decider';

/** Domain time (DESIGN.md): the machine's, or a stored instant that an operator moves. Never for leases or tokens. */
@Injectable()
export class DomainClock implements Clock {
  constructor(
    private readonly db: DataSource,
    readonly mode: 'system' | 'manual' = 'system',
    private readonly first: Instant = '2026-03-02T01:00:00.000Z',
  ) {}

  async now(): Promise<Instant> {
    if (this.mode === 'system') return instant(Date.now());
    // Asked each time: another instance of this service may just have moved it.
    const rows: { at: Date }[] = await this.db.query('SELECT at FROM manual_clock');
    return rows[0] ? instant(rows[0].at) : this.first;
  }

  /** Time only goes forward: moving it back would undo deadlines that have passed. False where it would go back. */
  async move(at: Instant): Promise<boolean> {
    const moved: unknown[] = await this.db.query(
      `INSERT INTO manual_clock (one, at) VALUES (true, $1)
       ON CONFLICT (one) DO UPDATE SET at = excluded.at WHERE manual_clock.at <= excluded.at RETURNING at`,
      [at],
    );
    return moved.length > 0 && (await this.now()) === at;
  }
}
