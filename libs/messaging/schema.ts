import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '#libs/event-store';

/** What a service keeps to send: how far its public events have been sent, and who may send. One row. */
export class RelayTable1710000000011 implements MigrationInterface {
  name = 'RelayTable1710000000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE relay (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        checkpoint bigint NOT NULL DEFAULT 0, holder uuid, epoch bigint NOT NULL DEFAULT 0, expires_at timestamptz
      ) WITH (fillfactor = 20)`);
    await runner.query(`INSERT INTO relay DEFAULT VALUES`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE relay`);
  }
}

/** What a service keeps to receive: a mark by source, topic and key, which does not grow with the events; and what is parked. */
export class InboxTables1710000000012 implements MigrationInterface {
  name = 'InboxTables1710000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE inbox_marks (
        topic text NOT NULL, key text NOT NULL, source text NOT NULL, sequence bigint NOT NULL, PRIMARY KEY (topic, key, source)
      ) WITH (fillfactor = 60)`);
    await runner.query(`
      CREATE TABLE parked_messages (
        n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL UNIQUE,
        topic text NOT NULL, partition integer NOT NULL, "offset" bigint NOT NULL, key text NOT NULL,
        source text, sequence bigint, type text, headers json NOT NULL, value bytea,
        because text NOT NULL, attempts integer NOT NULL, parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        state text NOT NULL DEFAULT 'parked' CHECK (state IN ('parked', 'retried', 'discarded')),
        decided_by text, reason text, decided_at timestamptz,
        CHECK (state <> 'discarded' OR reason IS NOT NULL)
      )`);
    await runner.query(`CREATE INDEX parked_by_key ON parked_messages (topic, key, n) WHERE state = 'parked'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE parked_messages, inbox_marks`);
  }
}

/** The key as it came: the other one is cut, and cleaned for an index, and would not be understood when it is read again. */
export class ParkedRawKey1710000000013 implements MigrationInterface {
  name = 'ParkedRawKey1710000000013';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE parked_messages ADD COLUMN raw_key bytea`);
    await runner.query(`UPDATE parked_messages SET raw_key = convert_to(key, 'UTF8')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE parked_messages DROP COLUMN raw_key`);
  }
}

/**
 * All that an inbox asks before it reacts, in one round trip. The marks are locked in the order given, so that two consumers that
 * meet wait in one direction only; each statement of a volatile function sees what was committed until it began, so what is read
 * after the lock is what the one before it in the queue has left.
 */
export class InboxArrive1710000000014 implements MigrationInterface {
  name = 'InboxArrive1710000000014';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION inbox_arrive(topics text[], keys text[], sources text[], sequences bigint[])
      RETURNS TABLE (n bigint, seen bigint, held boolean) LANGUAGE plpgsql VOLATILE
      SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
      #variable_conflict use_column
      BEGIN
        INSERT INTO inbox_marks (topic, key, source, sequence)
        SELECT w.topic, w.key, w.source, -1
          FROM unnest(topics, keys, sources) WITH ORDINALITY AS w (topic, key, source, n) ORDER BY w.n
        ON CONFLICT DO NOTHING;

        PERFORM FROM unnest(topics, keys, sources) WITH ORDINALITY AS w (topic, key, source, n)
          JOIN inbox_marks m ON m.topic = w.topic AND m.key = w.key AND m.source = w.source ORDER BY w.n FOR UPDATE OF m;

        RETURN QUERY
          WITH before AS MATERIALIZED (
            SELECT w.n, w.topic, w.key, w.source, m.sequence AS seen, w.sequence
              FROM unnest(topics, keys, sources, sequences) WITH ORDINALITY AS w (topic, key, source, sequence, n)
              JOIN inbox_marks m ON m.topic = w.topic AND m.key = w.key AND m.source = w.source
          ), moved AS (
            UPDATE inbox_marks m SET sequence = b.sequence FROM before b
             WHERE m.topic = b.topic AND m.key = b.key AND m.source = b.source AND b.sequence > b.seen
          )
          SELECT b.n, b.seen, EXISTS (
            SELECT FROM parked_messages p
             WHERE p.topic = b.topic AND p.key = b.key AND p.state = 'parked' AND p.source IS NOT NULL
          ) FROM before b;
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION inbox_arrive`);
  }
}

/** After the event store's in every service's list. */
export const messagingMigrations: MigrationClass[] = [
  RelayTable1710000000011, InboxTables1710000000012, ParkedRawKey1710000000013, InboxArrive1710000000014,
];

/** `role` is a quoted identifier. */
export const messagingGrants = (role: string): readonly string[] => [
  `GRANT SELECT, UPDATE ON relay TO ${role}`,
  `GRANT SELECT, INSERT, UPDATE ON inbox_marks, parked_messages TO ${role}`,
];
