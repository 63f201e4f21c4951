import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, MoreThan } from 'typeorm';
import { isId } from '#libs/decider';
import type { Query } from '#libs/event-store';
import { queryOn } from '#libs/views';
import { type Caller, NotFound, type Page, pageOf, readCursor } from '#libs/web';
import { DecisionRow, type DecisionStateName } from './decisions-view.js';

interface Asked {
  readonly limit?: number;
  readonly cursor?: string;
  readonly state?: DecisionStateName;
  readonly contest?: string;
  readonly worker?: string;
}

/** What may be asked about decisions; every question names the caller's organisation, or the worker. */
@Injectable()
export class Decisions {
  readonly query: Query;

  constructor(private readonly db: DataSource) {
    this.query = queryOn(db);
  }

  async page({ limit = 50, cursor, state, contest, worker }: Asked, { organisation }: Caller): Promise<Page<DecisionRow>> {
    const [after] = readCursor(cursor, 1) ?? [];
    const rows = await this.db.manager.find(DecisionRow, {
      where: {
        organisation, ...(state ? { state } : {}), ...(contest ? { contest } : {}), ...(worker ? { worker } : {}),
        ...(typeof after === 'number' ? { position: MoreThan(after) } : {}),
      },
      order: { position: 'ASC' }, take: limit + 1,
    });
    return pageOf(rows, limit, (last) => [last.position]);
  }

  async one(id: string): Promise<DecisionRow> {
    const row = await this.db.manager.findOneBy(DecisionRow, { id });
    if (row === null) throw new NotFound('decision', id);
    return row;
  }

  async ofWorker(worker: string): Promise<DecisionRow[]> {
    if (!isId(worker)) return []; // a token may name anybody
    return this.db.manager.find(DecisionRow, { where: { worker }, order: { position: 'ASC' } });
  }

  /** Those of a contest that wait for an approval, oldest first, and how many more there are. */
  async awaiting(
    contest: string, { organisation }: Caller, limit: number, db: EntityManager,
  ): Promise<{ ids: string[]; left: number }> {
    const [rows, count] = await db.findAndCount(DecisionRow, {
      select: { id: true }, where: { contest, organisation, state: 'awaiting' }, order: { position: 'ASC' }, take: limit,
    });
    return { ids: rows.map(({ id }) => id), left: count - rows.length };
  }
}
