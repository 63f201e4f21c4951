import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { instant, type Instant } from '#libs/decider';
import { queryOn } from '#libs/views';
import type { Caller } from '#libs/web';

export interface AccessEntry {
  readonly entry: number;
  readonly at: Instant;
  readonly subject: string;
  readonly organisation: string;
  readonly route: string;
  readonly purpose: string;
  readonly people: number;
}

/** Each bulk read of personal data: who, when, by which route, how many people, what for. Never whose. */
@Injectable()
export class AccessLog {
  constructor(private readonly db: DataSource) {}

  /** Before the answer goes out: an answer that could not be logged is not given. */
  async note(caller: Caller, route: string, people: number, purpose: string): Promise<void> {
    await queryOn(this.db)(
      'INSERT INTO access_log (at, subject, organisation, route, purpose, people) VALUES ($1, $2, $3, $4, $5, $6)',
      [caller.at, caller.subject, caller.organisation, route, purpose, people],
    );
  }

  /** The latest first. */
  async page(organisation: string, limit: number, before: number | undefined): Promise<readonly AccessEntry[]> {
    const rows = await queryOn(this.db)<Omit<AccessEntry, 'entry' | 'at'> & { entry: string; at: Date }>(
      `SELECT entry, at, subject, organisation, route, purpose, people FROM access_log
       WHERE organisation = $1 AND ($2::bigint IS NULL OR entry < $2) ORDER BY entry DESC LIMIT $3`,
      [organisation, before ?? null, limit],
    );
    return rows.map((row) => ({ ...row, entry: Number(row.entry), at: instant(row.at) }));
  }
}
