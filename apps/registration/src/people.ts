/** What registration asks of people, over HTTP and in the caller's name; where people does not answer, nothing is done. */
import { Injectable } from '@nestjs/common';
import type { CivilDate, Text } from '#libs/decider';
import { type Caller, Peers } from '#libs/service';
import type { MemberFacts } from './contest/conditions.js';

export interface PersonRow {
  idNumber: string;
  name: string;
  unitCode?: string;
  staffNumber?: string;
  status?: 'worker' | 'student';
}

export interface ResolvedRow {
  row: number;
  /** Null for a bad row, and in a trial for one whom nobody knows yet. */
  worker: string | null;
  age: number | null;
  status: 'worker' | 'student' | null;
  unit: string | null;
  error: { rule: string; text: Text } | null;
}

export interface Named {
  worker: string;
  name: string | null;
  maskedName: string | null;
  maskedIdNumber: string | null;
  unitName: string | null;
}

type KnownFacts = Omit<MemberFacts, 'status'> & { status: MemberFacts['status'] | null };

@Injectable()
export class People {
  constructor(private readonly peers: Peers) {}

  /** Worker ids for ID numbers, and the facts that rules need; a trial mints none. */
  async resolve(rows: readonly PersonRow[], asOf: CivilDate, mint: boolean, caller: Caller): Promise<readonly ResolvedRow[]> {
    if (rows.length === 0) return [];
    const body = { asOf, purpose: 'contest entries', rows, ...(mint ? {} : { mint: false }) };
    return (await this.peers.need<{ rows: ResolvedRow[] }>('people', '/workers/resolve', caller, body)).rows;
  }

  async facts(ids: readonly string[], asOf: CivilDate, caller: Caller): Promise<ReadonlyMap<string, KnownFacts>> {
    const found = await this.inChunks<KnownFacts>('/workers/facts', ids, { asOf, purpose: 'contest entries' }, caller);
    return new Map(found.map(({ worker, age, status, unit }) => [worker, { worker, age, status, unit }]));
  }

  async names(ids: readonly string[], purpose: string, caller: Caller): Promise<ReadonlyMap<string, Named>> {
    return new Map(
      (await this.inChunks<Named>('/workers/names', ids, { purpose }, caller)).map((named) => [named.worker, named])
    );
  }

  private async inChunks<T>(path: string, ids: readonly string[], more: object, caller: Caller): Promise<readonly T[]> {
    const found: T[] = [];
    for (let from = 0; from < ids.length; from += 2000) {
      const body = { ids: ids.slice(from, from + 2000), ...more };
      found.push(...(await this.peers.need<{ workers: T[] }>('people', path, caller, body)).workers);
    }
    return found;
  }
}
