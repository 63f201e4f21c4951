import { Column, Entity, PrimaryColumn } from 'typeorm';
import { view } from '#libs/views';
import type { ContestEvent } from '../contest/contest.js';
import type { HearingEvent } from './hearing.js';

export const hearingStates = ['filed', 'assigned', 'withdrawn', 'upheld', 'dismissed'] as const;
export type HearingState = (typeof hearingStates)[number];

@Entity('hearings')
export class HearingRow {
  @PrimaryColumn('uuid') appeal!: string;
  @Column('uuid') contest!: string;
  @Column('text') code!: string;
  @Column('jsonb') contested!: readonly string[];
  @Column('text') state!: HearingState;
  @Column('text', { nullable: true }) arbitrator!: string | null;
  /** The reasons, as the id of a text in the vault. */
  @Column('uuid', { nullable: true }) reasons!: string | null;
  @Column('integer') version!: number;
}

export const hearingsView = view<ContestEvent | HearingEvent>('hearings', [HearingRow], {
  AppealFiled: ({ aggregateId: contest, event: { appeal, code, contested } }, db) =>
    db.upsert(
      HearingRow, { appeal, contest, code, contested, state: 'filed', arbitrator: null, reasons: null, version: 0 }, ['appeal']
    ),
  AppealWithdrawn: ({ event: { appeal } }, db) => db.update(HearingRow, { appeal }, { state: 'withdrawn' }),
  HearingAssigned: ({ aggregateId: appeal, version, event: { arbitrator } }, db) =>
    db.update(HearingRow, { appeal }, { state: 'assigned', arbitrator, version }),
  HearingUpheld: ({ aggregateId: appeal, version, event: { reasons } }, db) =>
    db.update(HearingRow, { appeal }, { state: 'upheld', reasons, version }),
  HearingDismissed: ({ aggregateId: appeal, version, event: { reasons } }, db) =>
    db.update(HearingRow, { appeal }, { state: 'dismissed', reasons, version }),
});
