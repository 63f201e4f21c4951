import { Injectable } from '@nestjs/common';
import { Refusal, text } from '#libs/decider';
import type { Done } from '#libs/event-store';
import { Transactions, type Work } from '#libs/service';
import type { Caller } from '#libs/web';
import { contest, running } from '../contest/contest.js';
import { chiefOnly } from '../contest/marking-desk.js';
import { counting } from '../contest/expected.js';
import { openRecusals } from '../panel/panel.js';
import { scoresheet, type Scoresheet } from '../scoresheet/scoresheet.js';
import { type Desk, type Marking, marking, placings } from './compute.js';
import { result } from './result.js';
import { deskOf, nothingMissing, publish, sheetsOf } from './revise.js';

/** So many sheets are locked in one transaction: none stays open for long. */
const CHUNK = 500;

/** How marking ends: locked by the chief judge, computed by the chain, finalised when nothing is open. */
@Injectable()
export class Closing {
  constructor(private readonly transactions: Transactions) {}

  /**
   * Locks sheet by sheet, in chunks; interrupted, it goes on where it stopped when asked again. The last transaction
   * reads everything once more, so that no sheet slips by, and computes the first revision.
   */
  async lock(id: string, caller: Caller): Promise<Done> {
    const open = await this.transactions.run(caller, async (work) => {
      const { desk, sheets, state } = await this.complete(work, id, caller);
      if (desk.contest.is !== 'marked') running(desk.contest);
      return state.expected.flatMap((expected) => {
        const found = counting(expected, sheets);
        return found?.sheet.is === 'signed' ? [found.id] : [];
      });
    });
    for (let from = 0; from < open.length; from += CHUNK) {
      const items = open.slice(from, from + CHUNK).map(
        (sheet) => ({ id: sheet, command: { type: 'Lock', by: caller.subject } as const })
      );
      await this.transactions.run(caller, async (work) => {
        await work.decideMany(scoresheet, items);
      });
    }
    return this.transactions.run(caller, async (work) => {
      const { desk, state, sheets } = await this.complete(work, id, caller);
      const late = state.expected.filter((expected) => counting(expected, sheets)?.sheet.is !== 'locked').length;
      if (late > 0)
        throw new Refusal(
          'sheets-changed', text(`${late} 份评分表刚刚有变动`, `${late} sheets changed just now`), text('请重新锁定', 'lock again')
        );
      const done = await work.decide(contest, id, { type: 'CompleteMarking', contest: id, by: caller.subject });
      await publish(work, desk, sheets, { kind: 'marking-completed' });
      return done;
    });
  }

  async finalise(id: string, caller: Caller): Promise<Done> {
    return this.transactions.run(caller, async (work) => {
      const { desk, sheets } = await this.complete(work, id, caller);
      const { organisation, scheme, appeals, notice } = desk.contest;
      const openAppeals = Object.entries(appeals).filter(([, appeal]) => appeal.is === 'filed').map(([appeal]) => appeal).sort();
      return work.decide(result, id, {
        type: 'Finalise', organisation, contest: id, scheme: scheme.digest, placings: placings(desk, sheets), by: caller.subject,
        at: caller.at, openAppeals, openRecusals: openRecusals(desk.panel), notice,
      });
    });
  }

  private async complete(
    work: Work, id: string, caller: Caller,
  ): Promise<{ desk: Desk; sheets: ReadonlyMap<string, Scoresheet>; state: Marking }> {
    const desk = await deskOf(work, id);
    chiefOnly(desk.panel, caller);
    const sheets = await sheetsOf(work, desk);
    const state = marking(desk, sheets);
    nothingMissing(state);
    // Once marking is locked nobody marks again: what a hearing left apart stays apart.
    if (desk.contest.is === 'running' && state.disagreements.length > 0)
      throw new Refusal('re-mark-due', text(
        `有 ${state.disagreements.length} 处评判分歧需重评`, `${state.disagreements.length} judgements are to be marked again`
      ),
        text('请要求重评', 'ask for a re-mark'), { disagreements: state.disagreements.slice(0, 500) });
    return { desk, sheets, state };
  }
}
