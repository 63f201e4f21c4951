/**
 * Roster (名册): who is in one contest: entry numbers, one entry a person, places and the waiting list.
 * Its stream is named by the contest, so that two imports at once cannot give the same number or the last place twice.
 *
 *   listed ──screen──▶ placed · waiting · out
 *                waiting ──a place comes free──▶ placed
 */
import type { Aggregate } from '#libs/event-store';
import { type Decider, never, Refusal, text } from '#libs/decider';

export type RosterEvent =
  | { type: 'EntryListed'; organisation: string; entry: string; number: string; workers: readonly string[] }
  | { type: 'PlaceGiven'; entry: string }
  | { type: 'WaitingListed'; entry: string }
  | { type: 'TurnedAway'; entry: string }
  | { type: 'EntryLeft'; entry: string }
  | { type: 'WorkerMerged'; worker: string; into: string };

export type RosterCommand =
  | { type: 'List'; organisation: string; entries: readonly { entry: string; workers: readonly string[] }[] }
  | { type: 'Screen'; verdicts: readonly { entry: string; fit: boolean }[]; quota: number | null }
  /** `refill`: whether the place goes to the next who waits (not any more once the contest runs). */
  | { type: 'Leave'; entry: string; refill: boolean }
  | { type: 'MergeWorker'; worker: string; into: string };

export interface Listed {
  entry: string;
  number: string;
  workers: readonly string[];
  is: 'listed' | 'placed' | 'waiting' | 'out';
}

/** In the order of the numbers. */
export interface Roster {
  organisation: string | null;
  entries: readonly Listed[];
}

const decide = (command: RosterCommand, roster: Roster): readonly RosterEvent[] => {
  switch (command.type) {
    case 'List': {
      const taken = new Set(roster.entries.filter((e) => e.is !== 'out').flatMap((e) => e.workers));
      return command.entries.map(({ entry, workers }, n) => {
        for (const worker of workers) {
          if (taken.has(worker)) throw already();
          taken.add(worker);
        }
        return {
          type: 'EntryListed', organisation: command.organisation, entry, number: numberOf(roster.entries.length + n + 1),
          workers,
        };
      });
    }
    case 'Screen': {
      let left = (command.quota ?? Infinity) - places(roster);
      // In the order of the numbers: who came first is placed first.
      return roster.entries.filter((e) => e.is === 'listed').flatMap(({ entry }): RosterEvent[] => {
        const verdict = command.verdicts.find((v) => v.entry === entry);
        if (verdict === undefined) return [];
        if (!verdict.fit) return [{ type: 'TurnedAway', entry }];
        left -= 1;
        return [{ type: left >= 0 ? 'PlaceGiven' : 'WaitingListed', entry }];
      });
    }
    case 'Leave': {
      const leaving = roster.entries.find((e) => e.entry === command.entry);
      if (leaving === undefined || leaving.is === 'out') return [];
      const next = roster.entries.find((e) => e.is === 'waiting' && e.entry !== command.entry);
      const left: RosterEvent = { type: 'EntryLeft', entry: command.entry };
      return command.refill && leaving.is === 'placed' && next !== undefined ? [
        left, { type: 'PlaceGiven', entry: next.entry },
      ] : [left];
    }
    case 'MergeWorker':
      return roster.entries.some((e) => e.workers.includes(command.worker))
        ? [{ type: 'WorkerMerged', worker: command.worker, into: command.into }]
        : [];
    default: return never(command);
  }
};

const places = (roster: Roster): number => roster.entries.filter((e) => e.is === 'placed').length;

/** 参赛号, by the order of the file: 001, 002, … */
export const numberOf = (n: number): string => String(n).padStart(3, '0');

const already = (): Refusal =>
  new Refusal(
    'worker-already-entered', text('该人员已报名本赛项', 'this worker has an entry in this contest'),
    text('请先撤回另一报名', 'withdraw the other entry first'),
  );

const evolve = (roster: Roster, event: RosterEvent): Roster => {
  const move = (entry: string, is: Listed['is']): Roster => ({
    ...roster, entries: roster.entries.map((e) => (e.entry === entry ? { ...e, is } : e)),
  });
  switch (event.type) {
    case 'EntryListed': {
      const { entry, number, workers } = event;
      return { organisation: event.organisation, entries: [...roster.entries, { entry, number, workers, is: 'listed' }] };
    }
    case 'PlaceGiven': return move(event.entry, 'placed');
    case 'WaitingListed': return move(event.entry, 'waiting');
    case 'TurnedAway': return move(event.entry, 'out');
    case 'EntryLeft': return move(event.entry, 'out');
    case 'WorkerMerged': {
      const follow = (w: string): string => (w === event.worker ? event.into : w);
      return { ...roster, entries: roster.entries.map((e) => ({ ...e, workers: e.workers.map(follow) })) };
    }
    default: return never(event);
  }
};

export const roster: Aggregate<RosterCommand, Roster, RosterEvent> = {
  name: 'roster',
  snapshotEvery: 500,
  decider: { initial: { organisation: null, entries: [] }, decide, evolve } satisfies Decider<RosterCommand, Roster, RosterEvent>,
  organisation: (state) => state.organisation ?? undefined,
};
