import { text, WrongState } from '#libs/decider';
import { nextStep, stateName } from './decision-names.js';
import type { DecisionState } from './decision.js';

/** It gives nothing any more, and never will. */
export const isOver = (state: DecisionState): boolean =>
  state.is === 'none' || state.is === 'superseded' || state.is === 'revoked';

/** What was asked does not fit where the decision stands; with the next legal step. */
export const wrong = (state: DecisionState, rule: string): WrongState =>
  new WrongState(rule, text(`决定目前${stateName[state.is].zh}`, `the decision is ${stateName[state.is].en}`), nextStep[state.is]);
