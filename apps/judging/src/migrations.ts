import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '#libs/views';

class Judging1772400000000 implements MigrationInterface {
  name = 'Judging1772400000000';

  async up(run: QueryRunner): Promise<void> {
    await run.query(`CREATE TABLE marking_schemes (
      id uuid PRIMARY KEY, organisation text NOT NULL, title text NOT NULL, state text NOT NULL, digest text,
      version integer NOT NULL
    )`);
    await run.query('CREATE INDEX marking_schemes_by_organisation ON marking_schemes (organisation, id)');
    await run.query(`CREATE TABLE contests (
      id uuid PRIMARY KEY, organisation text NOT NULL, number text NOT NULL, name jsonb NOT NULL, scheme uuid NOT NULL,
      state text NOT NULL, panel jsonb NOT NULL
    )`);
    await run.query('CREATE INDEX contests_by_organisation ON contests (organisation, id)');
    await run.query(`CREATE TABLE contest_codes (
      contest uuid NOT NULL, code text NOT NULL, ordinal integer NOT NULL, voided text, PRIMARY KEY (contest, code)
    )`);
    await run.query(`CREATE TABLE scoresheets (
      id uuid PRIMARY KEY, contest uuid NOT NULL, organisation text NOT NULL, code text NOT NULL, part text NOT NULL,
      kind text NOT NULL,
      judge text NOT NULL, state text NOT NULL, marks jsonb NOT NULL, asked jsonb NOT NULL, remarked jsonb NOT NULL,
      version integer NOT NULL
    )`);
    await run.query('CREATE INDEX scoresheets_by_contest ON scoresheets (contest, code)');
    await run.query(`CREATE TABLE hearings (
      appeal uuid PRIMARY KEY, contest uuid NOT NULL, code text NOT NULL, contested jsonb NOT NULL, state text NOT NULL,
      arbitrator text, reasons uuid, version integer NOT NULL
    )`);
    await run.query('CREATE INDEX hearings_by_contest ON hearings (contest, appeal)');
    await run.query(`CREATE TABLE results (
      contest uuid NOT NULL, revision integer NOT NULL, organisation text NOT NULL, stage text NOT NULL, digest text NOT NULL,
      first_final_at text, because jsonb NOT NULL, PRIMARY KEY (contest, revision)
    )`);
    await run.query(`CREATE TABLE placings (
      contest uuid NOT NULL, revision integer NOT NULL, code text NOT NULL, rank integer, unranked text, total text NOT NULL,
      criteria jsonb NOT NULL, theory text, practical text, tied boolean NOT NULL, PRIMARY KEY (contest, revision, code)
    )`);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('DROP TABLE placings, results, hearings, scoresheets, contest_codes, contests, marking_schemes');
  }
}

export const judgingMigrations: readonly MigrationClass[] = [Judging1772400000000];
