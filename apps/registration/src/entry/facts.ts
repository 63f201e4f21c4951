import { type CivilDate, text } from '#libs/decider';
import type { Done } from '#libs/event-store';
import type { Caller, Reader, Work } from '#libs/service';
import { ValidationFailed } from '#libs/web';
import type { MemberFacts } from '../contest/conditions.js';
import type { People } from '../people.js';
import { roster } from '../roster/roster.js';
import { entry, type EntryCommand } from './entry.js';

/** Asks people about every entrant of a contest; what it answers goes into the entries, in the transaction that closes it. */
export const takeFacts = async (id: string, asOf: CivilDate, reader: Reader, people: People, caller: Caller) => {
  const { state } = await reader.peek(roster, id);
  const inside = state.entries.filter((e) => e.is !== 'out');
  const facts = await people.facts([...new Set(inside.flatMap((e) => [...e.workers]))], asOf, caller);
  return async (work: Work): Promise<readonly Done[]> => {
    const entries = await work.loadMany(entry, inside.map((e) => e.entry));
    return work.decideMany(entry, [...entries].flatMap(([entryId, { state: now }]) => {
      if (now.is === 'none') return [];
      const members = now.members.map((m): MemberFacts => {
        const known = facts.get(m.worker);
        return known === undefined ? m : { ...known, status: known.status ?? m.status };
      });
      return [{ id: entryId, command: { type: 'TakeFacts', members } satisfies EntryCommand }];
    }));
  };
};

/** The facts of workers who are named by id. */
export const factsOf = async (
  workers: readonly string[], asOf: CivilDate, people: People, caller: Caller,
): Promise<MemberFacts[]> => {
  const facts = await people.facts(workers, asOf, caller);
  return workers.map((worker, n) => {
    const known = facts.get(worker);
    const field = `members[${n}]`;
    if (known === undefined) throw new ValidationFailed([{ field, text: text('查无此人', 'there is no such worker') }]);
    if (known.status === null) throw new ValidationFailed(
      [{ field, text: text('身份（职工或学生）未知', 'it is not known whether a worker or a student') }]
    );
    return { ...known, status: known.status };
  });
};
