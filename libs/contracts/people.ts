import { contract, id, orNull } from './schema.js';

/** jinji.people: ids only, keyed by worker. */
export const people = {
  'jinji.worker.registered.v1': contract('jinji.people', 'worker', 'A worker id was minted.', { worker: id(), unit: orNull(id()) }),
  'jinji.worker.unit-changed.v1': contract('jinji.people', 'worker', 'A worker moved to a unit, or to none.', { worker: id(), unit: orNull(id()) }),
  'jinji.worker.merged.v1': contract('jinji.people', 'worker', 'The record `worker` was found to be the person of `into`, and goes on there.', {
    worker: id(), into: id(),
  }),
  'jinji.worker.erased.v1': contract('jinji.people', 'worker', "A worker's key was destroyed; whoever keeps keys of that worker's records destroys them.", {
    worker: id(),
  }),
} as const;
