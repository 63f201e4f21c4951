import { Injectable } from '@nestjs/common';
import { DataSource, In, MoreThan } from 'typeorm';
import { isId } from '#libs/decider';
import { Reader } from '#libs/service';
import { type Caller, NotFound, type Page, pageOf, readCursor } from '#libs/web';
import { file } from '../file/file.js';
import type { CertificateStatus } from './certificate.js';
import { CertificateRow } from './certificates-view.js';

interface Asked {
  readonly limit?: number;
  readonly cursor?: string;
  readonly state?: CertificateStatus;
  readonly contest?: string;
  readonly worker?: string;
}

/** What may be asked about certificates, and by whom. */
@Injectable()
export class Certificates {
  constructor(private readonly db: DataSource, private readonly reader: Reader) {}

  async page({ limit = 50, cursor, state, contest, worker }: Asked, caller: Caller): Promise<Page<CertificateRow>> {
    const [after] = readCursor(cursor, 1) ?? [];
    const own = caller.worker;
    if (own !== undefined && !isId(own)) return { items: [], next: null }; // a token may name anybody
    const rows = await this.db.manager.find(CertificateRow, {
      where: {
        ...(own === undefined ? { organisation: caller.organisation } : {}),
        ...(own === undefined && worker ? { worker } : {}),
        ...(own === undefined ? {} : { worker: In(await this.recordsOf(own)) }),
        ...(state ? { state } : {}), ...(contest ? { contest } : {}),
        ...(typeof after === 'number' ? { position: MoreThan(after) } : {}),
      },
      order: { position: 'ASC' }, take: limit + 1,
    });
    return pageOf(rows, limit, (last) => [last.position]);
  }

  /** For the holder, the organisation that gave it, and the HR system of the holder's unit; 404 for anybody else. */
  async one(id: string, caller: Caller): Promise<CertificateRow> {
    const row = await this.db.manager.findOneBy(CertificateRow, { id });
    if (row === null || !(await this.maySee(row, caller))) throw new NotFound('certificate', id);
    return row;
  }

  /** For anybody who holds the paper in their hand. */
  byNumber(number: string): Promise<CertificateRow | null> {
    return this.db.manager.findOneBy(CertificateRow, { number });
  }

  private async maySee({ organisation, worker }: CertificateRow, caller: Caller): Promise<boolean> {
    if (caller.worker !== undefined) return (await this.recordsOf(caller.worker)).includes(worker);
    if (caller.roles.some((role) => role !== 'hr')) return organisation === caller.organisation;
    return (await this.reader.peek(file, worker)).state.unit === caller.organisation;
  }

  /** A worker's own record, and those that were merged into it. */
  private async recordsOf(worker: string): Promise<readonly string[]> {
    return isId(worker) ? [worker, ...(await this.reader.peek(file, worker)).state.mergedFrom] : [worker];
  }
}
