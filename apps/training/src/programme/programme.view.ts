import { Column, Entity, PrimaryColumn } from 'typeorm';
import { view } from '#libs/views';
import type { ProgrammeEvent } from './programme.js';

@Entity('programme_rows')
export class ProgrammeRow {
  @PrimaryColumn({ type: 'uuid' }) programme!: string;
  @Column({ type: 'text' }) organisation!: string;
  @Column({ type: 'text' }) code!: string;
  @Column({ type: 'text', name: 'name_zh' }) nameZh!: string;
  @Column({ type: 'text', name: 'name_en' }) nameEn!: string;
  @Column({ type: 'text' }) occupation!: string;
  @Column({ type: 'text' }) hours!: string;
  @Column({ type: 'text' }) credits!: string;
  @Column({ type: 'jsonb' }) trainers!: string[];
  @Column({ type: 'boolean' }) open!: boolean;
}

export const programmes = view<ProgrammeEvent>('programmes', [ProgrammeRow], {
  ProgrammeOpened: ({ aggregateId, event }, db) => {
    const { organisation, code, name, occupation, hours, credits, trainers } = event;
    return db.insert(ProgrammeRow, {
      programme: aggregateId, organisation, code, nameZh: name.zh, nameEn: name.en, occupation, hours, credits,
      trainers: [...trainers], open: true,
    });
  },
  ProgrammeClosed: ({ aggregateId }, db) => db.update(ProgrammeRow, aggregateId, { open: false }),
});
