/**
 * Hearing (仲裁) of one appeal, by code: heard by an arbitrator who marked nothing in the contest. The grounds stay with
 * registration, the reasons lie in the vault; only an upheld hearing changes a locked sheet.
 *
 *   none ──assign──▶ assigned ──uphold──▶ upheld (sheets corrected in its name, next revision)
 *                       │  ▲ └──dismiss──▶ dismissed
 *                       └──┘ assign again
 */
import { type Decider, Refusal, text, WrongState } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';

export type HearingEvent =
  | {
    type: 'HearingAssigned'; organisation: string; appeal: string; contest: string; code: string; arbitrator: string; by: string
  }
  | {
    type: 'HearingUpheld'; appeal: string; contest: string; code: string; sheets: readonly string[]; reasons: string; by: string
  }
  | { type: 'HearingDismissed'; appeal: string; contest: string; code: string; reasons: string; by: string };

export type HearingCommand =
  | {
    type: 'Assign'; organisation: string; appeal: string; contest: string; code: string; arbitrator: string; by: string;
    markedHere: boolean; withdrawn: boolean
  }
  | { type: 'Uphold'; sheets: readonly string[]; reasons: string; by: string }
  | { type: 'Dismiss'; reasons: string; by: string };

export type Hearing =
  | { readonly is: 'none' }
  | {
    readonly is: 'assigned' | 'upheld' | 'dismissed'; readonly organisation: string; readonly appeal: string;
    readonly contest: string; readonly code: string; readonly arbitrator: string
  };

const decide = (command: HearingCommand, hearing: Hearing): readonly HearingEvent[] => {
  switch (command.type) {
    case 'Assign': {
      if (hearing.is === 'upheld' || hearing.is === 'dismissed') throw closed(hearing.is);
      const { type: _, markedHere, withdrawn, ...assigned } = command;
      if (withdrawn)
        throw new WrongState(
          'appeal-closed', text('申诉已撤回', 'the appeal was withdrawn'), text('已无可审理事项', 'nothing is left to hear'),
        );
      if (markedHere)
        throw new Refusal(
          'arbitrator-marked-here', text('参与过本赛项评分的人不能裁决申诉', 'who marked in this contest may not hear an appeal in it'),
          text('请指定未在此评过分的仲裁员', 'name an arbitrator who marked nothing here')
        );
      if (hearing.is === 'assigned' && hearing.arbitrator === command.arbitrator) return [];
      return [{ type: 'HearingAssigned', ...assigned }];
    }
    case 'Uphold': {
      const { appeal, contest, code } = heardBy(hearing, command.by);
      if (command.sheets.length === 0)
        throw new Refusal(
          'nothing-corrected', text('支持申诉须至少更正一处评分', 'an appeal that is upheld corrects at least one mark'),
          text('请给出更正的分数，或驳回申诉', 'name the marks that change, or dismiss the appeal'),
        );
      return [{ type: 'HearingUpheld', appeal, contest, code, sheets: command.sheets, reasons: command.reasons, by: command.by }];
    }
    case 'Dismiss': {
      const { appeal, contest, code } = heardBy(hearing, command.by);
      return [{ type: 'HearingDismissed', appeal, contest, code, reasons: command.reasons, by: command.by }];
    }
  }
};

const evolve = (hearing: Hearing, event: HearingEvent): Hearing => {
  if (event.type === 'HearingAssigned') {
    const { organisation, appeal, contest, code, arbitrator } = event;
    return { is: 'assigned', organisation, appeal, contest, code, arbitrator };
  }
  if (hearing.is === 'none') return hearing;
  return { ...hearing, is: event.type === 'HearingUpheld' ? 'upheld' : 'dismissed' };
};

export const hearingDecider: Decider<HearingCommand, Hearing, HearingEvent> = { initial: { is: 'none' }, decide, evolve };

export const hearing: Aggregate<HearingCommand, Hearing, HearingEvent> = {
  name: 'hearing',
  decider: hearingDecider,
  organisation: (state) => (state.is === 'none' ? undefined : state.organisation),
};

const heardBy = (hearing: Hearing, by: string): Exclude<Hearing, { is: 'none' }> => {
  if (hearing.is === 'none')
    throw new WrongState(
      'hearing-not-assigned', text('尚未指定仲裁员', 'no arbitrator was named'), text('请指派一名', 'assign one')
    );
  if (hearing.is !== 'assigned') throw closed(hearing.is);
  if (hearing.arbitrator !== by)
    throw new Refusal(
      'another-arbitrator', text('该申诉由另一位仲裁员审理', 'another arbitrator hears this appeal'),
      text('由指定的仲裁员裁决', 'the arbitrator named decides it')
    );
  return hearing;
};

const closed = (is: 'upheld' | 'dismissed'): WrongState =>
  new WrongState(
    'hearing-closed', text('该申诉已裁决，裁决为终局', `the hearing is ${is}, which is final`), text('无：仲裁为终局', 'none: arbitration is final'),
  );
