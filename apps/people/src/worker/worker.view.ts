import { Column, Entity, In, PrimaryColumn } from 'typeorm';
import { view } from '#libs/views';
import type { WorkerEvent } from './worker.js';

/** Where a worker's texts lie in the vault, and what is known besides. */
@Entity('worker_rows')
export class WorkerRow {
  @PrimaryColumn({ type: 'uuid' }) worker!: string;
  @Column({ type: 'uuid', nullable: true }) unit!: string | null;
  @Column({ type: 'text' }) status!: string;
  @Column({ type: 'uuid', name: 'name_text' }) nameText!: string;
  @Column({ type: 'uuid', name: 'id_number_text' }) idNumberText!: string;
  @Column({ type: 'uuid', name: 'staff_number_text', nullable: true }) staffNumberText!: string | null;
  @Column({ type: 'uuid', name: 'merged_into', nullable: true }) mergedInto!: string | null;
  @Column({ type: 'boolean' }) erased!: boolean;
}

/** Who registered or resolved a worker, and so may see who it is. */
@Entity('worker_organisations')
export class WorkerOrganisation {
  @PrimaryColumn({ type: 'text' }) organisation!: string;
  @PrimaryColumn({ type: 'uuid' }) worker!: string;
}

export const workers = view<WorkerEvent>('workers', [WorkerRow, WorkerOrganisation], {
  async WorkerRegistered({ aggregateId, event }, db) {
    const { name, idNumber, staffNumber, unit, status, organisation } = event;
    await db.insert(WorkerRow, {
      worker: aggregateId, unit, status, nameText: name, idNumberText: idNumber, staffNumberText: staffNumber, mergedInto: null,
      erased: false,
    });
    await db.insert(WorkerOrganisation, { organisation, worker: aggregateId });
  },
  WorkerLinked: ({ aggregateId, event }, db) =>
    db.insert(WorkerOrganisation, { organisation: event.organisation, worker: aggregateId }),
  StaffNumberRecorded: ({ aggregateId, event }, db) => db.update(WorkerRow, aggregateId, { staffNumberText: event.staffNumber }),
  WorkerUnitChanged: ({ aggregateId, event }, db) => db.update(WorkerRow, aggregateId, { unit: event.unit }),
  WorkerStatusChanged: ({ aggregateId, event }, db) => db.update(WorkerRow, aggregateId, { status: event.status }),
  WorkerMerged: ({ aggregateId, event }, db) => db.update(WorkerRow, aggregateId, { mergedInto: event.into }),
  async WorkerAbsorbed({ aggregateId, event }, db) {
    // Records that the absorbed one had absorbed before go on here too: a lookup takes one step, however long the story.
    await db.update(WorkerRow, { worker: In([...event.workers]) }, { mergedInto: aggregateId });
    for (const organisation of event.organisations) await db.insert(WorkerOrganisation, { organisation, worker: aggregateId });
  },
  WorkerErased: ({ aggregateId }, db) => db.update(WorkerRow, aggregateId, { erased: true }),
});
