import { Column, Entity, PrimaryColumn } from 'typeorm';
import { decimal, sum } from '#libs/decider';
import { view } from '#libs/views';
import type { EnrolmentEvent } from './enrolment.js';

@Entity('enrolment_rows')
export class EnrolmentRow {
  @PrimaryColumn({ type: 'uuid' }) enrolment!: string;
  @Column({ type: 'text' }) organisation!: string;
  @Column({ type: 'uuid' }) programme!: string;
  @Column({ type: 'uuid' }) worker!: string;
  @Column({ type: 'text' }) occupation!: string;
  @Column({ type: 'text' }) state!: string;
  @Column({ type: 'text' }) needed!: string;
  @Column({ type: 'text' }) attended!: string;
  @Column({ type: 'date', name: 'passed_on', nullable: true }) passedOn!: string | null;
  @Column({ type: 'text' }) credits!: string;
}

export const enrolments = view<EnrolmentEvent>('enrolments', [EnrolmentRow], {
  EnrolmentOpened: ({ aggregateId, event }, db) => {
    const { organisation, programme, worker, occupation, hours, credits } = event;
    return db.insert(EnrolmentRow, {
      enrolment: aggregateId, organisation, programme, worker, occupation, state: 'enrolled', needed: hours, attended: '0',
      passedOn: null, credits,
    });
  },
  async SessionAttended({ aggregateId, event }, db) {
    const { attended } = await db.findOneByOrFail(EnrolmentRow, { enrolment: aggregateId });
    await db.update(EnrolmentRow, aggregateId, { state: 'attended', attended: decimal(sum([attended, event.hours])) });
  },
  EnrolmentPassed: ({ aggregateId, event }, db) => db.update(EnrolmentRow, aggregateId, { state: 'passed', passedOn: event.on }),
  EnrolmentCredited: ({ aggregateId }, db) => db.update(EnrolmentRow, aggregateId, { state: 'credited' }),
  EnrolmentWithdrawn: ({ aggregateId }, db) => db.update(EnrolmentRow, aggregateId, { state: 'withdrawn' }),
});
