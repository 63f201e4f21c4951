/** Our private events → the public contract. */
import { publication, published } from '#libs/messaging';
import { contest } from './contest/contest.js';
import { hearing } from './hearing/hearing.js';
import { markingScheme } from './marking-scheme/marking-scheme.js';
import { result } from './result/result.js';

export const judgingPublished = published(
  {
    aggregate: markingScheme,
    publish: {
      MarkingSchemeFrozen: ({ aggregateId: scheme, event: { organisation, digest, total, aspects } }) =>
        publication('jinji.marking-scheme.frozen.v1', { scheme, organisation, digest, total, aspects }),
    },
  },
  {
    aggregate: contest,
    publish: { MarkingCompleted: ({ aggregateId }) => publication('jinji.marking.completed.v1', { contest: aggregateId }) },
  },
  {
    aggregate: result,
    publish: {
      ResultOpened: ({ event: { contest: id, revision, stage, count, digest, firstFinalAt } }) =>
        publication('jinji.result.opened.v1', { contest: id, revision, stage, count, digest, firstFinalAt }),
      ResultPlaced: ({ event: { type: _, criteria, ...placing } }) =>
        publication('jinji.result.placed.v1', { ...placing, criteria: [...criteria] }),
      ResultClosed: ({ event: { contest: id, revision, stage } }) =>
        publication('jinji.result.closed.v1', { contest: id, revision, stage }),
    },
  },
  {
    aggregate: hearing,
    publish: {
      HearingAssigned: ({ event: { appeal, contest: id, arbitrator } }) =>
        publication('jinji.hearing.assigned.v1', { appeal, contest: id, arbitrator }),
      HearingUpheld: ({ event: { appeal, contest: id, code } }) => publication(
        'jinji.hearing.upheld.v1', { appeal, contest: id, code }
      ),
      HearingDismissed: ({ event: { appeal, contest: id, code } }) =>
        publication('jinji.hearing.dismissed.v1', { appeal, contest: id, code }),
    },
  },
);
