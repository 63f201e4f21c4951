import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '#libs/views';

class People1760000000100 implements MigrationInterface {
  name = 'People1760000000100';

  async up(run: QueryRunner): Promise<void> {
    // Views: made from events, and again by a rebuild.
    await run.query(`CREATE TABLE worker_rows (
      worker uuid PRIMARY KEY,
      unit uuid,
      status text NOT NULL,
      name_text uuid NOT NULL,
      id_number_text uuid NOT NULL,
      staff_number_text uuid,
      merged_into uuid,
      erased boolean NOT NULL
    )`);
    await run.query('CREATE INDEX worker_rows_of_unit ON worker_rows (unit, worker)');
    await run.query('CREATE INDEX worker_rows_merged ON worker_rows (merged_into) WHERE merged_into IS NOT NULL');
    await run.query(`CREATE TABLE worker_organisations (
      organisation text NOT NULL,
      worker uuid NOT NULL,
      PRIMARY KEY (organisation, worker)
    )`);
    await run.query('CREATE INDEX worker_organisations_of_worker ON worker_organisations (worker)');
    await run.query('CREATE TABLE unit_rows (unit uuid PRIMARY KEY, organisation text NOT NULL, name text NOT NULL, code text)');

    // No views, as no event may hold what they hold: whose ID number it is (by keyed hash), and who read personal data.
    await run.query('CREATE TABLE identities (hash text PRIMARY KEY, worker uuid NOT NULL)');
    await run.query('CREATE INDEX identities_of_worker ON identities (worker)');
    await run.query(`CREATE TABLE access_log (
      entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      at timestamptz NOT NULL,
      subject text NOT NULL,
      organisation text NOT NULL,
      route text NOT NULL,
      purpose text NOT NULL,
      people integer NOT NULL
    )`);
    await run.query('CREATE INDEX access_log_of_organisation ON access_log (organisation, entry)');
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('DROP TABLE access_log, identities, unit_rows, worker_organisations, worker_rows');
  }
}

export const migrations: readonly MigrationClass[] = [People1760000000100];
