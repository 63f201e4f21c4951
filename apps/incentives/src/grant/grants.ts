import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, MoreThan } from 'typeorm';
import type { Query } from '#libs/event-store';
import { queryOn } from '#libs/views';
import { type Caller, NotFound, type Page, pageOf, readCursor } from '#libs/web';
import { GrantRow, type GrantState } from './grants-view.js';

type Shown = Omit<GrantRow, 'organisation' | 'reason' | 'version' | 'position'>;

interface Asked {
  readonly limit?: number;
  readonly cursor?: string;
  readonly state?: GrantState;
  readonly contest?: string;
  readonly worker?: string;
}

/** What may be asked about grants; every question names the caller's organisation, or the worker. */
@Injectable()
export class Grants {
  readonly query: Query;

  constructor(private readonly db: DataSource) {
    this.query = queryOn(db);
  }

  async page({ limit = 50, cursor, state, contest, worker }: Asked, { organisation }: Caller): Promise<Page<Shown>> {
    const [after] = readCursor(cursor, 1) ?? [];
    const rows = await this.db.manager.find(GrantRow, {
      where: {
        organisation, ...(state ? { state } : {}), ...(contest ? { contest } : {}), ...(worker ? { worker } : {}),
        ...(typeof after === 'number' ? { position: MoreThan(after) } : {}),
      },
      order: { position: 'ASC' },
      take: limit + 1,
    });
    const { items, next } = pageOf(rows, limit, (last) => [last.position]);
    return { items: items.map(shown), next };
  }

  async one(id: string, { organisation }: Caller): Promise<GrantRow> {
    const row = await this.db.manager.findOneBy(GrantRow, { id, organisation });
    if (!row) throw new NotFound('grant', id);
    return row;
  }

  async ofWorker(worker: string): Promise<Shown[]> {
    return (await this.db.manager.find(GrantRow, { where: { worker }, order: { position: 'ASC' } })).map(shown);
  }

  /** The oldest proposed grants of a contest, at most so many, and how many more there are. */
  async proposed(
    contest: string, { organisation }: Caller, limit: number, db: EntityManager,
  ): Promise<{ ids: string[]; left: number }> {
    const [rows, count] = await db.findAndCount(GrantRow, {
      select: { id: true }, where: { contest, organisation, state: 'proposed' }, order: { position: 'ASC' }, take: limit,
    });
    return { ids: rows.map(({ id }) => id), left: count - rows.length };
  }
}

/** Whose organisation it is, and where it stands in the log, are no part of a grant. */
export const shown = ({ organisation: _o, reason: _r, version: _v, position: _p, ...rest }: GrantRow): Shown => rest;
