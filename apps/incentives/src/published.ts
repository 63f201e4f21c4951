import type { Recorded } from '#libs/event-store';
import { publication, published } from '#libs/messaging';
import { grant, type GrantEvent } from './grant/grant.js';

/** What every message about a grant repeats; all of it stands in the stream's first event. */
const about = (recorded: Recorded, first: Recorded<GrantEvent>) => {
  if (first.event.type !== 'GrantProposed') throw new Error(`${recorded.stream} does not begin with its proposal`);
  const { worker, decision, rule, fen } = first.event;
  return { grant: recorded.aggregateId, worker, decision, rule, fen };
};

export const incentivesPublished = published({
  aggregate: grant,
  publish: {
    GrantProposed: (recorded, first) => publication('jinji.grant.proposed.v1', about(recorded, first)),
    GrantApproved: (recorded, first) => publication('jinji.grant.approved.v1', about(recorded, first)),
    GrantPaid: (recorded, first) => publication('jinji.grant.paid.v1', { ...about(recorded, first), on: recorded.event.on }),
    GrantRefused: (recorded, first) => publication('jinji.grant.refused.v1', about(recorded, first)),
    GrantLapsed: (recorded, first) => publication('jinji.grant.refused.v1', about(recorded, first)),
    GrantExpired: (recorded, first) => publication('jinji.grant.expired.v1', about(recorded, first)),
    RecoveryOpened: (recorded, first) => publication('jinji.grant.recovery-opened.v1', about(recorded, first)),
    GrantCarriedOver: (recorded, first) => publication('jinji.grant.carried-over.v1', {
      ...about(recorded, first), to: recorded.event.decision,
    }),
    PartRepaid: (recorded, first) => publication('jinji.grant.part-repaid.v1', {
      ...about(recorded, first), repaid: recorded.event.fen, left: recorded.event.left,
    }),
    RecoveryWrittenOff: (recorded, first) => publication('jinji.grant.written-off.v1', {
      ...about(recorded, first), writtenOff: recorded.event.fen,
    }),
    GrantRecovered: (recorded, first) => publication('jinji.grant.recovered.v1', about(recorded, first)),
  },
});
