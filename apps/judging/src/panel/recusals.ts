import { Injectable } from '@nestjs/common';
import { Refusal, text, WrongState } from '#libs/decider';
import type { Done } from '#libs/event-store';
import { Reader, Transactions, type Work } from '#libs/service';
import { Vault } from '#libs/vault';
import { type Caller, NotFound } from '#libs/web';
import { contest, known } from '../contest/contest.js';
import { counting } from '../contest/expected.js';
import { owed } from '../result/compute.js';
import { deskOf, publishNext, sheetsOf } from '../result/revise.js';
import { seatRecord } from '../texts.js';
import { panel } from './panel.js';

/** A judge's recusal after the fact (事后回避): marking is locked, so it is heard, and what follows is a new revision. */
@Injectable()
export class Recusals {
  constructor(private readonly reader: Reader, private readonly transactions: Transactions, private readonly vault: Vault) {}

  async ask(
    of: string, asked: { judge: string; codes: readonly string[] | null; reason: string; arbitrator: string }, caller: Caller,
  ): Promise<Done> {
    if (known((await this.reader.load(contest, of, caller)).state).is !== 'marked')
      throw new WrongState(
        'marking-not-locked', text('评分尚未锁定', 'marking is not locked yet'), text('请让该裁判退出裁判组', 'recuse the judge from the panel'),
      );
    const recusal = caller.newId();
    return this.transactions.run(caller, async (work) => {
      const reason = await this.vault.put(work.query, seatRecord(of, asked.judge), asked.reason, caller.newId());
      const done = await work.decide(panel, of, { type: 'AskRecusal', ...asked, reason, recusal, by: caller.subject });
      return { ...done, id: recusal };
    });
  }

  /** The ruling, the panel without these marks and the next revision: all of it, or nothing. */
  async grant(of: string, recusal: string, reasons: string, caller: Caller): Promise<Done> {
    const { judge } = await this.asked(of, recusal, caller);
    return this.transactions.run(caller, async (work) => {
      const kept = await this.vault.put(work.query, seatRecord(of, judge), reasons, caller.newId());
      const marked = await markedBy(work, of, judge);
      const done = await work.decide(panel, of, { type: 'GrantRecusal', recusal, reasons: kept, by: caller.subject, marked });
      try {
        await publishNext(work, of, { kind: 'judge-recused', recusal });
      } catch (error) {
        if (!(error instanceof Refusal) || error.rule !== 'panel-too-small') throw error;
        // Work that is locked is not marked again by whoever comes later: too few judges cannot be made up for now.
        throw new Refusal(
          'recusal-leaves-too-few', text(`回避后评分不足：${error.text.zh}`, `too few marks would remain: ${error.text.en}`),
          text(
            '请仅就相关编号提出，或驳回；如已无裁判组，由组织者作废编号或取消赛项',
            'ask for the codes concerned only, or dismiss; where no panel remains, the organiser voids the codes or cancels ' +
              'the contest',
          ),
        );
      }
      return done;
    });
  }

  async dismiss(of: string, recusal: string, reasons: string, caller: Caller): Promise<Done> {
    const { judge } = await this.asked(of, recusal, caller);
    return this.transactions.run(caller, async (work) => {
      const kept = await this.vault.put(work.query, seatRecord(of, judge), reasons, caller.newId());
      return work.decide(panel, of, { type: 'DismissRecusal', recusal, reasons: kept, by: caller.subject });
    });
  }

  private async asked(of: string, recusal: string, caller: Caller): Promise<{ judge: string }> {
    const { state } = await this.reader.load(panel, of, caller);
    const found = state.is === 'none' ? undefined : state.recusals?.[recusal];
    if (found === undefined) throw new NotFound('recusal', recusal);
    return found;
  }
}

/** The codes on which this judge's judgements count. */
const markedBy = async (work: Work, of: string, judge: string): Promise<readonly string[]> => {
  const desk = await deskOf(work, of);
  const sheets = await sheetsOf(work, desk);
  const codes = owed(desk).flatMap((one) =>
    (one.kind === 'J' && counting(one, sheets)?.sheet.judge === judge ? [one.code] : []));
  return [...new Set(codes)];
};
