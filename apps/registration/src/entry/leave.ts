/** What follows when an entry leaves the contest: its place, the waiting list, and its code. */
import type { Done } from '#libs/event-store';
import type { Work } from '#libs/service';
import { contest } from '../contest/contest.js';
import { roster } from '../roster/roster.js';
import { type Because, seal } from '../seal/seal.js';
import { promoted } from './screening.js';

export const leave = async (entryId: string, contestId: string, because: Because, work: Work): Promise<readonly Done[]> => {
  const { state: ours } = await work.load(contest, contestId);
  const { state: before } = await work.load(roster, contestId);
  const refill = ours.is === 'open' || ours.is === 'closed';
  return [
    await work.decide(roster, contestId, { type: 'Leave', entry: entryId, refill }),
    ...(await promoted(before, contestId, work)),
    await work.decide(seal, contestId, { type: 'Void', entry: entryId, because }),
  ];
};
