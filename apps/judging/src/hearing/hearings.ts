import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Done } from '#libs/event-store';
import { Reader, Transactions } from '#libs/service';
import { Vault } from '#libs/vault';
import { type Caller, NotFound } from '#libs/web';
import { queryOn } from '#libs/views';
import { appealOf, contest, known } from '../contest/contest.js';
import { everSat, panel } from '../panel/panel.js';
import { deskOf, publishNext } from '../result/revise.js';
import { compiled } from '../marking-scheme/schemes.js';
import { type Marks, scoresheet } from '../scoresheet/scoresheet.js';
import { codeRecord } from '../texts.js';
import { hearing, type Hearing } from './hearing.js';
import { HearingRow } from './hearings.view.js';

export interface Amendment {
  readonly sheet: string;
  readonly marks: Marks;
}

@Injectable()
export class Hearings {
  constructor(
    private readonly db: DataSource,
    private readonly reader: Reader,
    private readonly transactions: Transactions,
    private readonly vault: Vault,
  ) {}

  async of(contestId: string): Promise<readonly HearingRow[]> {
    return this.db.manager.find(HearingRow, { where: { contest: contestId }, order: { appeal: 'ASC' } });
  }

  async one(appeal: string, caller: Caller): Promise<{ row: HearingRow; reasons: string | null }> {
    const row = await this.db.manager.findOneBy(HearingRow, { appeal });
    const { state } = row ? await this.reader.peek(contest, row.contest) : {};
    if (!row || !state || contest.organisation(state) !== caller.organisation) throw new NotFound('hearing', appeal);
    return { row, reasons: row.reasons === null ? null : await this.vault.read(queryOn(this.db), row.reasons) };
  }

  async assign(appeal: string, contestId: string, arbitrator: string, caller: Caller): Promise<Done> {
    const { organisation } = known((await this.reader.load(contest, contestId, caller)).state);
    return this.transactions.run(caller, async (work) => {
      const { code, is } = appealOf(known((await work.load(contest, contestId)).state), appeal);
      const { state } = await work.load(panel, contestId);
      return work.decide(hearing, appeal, {
        type: 'Assign', organisation, appeal, contest: contestId, code, arbitrator, by: caller.subject,
        withdrawn: is === 'withdrawn',
        markedHere: state.is === 'appointed' && everSat(state, arbitrator),
      });
    });
  }

  /** The hearing, the sheets in its name, the appeal and the next revision: all of it, or nothing. */
  async uphold(appeal: string, reasons: string, amendments: readonly Amendment[], caller: Caller): Promise<Done> {
    const { contest: contestId, code } = await this.assigned(appeal, caller);
    return this.transactions.run(caller, async (work) => {
      const { scheme } = await deskOf(work, contestId);
      const frozen = compiled(scheme);
      const kept = await this.vault.put(work.query, codeRecord(contestId, code), reasons, caller.newId());
      const done = await work.decide(
        hearing, appeal, { type: 'Uphold', sheets: amendments.map(({ sheet }) => sheet), reasons: kept, by: caller.subject }
      );
      for (const { sheet, marks } of amendments) {
        const { state } = await work.load(scoresheet, sheet);
        if (state.is === 'open' || state.contest !== contestId || state.code !== code) throw new NotFound('scoresheet', sheet);
        await work.decide(
          scoresheet, sheet,
          { type: 'Correct', marks, aspects: frozen.aspects(state.part, state.kind), hearing: appeal, by: caller.subject }
        );
      }
      await work.decide(contest, contestId, { type: 'DecideAppeal', appeal, outcome: 'upheld' });
      await publishNext(work, contestId, { kind: 'hearing-upheld', appeal });
      return done;
    });
  }

  async dismiss(appeal: string, reasons: string, caller: Caller): Promise<Done> {
    const { contest: contestId, code } = await this.assigned(appeal, caller);
    return this.transactions.run(caller, async (work) => {
      const kept = await this.vault.put(work.query, codeRecord(contestId, code), reasons, caller.newId());
      const done = await work.decide(hearing, appeal, { type: 'Dismiss', reasons: kept, by: caller.subject });
      await work.decide(contest, contestId, { type: 'DecideAppeal', appeal, outcome: 'dismissed' });
      return done;
    });
  }

  private async assigned(appeal: string, caller: Caller): Promise<Exclude<Hearing, { is: 'none' }>> {
    const { state } = await this.reader.load(hearing, appeal, caller);
    if (state.is === 'none') throw new NotFound('hearing', appeal);
    return state;
  }
}
