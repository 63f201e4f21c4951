import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The high 16 bits of the advisory locks' keys; the low 48 hold a position. Nobody else in a database of ours takes
 * a *shared* one-bigint lock in this range (the two-integer form of advisory locks never collides with it).
 */
const NAMESPACE = 0x4a4a;

/** What a writer does once it holds its streams, and before it draws positions: an SQL expression. */
export const ANNOUNCE =
  `pg_advisory_xact_lock_shared((${NAMESPACE}::bigint << 48) | pg_sequence_last_value('events_position'::regclass))`;

/**
 * Up to which position a follower may read without ever missing an event.
 *
 * A lower position can commit after a higher one, so "everything after the last one I saw" loses events. Therefore a
 * writer, before it draws positions, reads the sequence's last value L and holds a shared lock on L until its end:
 * whatever it draws is above L. A reader takes V, the last value, FIRST, and M, the lowest L still held, THEN:
 *
 *   - a writer whose lock the reader saw draws above its L, and M is at most that L;
 *   - one that had not yet locked when the reader looked has not drawn yet either: it draws above V;
 *   - one that had ended has its events visible, or none: PostgreSQL releases locks only after the commit is visible
 *     — to a snapshot taken afterwards, which is why the events must be read by a later statement than this one.
 *
 * So nothing at or below min(V, M) can still appear. Locks are a matter of one database: what others do, or how long, is of
 * no concern, and a rollback costs nothing. A replica does not know the locks: follow the primary.
 */
export class EventStoreWatermark1700000000002 implements MigrationInterface {
  name = 'EventStoreWatermark1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    // Two statements of a volatile function run one after the other; two parts of one SQL statement need not.
    await runner.query(`
      CREATE FUNCTION events_watermark() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
      DECLARE
        last_drawn bigint := pg_sequence_last_value('events_position'::regclass);
        lowest_held bigint;
      BEGIN
        SELECT min(((classid::bigint & 65535) << 32) | objid::bigint) INTO lowest_held
          FROM pg_locks
         WHERE locktype = 'advisory' AND objsubid = 1 AND mode = 'ShareLock' AND classid::bigint >> 16 = ${NAMESPACE}
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
        RETURN least(last_drawn, lowest_held);
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION events_watermark()`);
  }
}
