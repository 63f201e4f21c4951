import type { MigrationInterface, QueryRunner } from 'typeorm';

class Vault1700000000300 implements MigrationInterface {
  name = 'Vault1700000000300';

  async up(run: QueryRunner): Promise<void> {
    // A shredded key keeps its row, so that nobody makes a new one for a record that was erased.
    await run.query(`CREATE TABLE vault_keys (
      record text PRIMARY KEY,
      wrapped bytea,
      master text,
      created_at timestamptz NOT NULL DEFAULT now(),
      shredded_at timestamptz,
      CHECK ((wrapped IS NULL) = (shredded_at IS NOT NULL))
    )`);
    await run.query(`CREATE TABLE vault_texts (
      id uuid PRIMARY KEY,
      record text NOT NULL REFERENCES vault_keys,
      ciphertext bytea NOT NULL
    )`);
    await run.query('CREATE INDEX vault_texts_of_record ON vault_texts (record)');
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('DROP TABLE vault_texts, vault_keys');
  }
}

export const vaultMigrations: readonly (new () => MigrationInterface)[] = [Vault1700000000300];

/** What the role of the running service may do with these tables, as SQL; the role comes quoted. */
export const vaultGrants = (role: string): readonly string[] => [
  `GRANT SELECT, INSERT, UPDATE ON vault_keys TO ${role}`,
  `GRANT SELECT, INSERT, DELETE ON vault_texts TO ${role}`,
];
