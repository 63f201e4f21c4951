import { contract, dateString, fen, id, ref } from './schema.js';

const grant = () => ({ grant: id(), worker: id(), decision: id(), rule: ref(), fen: fen() });

/** jinji.incentives: 激励, keyed by worker. A grant belongs to one money rule of one decision. */
export const incentives = {
  'jinji.grant.proposed.v1': contract('jinji.incentives', 'worker', 'Money is proposed.', grant()),
  'jinji.grant.approved.v1': contract('jinji.incentives', 'worker', 'An incentive officer approved it.', grant()),
  'jinji.grant.paid.v1': contract('jinji.incentives', 'worker', 'It was paid.', { ...grant(), on: dateString() }),
  'jinji.grant.refused.v1': contract('jinji.incentives', 'worker', 'It was refused, or its decision fell before payment.', grant()),
  'jinji.grant.expired.v1': contract('jinji.incentives', 'worker', 'The claim window is over.', grant()),
  'jinji.grant.recovery-opened.v1': contract('jinji.incentives', 'worker', 'Its decision fell after payment: the money is owed back.', grant()),
  'jinji.grant.carried-over.v1': contract('jinji.incentives', 'worker', 'Its decision was superseded by one that gives the same by the same rule: what was paid goes on under that one.', { ...grant(), to: id() }),
  'jinji.grant.part-repaid.v1': contract('jinji.incentives', 'worker', 'A part of what is owed back was repaid.', { ...grant(), repaid: fen(), left: fen() }),
  'jinji.grant.written-off.v1': contract('jinji.incentives', 'worker', 'What was left of the recovery is expected back no more.', { ...grant(), writtenOff: fen() }),
  'jinji.grant.recovered.v1': contract('jinji.incentives', 'worker', 'It was paid back in full.', grant()),
} as const;
