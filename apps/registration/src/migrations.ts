import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '#libs/views';

/** The tables of the views; all of them can be made again from the events. */
class RegistrationViews1700000030000 implements MigrationInterface {
  name = 'RegistrationViews1700000030000';

  async up(run: QueryRunner): Promise<void> {
    await run.query(`CREATE TABLE competitions (
      id uuid PRIMARY KEY, organisation text NOT NULL, number text NOT NULL, name jsonb NOT NULL, year integer NOT NULL,
      "is" text NOT NULL, contests integer NOT NULL
    )`);
    await run.query('CREATE INDEX competitions_by_organisation ON competitions (organisation, id)');
    await run.query(`CREATE TABLE contests (
      id uuid PRIMARY KEY, competition uuid NOT NULL, organisation text NOT NULL, number text NOT NULL, "is" text NOT NULL,
      terms jsonb NOT NULL, pack jsonb, overridden boolean NOT NULL, revision integer, appeals_until text, notice_until text
    )`);
    await run.query('CREATE INDEX contests_by_organisation ON contests (organisation, id)');
    await run.query('CREATE INDEX contests_by_competition ON contests (competition)');
    await run.query(`CREATE TABLE entries (
      id uuid PRIMARY KEY, contest uuid NOT NULL, competition uuid NOT NULL, organisation text NOT NULL, number text NOT NULL,
      "is" text NOT NULL, members jsonb NOT NULL, findings jsonb NOT NULL, draw_order integer, code text, submitted_at text NOT NULL
    )`);
    await run.query('CREATE INDEX entries_by_contest ON entries (contest, number)');
    await run.query('CREATE TABLE entry_members (entry uuid NOT NULL, worker uuid NOT NULL, PRIMARY KEY (entry, worker))');
    await run.query('CREATE INDEX entry_members_by_worker ON entry_members (worker)');
    await run.query(`CREATE TABLE result_revisions (
      contest uuid NOT NULL, revision integer NOT NULL, stage text NOT NULL, closed boolean NOT NULL, PRIMARY KEY (contest, revision)
    )`);
    await run.query(`CREATE TABLE placings (
      contest uuid NOT NULL, revision integer NOT NULL, code text NOT NULL, rank integer, unranked text, total text NOT NULL,
      tied boolean NOT NULL, criteria jsonb NOT NULL, PRIMARY KEY (contest, revision, code)
    )`);
    await run.query(`CREATE TABLE appeals (
      id uuid PRIMARY KEY, contest uuid NOT NULL, entry uuid NOT NULL, organisation text NOT NULL, "is" text NOT NULL,
      contested jsonb NOT NULL, redacted boolean NOT NULL, arbitrator text, filed_at text NOT NULL, until text NOT NULL
    )`);
    await run.query('CREATE INDEX appeals_by_organisation ON appeals (organisation, id)');
    await run.query('CREATE INDEX appeals_by_entry ON appeals (entry)');
    await run.query(`CREATE TABLE draws (
      contest uuid PRIMARY KEY, hash text NOT NULL, public_value_name text, seed text, public_value text, entries text,
      draw_order jsonb NOT NULL
    )`);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('DROP TABLE competitions, contests, entries, entry_members, result_revisions, placings, appeals, draws');
  }
}

class LateAppeals1795290000000 implements MigrationInterface {
  name = 'LateAppeals1795290000000';

  async up(run: QueryRunner): Promise<void> {
    await run.query('ALTER TABLE appeals ADD COLUMN out_of_time boolean NOT NULL DEFAULT false');
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('ALTER TABLE appeals DROP COLUMN out_of_time');
  }
}

export const migrations: readonly MigrationClass[] = [RegistrationViews1700000030000, LateAppeals1795290000000];
