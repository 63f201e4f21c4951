import { publication, published as published_ } from '#libs/messaging';
import { creditAccount, type CreditEvent } from './credit-account/credit-account.js';
import { drill, type DrillEvent } from './drill/drill.js';
import { enrolment, type EnrolmentEvent } from './enrolment/enrolment.js';

export const published = published_<[EnrolmentEvent, DrillEvent, CreditEvent]>(
  {
    aggregate: enrolment,
    publish: {
      EnrolmentOpened: ({ aggregateId, event: { worker, programme, occupation, trainers } }) =>
        publication('jinji.enrolment.opened.v1', {
          enrolment: aggregateId, worker, programme, occupation, trainers: [...trainers],
        }),
      EnrolmentPassed: ({ aggregateId, event: { on, hours } }, { event: opened }) => {
        if (opened.type !== 'EnrolmentOpened') throw new Error('an enrolment begins when it is opened');
        const { worker, programme, occupation } = opened;
        return publication('jinji.enrolment.passed.v1', { enrolment: aggregateId, worker, programme, occupation, on, hours });
      },
    },
  },
  {
    aggregate: drill,
    publish: {
      DrillRecorded: ({ aggregateId, event: { worker, occupation, on, score, passed } }) =>
        publication('jinji.drill.recorded.v1', { drill: aggregateId, worker, occupation, on, score, passed }),
    },
  },
  {
    aggregate: creditAccount,
    publish: {
      CreditsBooked: ({ event: { worker, credits, because } }) =>
        publication('jinji.credit.earned.v1', { worker, credits, because }),
    },
  },
);
