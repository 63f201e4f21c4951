/**
 * Panel (裁判组): who marks one contest. A seat is what counts: a replacement takes over what the predecessor has not
 * signed; a recused judge's marks count for nothing, in the whole contest or for some codes.
 *
 *   none ──appoint──▶ appointed ─┬─ add a judge, an arbitrator
 *                                ├─ recuse (回避), replace
 *                                └─ assign a part's measurements
 */
import { type Decider, Refusal, text } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';

export type PanelEvent =
  | { type: 'PanelAppointed'; organisation: string; chief: string; judges: readonly string[]; arbitrators: readonly string[] }
  | { type: 'JudgeAdded'; judge: string }
  | { type: 'ArbitratorAdded'; arbitrator: string }
  /** `codes` null: from the whole contest. `reason` is a text in the vault. */
  | { type: 'JudgeRecused'; judge: string; codes: readonly string[] | null; reason: string }
  | { type: 'JudgeReplaced'; judge: string; with: string; reason: string }
  | { type: 'MeasurementAssigned'; part: string; judge: string };

export type PanelCommand =
  | { type: 'Appoint'; organisation: string; chief: string; judges: readonly string[]; arbitrators: readonly string[] }
  | { type: 'AddJudge'; judge: string }
  | { type: 'AddArbitrator'; arbitrator: string }
  | { type: 'Recuse'; judge: string; codes: readonly string[] | null; reason: string }
  | { type: 'Replace'; judge: string; with: string; reason: string }
  | { type: 'AssignMeasurement'; part: string; judge: string };

export interface Seat {
  /** Who sat here, the last one sits now. */
  readonly holders: readonly string[];
  readonly recused: boolean;
  readonly recusedFrom: readonly string[];
}

export interface AppointedPanel {
  readonly is: 'appointed';
  readonly organisation: string;
  readonly chief: string;
  readonly arbitrators: readonly string[];
  readonly seats: readonly Seat[];
  /** Part → the judge who enters its measurements; elsewhere the seats take turns. */
  readonly measurers: Readonly<Record<string, string>>;
}

export type Panel = { readonly is: 'none' } | AppointedPanel;

export const holderOf = (seat: Seat): string => seat.holders.at(-1) ?? '';
export const seatOf = (panel: AppointedPanel, judge: string): Seat | undefined =>
  panel.seats.find((seat) => !seat.recused && holderOf(seat) === judge);
/** Everyone who ever sat: none of them may hear an appeal here. */
export const everSat = (panel: AppointedPanel, subject: string): boolean =>
  panel.chief === subject || panel.seats.some(({ holders }) => holders.includes(subject));

const decide = (command: PanelCommand, panel: Panel): readonly PanelEvent[] => {
  switch (command.type) {
    case 'Appoint': {
      if (panel.is === 'appointed')
        throw new Refusal(
          'panel-appointed', text('裁判组已任命', 'the panel is appointed already'), 'add, recuse or replace judges'
        );
      const { judges, chief, arbitrators } = command;
      if (judges.length === 0) throw new Refusal('panel-empty', text('裁判组至少需要一名裁判', 'a panel needs a judge'), 'name its judges');
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
  }
};

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
      return at(
        event.judge, (one) => (codes ? { ...one, recusedFrom: [...one.recusedFrom, ...codes] } : { ...one, recused: true })
      );
    }
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

const seat = (judge: string): Seat => ({ holders: [judge], recused: false, recusedFrom: [] });

export const panelDecider: Decider<PanelCommand, Panel, PanelEvent> = { initial: { is: 'none' }, decide, evolve };

export const panel: Aggregate<PanelCommand, Panel, PanelEvent> = {
  name: 'panel',
  decider: panelDecider,
  organisation: (state) => (state.is === 'none' ? undefined : state.organisation),
};

const appointed = (state: Panel): AppointedPanel => {
  if (state.is === 'none') throw new Refusal('panel-unknown', text('尚未任命裁判组', 'no panel was appointed'), 'appoint one');
  return state;
};

const sitting = (state: AppointedPanel, judge: string): Seat => {
  const found = seatOf(state, judge);
  if (!found)
    throw new Refusal(
      'not-on-panel', text('该裁判不在裁判组中', 'this judge does not sit on the panel'), 'name a judge who sits'
    );
  return found;
};

const unknownTo = (state: AppointedPanel, subject: string): void => {
  if (everSat(state, subject) || state.arbitrators.includes(subject)) throw twoRoles();
};

const twoRoles = (): Refusal =>
  new Refusal('panel-two-roles', text('同一人在一个赛项中只能担任一种角色', 'nobody holds two places in one contest'), 'name somebody else');
