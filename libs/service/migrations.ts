import type { MigrationInterface, QueryRunner } from 'typeorm';
import { eventStoreMigrations } from '#libs/event-store';
import { messagingMigrations } from '#libs/messaging';
import { vaultMigrations } from '#libs/vault';
import { type MigrationClass, viewsMigrations } from '#libs/views';

class Requests1700000000400 implements MigrationInterface {
  name = 'Requests1700000000400';

  async up(run: QueryRunner): Promise<void> {
    // Keyed hashes and sealed answers: nothing here can be read without the master key.
    await run.query(`CREATE TABLE idempotency_keys (
      scope bytea PRIMARY KEY,
      body bytea NOT NULL,
      seed uuid NOT NULL,
      instance integer NOT NULL,
      answer bytea,
      begun_at timestamptz NOT NULL DEFAULT now()
    )`);
    await run.query('CREATE INDEX idempotency_keys_by_age ON idempotency_keys USING brin (begun_at)');
    await run.query(`CREATE TABLE request_outcomes (
      seed uuid NOT NULL,
      nth integer NOT NULL,
      value bytea NOT NULL,
      kept_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (seed, nth)
    )`);
    await run.query('CREATE TABLE manual_clock (one boolean PRIMARY KEY DEFAULT true CHECK (one), at timestamptz NOT NULL)');
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('DROP TABLE idempotency_keys, request_outcomes, manual_clock');
  }
}

/** The tables that every service has, before its own. */
export const frameMigrations: readonly MigrationClass[] = [
  ...eventStoreMigrations, ...viewsMigrations, ...vaultMigrations, ...messagingMigrations, Requests1700000000400,
];
