import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Query } from '#libs/event-store';
import { Sealing } from '#libs/web';

/** What transactions of requests with an Idempotency-Key came to, recorded in them: a retry after a crash answers the same. */
@Injectable()
export class Outcomes {
  constructor(
    private readonly db: DataSource,
    private readonly sealing: Sealing,
  ) {}

  async keep(query: Query, seed: string, nth: number, value: unknown): Promise<void> {
    await query('INSERT INTO request_outcomes (seed, nth, value) VALUES ($1, $2, $3)', [seed, nth, this.sealing.seal(value)]);
  }

  async find<T>(seed: string, nth: number): Promise<{ readonly value: T } | undefined> {
    const rows: { value: Buffer }[] = await this.db.query(
      'SELECT value FROM request_outcomes WHERE seed = $1 AND nth = $2', [seed, nth],
    );
    return rows[0] && { value: this.sealing.open(rows[0].value) as T };
  }
}
