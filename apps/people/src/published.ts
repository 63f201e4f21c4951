import { publication, published as published_ } from '#libs/messaging';
import { worker, type WorkerEvent } from './worker/worker.js';

/** Ids only: who is behind them, people alone knows. */
export const published = published_<[WorkerEvent]>({
  aggregate: worker,
  publish: {
    WorkerRegistered: ({ aggregateId, event }) =>
      publication('jinji.worker.registered.v1', { worker: aggregateId, unit: event.unit }),
    WorkerUnitChanged: ({ aggregateId, event }) =>
      publication('jinji.worker.unit-changed.v1', { worker: aggregateId, unit: event.unit }),
    WorkerMerged: ({ aggregateId, event }) => publication('jinji.worker.merged.v1', { worker: aggregateId, into: event.into }),
    WorkerErased: ({ aggregateId }) => publication('jinji.worker.erased.v1', { worker: aggregateId }),
  },
});
