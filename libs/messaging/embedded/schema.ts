import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '#libs/event-store';

/** What is written to a topic, or handed back, is told on this channel. */
export const CHANNEL = 'jinji_bus';

/**
 * The log, partitioned as a broker's is. An offset is drawn under the row lock of its partition, which is held until the
 * commit: offsets have no gaps and become visible in their order, so that a reader may simply go on from the last one.
 */
export class EmbeddedBusTables1710000000001 implements MigrationInterface {
  name = 'EmbeddedBusTables1710000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE SCHEMA bus`);
    await runner.query(`CREATE TABLE bus.topics (topic text PRIMARY KEY, partitions integer NOT NULL CHECK (partitions > 0))`);
    await runner.query(`
      CREATE TABLE bus.partitions (
        topic text NOT NULL REFERENCES bus.topics, partition integer NOT NULL, head bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (topic, partition)
      ) WITH (fillfactor = 50)`);
    await runner.query(`
      CREATE TABLE bus.log (
        topic text NOT NULL, partition integer NOT NULL, "offset" bigint NOT NULL, key text, headers json NOT NULL, value bytea,
        published_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (topic, partition, "offset")
      )`);
    await runner.query(`
      CREATE TABLE bus.members (
        consumer_group text NOT NULL, member uuid NOT NULL, topics text[] NOT NULL, expires_at timestamptz NOT NULL,
        PRIMARY KEY (consumer_group, member)
      )`);
    await runner.query(`
      CREATE TABLE bus.claims (
        consumer_group text NOT NULL, topic text NOT NULL, partition integer NOT NULL, committed bigint NOT NULL DEFAULT 0,
        member uuid, epoch bigint NOT NULL DEFAULT 0, expires_at timestamptz,
        PRIMARY KEY (consumer_group, topic, partition)
      ) WITH (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP SCHEMA bus CASCADE`);
  }
}

/** One call stores a batch whole or not at all. A key's partition follows from its hash, which no PostgreSQL version changes. */
export class EmbeddedBusPublish1710000000002 implements MigrationInterface {
  name = 'EmbeddedBusPublish1710000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION bus.partition_of(key text, partitions integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
        SELECT mod(('x' || left(md5(coalesce(key, '')), 8))::bit(32)::bigint, partitions)::integer
      $$`);
    await runner.query(`
      CREATE FUNCTION bus.publish(topic_list text[], key_list text[], header_list text[], value_list bytea[])
      RETURNS void LANGUAGE plpgsql AS $$
      DECLARE
        unknown text;
        route integer[];
      BEGIN
        SELECT t INTO unknown FROM unnest(topic_list) AS t WHERE NOT EXISTS (SELECT FROM bus.topics x WHERE x.topic = t) LIMIT 1;
        IF FOUND THEN RAISE EXCEPTION 'there is no topic %', unknown USING ERRCODE = 'undefined_object'; END IF;

        SELECT array_agg(bus.partition_of(r.key, t.partitions) ORDER BY r.n) INTO route
          FROM unnest(topic_list, key_list) WITH ORDINALITY AS r (topic, key, n) JOIN bus.topics t USING (topic);
        -- In one order, so that two publishers never wait for each other.
        PERFORM FROM bus.partitions p
          WHERE (p.topic, p.partition) IN (SELECT * FROM unnest(topic_list, route))
          ORDER BY p.topic, p.partition FOR UPDATE;

        INSERT INTO bus.log (topic, partition, "offset", key, headers, value)
        SELECT r.topic, r.partition, p.head - 1 + row_number() OVER (PARTITION BY r.topic, r.partition ORDER BY r.n),
               r.key, r.headers::json, r.value
          FROM unnest(topic_list, route, key_list, header_list, value_list)
               WITH ORDINALITY AS r (topic, partition, key, headers, value, n)
          JOIN bus.partitions p ON p.topic = r.topic AND p.partition = r.partition;
        UPDATE bus.partitions p SET head = p.head + r.count
          FROM (SELECT topic, partition, count(*) FROM unnest(topic_list, route) AS x (topic, partition) GROUP BY 1, 2) AS r
         WHERE p.topic = r.topic AND p.partition = r.partition;

        PERFORM pg_notify('${CHANNEL}', r.topic || ' ' || r.partition)
          FROM (SELECT DISTINCT topic, partition FROM unnest(topic_list, route) AS x (topic, partition)) AS r;
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION bus.publish`);
    await runner.query(`DROP FUNCTION bus.partition_of`);
  }
}

/** For the bus's own database, or for the database of a service that runs alone: all of it lies in the schema `bus`. */
export const embeddedBusMigrations: MigrationClass[] = [EmbeddedBusTables1710000000001, EmbeddedBusPublish1710000000002];

/** `role` is a quoted identifier. What was published is never changed. */
export const embeddedBusGrants = (role: string): readonly string[] => [
  `GRANT USAGE ON SCHEMA bus TO ${role}`,
  `GRANT SELECT, INSERT ON bus.log, bus.topics TO ${role}`,
  `GRANT SELECT, INSERT, UPDATE ON bus.partitions TO ${role}`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON bus.members, bus.claims TO ${role}`,
];
