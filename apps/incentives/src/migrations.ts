import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '#libs/views';

class Grants1772400000000 implements MigrationInterface {
  name = 'Grants1772400000000';

  async up(run: QueryRunner): Promise<void> {
    await run.query(`CREATE TABLE grants (
      id uuid PRIMARY KEY,
      organisation text NOT NULL,
      worker uuid NOT NULL,
      contest uuid NOT NULL,
      decision uuid NOT NULL,
      rule text NOT NULL,
      fen bigint NOT NULL CHECK (fen >= 0),
      payee text NOT NULL,
      state text NOT NULL,
      claim_by text,
      owed bigint NOT NULL,
      reference text,
      reason uuid,
      because text,
      version integer NOT NULL,
      position bigint NOT NULL
    )`);
    await run.query('CREATE INDEX grants_by_organisation ON grants (organisation, position)');
    await run.query('CREATE INDEX grants_by_contest ON grants (contest, state)');
    await run.query('CREATE INDEX grants_by_worker ON grants (worker)');
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('DROP TABLE grants');
  }
}

class Ledger1795200000000 implements MigrationInterface {
  name = 'Ledger1795200000000';

  async up(run: QueryRunner): Promise<void> {
    await run.query(`CREATE TABLE ledger_entries (
      position bigint PRIMARY KEY,
      organisation text NOT NULL,
      contest uuid NOT NULL,
      grant_id uuid NOT NULL,
      from_account text NOT NULL,
      to_account text NOT NULL,
      fen bigint NOT NULL CHECK (fen >= 0),
      reference text,
      at text NOT NULL
    )`);
    await run.query('CREATE INDEX ledger_entries_by_organisation ON ledger_entries (organisation, position)');
    await run.query('CREATE TABLE ledger_grants (id uuid PRIMARY KEY, organisation text NOT NULL, contest uuid NOT NULL, fen bigint NOT NULL)');
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('DROP TABLE ledger_entries, ledger_grants');
  }
}

export const incentivesMigrations: readonly MigrationClass[] = [Grants1772400000000, Ledger1795200000000];
