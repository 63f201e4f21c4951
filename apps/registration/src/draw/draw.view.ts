import { Column, Entity, PrimaryColumn } from 'typeorm';
import { view } from '#libs/views';
import type { DrawEvent } from './draw.js';

/** What everyone may see of a draw: the commitment, and after the reveal all that it takes to derive the order again. */
@Entity('draws')
export class DrawRow {
  @PrimaryColumn('uuid') contest!: string;
  @Column('text') hash!: string;
  @Column('text', { nullable: true, name: 'public_value_name' }) publicValueName!: string | null;
  @Column('text', { nullable: true }) seed!: string | null;
  @Column('text', { nullable: true, name: 'public_value' }) publicValue!: string | null;
  @Column('text', { nullable: true }) entries!: string | null;
  @Column('jsonb', { name: 'draw_order' }) order!: readonly string[];
}

export const drawsView = view<DrawEvent>('draws', [DrawRow], {
  DrawCommitted: ({ event: { contest, hash, publicValueName } }, db) =>
    db.insert(DrawRow, { contest, hash, publicValueName, seed: null, publicValue: null, entries: null, order: [] }),
  DrawRevealed: ({ aggregateId: contest, event: { seed, publicValue, entries, order } }, db) =>
    db.update(DrawRow, { contest }, { seed, publicValue, entries, order: [...order] }),
});
