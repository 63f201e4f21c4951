/**
 * Panel (裁判组): who marks one contest. A seat is what counts: a replacement takes over what the predecessor has not
 * signed; a recused judge's marks count for nothing, in the whole contest or for some codes.
 *
 *   none ──appoint──▶ appointed ─┬─ add a judge, an arbitrator
 *                                ├─ recuse (回避), replace: while marking runs
 *                                ├─ once it is locked: recusal asked ──▶ granted (the marks leave, next revision) · dismissed,
 *                                │                     by an arbitrator who marked nothing here, with reasons
 *                                └─ assign a part's measurements
 */
import { type Decider, Refusal, text, WrongState } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';

export type PanelEvent =
  | { type: 'PanelAppointed'; organisation: string; chief: string; judges: readonly string[]; arbitrators: readonly string[] }
  | { type: 'JudgeAdded'; judge: string }
  | { type: 'ArbitratorAdded'; arbitrator: string }
  /** `codes` null: from the whole contest. `reason` is a text in the vault. */
  | { type: 'JudgeRecused'; judge: string; codes: readonly string[] | null; reason: string }
  | { type: 'JudgeReplaced'; judge: string; with: string; reason: string }
  | { type: 'MeasurementAssigned'; part: string; judge: string }
  /** After the lock: whether these marks may stand is heard. `reason` and `reasons` are texts in the vault. */
  | {
    type: 'RecusalAsked'; recusal: string; judge: string; codes: readonly string[] | null; reason: string; arbitrator: string;
    by: string
  }
  | { type: 'RecusalGranted'; recusal: string; reasons: string; by: string }
  | { type: 'RecusalDismissed'; recusal: string; reasons: string; by: string };

export type PanelCommand =
  | { type: 'Appoint'; organisation: string; chief: string; judges: readonly string[]; arbitrators: readonly string[] }
  | { type: 'AddJudge'; judge: string }
  | { type: 'AddArbitrator'; arbitrator: string }
  | { type: 'Recuse'; judge: string; codes: readonly string[] | null; reason: string }
  | { type: 'Replace'; judge: string; with: string; reason: string }
  | { type: 'AssignMeasurement'; part: string; judge: string }
  | {
    type: 'AskRecusal'; recusal: string; judge: string; codes: readonly string[] | null; reason: string; arbitrator: string;
    by: string
  }
  /** `marked`: the codes on which this judge's marks count. */
  | { type: 'GrantRecusal'; recusal: string; reasons: string; by: string; marked: readonly string[] }
  | { type: 'DismissRecusal'; recusal: string; reasons: string; by: string };

export interface Seat {
  /** Who sat here, the last one sits now. */
  readonly holders: readonly string[];
  readonly recused: boolean;
  readonly recusedFrom: readonly string[];
}

export interface Recusal {
  readonly is: 'asked' | 'granted' | 'dismissed';
  readonly judge: string;
  readonly codes: readonly string[] | null;
  readonly arbitrator: string;
}

export interface AppointedPanel {
  readonly is: 'appointed';
  readonly organisation: string;
  readonly chief: string;
  readonly arbitrators: readonly string[];
  readonly seats: readonly Seat[];
  /** What was asked after the lock, by its id; left out where nothing ever was. */
  readonly recusals?: Readonly<Record<string, Recusal>>;
  /** Part → the judge who enters its measurements; elsewhere the seats take turns. */
  readonly measurers: Readonly<Record<string, string>>;
}

export type Panel = { readonly is: 'none' } | AppointedPanel;

export const holderOf = (seat: Seat): string => seat.holders.at(-1) ?? '';
export const seatOf = (panel: AppointedPanel, judge: string): Seat | undefined =>
  panel.seats.find((seat) => !seat.recused && holderOf(seat) === judge);
/** The seat on which this judge's marks may count, also of one who was replaced. */
const seatEver = (panel: AppointedPanel, judge: string): Seat | undefined =>
  panel.seats.find(({ recused, holders }) => !recused && holders.includes(judge));

/** Everyone who ever sat: none of them may hear an appeal here. */
export const everSat = (panel: AppointedPanel, subject: string): boolean =>
  panel.chief === subject || panel.seats.some(({ holders }) => holders.includes(subject));

const decide = (command: PanelCommand, panel: Panel): readonly PanelEvent[] => {
  switch (command.type) {
    case 'Appoint': {
      if (panel.is === 'appointed')
        throw new Refusal(
          'panel-appointed', text('裁判组已任命', 'the panel is appointed already'),
          text('请增加、回避或更换裁判', 'add, recuse or replace judges')
        );
      const { judges, chief, arbitrators } = command;
      if (judges.length === 0)
        throw new Refusal('panel-empty', text('裁判组至少需要一名裁判', 'a panel needs a judge'), text('请列出裁判', 'name its judges'));
      if (new Set([...judges, chief, ...arbitrators]).size !== judges.length + 1 + arbitrators.length) throw twoRoles();
      const { type: _, ...appointed } = command;
      return [{ type: 'PanelAppointed', ...appointed }];
    }
    case 'AddJudge':
      unknownTo(appointed(panel), command.judge);
      return [{ type: 'JudgeAdded', judge: command.judge }];
    case 'AddArbitrator':
      unknownTo(appointed(panel), command.arbitrator);
      return [{ type: 'ArbitratorAdded', arbitrator: command.arbitrator }];
    case 'Recuse': {
      const seat = sitting(appointed(panel), command.judge);
      const codes = command.codes?.filter((code) => !seat.recusedFrom.includes(code)) ?? null;
      return codes?.length === 0 ? [] : [{ type: 'JudgeRecused', judge: command.judge, codes, reason: command.reason }];
    }
    case 'Replace':
      sitting(appointed(panel), command.judge);
      unknownTo(appointed(panel), command.with);
      return [{ type: 'JudgeReplaced', judge: command.judge, with: command.with, reason: command.reason }];
    case 'AssignMeasurement':
      sitting(appointed(panel), command.judge);
      return [{ type: 'MeasurementAssigned', part: command.part, judge: command.judge }];
    case 'AskRecusal': {
      const state = appointed(panel);
      if (seatEver(state, command.judge) === undefined) throw notOnPanel();
      if (everSat(state, command.arbitrator))
        throw new Refusal(
          'arbitrator-marked-here', text('参与过本赛项评分的人不能裁决回避', 'who marked in this contest may not decide a recusal in it'),
          text('请指定未在此评过分的仲裁员', 'name an arbitrator who marked nothing here'),
        );
      const { type: _, ...asked } = command;
      return state.recusals?.[command.recusal] === undefined ? [{ type: 'RecusalAsked', ...asked }] : [];
    }
    case 'GrantRecusal': {
      const { judge, codes } = heardBy(appointed(panel), command);
      const { recusal, reasons, by } = command;
      const leaves = codes?.filter((code) => command.marked.includes(code)) ?? command.marked;
      const seat = seatEver(appointed(panel), judge);
      // A seat that had several judges loses the marks of this one alone.
      const whole = codes === null && seat?.holders.length === 1;
      return [
        { type: 'RecusalGranted', recusal, reasons, by },
        { type: 'JudgeRecused', judge, codes: whole ? null : leaves, reason: reasons },
      ];
    }
    case 'DismissRecusal': {
      heardBy(appointed(panel), command);
      return [{ type: 'RecusalDismissed', recusal: command.recusal, reasons: command.reasons, by: command.by }];
    }
  }
};

/** A recusal that is still open, by the arbitrator who was named for it. */
const heardBy = (panel: AppointedPanel, { recusal, by }: { recusal: string; by: string }): Recusal => {
  const found = panel.recusals?.[recusal];
  if (found === undefined)
    throw new WrongState('recusal-unknown', text('没有这一回避申请', 'no such recusal was asked for'), text('请先提出', 'ask for it first'));
  if (found.is !== 'asked')
    throw new WrongState(
      'recusal-closed', text('该回避申请已裁决', `the recusal is ${found.is}`), text('无：仲裁为终局', 'none: arbitration is final'),
    );
  if (found.arbitrator !== by)
    throw new Refusal('another-arbitrator', text('该回避申请由另一位仲裁员审理', 'another arbitrator decides this recusal'),
      text('由指定的仲裁员裁决', 'the arbitrator named decides it'));
  return found;
};

/** Recusals that nobody decided yet: the result is disputed until then. */
export const openRecusals = ({ recusals = {} }: AppointedPanel): readonly string[] =>
  Object.entries(recusals).filter(([, { is }]) => is === 'asked').map(([id]) => id).sort();

const evolve = (panel: Panel, event: PanelEvent): Panel => {
  if (event.type === 'PanelAppointed') {
    const { organisation, chief, judges, arbitrators } = event;
    return { is: 'appointed', organisation, chief, arbitrators, seats: judges.map(seat), measurers: {} };
  }
  if (panel.is === 'none') return panel;
  const at = (judge: string, change: (seat: Seat) => Seat): Panel => ({
    ...panel, seats: panel.seats.map((one) => (!one.recused && holderOf(one) === judge ? change(one) : one)),
  });
  switch (event.type) {
    case 'JudgeAdded': return { ...panel, seats: [...panel.seats, seat(event.judge)] };
    case 'ArbitratorAdded': return { ...panel, arbitrators: [...panel.arbitrators, event.arbitrator] };
    case 'JudgeRecused': {
      const { codes } = event;
      return {
        ...panel, seats: panel.seats.map((one) => (one.recused || !one.holders.includes(event.judge)
          ? one
          : codes ? { ...one, recusedFrom: [...one.recusedFrom, ...codes] } : { ...one, recused: true })),
      };
    }
    case 'RecusalAsked': {
      const { recusal, judge, codes, arbitrator } = event;
      return { ...panel, recusals: { ...panel.recusals, [recusal]: { is: 'asked', judge, codes, arbitrator } } };
    }
    case 'RecusalGranted': return closed(panel, event.recusal, 'granted');
    case 'RecusalDismissed': return closed(panel, event.recusal, 'dismissed');
    case 'JudgeReplaced': {
      const taken = at(event.judge, (one) => ({ ...one, holders: [...one.holders, event.with] }));
      const measurers = Object.entries(panel.measurers).map(
        ([part, judge]) => [part, judge === event.judge ? event.with : judge]
      );
      return { ...(taken as AppointedPanel), measurers: Object.fromEntries(measurers) as Record<string, string> };
    }
    case 'MeasurementAssigned': return { ...panel, measurers: { ...panel.measurers, [event.part]: event.judge } };
  }
};

const closed = (panel: AppointedPanel, id: string, is: 'granted' | 'dismissed'): Panel => {
  const found = panel.recusals?.[id];
  return found === undefined ? panel : { ...panel, recusals: { ...panel.recusals, [id]: { ...found, is } } };
};

const seat = (judge: string): Seat => ({ holders: [judge], recused: false, recusedFrom: [] });

export const panelDecider: Decider<PanelCommand, Panel, PanelEvent> = { initial: { is: 'none' }, decide, evolve };

export const panel: Aggregate<PanelCommand, Panel, PanelEvent> = {
  name: 'panel',
  decider: panelDecider,
  organisation: (state) => (state.is === 'none' ? undefined : state.organisation),
};

const appointed = (state: Panel): AppointedPanel => {
  if (state.is === 'none')
    throw new Refusal('panel-unknown', text('尚未任命裁判组', 'no panel was appointed'), text('请任命一名', 'appoint one'));
  return state;
};

const sitting = (state: AppointedPanel, judge: string): Seat => {
  const found = seatOf(state, judge);
  if (!found) throw notOnPanel();
  return found;
};

const notOnPanel = (): Refusal =>
  new Refusal(
    'not-on-panel', text('该裁判不在裁判组中', 'this judge does not sit on the panel'), text('请指明在席的裁判', 'name a judge who sits'),
  );

const unknownTo = (state: AppointedPanel, subject: string): void => {
  if (everSat(state, subject) || state.arbitrators.includes(subject)) throw twoRoles();
};

const twoRoles = (): Refusal =>
  new Refusal(
    'panel-two-roles', text('同一人在一个赛项中只能担任一种角色', 'nobody holds two places in one contest'), text('请另指一人', 'name somebody else'),
  );
