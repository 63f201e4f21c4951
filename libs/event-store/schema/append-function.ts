import type { MigrationInterface, QueryRunner } from 'typeorm';
import { WATERMARK_NAMESPACE } from './watermark.js';

/** Parts a list of texts. JSON holds it only escaped, and names with control characters are refused. */
export const SEPARATOR = '\u001f';

/**
 * One call carries many independent appends, each to a stream of its own, and gives each a verdict.
 *
 * By append: `wanted` is the version that the stream must have, 0 for a new one, -1 for any; `counts` how many events.
 * By event: `owner` its append (from 1), `nth` its place in it (from 1), and what is recorded.
 *
 * A call that has a transaction of its own trusts that the ids are new: the unique index says so otherwise, and the caller calls
 * again with `careful`. A careful call looks first, since an error would end the caller's transaction.
 *
 * Order matters: (1) new streams, then (2) known ones in the order given, so that two calls never wait for each other;
 * (3) only with all its streams held does it announce itself (see the watermark) and (4) draw positions, so that within a
 * stream positions rise with versions and nobody waits while holding followers back.
 *
 * Its plans are made once a connection, perhaps while the tables are still empty: they must be the ones for full tables.
 */
export class EventStoreAppend1700000000003 implements MigrationInterface {
  name = 'EventStoreAppend1700000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION append_events(
        careful boolean, stream_list text, wanted integer[], counts integer[],
        owner integer[], nth integer[], ids uuid[], type_list text, schemas smallint[], data_list text, metadata_list text
      ) RETURNS TABLE (of_stream text, at_version integer, at_position bigint, outcome text) LANGUAGE plpgsql VOLATILE
      SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
      DECLARE
        names text[] := string_to_array(stream_list, E'\\x1f');
        -- The version of each stream before this append, -1 where it was not claimed.
        base integer[] := array_fill(-1, ARRAY[cardinality(counts)]);
        claim record;
        claimed integer := 0;
      BEGIN
        IF 0 = ANY (wanted) OR -1 = ANY (wanted) THEN
          FOR claim IN
            WITH created AS (
              INSERT INTO streams (stream, version)
              SELECT a.stream, a.count FROM unnest(names, wanted, counts) AS a (stream, wanted, count) WHERE a.wanted <= 0
              ON CONFLICT DO NOTHING RETURNING stream
            ) SELECT array_position(names, stream) AS i FROM created
          LOOP
            base[claim.i] := 0;
            claimed := claimed + 1;
          END LOOP;
        END IF;

        IF careful THEN
          PERFORM FROM streams WHERE stream = ANY (names) ORDER BY stream FOR UPDATE;
          FOR claim IN
            SELECT DISTINCT e.owner AS i
              FROM unnest(owner, ids) AS e (owner, id) JOIN events r ON r.id = e.id AND r.stream = names[e.owner]
          LOOP
            wanted[claim.i] := -2; -- recorded before, whole or in part: not to be claimed
          END LOOP;
        END IF;

        IF claimed < cardinality(counts) THEN
          FOR claim IN
            UPDATE streams s SET version = s.version + a.count
              FROM unnest(names, wanted, counts, base) WITH ORDINALITY AS a (stream, wanted, count, base, i)
             WHERE s.stream = a.stream AND a.base < 0 AND (s.version = a.wanted OR a.wanted = -1)
            RETURNING a.i::integer AS i, s.version - a.count AS base
          LOOP
            base[claim.i] := claim.base;
            claimed := claimed + 1;
          END LOOP;
        END IF;

        IF claimed > 0 THEN
          -- One announcement a transaction is enough, as the first is the lowest. A savepoint that is rolled back takes both away.
          IF NOT careful OR coalesce(current_setting('jinji.announced', true), '') = '' THEN
            PERFORM pg_advisory_xact_lock_shared((${WATERMARK_NAMESPACE}::bigint << 48) | pg_sequence_last_value('events_position'::regclass));
            IF careful THEN PERFORM set_config('jinji.announced', 'yes', true); END IF;
          END IF;
          RETURN QUERY
            INSERT INTO events AS r (stream, version, id, type, schema, data, metadata)
            SELECT names[e.owner], base[e.owner] + e.nth, e.id, e.type, e.schema, e.data::jsonb, e.metadata::jsonb
              FROM unnest(owner, nth, ids, string_to_array(type_list, E'\\x1f'), schemas,
                          string_to_array(data_list, E'\\x1f'), string_to_array(metadata_list, E'\\x1f'))
                   AS e (owner, nth, id, type, schema, data, metadata)
             WHERE base[e.owner] >= 0
            RETURNING r.stream, r.version, r.position, 'appended'::text;
        END IF;

        IF claimed < cardinality(counts) THEN
          RETURN QUERY
            SELECT a.stream,
                   CASE WHEN known.count = a.count THEN known.version ELSE coalesce(s.version, 0) END,
                   known.position,
                   CASE WHEN known.count = a.count THEN 'again' ELSE 'conflict' END
              FROM unnest(names, counts, base) WITH ORDINALITY AS a (stream, count, base, i)
              LEFT JOIN streams s ON s.stream = a.stream
              CROSS JOIN LATERAL (
                SELECT count(*) AS count, max(r.version) AS version, max(r.position) AS position
                  FROM unnest(owner, ids) AS e (owner, id) JOIN events r ON r.id = e.id
                 WHERE e.owner = a.i AND r.stream = a.stream
              ) AS known
             WHERE a.base < 0;
        END IF;
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION append_events`);
  }
}
