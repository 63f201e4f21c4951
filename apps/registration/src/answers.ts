import type { Done } from '#libs/event-store';

/** What a command over several aggregates answers: the one that was asked for, and where the last event stands. */
export const latest = (id: string, ...dones: readonly Done[]): { id: string; version: number; position: number } => ({
  id,
  version: dones.find((done) => done.id === id)?.version ?? 0, // the first of this id: some aggregates share the contest's
  position: Math.max(0, ...dones.map((done) => done.position)),
});
