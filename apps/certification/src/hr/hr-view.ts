import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import type { Recorded } from '#libs/event-store';
import type { Level, OtherEffect } from '#libs/policy';
import { view } from '#libs/views';
import type { DecisionEvent } from '../decision/decision.js';
import { whole } from '../decision/decisions-view.js';
import type { FileEvent } from '../file/file.js';

/** One line of what an HR system reads: never changed, only added to, so that a cursor never skips. */
@Entity('hr_promotions')
export class HrRow {
  @PrimaryColumn('bigint', { transformer: whole }) position!: number;
  /** The worker's unit when it happened: a later move neither hides nor repeats it. */
  @Column('uuid', { nullable: true }) unit!: string | null;
  @Column('text') what!: 'promoted' | 'certified' | 'fallen';
  @Column('uuid') decision!: string;
  @Column('uuid') worker!: string;
  @Column('uuid') contest!: string;
  @Column('text') occupation!: string;
  @Column('integer', { name: 'from_level', nullable: true }) from!: Level | null;
  @Column('integer', { name: 'to_level', nullable: true }) to!: Level | null;
  @Column('jsonb') honours!: string[];
  /** Points, credits, applications, and what is for a coach, a team or the experts. */
  @Column('jsonb') others!: OtherEffect[];
  @Column('text', { nullable: true }) number!: string | null;
  @Column('text') at!: string;
}

/** Whose decision it is, and whether it was approved: later events do not repeat it. */
@Entity('hr_decisions')
export class HrDecisionRow {
  @PrimaryColumn('uuid') decision!: string;
  @Column('uuid') worker!: string;
  @Column('uuid') contest!: string;
  @Column('text') occupation!: string;
  @Column('integer', { name: 'from_level', nullable: true }) from!: Level | null;
  @Column('integer', { name: 'to_level', nullable: true }) to!: Level | null;
  @Column('boolean') approved!: boolean;
}

@Entity('hr_units')
export class HrUnitRow {
  @PrimaryColumn('uuid') worker!: string;
  @Column('uuid', { nullable: true }) unit!: string | null;
}

type Found = Extract<DecisionEvent, { type: 'PromotionProposed' }>;

const tell = async (recorded: Recorded, db: EntityManager, what: HrRow['what'], parts: Partial<HrRow> = {}): Promise<void> => {
  const row = await db.findOneBy(HrDecisionRow, { decision: recorded.aggregateId });
  if (row === null || (what !== 'promoted' && !row.approved)) return;
  const { approved: _, ...of } = row;
  const unit = (await db.findOneBy(HrUnitRow, { worker: row.worker }))?.unit ?? null;
  await db.insert(HrRow, {
    position: recorded.position, unit, what, ...of, honours: [], others: [], number: null, at: recorded.metadata.at, ...parts
  });
};

type Heard = DecisionEvent | Extract<FileEvent, { type: 'UnitKnown' }>;

export const hrView = view<Heard>('hr-promotions', [HrRow, HrDecisionRow, HrUnitRow], {
  UnitKnown: ({ aggregateId: worker, event: { unit } }, db) => db.upsert(HrUnitRow, { worker, unit }, ['worker']),
  PromotionProposed: ({ aggregateId: decision, event }: Recorded<Found>, db) => {
    const { worker, contest, occupation, from, to } = event;
    return db.insert(HrDecisionRow, { decision, worker, contest, occupation, from, to, approved: false });
  },
  PromotionApproved: async (recorded, db) => {
    await db.update(HrDecisionRow, { decision: recorded.aggregateId }, { approved: true });
    const { honours, others } = recorded.event;
    await tell(recorded, db, 'promoted', { honours: honours.map(({ honour }) => honour), others: [...others] });
  },
  PromotionIssued: (recorded, db) => tell(recorded, db, 'certified', { number: recorded.event.number }),
  PromotionSuperseded: (recorded, db) => tell(recorded, db, 'fallen'),
  PromotionRevoked: (recorded, db) => tell(recorded, db, 'fallen'),
});
