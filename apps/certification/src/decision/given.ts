/** The events that say what a decision gives, when it is found, approved, and superseded. Pure, as decision.ts. */
import { civilDate, type Instant } from '#libs/decider';
import type { DecisionCommand, DecisionEvent, DecisionState, Given } from './decision.js';

export const find = (command: Extract<DecisionCommand, { type: 'Find' }>): readonly DecisionEvent[] => [
  ...first(command),
  // What was refused is refused for the contest: a later decision on it waits for a person too.
  ...(command.refusal === undefined ? [] : [{ type: 'AutomationRefused', ...command.refusal } as const]),
  ...(command.review === undefined ? [] : [{ type: 'DecidedInPerson', ...command.review } as const]),
];

const first = (
  { about, found, effects, noticeUntil, approval: by }: Extract<DecisionCommand, { type: 'Find' }>,
): readonly DecisionEvent[] => {
  const { level, honours, money, held, others = [] } = effects;
  if (level === null && honours.length === 0 && money.length === 0 && others.length === 0)
    return [
      held.length === 0
        ? { type: 'NothingFound', ...about, ...found }
        : { type: 'PromotionHeld', effects: held, ...about, ...found },
    ];
  const given = {
    from: level?.from ?? found.facts.held.level?.level ?? null, to: level?.to ?? null, rule: level?.rule ?? null,
    honours, money, others,
  };
  return [
    { type: 'PromotionProposed', ...about, ...found, ...given, noticeUntil, approval: by },
    ...(held.length === 0 ? [] : [{ type: 'EffectsHeld', effects: held } as const]),
  ];
};

export const supersession = (
  { next, money }: Extract<DecisionCommand, { type: 'Supersede' }>, state: DecisionState,
): DecisionEvent => {
  const given = 'proposed' in state ? state.proposed?.money ?? [] : [];
  const keeps = given.filter(({ rule, fen, payee }) =>
    money.some((other) => other.rule === rule && other.fen === fen && other.payee === payee)).map(({ rule }) => rule);
  return { type: 'PromotionSuperseded', next, ...(keeps.length === 0 ? {} : { keeps }) };
};

export const approval = (
  { from, to, rule, honours, money, others }: Given, by: string, how: 'person' | 'pack', at: Instant,
): DecisionEvent =>
  ({ type: 'PromotionApproved', by, how, on: civilDate(at), from, to, rule, honours, money, others });
