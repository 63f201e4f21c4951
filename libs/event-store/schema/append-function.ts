import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ANNOUNCE } from './watermark.js';

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
 * One series and subscripts cost a fifth less than an unnest of many arrays, each of which is stored away first.
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
        types text[] := string_to_array(type_list, E'\\x1f');
        data_of text[] := string_to_array(data_list, E'\\x1f');
        metadata_of text[] := string_to_array(metadata_list, E'\\x1f');
        appends integer := cardinality(counts);
        -- The version of each stream before this append, -1 where it was not claimed.
        base integer[] := array_fill(-1, ARRAY[appends]);
        claim record;
        claimed integer := 0;
      BEGIN
        IF 0 = ANY (wanted) OR -1 = ANY (wanted) THEN
          FOR claim IN
            WITH created AS (
              INSERT INTO streams (stream, version)
              SELECT names[a], counts[a] FROM generate_series(1, appends) AS a WHERE wanted[a] <= 0
              ON CONFLICT DO NOTHING RETURNING stream
            ) SELECT array_position(names, stream) AS a FROM created
          LOOP
            base[claim.a] := 0;
            claimed := claimed + 1;
          END LOOP;
        END IF;

        IF careful THEN
          PERFORM FROM streams WHERE stream = ANY (names) ORDER BY stream FOR UPDATE;
          FOR claim IN
            SELECT DISTINCT owner[e] AS a
              FROM generate_series(1, cardinality(owner)) AS e JOIN events r ON r.id = ids[e] AND r.stream = names[owner[e]]
          LOOP
            wanted[claim.a] := -2; -- recorded before, whole or in part: not to be claimed
          END LOOP;
        END IF;

        IF claimed < appends THEN
          FOR claim IN
            UPDATE streams s SET version = s.version + counts[a] FROM generate_series(1, appends) AS a
             WHERE s.stream = names[a] AND base[a] < 0 AND (s.version = wanted[a] OR wanted[a] = -1)
            RETURNING a, s.version - counts[a] AS base
          LOOP
            base[claim.a] := claim.base;
            claimed := claimed + 1;
          END LOOP;
        END IF;

        IF claimed > 0 THEN
          -- Once a transaction is enough, as the first is the lowest. A savepoint that is rolled back takes both away.
          IF NOT careful OR coalesce(current_setting('jinji.announced', true), '') = '' THEN
            PERFORM ${ANNOUNCE};
            IF careful THEN PERFORM set_config('jinji.announced', 'yes', true); END IF;
          END IF;
          RETURN QUERY
            INSERT INTO events AS r (stream, version, id, type, schema, data, metadata)
            SELECT names[owner[e]], base[owner[e]] + nth[e], ids[e], types[e], schemas[e],
                   data_of[e]::jsonb, metadata_of[e]::jsonb
              FROM generate_series(1, cardinality(owner)) AS e WHERE base[owner[e]] >= 0
            RETURNING r.stream, r.version, r.position, 'appended'::text;
        END IF;

        IF claimed < appends THEN
          RETURN QUERY
            SELECT names[a],
                   CASE WHEN known.count = counts[a] THEN known.version ELSE coalesce(s.version, 0) END,
                   known.position,
                   CASE WHEN known.count = counts[a] THEN 'again' ELSE 'conflict' END
              FROM generate_series(1, appends) AS a
              LEFT JOIN streams s ON s.stream = names[a]
              LEFT JOIN (
                SELECT owner[e] AS of_append, count(*) AS count, max(r.version) AS version, max(r.position) AS position
                  FROM generate_series(1, cardinality(owner)) AS e JOIN events r ON r.id = ids[e] AND r.stream = names[owner[e]]
                 WHERE base[owner[e]] < 0 GROUP BY owner[e]
              ) AS known ON known.of_append = a
             WHERE base[a] < 0;
        END IF;
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION append_events`);
  }
}
