/**
 * What if (如果): a decision would give other money. What would become of its grants: the very rules of a grant say so, asked and
 * not recorded. Amounts are integer fen.
 */
import type { Decision, MoneyRule } from '../decision/decision.js';
import { grantsOf } from '../decision/decision.js';
import { grant, type Grant } from '../grant/grant.js';

export const fates = ['kept', 'lapses', 'recovery', 'ended', 'none'] as const;
/** Of the grant that there is: it goes on, ends unpaid, is owed back, has ended before; or there is none yet. */
export type Fate = (typeof fates)[number];

export interface MoneyChange {
  readonly rule: string;
  /** What it gives now, and what it would give. */
  readonly from: number | null;
  readonly to: number | null;
  readonly grant: { readonly id: string; readonly state: Grant['is'] } | null;
  readonly then: Fate;
  /** What would be owed back. */
  readonly recovery: number;
  /** A new grant would be proposed, once the new decision is approved. */
  readonly proposed: boolean;
}

export interface Known {
  readonly decision: Decision;
  readonly grants: ReadonlyMap<string, Grant>;
}

type Promised = Pick<MoneyRule, 'rule' | 'fen' | 'payee'>;

/** `before` is what the decision promises, granted already or not; `known` is null where it was never approved. */
export const moneyChanges = (
  id: string | null, known: Known | null, before: readonly Promised[], after: readonly Promised[],
): readonly MoneyChange[] => {
  const granted = id === null || known === null ? new Map<string, string>() : grantsOf(id, known.decision);
  const rules = [...new Set([...granted.keys(), ...before.map(({ rule }) => rule), ...after.map(({ rule }) => rule)])].sort();
  return rules.map((rule): MoneyChange => {
    const would = after.find((each) => each.rule === rule);
    const of = granted.get(rule);
    const state = of === undefined ? undefined : known?.grants.get(of);
    if (of === undefined || state === undefined || state.is === 'none') {
      const from = before.find((each) => each.rule === rule)?.fen ?? null;
      return { rule, from, to: would?.fen ?? null, grant: null, then: 'none', recovery: 0, proposed: would !== undefined };
    }
    const { then, recovery } = fateOf(state, would);
    return {
      rule, from: state.terms.fen, to: would?.fen ?? null, grant: { id: of, state: state.is }, then, recovery,
      proposed: would !== undefined && then !== 'kept',
    };
  });
};

const fateOf = (state: Exclude<Grant, { is: 'none' }>, would: Promised | undefined): { then: Fate; recovery: number } => {
  // What was paid, and would be given just so, goes on under the next decision.
  if (state.is === 'paid' && would?.fen === state.terms.fen && would.payee === state.terms.payee)
    return { then: 'kept', recovery: 0 };
  const [event] = grant.decider.decide({ type: 'Fall', because: 'superseded' }, state);
  if (event?.type === 'RecoveryOpened') return { then: 'recovery', recovery: event.fen };
  return { then: event === undefined ? 'ended' : 'lapses', recovery: 0 };
};

export interface Sums {
  readonly before: number; readonly after: number; readonly gained: number; readonly lost: number; readonly recovery: number
}

export const sumsOf = (changes: readonly MoneyChange[]): Sums => {
  const sum = (of: (change: MoneyChange) => number): number => changes.reduce((total, change) => total + of(change), 0);
  const more = ({ from, to }: MoneyChange): number => (to ?? 0) - (from ?? 0);
  return {
    before: sum(({ from }) => from ?? 0), after: sum(({ to }) => to ?? 0), gained: sum((change) => Math.max(0, more(change))),
    lost: sum((change) => Math.max(0, -more(change))), recovery: sum(({ recovery }) => recovery),
  };
};
