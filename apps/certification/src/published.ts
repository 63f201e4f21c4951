import type { PublicData } from '#libs/contracts';
import type { Recorded } from '#libs/event-store';
import { publication, published } from '#libs/messaging';
import { certificate, type CertificateEvent } from './certificate/certificate.js';
import { decision, type DecisionEvent } from './decision/decision.js';
import { skillRecord } from './skill-record/skill-record.js';

/** The first event of a decision says whose it is and about what; later ones do not repeat it. */
const about = (
  recorded: Recorded, first: Recorded<DecisionEvent>,
): PublicData<'jinji.promotion.rejected.v1'> & { organisation: string } => {
  const { event } = first;
  if (event.type !== 'PromotionProposed' && event.type !== 'NothingFound' && event.type !== 'PromotionHeld')
    throw new Error(`${recorded.stream} does not begin with what was found`);
  const { worker, contest, occupation, organisation } = event;
  return { decision: recorded.aggregateId, worker, contest, occupation, organisation };
};

const decided = (recorded: Recorded, first: Recorded<DecisionEvent>) => {
  const { organisation: _, ...rest } = about(recorded, first);
  return rest;
};

type Given = Pick<PublicData<'jinji.promotion.proposed.v1'>, 'from' | 'to' | 'honours' | 'money' | 'others'>;
type GivenEvent = Extract<DecisionEvent, { type: 'PromotionProposed' | 'PromotionApproved' }>;
const given = ({ from, to, honours, money, others }: GivenEvent): Given => ({
  from, to, honours: honours.map((each) => ({ ...each })), money: money.map((each) => ({ ...each })),
  ...(others.length === 0 ? {} : { others: others.map((each) => ({ ...each })) }),
});

const certified = ({ aggregateId }: Recorded, { event }: Recorded<CertificateEvent>) => {
  if (event.type !== 'CertificateIssued') throw new Error(`certificate ${aggregateId} does not begin with its issue`);
  const { decision: of, worker, contest, occupation, level } = event;
  return { certificate: aggregateId, decision: of, worker, contest, occupation, level };
};

export const certificationPublished = published(
  {
    aggregate: decision,
    publish: {
      PromotionProposed: (recorded, first) => publication('jinji.promotion.proposed.v1', {
        ...about(recorded, first), ...given(recorded.event), noticeUntil: recorded.event.noticeUntil,
      }),
      NothingFound: (recorded, first) => publication('jinji.promotion.without-effect.v1', decided(recorded, first)),
      PromotionHeld: (recorded, first) => publication('jinji.promotion.held.v1', {
        ...decided(recorded, first), effects: [...recorded.event.effects],
      }),
      EffectsHeld: (recorded, first) => publication('jinji.promotion.held.v1', {
        ...decided(recorded, first), effects: [...recorded.event.effects],
      }),
      ObjectionRaised: (recorded, first) => publication('jinji.promotion.held.v1', {
        ...decided(recorded, first), effects: [...recorded.event.effects],
      }),
      PromotionApproved: (recorded, first) => publication('jinji.promotion.approved.v1', {
        ...about(recorded, first), by: recorded.event.how, ...given(recorded.event), on: recorded.event.on,
      }),
      AutomationRefused: (recorded, first) => publication('jinji.promotion.automation-refused.v1', decided(recorded, first)),
      DecidedInPerson: (recorded, first) => publication('jinji.promotion.decided-in-person.v1', {
        ...decided(recorded, first), outcome: recorded.event.outcome,
      }),
      PromotionRejected: (recorded, first) => publication('jinji.promotion.rejected.v1', decided(recorded, first)),
      PromotionSuperseded: (recorded, first) => {
        const { next, keeps } = recorded.event;
        return publication('jinji.promotion.superseded.v1', {
          ...decided(recorded, first), next, ...(keeps === undefined ? {} : { keeps: [...keeps] }),
        });
      },
      PromotionRevoked: (recorded, first) => publication('jinji.promotion.revoked.v1', decided(recorded, first)),
    },
  },
  {
    aggregate: certificate,
    publish: {
      CertificateIssued: (recorded, first) => publication('jinji.certificate.issued.v1', {
        ...certified(recorded, first), number: recorded.event.number, on: recorded.event.on,
      }),
      CertificateSuspended: (recorded, first) => publication('jinji.certificate.suspended.v1', certified(recorded, first)),
      CertificateReinstated: (recorded, first) => publication('jinji.certificate.reinstated.v1', certified(recorded, first)),
      CertificateRevoked: (recorded, first) => publication('jinji.certificate.revoked.v1', certified(recorded, first)),
    },
  },
  {
    aggregate: skillRecord,
    publish: {
      LevelImported: ({ event: { worker, occupation, level, since } }) => publication('jinji.skill-record.imported.v1', {
        worker, occupation, level, since,
      }),
    },
  },
);
