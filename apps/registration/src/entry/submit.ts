import type { Work } from '#libs/service';
import { latest } from '../answers.js';
import type { MemberFacts } from '../contest/conditions.js';
import { contest, requires } from '../contest/contest.js';
import { person, type PersonEvent } from '../memory/person.js';
import { roster } from '../roster/roster.js';
import { takeTurn } from '../turn.js';
import { entry, type EntryCommand } from './entry.js';

/** New entries of one contest, numbered in the order given. */
export const submitEntries = async (
  id: string, entries: readonly { entry: string; members: readonly MemberFacts[] }[], work: Work,
) => {
  await takeTurn(work, id);
  const { state: ours } = await work.load(contest, id);
  requires(ours, 'open', 'registration-not-open');
  const { competition, organisation } = ours;
  const listed = await work.decide(roster, id, {
    type: 'List', organisation, entries: entries.map((e) => ({ entry: e.entry, workers: e.members.map((m) => m.worker) })),
  });
  const numbers = new Map((await work.load(roster, id)).state.entries.map((e) => [e.entry, e.number]));
  const dones = await work.decideMany(entry, entries.map(({ entry: entryId, members }) => ({
    id: entryId,
    command: {
      type: 'Submit', contest: id, competition, organisation, number: numbers.get(entryId) ?? '', members,
    } satisfies EntryCommand,
  })));
  for (const { entry: entryId, members } of entries)
    for (const { worker } of members) {
      const entered: PersonEvent = { type: 'Entered', entry: entryId, contest: id, competition };
      await work.record(person, worker, [entered]);
    }
  return latest(id, listed, ...dones);
};
