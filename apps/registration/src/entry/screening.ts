/** Screening (资格审查): every submitted entry of a contest against its conditions, then places and the waiting list. */
import { text, WrongState } from '#libs/decider';
import type { Done } from '#libs/event-store';
import type { Work } from '#libs/service';
import { latest } from '../answers.js';
import { type Background, findings } from '../contest/conditions.js';
import { contest, contestStates } from '../contest/contest.js';
import { nobody, type Person, person, together } from '../memory/person.js';
import { type Listed, type Roster, roster } from '../roster/roster.js';
import { takeTurn } from '../turn.js';
import { entry, type EntryCommand } from './entry.js';

export interface Screened {
  id: string;
  version: number;
  position: number;
  accepted: number;
  waitlisted: number;
  rejected: number;
}

export const screen = async (id: string, work: Work): Promise<Screened> => {
  const { state: ours } = await work.load(contest, id);
  if (ours.is !== 'open' && ours.is !== 'closed')
    throw new WrongState(
      'contest-not-screenable', text(`赛项当前状态为${contestStates[ours.is]}`, `the contest is ${ours.is}`),
      text('请在报名开放或截止时审查', 'screen while registration is open or closed'),
    );
  // Two contests of one competition screened at once could both take the same person: they take turns.
  await takeTurn(work, ours.competition);
  await takeTurn(work, id);
  const before = (await work.load(roster, id)).state;
  const listed = before.entries.filter((e) => e.is === 'listed');
  const entries = await work.loadMany(entry, listed.map((e) => e.entry));
  const backgrounds = await backgroundsOf(
    listed.flatMap((e) => [...e.workers]), { contest: id, competition: ours.competition }, work,
  );

  const measure = { conditions: ours.terms.conditions, occupation: ours.terms.occupation, asOf: ours.terms.closesOn };
  const found = new Map(listed.map(({ entry: entryId }) => {
    const state = entries.get(entryId)?.state;
    const members = state === undefined || state.is === 'none' ? [] : state.members;
    return [entryId, findings(measure, members.map((facts) => ({ facts, background: backgrounds(facts.worker) })))];
  }));

  const verdicts = listed.map((e) => ({ entry: e.entry, fit: (found.get(e.entry) ?? []).every((f) => f.met) }));
  const done = await work.decide(roster, id, { type: 'Screen', verdicts, quota: ours.terms.quota });
  const after = (await work.load(roster, id)).state;
  const moved = after.entries.filter((e) => found.has(e.entry));
  const dones = await work.decideMany(entry, moved.map((e) => ({
    id: e.entry, command: { type: 'Screen', outcome: outcome(e), findings: found.get(e.entry) ?? [] } satisfies EntryCommand,
  })));
  const count = (is: Listed['is']): number => moved.filter((e) => e.is === is).length;
  return {
    ...latest(id, done, ...dones), accepted: count('placed'), waitlisted: count('waiting'), rejected: count('out'),
  };
};

const outcome = (e: Listed) => (e.is === 'placed' ? 'accepted' : e.is === 'waiting' ? 'waitlisted' : 'rejected');

/** Whoever came off the waiting list between two states of the roster, as accepted entries. */
export const promoted = async (before: Roster, id: string, work: Work): Promise<readonly Done[]> => {
  const after = (await work.load(roster, id)).state;
  const waiting = new Set(before.entries.filter((e) => e.is === 'waiting').map((e) => e.entry));
  const up = after.entries.filter((e) => e.is === 'placed' && waiting.has(e.entry));
  return work.decideMany(entry, up.map((e) => ({ id: e.entry, command: { type: 'Promote' } satisfies EntryCommand })));
};

/** What is remembered of each worker, records that were merged into them included. */
const backgroundsOf = async (
  workers: readonly string[], here: { contest: string; competition: string }, work: Work,
): Promise<(worker: string) => Background> => {
  const persons = new Map<string, Person>();
  for (let ask = [...new Set(workers)]; ask.length > 0; ) {
    const loaded = await work.loadMany(person, ask);
    for (const [worker, { state }] of loaded) persons.set(worker, state);
    ask = [...new Set([...loaded.values()].flatMap(({ state }) => state.absorbed))].filter((worker) => !persons.has(worker));
  }
  const whole = (worker: string): Person => {
    const own = persons.get(worker) ?? nobody;
    return together([own, ...own.absorbed.map(whole)]);
  };
  const rosters = await otherRosters([...persons.values()], here, work);
  return (worker) => {
    const { levels, drills, programmes } = whole(worker);
    const otherContests = [...rosters].filter(([, r]) => holdsPlace(r, worker)).map(([contestId]) => contestId);
    return { levels, drills, programmes, otherContests };
  };
};

const otherRosters = async (persons: readonly Person[], here: { contest: string; competition: string }, work: Work) => {
  const others = persons.flatMap((p) => p.entries).filter(
    (e) => e.competition === here.competition && e.contest !== here.contest
  );
  const loaded = await work.loadMany(roster, [...new Set(others.map((e) => e.contest))]);
  return new Map([...loaded].map(([id, { state }]) => [id, state]));
};

const holdsPlace = (r: Roster, worker: string): boolean =>
  r.entries.some((e) => (e.is === 'placed' || e.is === 'waiting') && e.workers.includes(worker));
