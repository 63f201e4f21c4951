/** Results by code, every revision; which entry a code is, is joined when asked. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { DecimalString } from '#libs/decider';
import { view } from '#libs/views';
import type { ResultEvent, Stage } from '../memory/result.js';

@Entity('result_revisions')
export class RevisionRow {
  @PrimaryColumn('uuid') contest!: string;
  @PrimaryColumn('integer') revision!: number;
  @Column('text') stage!: Stage;
  @Column('boolean') closed!: boolean;
}

@Entity('placings')
export class PlacingRow {
  @PrimaryColumn('uuid') contest!: string;
  @PrimaryColumn('integer') revision!: number;
  @PrimaryColumn('text') code!: string;
  @Column('integer', { nullable: true }) rank!: number | null;
  @Column('text', { nullable: true }) unranked!: string | null;
  @Column('text') total!: DecimalString;
  @Column('boolean') tied!: boolean;
  @Column('jsonb') criteria!: readonly { id: string; mark: DecimalString }[];
}

export const resultsView = view<ResultEvent>('results', [RevisionRow, PlacingRow], {
  RevisionOpened: ({ aggregateId: contest, event: { revision, stage } }, db) =>
    db.insert(RevisionRow, { contest, revision, stage, closed: false }),
  CodePlaced: ({ aggregateId: contest, event: { revision, code, rank, unranked, total, tied, criteria } }, db) =>
    db.insert(PlacingRow, { contest, revision, code, rank, unranked, total, tied, criteria: [...criteria] }),
  RevisionClosed: ({ aggregateId: contest, event: { revision } }, db) => db.update(
    RevisionRow, { contest, revision }, { closed: true },
  ),
});
