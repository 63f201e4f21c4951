import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '#libs/views';

class Training1760000000200 implements MigrationInterface {
  name = 'Training1760000000200';

  async up(run: QueryRunner): Promise<void> {
    // Views only. Decimals are text, as everywhere: what was written is what is read.
    await run.query(`CREATE TABLE programme_rows (
      programme uuid PRIMARY KEY, organisation text NOT NULL, code text NOT NULL, name_zh text NOT NULL, name_en text NOT NULL,
      occupation text NOT NULL, hours text NOT NULL, credits text NOT NULL, trainers jsonb NOT NULL, open boolean NOT NULL
    )`);
    await run.query('CREATE INDEX programme_rows_of_organisation ON programme_rows (organisation, programme)');
    await run.query(`CREATE TABLE enrolment_rows (
      enrolment uuid PRIMARY KEY, organisation text NOT NULL, programme uuid NOT NULL, worker uuid NOT NULL,
      occupation text NOT NULL,
      state text NOT NULL, needed text NOT NULL, attended text NOT NULL, passed_on date, credits text NOT NULL
    )`);
    await run.query('CREATE INDEX enrolment_rows_of_programme ON enrolment_rows (programme, enrolment)');
    await run.query('CREATE INDEX enrolment_rows_of_worker ON enrolment_rows (worker)');
    await run.query('CREATE INDEX enrolment_rows_of_organisation ON enrolment_rows (organisation, enrolment)');
    await run.query(`CREATE TABLE drill_rows (
      drill uuid PRIMARY KEY, organisation text NOT NULL, worker uuid NOT NULL, occupation text NOT NULL, held_on date NOT NULL,
      score text NOT NULL, passed boolean NOT NULL
    )`);
    await run.query('CREATE INDEX drill_rows_of_worker ON drill_rows (worker)');
    await run.query('CREATE INDEX drill_rows_of_organisation ON drill_rows (organisation, drill)');
    await run.query(`CREATE TABLE credit_rows (
      organisation text NOT NULL, worker uuid NOT NULL, because uuid NOT NULL, credits text NOT NULL,
      PRIMARY KEY (worker, organisation, because)
    )`);
    await run.query('CREATE TABLE merge_rows (worker uuid PRIMARY KEY, goes_on_as uuid NOT NULL)');
    await run.query('CREATE INDEX merge_rows_of_survivor ON merge_rows (goes_on_as)');
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('DROP TABLE merge_rows, credit_rows, drill_rows, enrolment_rows, programme_rows');
  }
}

export const migrations: readonly MigrationClass[] = [Training1760000000200];
