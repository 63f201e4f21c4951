import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OtherEffects1795276800000 implements MigrationInterface {
  name = 'OtherEffects1795276800000';

  async up(run: QueryRunner): Promise<void> {
    await run.query("ALTER TABLE decisions ADD COLUMN others jsonb NOT NULL DEFAULT '[]'");
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('ALTER TABLE decisions DROP COLUMN others');
  }
}

export class OtherEffectsForHr1795291200000 implements MigrationInterface {
  name = 'OtherEffectsForHr1795291200000';

  async up(run: QueryRunner): Promise<void> {
    await run.query("ALTER TABLE hr_promotions ADD COLUMN others jsonb NOT NULL DEFAULT '[]'");
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('ALTER TABLE hr_promotions DROP COLUMN others');
  }
}
