import { Column, Entity, PrimaryColumn } from 'typeorm';
import { view } from '#libs/views';
import type { UnitEvent } from './unit.js';

@Entity('unit_rows')
export class UnitRow {
  @PrimaryColumn({ type: 'uuid' }) unit!: string;
  @Column({ type: 'text' }) organisation!: string;
  @Column({ type: 'text' }) name!: string;
  @Column({ type: 'text', nullable: true }) code!: string | null;
}

export const units = view<UnitEvent>('units', [UnitRow], {
  UnitRegistered: ({ aggregateId, event }, db) => {
    const { organisation, name, code } = event;
    return db.insert(UnitRow, { unit: aggregateId, organisation, name, code });
  },
  UnitRenamed: ({ aggregateId, event }, db) => db.update(UnitRow, aggregateId, { name: event.name }),
});
