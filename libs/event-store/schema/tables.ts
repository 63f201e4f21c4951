import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The tables. Nothing is ever changed or removed in `events`: the role of the running service may only read and insert.
 * Positions come from a sequence WITHOUT cache: a session that kept drawn values back would break the watermark.
 */
export class EventStoreTables1700000000001 implements MigrationInterface {
  name = 'EventStoreTables1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE SEQUENCE events_position CACHE 1`);
    // Drawn once, so that the sequence has a last value from the beginning on.
    await runner.query(`SELECT nextval('events_position')`);
    await runner.query(`
      CREATE TABLE events (
        position    bigint      NOT NULL DEFAULT nextval('events_position') CONSTRAINT events_pkey PRIMARY KEY,
        stream      text        COLLATE "C" NOT NULL,
        version     integer     NOT NULL CHECK (version > 0),
        id          uuid        NOT NULL CONSTRAINT events_id_key UNIQUE,
        type        text        NOT NULL,
        schema      smallint    NOT NULL,
        data        jsonb       NOT NULL,
        metadata    jsonb       NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT events_stream_version_key UNIQUE (stream, version)
      )`);
    await runner.query(`ALTER SEQUENCE events_position OWNED BY events.position`);
    // History walks from a cause to its effects.
    await runner.query(
      `CREATE INDEX events_causation_idx ON events ((metadata->>'causation')) WHERE metadata->>'causation' IS NOT NULL`,
    );
    // Room on each page, so that a new version of a row stays beside the old one and no index is touched.
    await runner.query(`
      CREATE TABLE streams (
        stream  text    COLLATE "C" CONSTRAINT streams_pkey PRIMARY KEY,
        version integer NOT NULL
      ) WITH (fillfactor = 50)`);
    await runner.query(`
      CREATE TABLE snapshots (
        stream   text    COLLATE "C" CONSTRAINT snapshots_pkey PRIMARY KEY,
        version  integer NOT NULL,
        position bigint  NOT NULL,
        shape    text    NOT NULL,
        state    jsonb   NOT NULL
      )`);
    // After a restore to an earlier point the owner writes a new incarnation: positions will be used again.
    await runner.query(`
      CREATE TABLE store (
        only_row    boolean DEFAULT true CONSTRAINT store_pkey PRIMARY KEY CHECK (only_row),
        incarnation uuid    NOT NULL DEFAULT gen_random_uuid()
      )`);
    await runner.query(`INSERT INTO store DEFAULT VALUES`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE store, snapshots, streams, events`);
  }
}
