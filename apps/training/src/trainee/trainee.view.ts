import { Column, Entity, PrimaryColumn } from 'typeorm';
import { view } from '#libs/views';
import type { TraineeEvent } from './trainee.js';

/** What was recorded of a merged record counts for the one that it goes on as. */
@Entity('merge_rows')
export class MergeRow {
  @PrimaryColumn({ type: 'uuid' }) worker!: string;
  @Column({ type: 'uuid', name: 'goes_on_as' }) goesOnAs!: string;
}

export const merges = view<TraineeEvent>('merges', [MergeRow], {
  async TraineeMerged({ aggregateId, event }, db) {
    // The survivor may have been merged itself: merges of different workers may be heard in any order.
    const later = await db.findOneBy(MergeRow, { worker: event.into });
    const goesOnAs = later?.goesOnAs ?? event.into;
    await db.update(MergeRow, { goesOnAs: aggregateId }, { goesOnAs });
    await db.insert(MergeRow, { worker: aggregateId, goesOnAs });
  },
});
