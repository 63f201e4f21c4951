import { Injectable } from '@nestjs/common';
import { Column, DataSource, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import type { Query, Recorded } from '#libs/event-store';
import { queryOn, view } from '#libs/views';
import type { DecisionEvent } from '../decision/decision.js';
import { whole } from '../decision/decisions-view.js';
import type { FileEvent } from '../file/file.js';
import type { RunEvent } from './decision-run.js';

export type TaskKind = 'run' | 'refold' | 'certificate' | 'shred';

/** What a job still has to do: a view like any other, so that nothing is forgotten and nothing is done because of a lost row. */
@Entity('certification_tasks')
export class TaskRow {
  @PrimaryColumn('text') kind!: TaskKind;
  @PrimaryColumn('uuid') id!: string;
  @Column('bigint', { transformer: whole }) position!: number;
  /** The event that asks for it: the cause of what follows, with its time and story. */
  @Column('uuid') cause!: string;
  @Column('text') at!: string;
  @Column('text') correlation!: string;
  @Column('text', { nullable: true }) organisation!: string | null;
}

export type Task = Pick<TaskRow, 'id' | 'cause' | 'at' | 'correlation' | 'organisation'>;

const open = (kind: TaskKind) => (
  { aggregateId: id, position, id: cause, metadata: { at, correlation, organisation } }: Recorded, db: EntityManager,
) =>
  db.save(TaskRow, { kind, id, position, cause, at, correlation, organisation });
const close = (kind: TaskKind) => ({ aggregateId: id }: Recorded, db: EntityManager) => db.delete(TaskRow, { kind, id });

export const tasksView = view<DecisionEvent | FileEvent | RunEvent>('tasks', [TaskRow], {
  RunStarted: open('run'), RunCompleted: close('run'), RunOvertaken: close('run'),
  RefoldAsked: open('refold'), Refolded: close('refold'),
  PromotionApproved: async (recorded, db) => (recorded.event.to === null ? undefined : open('certificate')(recorded, db)),
  PromotionIssued: close('certificate'), PromotionSuperseded: close('certificate'), PromotionRevoked: close('certificate'),
  WorkerErased: open('shred'), TextsShredded: close('shred'),
});

@Injectable()
export class Tasks {
  private readonly query: Query;

  constructor(db: DataSource) {
    this.query = queryOn(db);
  }

  /** The oldest first. Plain SQL: every job asks after every append. */
  async open(kind: TaskKind, limit: number): Promise<readonly Task[]> {
    return this.query<Task>(
      `SELECT id, cause, at, correlation, organisation FROM certification_tasks WHERE kind = $1 ORDER BY position LIMIT $2`,
      [kind, limit],
    );
  }
}
