/** Others' public events → what incentives remembers of a decision, and the grants that follow from it. */
import { on, type Reaction, type Work } from '#libs/service';
import { decision, type DecisionCommand, dueGrants, fallingGrants, grantId, grantsOf } from './decision/decision.js';
import { grant, type GrantCommand } from './grant/grant.js';
import { worker } from './worker/worker.js';

interface Order { readonly id: string; readonly command: GrantCommand }

/** Remembers, then brings the grants to where the memory says that they are: in one transaction, in any order of messages. */
const remember = async (work: Work, id: string, command: DecisionCommand): Promise<void> => {
  const known = await work.load(decision, id);
  const of = command.type === 'RecordApproval' ? command.organisation : (known.state.approval?.organisation ?? null);
  await work.decide(decision, id, command, { organisation: of });
  const { state } = await work.load(decision, id);
  const due = dueGrants(id, state).map((terms): Order =>
    ({ id: grantId(id, terms.rule), command: { type: 'Propose', ...terms } }));
  const because = state.fell ?? 'revoked';
  const falling = fallingGrants(id, state).map((one): Order => ({ id: one, command: { type: 'Fall', because } }));
  await work.decideMany(grant, [...due, ...falling], { organisation: of });
};

/** What was paid by a rule that the next decision gives just so, is not owed back to be paid again: it goes on under that one. */
const superseded = async (work: Work, id: string, next: string | undefined, keeps: readonly string[]): Promise<void> => {
  const { state } = await work.load(decision, id);
  const organisation = state.approval?.organisation ?? null;
  if (next !== undefined)
    for (const [rule, of] of grantsOf(id, state)) {
      if (!keeps.includes(rule) || (await work.load(grant, of)).state.is !== 'paid') continue;
      await work.decide(grant, of, { type: 'CarryOver', decision: next }, { organisation });
      await work.decide(decision, id, { type: 'HandOn', rule, to: next }, { organisation });
      await work.decide(decision, next, { type: 'TakeOver', rule, grant: of }, { organisation });
    }
  await remember(work, id, { type: 'RecordFall', because: 'superseded' });
};

export const incentivesReactions: readonly Reaction[] = [
  on('jinji.promotion.approved.v1', ({ data: { decision: id, organisation, worker: of, contest, money, on: date } }, work) =>
    remember(work, id, { type: 'RecordApproval', organisation, worker: of, contest, money, on: date })),
  on('jinji.certificate.issued.v1', ({ data }, work) =>
    remember(work, data.decision, { type: 'RecordCertificate', on: data.on })),
  on('jinji.certificate.revoked.v1', ({ data }, work) =>
    remember(work, data.decision, { type: 'RecordVoidCertificate' })),
  on('jinji.promotion.superseded.v1', ({ data }, work) => superseded(work, data.decision, data.next, data.keeps ?? [])),
  // Rejected, it gives nothing; what it took over from an earlier decision falls with it.
  on('jinji.promotion.rejected.v1', ({ data }, work) =>
    remember(work, data.decision, { type: 'RecordFall', because: 'rejected' })),
  on('jinji.worker.merged.v1', ({ data }, work) => work.decide(worker, data.worker, { type: 'RecordMerge', into: data.into })),
  on('jinji.worker.erased.v1', ({ data }, work) => work.vault.shred(work.query, data.worker)),
  on('jinji.promotion.revoked.v1', ({ data }, work) =>
    remember(work, data.decision, { type: 'RecordFall', because: 'revoked' })),
];
