import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import type { Instant } from '#libs/decider';
import type { Recorded } from '#libs/event-store';
import { view } from '#libs/views';
import type { Appeal, AppealEvent } from './appeal.js';

@Entity('appeals')
export class AppealRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') contest!: string;
  @Column('uuid') entry!: string;
  @Column('text') organisation!: string;
  @Column('text') is!: Exclude<Appeal['is'], 'none'>;
  @Column('jsonb') contested!: readonly string[];
  @Column('boolean') redacted!: boolean;
  @Column('text', { nullable: true }) arbitrator!: string | null;
  @Column('boolean', { name: 'out_of_time' }) outOfTime!: boolean;
  @Column('text', { name: 'filed_at' }) filedAt!: Instant;
  @Column('text') until!: Instant;
}

const becomes = (is: AppealRow['is']) => ({ aggregateId }: Recorded, db: EntityManager) => db.update(
  AppealRow, { id: aggregateId }, { is },
);

export const appealsView = view<AppealEvent>('appeals', [AppealRow], {
  AppealFiled: ({ aggregateId: id, event: { contest, entry, organisation, contested, until, admitted }, metadata }, db) =>
    db.insert(AppealRow, {
      id, contest, entry, organisation, is: 'filed', contested: [...contested], redacted: false, arbitrator: null,
      outOfTime: admitted !== undefined, filedAt: metadata.at, until,
    }),
  GroundsRedacted: ({ aggregateId: id }, db) => db.update(AppealRow, { id }, { redacted: true }),
  ArbitratorAssigned: ({ aggregateId: id, event: { arbitrator } }, db) => db.update(
    AppealRow, { id }, { is: 'heard', arbitrator },
  ),
  AppealUpheld: becomes('upheld'),
  AppealDismissed: becomes('dismissed'),
  AppealWithdrawn: becomes('withdrawn'),
});
