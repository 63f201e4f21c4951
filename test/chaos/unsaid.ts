/** Which service first has something to say in public, from now on; nobody, where none has it in time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStore } from '#libs/event-store';
import type { Fleet } from '#libs/fleet';
import { owedBy } from './checks/published.js';
import { definitions, inDatabase } from './checks/sources.js';

export const firstToSpeak = async (fleet: Fleet, withinMs: number): Promise<string | undefined> => {
  const from = new Map<string, number>();
  for (const until = Date.now() + withinMs; Date.now() < until; await sleep(200))
    for (const definition of definitions) {
      const { name, aggregates } = definition;
      const after = from.get(name);
      try {
        if (after === undefined)
          from.set(name, await inDatabase(fleet, name, (pool) => new EventStore(pool, { kinds: aggregates }).head()));
        else if ((await owedBy(fleet, definition, after)).length > 0) return name;
      } catch {
        // its database may be away just now: it is asked again
      }
    }
  return undefined;
};
