import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Codes are compared as bytes: a run goes through them in one order on every machine. */
export class ContestCodes1795363200000 implements MigrationInterface {
  name = 'ContestCodes1795363200000';

  async up(run: QueryRunner): Promise<void> {
    await run.query(`CREATE TABLE contest_entries (
      contest uuid NOT NULL,
      code text COLLATE "C" NOT NULL,
      entry_number text NOT NULL,
      members jsonb NOT NULL,
      message uuid NOT NULL,
      PRIMARY KEY (contest, code)
    )`);
    await run.query(`CREATE TABLE contest_placings (
      contest uuid NOT NULL,
      revision integer NOT NULL,
      code text COLLATE "C" NOT NULL,
      rank integer,
      unranked text,
      theory text,
      practical text,
      own text,
      message uuid NOT NULL,
      PRIMARY KEY (contest, revision, code)
    )`);
  }

  async down(run: QueryRunner): Promise<void> {
    for (const table of ['contest_placings', 'contest_entries']) await run.query(`DROP TABLE ${table}`);
  }
}
