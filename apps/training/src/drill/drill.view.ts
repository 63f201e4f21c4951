import { Column, Entity, PrimaryColumn } from 'typeorm';
import { view } from '#libs/views';
import type { DrillEvent } from './drill.js';

@Entity('drill_rows')
export class DrillRow {
  @PrimaryColumn({ type: 'uuid' }) drill!: string;
  @Column({ type: 'text' }) organisation!: string;
  @Column({ type: 'uuid' }) worker!: string;
  @Column({ type: 'text' }) occupation!: string;
  @Column({ type: 'date', name: 'held_on' }) on!: string;
  @Column({ type: 'text' }) score!: string;
  @Column({ type: 'boolean' }) passed!: boolean;
}

export const drills = view<DrillEvent>('drills', [DrillRow], {
  DrillRecorded: ({ aggregateId, event }, db) => {
    const { organisation, worker, occupation, on, score, passed } = event;
    return db.insert(DrillRow, { drill: aggregateId, organisation, worker, occupation, on, score, passed });
  },
});
