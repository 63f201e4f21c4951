/** Two small competitions at once, by one clock; the next wave begins when they are over. */
import { addDays, afterWorkingDays, chinaCalendar, civilDate, type CivilDate, type Instant } from '#libs/decider';
import { Api, type Write } from '../../apps/demo/src/http.js';
import type { Contests } from '../../apps/demo/src/competition.js';
import { type Days, type Facts, hold } from './competition.js';
import { Rendezvous } from './rendezvous.js';
import { small } from './small.js';

/** Where it is played: services that can be asked, waited for, and whose clock can be moved. */
export interface Stage {
  readonly url: string;
  settled(): Promise<void>;
  /** In all services, once they have settled; and then until they have settled again. */
  moveClock(to: Instant): Promise<void>;
  /** What to send again, besides what says so itself. */
  readonly again?: (status: number) => boolean;
  readonly wrote?: (write: Write) => void;
  readonly patienceMs?: number;
}

export const letters = ['A', 'B'] as const;

/** The clock of the first wave. */
export const FIRST_INSTANT: Instant = '2024-01-03T01:00:00.000Z';

const morning = (date: CivilDate): Instant => `${date}T01:00:00.000Z`;
const after = (from: Instant, workingDays: number): Instant =>
  morning(addDays(civilDate(afterWorkingDays(chinaCalendar, from, workingDays)), 1));

/** Every wave has its days, whatever happens in it. */
export const daysOf = (wave: number): Days & { readonly from: Instant } => {
  let from = FIRST_INSTANT;
  for (let n = 0; ; n += 1) {
    const contest = morning(addDays(civilDate(from), 2));
    const resultNoticeOver = after(contest, 1);
    const decisionNoticeOver = after(resultNoticeOver, 5);
    const secondNoticeOver = after(decisionNoticeOver, 5);
    const closing = morning(addDays(civilDate(from), 1));
    if (n === wave) return { from, closing, contest, resultNoticeOver, decisionNoticeOver, secondNoticeOver };
    from = morning(addDays(civilDate(secondNoticeOver), 1));
  }
};

export interface Played {
  readonly wave: number;
  readonly outcomes: readonly Facts[];
  readonly contests: readonly Contests[];
}

export const playWave = async (stage: Stage, seed: number, wave: number): Promise<Played> => {
  const { from, ...days } = daysOf(wave);
  const { wrote, again, patienceMs } = stage;
  await stage.moveClock(from);
  const meeting = new Rendezvous(letters.length);
  const together = {
    settled: () => meeting.meet(() => stage.settled()),
    clockMoved: (to: Instant) => meeting.meet(() => stage.moveClock(to)),
  };
  const apis: Api[] = [];
  const api = (keys: string): Api => {
    const options = { keys, ...(wrote ? { wrote } : {}), ...(again ? { again } : {}), ...(patienceMs ? { patienceMs } : {}) };
    const made = new Api(new URL(stage.url), options);
    apis.push(made);
    return made;
  };
  try {
    const held = await Promise.all(letters.map(async (letter) => {
      const name = `${seed}/${wave}${letter}/`;
      const [closesOn, startsOn] = [civilDate(days.closing), civilDate(days.contest)];
      const desk = {
        api: api(name), small: small({ seed, wave, letter, closesOn, startsOn }), days,
      };
      return hold(desk, together).catch((error: unknown) => {
        meeting.fail(error instanceof Error ? error : new Error(String(error)));
        throw error;
      });
    }));
    return { wave, outcomes: held.map(({ outcome }) => canonical(outcome)), contests: held.map(({ contests }) => contests) };
  } finally {
    for (const one of apis) one.close();
  }
};

/** Two grants of one person and rule, one fallen and one in its place, are told in no order of their own. */
const canonical = (outcome: Facts): Facts => ({
  ...outcome,
  grants: [...outcome.grants].sort((a, b) => compare(JSON.stringify(a), JSON.stringify(b))),
});

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
