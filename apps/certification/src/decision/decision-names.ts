import { text, type Text } from '#libs/decider';
import type { DecisionState } from './decision.js';

export const stateName = {
  none: text('不存在', 'unknown'), onNotice: text('公示中', 'on notice'), awaiting: text('待批准', 'awaiting approval'),
  held: text('暂缓', 'held'),
  approved: text('已批准', 'approved'), issued: text('已发证', 'issued'), withoutEffect: text('无晋级', 'without effect'),
  rejected: text('已驳回', 'rejected'),
  superseded: text('已被取代', 'superseded'), revoked: text('已撤销', 'revoked'),
} as const satisfies Record<DecisionState['is'], Text>;

/** What may be done next, where a rule says no. */
export const nextStep: Record<DecisionState['is'], string> = {
  none: 'none', onNotice: 'wait until the notice is over, or object', awaiting: 'approve or reject',
  held: 'settle it, dismiss the objection, or reject',
  approved: 'none: the certificate follows by itself', issued: 'none', withoutEffect: 'none', rejected: 'none',
  superseded: 'see the later decision', revoked: 'none',
};
