/**
 * What registration remembers of one worker (备考档案): levels from promotions, drills and programmes from training, and the
 * entries here. Its stream is named by the worker. A merged record points to the survivor, and the survivor back.
 */
import { type CivilDate, never } from '#libs/decider';
import type { Level, LevelHeld } from '../contest/conditions.js';
import { memory } from './remember.js';

export type PersonEvent =
  /** `certificate` is null for a level that was imported. */
  | { type: 'LevelLearned'; certificate: string | null; occupation: string; level: Level; since: CivilDate }
  | { type: 'LevelLost'; certificate: string }
  | { type: 'DrillPassed'; occupation: string; on: CivilDate }
  | { type: 'ProgrammePassed'; programme: string; occupation: string }
  | { type: 'Entered'; entry: string; contest: string; competition: string }
  | { type: 'Absorbed'; worker: string }
  | { type: 'MergedInto'; into: string }
  | { type: 'PersonErased' };

export interface Person {
  levels: readonly (LevelHeld & { certificate: string | null })[];
  drills: readonly string[];
  programmes: readonly { programme: string; occupation: string }[];
  entries: readonly { entry: string; contest: string; competition: string }[];
  absorbed: readonly string[];
  mergedInto: string | null;
}

export const nobody: Person = { levels: [], drills: [], programmes: [], entries: [], absorbed: [], mergedInto: null };

const evolve = (person: Person, event: PersonEvent): Person => {
  switch (event.type) {
    case 'LevelLearned': {
      const { certificate, occupation, level, since } = event;
      return { ...person, levels: [...person.levels, { certificate, occupation, level, since }] };
    }
    case 'LevelLost': return { ...person, levels: person.levels.filter((l) => l.certificate !== event.certificate) };
    case 'DrillPassed': return { ...person, drills: [...person.drills, event.occupation] };
    case 'ProgrammePassed': {
      const { programme, occupation } = event;
      return { ...person, programmes: [...person.programmes, { programme, occupation }] };
    }
    case 'Entered': {
      const { entry, contest, competition } = event;
      return { ...person, entries: [...person.entries, { entry, contest, competition }] };
    }
    case 'Absorbed': return { ...person, absorbed: [...person.absorbed, event.worker] };
    case 'MergedInto': return { ...person, mergedInto: event.into };
    case 'PersonErased': return person;
    default: return never(event);
  }
};

export const person = memory<Person, PersonEvent>('person', nobody, evolve);

/** One person from the records that were found to be theirs. */
export const together = (persons: readonly Person[]): Person => ({
  levels: persons.flatMap((p) => p.levels), drills: persons.flatMap((p) => p.drills),
  programmes: persons.flatMap((p) => p.programmes),
  entries: persons.flatMap((p) => p.entries), absorbed: [], mergedInto: null,
});
