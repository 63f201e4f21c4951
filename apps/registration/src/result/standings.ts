import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { DecimalString } from '#libs/decider';
import { EntryRow } from '../entry/entry.view.js';
import type { Stage } from '../memory/result.js';
import { PlacingRow, RevisionRow } from './result.view.js';

export interface Standing {
  entry: EntryRow;
  rank: number | null;
  unranked: string | null;
  tied: boolean;
  total: DecimalString;
  criteria: readonly { id: string; mark: DecimalString }[];
}

export interface Standings {
  revision: number;
  stage: Stage;
  standings: readonly Standing[];
}

/** The newest result of a contest, by entry: codes joined with the opened seal. */
@Injectable()
export class ReadStandings {
  constructor(private readonly db: DataSource) {}

  async of(contest: string): Promise<Standings | undefined> {
    const revision = await this.db.manager.findOne(
      RevisionRow, { where: { contest, closed: true }, order: { revision: 'DESC' } },
    );
    if (revision === null) return undefined;
    const placings = await this.db.manager.find(PlacingRow, { where: { contest, revision: revision.revision } });
    const entries = await this.db.manager.find(EntryRow, { where: { contest } });
    const byCode = new Map(entries.map((e) => [e.code, e]));
    const standings = placings.flatMap(({ code, rank, unranked, tied, total, criteria }): Standing[] => {
      const entry = byCode.get(code);
      return entry === undefined ? [] : [{ entry, rank, unranked, tied, total, criteria }];
    });
    return { revision: revision.revision, stage: revision.stage, standings: standings.sort(byRank) };
  }
}

const byRank = (a: Standing, b: Standing): number =>
  (a.rank ?? Infinity) - (b.rank ?? Infinity) || a.entry.number.localeCompare(b.entry.number);
