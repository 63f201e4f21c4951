import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The view of certificates. Their numbers are the world's: two of one number would be found here, at the latest. */
export class Certificates1779350400000 implements MigrationInterface {
  name = 'Certificates1779350400000';

  async up(run: QueryRunner): Promise<void> {
    await run.query(`CREATE TABLE certificates (
      id uuid PRIMARY KEY,
      number text NOT NULL UNIQUE,
      organisation text NOT NULL,
      worker uuid NOT NULL,
      contest uuid NOT NULL,
      decision uuid NOT NULL,
      occupation text NOT NULL,
      level integer NOT NULL,
      issued_on text NOT NULL,
      issuer jsonb,
      state text NOT NULL,
      since text NOT NULL,
      list integer,
      list_index integer,
      version integer NOT NULL,
      position bigint NOT NULL
    )`);
    await run.query('CREATE INDEX certificates_by_organisation ON certificates (organisation, position)');
    await run.query('CREATE INDEX certificates_by_worker ON certificates (worker, position)');
    // Most are valid and in no list: what a list is made from stays small.
    await run.query(
      "CREATE INDEX certificates_in_lists ON certificates (list, state) WHERE list IS NOT NULL AND state <> 'valid'",
    );
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('DROP TABLE certificates');
  }
}
