import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from './view.js';

class Views1700000000200 implements MigrationInterface {
  name = 'Views1700000000200';

  async up(run: QueryRunner): Promise<void> {
    await run.query(`CREATE TABLE view_checkpoints (
      name text PRIMARY KEY,
      position bigint NOT NULL,
      moved_at timestamptz NOT NULL DEFAULT now()
    )`);
    await run.query(`CREATE TABLE timers (
      name text NOT NULL,
      aggregate_id text NOT NULL,
      due timestamptz NOT NULL,
      cause uuid NOT NULL,
      correlation text NOT NULL,
      organisation text,
      attempts integer NOT NULL DEFAULT 0,
      retry_at timestamptz,
      error text,
      PRIMARY KEY (name, aggregate_id)
    )`);
    await run.query('CREATE INDEX timers_by_due ON timers (due, name, aggregate_id)');
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('DROP TABLE timers, view_checkpoints');
  }
}

export const viewsMigrations: readonly MigrationClass[] = [Views1700000000200];

/** What the role of the running service may do with these tables, as SQL; the role comes quoted. */
export const viewsGrants = (role: string): readonly string[] => [
  `GRANT SELECT, INSERT, UPDATE ON view_checkpoints TO ${role}`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON timers TO ${role}`,
];
