import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { DecimalString, Instant } from '#libs/decider';
import { view } from '#libs/views';
import type { Placing } from './compute.js';
import type { Because, ResultEvent, Stage } from './result.js';

@Entity('results')
export class ResultRow {
  @PrimaryColumn('uuid') contest!: string;
  @PrimaryColumn('integer') revision!: number;
  @Column('text') organisation!: string;
  @Column('text') stage!: Stage;
  @Column('text') digest!: string;
  @Column('text', { name: 'first_final_at', nullable: true }) firstFinalAt!: Instant | null;
  @Column('jsonb') because!: Because;
}

@Entity('placings')
export class PlacingRow {
  @PrimaryColumn('uuid') contest!: string;
  @PrimaryColumn('integer') revision!: number;
  @PrimaryColumn('text') code!: string;
  @Column('integer', { nullable: true }) rank!: number | null;
  @Column('text', { nullable: true }) unranked!: string | null;
  @Column('text') total!: DecimalString;
  @Column('jsonb') criteria!: Placing['criteria'];
  @Column('text', { nullable: true }) theory!: DecimalString | null;
  @Column('text', { nullable: true }) practical!: DecimalString | null;
  @Column('boolean') tied!: boolean;
}

export const resultsView = view<ResultEvent>('results', [ResultRow, PlacingRow], {
  ResultOpened: ({ event: { contest, revision, organisation, stage, digest, firstFinalAt, because } }, db) =>
    db.insert(ResultRow, { contest, revision, organisation, stage, digest, firstFinalAt, because }),
  ResultPlaced: ({ event: { type: _, ...placing } }, db) => db.insert(PlacingRow, placing),
});
