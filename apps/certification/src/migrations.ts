import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '#libs/views';
import { Certificates1779350400000 } from './certificate/certificates-migration.js';
import { ContestCodes1795363200000 } from './contest/codes-migration.js';
import { OtherEffects1795276800000, OtherEffectsForHr1795291200000 } from './decision/decisions-migration.js';

class Certification1772400000000 implements MigrationInterface {
  name = 'Certification1772400000000';

  async up(run: QueryRunner): Promise<void> {
    await run.query(`CREATE TABLE decisions (
      id uuid PRIMARY KEY,
      organisation text NOT NULL,
      contest uuid NOT NULL,
      worker uuid NOT NULL,
      entry_number text NOT NULL,
      occupation text NOT NULL,
      nth integer NOT NULL,
      state text NOT NULL,
      rank integer,
      from_level integer,
      to_level integer,
      rule text,
      honours jsonb NOT NULL,
      money jsonb NOT NULL,
      held jsonb NOT NULL,
      notice_until text,
      certificate uuid,
      number text,
      version integer NOT NULL,
      position bigint NOT NULL
    )`);
    await run.query('CREATE INDEX decisions_by_organisation ON decisions (organisation, position)');
    await run.query('CREATE INDEX decisions_by_contest ON decisions (contest, state, position)');
    await run.query('CREATE INDEX decisions_by_worker ON decisions (worker, position)');
    await run.query(`CREATE TABLE hr_promotions (
      position bigint PRIMARY KEY,
      unit uuid,
      what text NOT NULL,
      decision uuid NOT NULL,
      worker uuid NOT NULL,
      contest uuid NOT NULL,
      occupation text NOT NULL,
      from_level integer,
      to_level integer,
      honours jsonb NOT NULL,
      number text,
      at text NOT NULL
    )`);
    await run.query('CREATE INDEX hr_promotions_by_unit ON hr_promotions (unit, position)');
    await run.query(`CREATE TABLE hr_decisions (
      decision uuid PRIMARY KEY,
      worker uuid NOT NULL,
      contest uuid NOT NULL,
      occupation text NOT NULL,
      from_level integer,
      to_level integer,
      approved boolean NOT NULL
    )`);
    await run.query('CREATE TABLE hr_units (worker uuid PRIMARY KEY, unit uuid)');
    await run.query(`CREATE TABLE certification_tasks (
      kind text NOT NULL,
      id uuid NOT NULL,
      position bigint NOT NULL,
      cause uuid NOT NULL,
      at text NOT NULL,
      correlation text NOT NULL,
      organisation text,
      PRIMARY KEY (kind, id)
    )`);
    await run.query('CREATE INDEX certification_tasks_in_order ON certification_tasks (kind, position)');
  }

  async down(run: QueryRunner): Promise<void> {
    for (const table of ['certification_tasks', 'hr_units', 'hr_decisions', 'hr_promotions', 'decisions'])
      await run.query(`DROP TABLE ${table}`);
  }
}

class InPerson1795200000000 implements MigrationInterface {
  name = 'InPerson1795200000000';

  async up(run: QueryRunner): Promise<void> {
    await run.query("ALTER TABLE decisions ADD COLUMN automation text NOT NULL DEFAULT 'accepted'");
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('ALTER TABLE decisions DROP COLUMN automation');
  }
}

export const certificationMigrations: readonly MigrationClass[] = [
  Certification1772400000000, Certificates1779350400000, InPerson1795200000000, OtherEffects1795276800000,
  OtherEffectsForHr1795291200000, ContestCodes1795363200000,
];
