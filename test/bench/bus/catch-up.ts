import pg from 'pg';
import { newId } from '#libs/decider';
import { EventStore } from '#libs/event-store';
import type { Fleet } from '#libs/fleet';
import type { Figure } from '../index.js';
import { eventsOf, type People, reactionCommits } from './people.js';
import { recordMoves } from './records.js';

const MOVES = 10;
const WRITERS = 64;
const SECONDS = 5;

/** A reaction that was away and catches up, against the coalesced append of 64 writers: events a second. */
export const catchUpAgainstAppend = async (fleet: Fleet, people: People, tell: (line: string) => void): Promise<Figure> => {
  const certification = fleet.instances.filter(({ service }) => service === 'certification');
  await Promise.all(certification.map((instance) => instance.stop()));
  const pool = new pg.Pool({ connectionString: fleet.databaseUrl('people'), max: 10 });
  const store = new EventStore(pool);
  const from = await store.head();
  await recordMoves(pool, people.ids, MOVES);
  const head = await store.head();
  await drained(pool, head);
  const append = await coalescedAppend(pool);
  await pool.end();
  await Promise.all(certification.map((instance) => instance.start()));
  const rate = await reactionRate(fleet, from, head);
  tell(`catching up ${Math.round(rate)} events/s, coalesced append at ${WRITERS} writers ${Math.round(append)} events/s`);
  const value = Math.round((rate / append) * 100) / 100;
  return { name: 'reaction that catches up/coalesced append', value, goal: 0.25, met: value >= 0.25 };
};

const drained = async (pool: pg.Pool, head: number): Promise<void> => {
  const sent = async () => Number((await pool.query<{ checkpoint: string }>('SELECT checkpoint FROM relay')).rows[0]?.checkpoint);
  while ((await sent()) < head) await new Promise((resolve) => setTimeout(resolve, 50));
};

/** Private events that nobody is told of, in the same store. */
const coalescedAppend = async (pool: pg.Pool): Promise<number> => {
  const store = new EventStore(pool);
  const began = performance.now();
  let done = 0;
  const write = async (stream: string): Promise<void> => {
    for (let version = 0; performance.now() - began < SECONDS * 1000; version += 1, done += 1) {
      const metadata = { actor: 'bench', organisation: null, correlation: newId(), causation: null, at: '2026-03-02T01:00:00.000Z' };
      const events = [{ id: newId(), type: 'Noted', schema: 1, data: { unit: newId() }, metadata }];
      await store.append({ stream, expected: version, events });
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, n) => write(`bench:${n}-${newId()}`)));
  return done / ((performance.now() - began) / 1000);
};

/** From the commit of the first transaction to that of the last, without the start of the process. */
const reactionRate = async (fleet: Fleet, from: number, to: number): Promise<number> => {
  const ids = await eventsOf(fleet, from + 1, to);
  const times = [...(await reactionCommits(fleet, [...ids.values()])).values()];
  const [first, last] = times.reduce(([least, most], time) => [Math.min(least, time), Math.max(most, time)], [Infinity, 0]);
  return times.filter((time) => time > first).length / ((last - first) / 1000);
};
