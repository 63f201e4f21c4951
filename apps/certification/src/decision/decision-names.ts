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
export const nextStep: Record<DecisionState['is'], Text> = {
  none: text('无', 'none'), onNotice: text('请等待公示结束，或提出异议', 'wait until the notice is over, or object'),
  awaiting: text('请批准或驳回', 'approve or reject'),
  held: text('请裁定、驳回异议，或否决', 'settle it, dismiss the objection, or reject'),
  approved: text('无：证书将自动签发', 'none: the certificate follows by itself'), issued: text('无', 'none'),
  withoutEffect: text('无', 'none'), rejected: text('无', 'none'),
  superseded: text('请见后来的决定', 'see the later decision'), revoked: text('无', 'none'),
};
