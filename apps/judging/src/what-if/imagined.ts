import { Injectable } from '@nestjs/common';
import { text, WrongState } from '#libs/decider';
import { Reading } from '#libs/service';
import type { Caller } from '#libs/web';
import type { SheetRow } from '../contest/desk.view.js';
import { chiefOnly, filledOf, MarkingDesk } from '../contest/marking-desk.js';
import { countedCodes, type Desk, placed, type Placing, type Scored, scored } from '../result/compute.js';
import type { Stage } from '../result/result.js';
import type { Scoresheet } from '../scoresheet/scoresheet.js';
import { type Standing, standing, variant, type WhatIf } from './what-if.js';

/** So many codes' sheets are in hand at once, and so many are scored before others get a turn. */
const CODES = 50;

export interface Ranked {
  readonly result: { readonly revision: number; readonly stage: Stage };
  readonly before: ReadonlyMap<string, Standing>;
  readonly after: readonly Placing[];
}

/** The published ranking of a contest beside the one that would be. */
@Injectable()
export class Imagined {
  constructor(private readonly desk: MarkingDesk, private readonly reading: Reading) {}

  async of(contest: string, whatIf: WhatIf, caller: Caller): Promise<Ranked> {
    const desk = await this.desk.desk(contest, caller);
    if (!caller.roles.some((role) => role === 'organiser' || role === 'certifier')) chiefOnly(desk.panel, caller);
    const [result] = await this.reading.query<{ revision: number; stage: Stage }>(
      'SELECT revision, stage FROM results WHERE contest = $1 ORDER BY revision DESC LIMIT 1', [contest],
    );
    // Before every sheet is locked nobody sees a total, not even one that would be.
    if (result === undefined)
      throw new WrongState(
        'result-not-computed', text('尚无成绩', 'there is no result yet'), text('请先锁定评分', 'lock the marking first'),
      );
    const would = variant(desk, whatIf);
    return { result, before: await this.published(contest, result.revision), after: placed(would, await this.scores(would)) };
  }

  private async published(contest: string, revision: number): Promise<ReadonlyMap<string, Standing>> {
    const rows = await this.reading.query<Standing & { code: string }>(
      'SELECT code, rank, tied, unranked, total, theory, practical FROM placings WHERE contest = $1 AND revision = $2',
      [contest, revision],
    );
    return new Map(rows.map((row) => [row.code, standing(row)]));
  }

  private async scores(desk: Desk): Promise<readonly Scored[]> {
    const codes = countedCodes(desk);
    const all: Scored[] = [];
    for (let from = 0; from < codes.length; from += CODES) {
      const some = codes.slice(from, from + CODES);
      all.push(...scored(desk, some, await this.sheets(desk.id, some.map(({ code }) => code))));
    }
    return all;
  }

  private async sheets(contest: string, codes: readonly string[]): Promise<ReadonlyMap<string, Scoresheet>> {
    const rows = await this.reading.query<SheetRow>(
      `SELECT id, contest, organisation, code, part, kind, judge, state, marks, asked, remarked, version
         FROM scoresheets WHERE contest = $1 AND code = ANY ($2)`, [contest, codes],
    );
    return new Map(rows.map((row) => [row.id, filledOf(row)]));
  }
}
