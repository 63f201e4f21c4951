/**
 * In person (PIPL art. 24(3)): a person refuses that automation alone decides; then a named person does, with reasons.
 * Pure, as decision.ts.
 */
import { text, WrongState } from '#libs/decider';
import { apart } from './apart.js';
import type { DecisionCommand, DecisionEvent, DecisionState } from './decision.js';
import { nextStep } from './decision-names.js';
import { approval } from './given.js';
import { isOver, wrong } from './standing.js';

export const refuseAutomation = (
  command: Extract<DecisionCommand, { type: 'RefuseAutomation' }>, state: DecisionState,
): readonly DecisionEvent[] => {
  if (isOver(state) || state.is === 'rejected') throw wrong(state, 'not-open');
  if (state.is !== 'none' && state.refusal !== null) return [];
  if ('how' in state && state.how === 'person')
    throw new WrongState(
      'decided-by-a-person', text('该决定已由人工批准', 'a person approved this decision'),
      text('请提出异议或申诉', 'object to it, or appeal'),
    );
  return [{ type: 'AutomationRefused', by: command.by, statement: command.statement }];
};

/** A named person, apart from the candidate, decides what the person would not have decided by automation. */
export const decideInPerson = (
  { by, trainers, outcome, reasons, at }: Extract<DecisionCommand, { type: 'DecideInPerson' }>, state: DecisionState,
): readonly DecisionEvent[] => {
  if (isOver(state) || state.is === 'none' || state.is === 'rejected') throw wrong(state, 'not-open');
  if (state.refusal === null)
    throw new WrongState(
      'automation-not-refused', text('本人未拒绝自动化决定', 'the automated decision was not refused'), nextStep[state.is],
    );
  if (state.review !== null)
    throw new WrongState(
      'decided-in-person', text('已由人工决定', 'a named person decided it'), text('请提出异议或申诉', 'object to it, or appeal'),
    );
  apart(by, state.about.worker, trainers);
  const decided: DecisionEvent = { type: 'DecidedInPerson', by, outcome, reasons };
  switch (outcome) {
    case 'confirmed':
      if (state.is === 'held') throw wrong(state, 'not-settled');
      return state.is === 'awaiting' ? [decided, approval(state.proposed, by, 'person', at)] : [decided];
    case 'changed':
      if (state.found.facts.placing.rank === null)
        throw new WrongState(
          'not-ranked', text('该选手未获名次', 'the person was not ranked'), text('请更正成绩，或确认', 'correct the result, or confirm'),
        );
      return [decided];
    case 'rejected':
      switch (state.is) {
        case 'withoutEffect': throw wrong(state, 'nothing-to-reject');
        case 'approved':
        case 'issued': return [decided, { type: 'PromotionRevoked', because: 'decided-in-person' }];
        default: return [decided, { type: 'PromotionRejected', by, reasons }];
      }
  }
};
