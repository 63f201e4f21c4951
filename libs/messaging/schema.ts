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

/** After the event store's in every service's list. */
export const messagingMigrations: MigrationClass[] = [
  RelayTable1710000000011, InboxTables1710000000012, ParkedRawKey1710000000013,
];

/** `role` is a quoted identifier. */
export const messagingGrants = (role: string): readonly string[] => [
  `GRANT SELECT, UPDATE ON relay TO ${role}`,
  `GRANT SELECT, INSERT, UPDATE ON inbox_marks, parked_messages TO ${role}`,
];
