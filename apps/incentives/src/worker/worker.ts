/**
 * Worker (劳动者), as incentives remembers one: a record that was merged goes on as another, and so do its grants.
 *
 *   known ──merge──▶ merged into another (and stays so)
 */
import type { Decider } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';

export type WorkerEvent = { type: 'WorkerMerged'; into: string };
export type WorkerCommand = { type: 'RecordMerge'; into: string };
export interface Worker { readonly into: string | null }

const decide = ({ into }: WorkerCommand, worker: Worker): readonly WorkerEvent[] =>
  (worker.into === null ? [{ type: 'WorkerMerged', into }] : []);

const evolve = (_: Worker, { into }: WorkerEvent): Worker => ({ into });

export const worker: Aggregate<WorkerCommand, Worker, WorkerEvent> = {
  name: 'worker',
  decider: { initial: { into: null }, decide, evolve } satisfies Decider<WorkerCommand, Worker, WorkerEvent>,
  organisation: () => undefined, // a person belongs to no organisation
};
