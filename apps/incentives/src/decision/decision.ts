/**
 * Decision (晋级决定), as incentives remembers it: what certification made public about one promotion decision, kept as
 * our own events so that grants follow from them in whichever order the messages came. It never says no.
 *
 *   heard of ──approval──▶ approved ──certificate──▶ certified ──superseded, revoked or rejected──▶ fallen (and stays so)
 *                              ╰◀──certificate void──╯
 *   A paid grant whose rule the next decision gives just so is handed on to it, and taken over by it.
 */
import { type CivilDate, type Decider, derivedId, never } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';
import type { Fall, Payee, Terms } from '../grant/grant.js';

/** One money rule of a decision, as certification published it. */
export interface MoneyRule {
  readonly rule: string;
  readonly fen: number;
  readonly payee: Payee;
  readonly needsCertificate: boolean;
  readonly claimWithinMonths: number | null;
}

export interface Approval {
  readonly organisation: string;
  readonly worker: string;
  readonly contest: string;
  readonly money: readonly MoneyRule[];
  readonly on: CivilDate;
}

export type DecisionEvent =
  | ({ type: 'DecisionApproved' } & Approval)
  | { type: 'CertificateIssued'; on: CivilDate }
  | { type: 'CertificateVoided' }
  | { type: 'DecisionFell'; because: Fall }
  | { type: 'GrantHandedOn'; rule: string; to: string }
  | { type: 'GrantTakenOver'; rule: string; grant: string };

export type DecisionCommand =
  | ({ type: 'RecordApproval' } & Approval)
  | { type: 'RecordCertificate'; on: CivilDate }
  | { type: 'RecordVoidCertificate' }
  | { type: 'RecordFall'; because: Fall }
  | { type: 'HandOn'; rule: string; to: string }
  | { type: 'TakeOver'; rule: string; grant: string };

export interface Decision {
  readonly approval: Approval | undefined;
  /** Null once it is void: a late message about its issue does not bring it back. */
  readonly certifiedOn: CivilDate | null | undefined;
  readonly fell: Fall | undefined;
  /** Rules whose grant went on under a later decision. */
  readonly handedOn: readonly string[];
  /** Grants that came from an earlier decision, by rule. */
  readonly takenOver: Readonly<Record<string, string>>;
}

const decide = (command: DecisionCommand, decision: Decision): readonly DecisionEvent[] => {
  switch (command.type) {
    case 'RecordApproval': {
      if (decision.approval) return [];
      const { type: _, ...approval } = command;
      return [{ type: 'DecisionApproved', ...approval }];
    }
    case 'RecordCertificate': return decision.certifiedOn === undefined ? [{ type: 'CertificateIssued', on: command.on }] : [];
    case 'RecordVoidCertificate': return decision.certifiedOn === null ? [] : [{ type: 'CertificateVoided' }];
    case 'RecordFall': return decision.fell ? [] : [{ type: 'DecisionFell', because: command.because }];
    case 'HandOn':
      return decision.handedOn.includes(command.rule) ? [] : [{ type: 'GrantHandedOn', rule: command.rule, to: command.to }];
    case 'TakeOver':
      return decision.takenOver[command.rule] === undefined
        ? [{ type: 'GrantTakenOver', rule: command.rule, grant: command.grant }] : [];
    default: return never(command);
  }
};

const evolve = (decision: Decision, event: DecisionEvent): Decision => {
  switch (event.type) {
    case 'DecisionApproved': {
      const { type: _, ...approval } = event;
      return { ...decision, approval };
    }
    case 'CertificateIssued': return { ...decision, certifiedOn: event.on };
    case 'CertificateVoided': return { ...decision, certifiedOn: null };
    case 'DecisionFell': return { ...decision, fell: event.because };
    case 'GrantHandedOn': return { ...decision, handedOn: [...decision.handedOn, event.rule] };
    case 'GrantTakenOver': return { ...decision, takenOver: { ...decision.takenOver, [event.rule]: event.grant } };
    default: return never(event);
  }
};

export const decision: Aggregate<DecisionCommand, Decision, DecisionEvent> = {
  name: 'decision',
  decider: {
    initial: { approval: undefined, certifiedOn: undefined, fell: undefined, handedOn: [], takenOver: {} }, decide, evolve,
  } satisfies Decider<DecisionCommand, Decision, DecisionEvent>,
  organisation: (state) => state.approval?.organisation,
};

export const grantId = (decisionId: string, rule: string): string => derivedId(decisionId, rule);

/** The grants that are due by now: all of an approved decision, those that need the certificate once it is issued. */
export const dueGrants = (id: string, { approval, certifiedOn, fell, takenOver }: Decision): readonly Terms[] => {
  if (!approval || fell) return [];
  const { organisation, worker, contest, money, on } = approval;
  return money.flatMap(({ rule, fen, payee, needsCertificate, claimWithinMonths }) => {
    if (takenOver[rule] !== undefined) return []; // paid already, under an earlier decision
    const from = needsCertificate ? certifiedOn : on; // the window opens with the paper that the claim needs
    if (!from) return [];
    const claimBy = claimWithinMonths === null ? null : addMonths(from, claimWithinMonths);
    return [{ organisation, worker, contest, decision: id, rule, fen, payee, claimBy }];
  });
};

/** The grant of each rule that hangs on this decision, its own or taken over. */
export const grantsOf = (id: string, { approval, handedOn, takenOver }: Decision): ReadonlyMap<string, string> =>
  new Map([...(approval?.money ?? []).map(({ rule }): [string, string] => [rule, grantId(id, rule)]), ...Object.entries(takenOver)]
    .filter(([rule]) => !handedOn.includes(rule)));

/** The grants that end when the certificate alone is void, or when the whole decision falls. */
export const fallingGrants = (id: string, decision: Decision): readonly string[] => {
  const { approval, certifiedOn, fell } = decision;
  const needing = new Set((approval?.money ?? []).filter(({ needsCertificate }) => needsCertificate).map(({ rule }) => rule));
  return [...grantsOf(id, decision)]
    .filter(([rule]) => fell !== undefined || (needing.has(rule) && certifiedOn === null)).map(([, grant]) => grant);
};

/** The same day some months later, or the last of that month: 31 January and a month is 28 February. */
export const addMonths = (date: CivilDate, months: number): CivilDate => {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(day, last))).toISOString().slice(0, 10);
};
