import { text } from '#libs/decider';
import { moneyText, otherText } from './effects.js';
import type { Decision, Reason } from './facts.js';

/** Of an amount "up to", an authority says how much it is: nobody can be promised it, so it is told as a reason. */
export const carried = (decision: Decision): Decision => {
  const { money, others = [], reasons } = decision;
  const open = [
    ...money.filter(({ atMost }) => atMost === true).map((each) => ({ by: each.rule, what: moneyText(each) })),
    ...others.filter(({ atMost }) => atMost === true).map((each) => ({ by: each.rule, what: otherText(each) })),
  ];
  if (open.length === 0) return decision;
  const { others: _, ...rest } = decision;
  const left = others.filter(({ atMost }) => atMost !== true);
  return {
    ...rest, money: money.filter(({ atMost }) => atMost !== true), ...(left.length === 0 ? {} : { others: left }),
    reasons: [...reasons, ...open.map(({ by, what }): Reason => ({
      code: 'amount-not-fixed', effect: 'money', by, cite: [],
      text: text(`${what.zh}：具体金额由主管部门核定`, `${what.en}: the authority decides how much`),
    }))],
  };
};
