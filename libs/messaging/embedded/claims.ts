import type { Query } from '#libs/event-store';
import type { DeliveredRecord, PartitionLag } from '../bus.js';
import { CHANNEL } from './schema.js';

/** A partition that this member may read: until its lease ends, or until another took it with a higher epoch. */
export interface ClaimRow {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
  readonly committed: number;
  readonly head: number;
}

interface Raw { topic: string; partition: number; epoch: string; committed: string; head: string }

const claimRow = (row: Raw): ClaimRow => ({
  topic: row.topic, partition: row.partition, epoch: Number(row.epoch), committed: Number(row.committed), head: Number(row.head),
});

/** What one member of a group says to the database. Leases are measured by the database's clock alone. */
export class Claims {
  constructor(
    private readonly query: Query,
    private readonly group: string,
    private readonly member: string,
    private readonly topics: readonly string[],
    private readonly leaseMs: number,
  ) {}

  /** Shows that this member lives, forgets the dead, and tells how many partitions are this member's fair share. */
  async join(): Promise<number> {
    await this.query(
      `WITH joined AS (
         INSERT INTO bus.members (consumer_group, member, topics, expires_at)
         VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 ms')
         ON CONFLICT (consumer_group, member) DO UPDATE SET expires_at = excluded.expires_at RETURNING xmax = 0 AS new
       ) SELECT pg_notify('${CHANNEL}', '@' || $1::text) FROM joined WHERE new`,
      [this.group, this.member, this.topics, this.leaseMs],
    );
    await this.query(`DELETE FROM bus.members WHERE consumer_group = $1 AND expires_at < clock_timestamp()`, [this.group]);
    await this.query(
      `INSERT INTO bus.claims (consumer_group, topic, partition)
       SELECT $1, p.topic, p.partition FROM bus.partitions p WHERE p.topic = ANY ($2::text[])
          AND NOT EXISTS (
            SELECT FROM bus.claims c WHERE c.consumer_group = $1 AND c.topic = p.topic AND c.partition = p.partition)
       ON CONFLICT DO NOTHING`,
      [this.group, this.topics],
    );
    const [row] = await this.query<{ members: string[]; partitions: string }>(
      `SELECT ARRAY(SELECT member::text FROM bus.members
                      WHERE consumer_group = $1 AND topics && $2::text[] ORDER BY member) AS members,
              (SELECT count(*) FROM bus.partitions WHERE topic = ANY ($2::text[])) AS partitions`,
      [this.group, this.topics],
    );
    const members = row?.members ?? [];
    const partitions = Number(row?.partitions ?? 0);
    const others = Math.max(1, members.length);
    return Math.floor(partitions / others) + (members.indexOf(this.member) < partitions % others ? 1 : 0);
  }

  /** The claims that are still this member's, with a new lease. */
  async renew(): Promise<readonly ClaimRow[]> {
    const rows = await this.query<Raw>(
      `WITH mine AS (
         UPDATE bus.claims SET expires_at = clock_timestamp() + $3 * interval '1 ms'
          WHERE consumer_group = $1 AND member = $2 RETURNING topic, partition, epoch, committed
       ) SELECT mine.*, p.head FROM mine JOIN bus.partitions p USING (topic, partition)`,
      [this.group, this.member, this.leaseMs],
    );
    return rows.map(claimRow);
  }

  /** Takes up to `wanted` partitions that nobody holds, or whose holder let the lease run out. */
  async take(wanted: number): Promise<readonly ClaimRow[]> {
    const rows = await this.query<Raw>(
      `WITH free AS (
         SELECT topic, partition FROM bus.claims
          WHERE consumer_group = $1 AND topic = ANY ($4::text[]) AND (member IS NULL OR expires_at < clock_timestamp())
          ORDER BY topic, partition LIMIT $5 FOR UPDATE SKIP LOCKED
       ), taken AS (
         UPDATE bus.claims c SET member = $2, epoch = c.epoch + 1, expires_at = clock_timestamp() + $3 * interval '1 ms'
           FROM free WHERE c.consumer_group = $1 AND c.topic = free.topic AND c.partition = free.partition
         RETURNING c.topic, c.partition, c.epoch, c.committed
       ) SELECT taken.*, p.head FROM taken JOIN bus.partitions p USING (topic, partition)`,
      [this.group, this.member, this.leaseMs, this.topics, wanted],
    );
    return rows.map(claimRow);
  }

  async read(claim: ClaimRow, from: number, limit: number): Promise<readonly DeliveredRecord[]> {
    const rows = await this.query<{ offset: string; key: string | null; headers: Record<string, string>; value: Buffer | null }>(
      `SELECT "offset", key, headers, value FROM bus.log
        WHERE topic = $1 AND partition = $2 AND "offset" >= $3 ORDER BY "offset" LIMIT $4`,
      [claim.topic, claim.partition, from, limit],
    );
    return rows.map((row) => ({ ...row, topic: claim.topic, partition: claim.partition, offset: Number(row.offset) }));
  }

  /** False where the claim went to another: the epoch is compared by the update itself. */
  async commit(claim: ClaimRow, next: number): Promise<boolean> {
    const rows = await this.query(
      `UPDATE bus.claims SET committed = $5
        WHERE consumer_group = $1 AND topic = $3 AND partition = $4 AND member = $2 AND epoch = $6
       RETURNING 1`,
      [this.group, this.member, claim.topic, claim.partition, next, claim.epoch],
    );
    return rows.length === 1;
  }

  async release(claim: ClaimRow): Promise<void> {
    await this.query(
      `WITH freed AS (
         UPDATE bus.claims SET member = NULL, expires_at = NULL
          WHERE consumer_group = $1 AND topic = $3 AND partition = $4 AND member = $2 AND epoch = $5 RETURNING 1
       ) SELECT pg_notify('${CHANNEL}', '@' || $1::text) FROM freed`,
      [this.group, this.member, claim.topic, claim.partition, claim.epoch],
    );
  }

  async leave(): Promise<void> {
    await this.query(`DELETE FROM bus.members WHERE consumer_group = $1 AND member = $2`, [this.group, this.member]);
    await this.query(`SELECT pg_notify('${CHANNEL}', '@' || $1::text)`, [this.group]);
  }
}

export const lagOf = async (query: Query, group: string, topics: readonly string[]): Promise<readonly PartitionLag[]> => {
  const rows = await query<{ topic: string; partition: number; committed: string; head: string; held: boolean }>(
    `SELECT p.topic, p.partition, coalesce(c.committed, 0) AS committed, p.head,
            coalesce(c.member IS NOT NULL AND c.expires_at > clock_timestamp(), false) AS held FROM bus.partitions p
       LEFT JOIN bus.claims c ON c.consumer_group = $1 AND c.topic = p.topic AND c.partition = p.partition
      WHERE p.topic = ANY ($2::text[]) ORDER BY p.topic, p.partition`,
    [group, topics],
  );
  return rows.map(({ topic, partition, committed, head, held }) => ({
    topic, partition, held, committed: Number(committed), head: Number(head), lag: Number(head) - Number(committed),
  }));
};

/** One statement, so that no consumer can join between the look and the rewind. */
export const rewindGroup = async (query: Query, group: string, topics: readonly string[]): Promise<void> => {
  const [row] = await query<{ busy: boolean }>(
    `WITH busy AS (
       SELECT EXISTS (SELECT FROM bus.members WHERE consumer_group = $1 AND expires_at > clock_timestamp()) AS busy
     ), moved AS (
       UPDATE bus.claims SET committed = 0, member = NULL, epoch = epoch + 1 FROM busy
        WHERE NOT busy.busy AND consumer_group = $1 AND topic = ANY ($2::text[])
     ) SELECT busy FROM busy`,
    [group, topics],
  );
  if (row?.busy) throw new Error(`the group ${group} is at work: stop its consumers before it reads again from the beginning`);
};
