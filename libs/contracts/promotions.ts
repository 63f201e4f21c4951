import Type from 'typebox';
import { contract, dateString, decimalString, fen, id, instantString, level, oneOf, orNull, ref, textPair } from './schema.js';

const decision = () => ({ decision: id(), worker: id(), contest: id(), occupation: ref() });

/** One money rule of a decision (an amount in fen); `needsCertificate`: only after the certificate is issued. */
export const moneyRule = () => Type.Object({
  rule: ref(), fen: fen(), payee: oneOf('person', 'team', 'coach', 'employer'),
  needsCertificate: Type.Boolean(), claimWithinMonths: orNull(Type.Integer({ minimum: 1 })),
});

/** How an honour comes about: awarded by the contest, approved by an authority, or only recommended to one. */
export const honour = () => Type.Object({
  honour: ref(), mode: oneOf('award', 'approve', 'recommend'), rule: ref(),
});

/** What else a decision gives, for the worker or a coach, a team, the experts; whoever keeps such an account acts on it. */
export const otherEffect = () => Type.Object({
  is: oneOf('honour', 'money', 'points', 'credit', 'applyFor'), rule: ref(), what: Type.String(), title: textPair(),
  for: oneOf('person', 'coach', 'team', 'expertTeam'),
  /** Points, credits or yuan. */
  amount: orNull(decimalString()),
  /** How an honour comes about. */
  mode: Type.Optional(oneOf('award', 'approve', 'recommend')),
});
const others = () => 
  Type.Optional(Type.Array(otherEffect(), { maxItems: 10, description: 'left out where there are none' }));

/** jinji.promotions: 晋级, keyed by worker. A decision gives a level, honours, money and others separately, any of them or none. */
export const promotions = {
  'jinji.skill-record.imported.v1': contract('jinji.promotions', 'worker', 'A level held before, imported with its source.', {
    worker: id(), occupation: ref(), level: level(), since: dateString(),
  }),
  'jinji.promotion.proposed.v1': contract('jinji.promotions', 'worker', 'The chain proposes; a public notice (公示) and an approval follow.', {
    ...decision(), organisation: ref(), from: orNull(level()), to: orNull(level()), honours: Type.Array(honour()), money: Type.Array(moneyRule()),
    others: others(), noticeUntil: instantString(),
  }),
  'jinji.promotion.without-effect.v1': contract('jinji.promotions', 'worker', 'Decided: nothing follows for this worker; the explanation says why.', decision()),
  'jinji.promotion.held.v1': contract('jinji.promotions', 'worker', 'The decision, or one effect of it, waits for a panel.', { ...decision(), effects: Type.Array(ref()) }),
  'jinji.promotion.approved.v1': contract('jinji.promotions', 'worker', 'The decision is approved; its effects hold.', {
    ...decision(), organisation: ref(), by: Type.Union([Type.Literal('person'), Type.Literal('pack')]),
    from: orNull(level()), to: orNull(level()), honours: Type.Array(honour()), money: Type.Array(moneyRule()),
    others: others(), on: dateString(),
  }),
  'jinji.promotion.automation-refused.v1': contract('jinji.promotions', 'worker', 'The person refused a decision by automation alone (PIPL art. 24): it waits for a named person.', decision()),
  'jinji.promotion.decided-in-person.v1': contract('jinji.promotions', 'worker', 'A named person decided, with reasons, what the person would not have decided by automation.', {
    ...decision(), outcome: oneOf('confirmed', 'changed', 'rejected'),
  }),
  'jinji.promotion.rejected.v1': contract('jinji.promotions', 'worker', 'A person rejected the proposal.', decision()),
  'jinji.promotion.superseded.v1': contract('jinji.promotions', 'worker', 'A later decision on the same contest takes its place; all its effects fall, but for the money that it `keeps`.', {
    ...decision(), next: Type.Optional(id()),
    /** Money rules that the next decision gives just so: what was paid by them goes on under it. */
    keeps: Type.Optional(Type.Array(ref())),
  }),
  'jinji.promotion.revoked.v1': contract('jinji.promotions', 'worker', 'The decision was revoked; all its effects fall.', decision()),
  'jinji.certificate.issued.v1': contract('jinji.promotions', 'worker', 'The certificate of a decision that gives a level.', {
    certificate: id(), number: ref(), ...decision(), level: level(), on: dateString(),
  }),
  'jinji.certificate.suspended.v1': contract(
    'jinji.promotions', 'worker', 'An inquiry into the certificate is under way (暂停): until it ends, nobody should rely on it.',
    { certificate: id(), ...decision(), level: level() },
  ),
  'jinji.certificate.reinstated.v1': contract('jinji.promotions', 'worker', 'The last inquiry ended: the certificate is valid again.', {
    certificate: id(), ...decision(), level: level(),
  }),
  'jinji.certificate.revoked.v1': contract('jinji.promotions', 'worker', 'The certificate is void.', { certificate: id(), ...decision(), level: level() }),
} as const;
