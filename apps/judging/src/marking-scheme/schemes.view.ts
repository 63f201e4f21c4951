import { Column, Entity, PrimaryColumn } from 'typeorm';
import { view } from '#libs/views';
import type { MarkingSchemeEvent } from './marking-scheme.js';

@Entity('marking_schemes')
export class SchemeRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') organisation!: string;
  @Column('text') title!: string;
  @Column('text') state!: 'draft' | 'frozen';
  @Column('text', { nullable: true }) digest!: string | null;
  @Column('integer') version!: number;
}

export const schemesView = view<MarkingSchemeEvent>('marking-schemes', [SchemeRow], {
  MarkingSchemeImported: ({ aggregateId: id, version, event: { organisation, scheme } }, db) =>
    db.upsert(SchemeRow, { id, organisation, title: scheme.title, state: 'draft', digest: null, version }, ['id']),
  ScoringRuleSet: ({ aggregateId: id, version }, db) => db.update(SchemeRow, { id }, { version }),
  MarkingSchemeFrozen: ({ aggregateId: id, version, event: { digest } }, db) =>
    db.update(SchemeRow, { id }, { state: 'frozen', digest, version }),
});
