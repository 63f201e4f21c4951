/** What is done to the services, when: drawn from a seed, so that it can be drawn, kept, replayed and made shorter. Pure. */
import { type Chance, chance } from '../../scripts/examples/chance.js';

export const targets = ['people', 'training', 'registration', 'judging', 'certification', 'incentives'] as const;
export type Target = (typeof targets)[number];

/** Two of these run all the time; of the others one. */
export const instancesOf: Readonly<Record<Target, number>> = {
  people: 1, training: 1, registration: 1, judging: 1, certification: 2, incentives: 2,
};

export const ends = ['postgres', 'kafka', 'peers'] as const;
export type End = (typeof ends)[number];

export const poisons = ['bytes', 'no-headers', 'unknown-major', 'no-json', 'breach'] as const;
export type Poison = (typeof poisons)[number];

type Instance = { readonly service: Target; readonly instance: number };
export type Deed =
  /** SIGKILL; it is started again after a while. */
  | ({ readonly is: 'killed'; readonly forMs: number } & Instance)
  /** SIGSTOP, and SIGCONT after a while: longer than a lease or a session, or shorter. */
  | ({ readonly is: 'frozen'; readonly forMs: number } & Instance)
  /** Connections end at once, and new ones are refused for a while. */
  | ({ readonly is: 'cut'; readonly to: End; readonly forMs: number } & Instance)
  /** Connections stay, and no byte goes through for a while. */
  | ({ readonly is: 'held'; readonly to: End; readonly forMs: number } & Instance)
  | { readonly is: 'broker-killed' | 'broker-restarted'; readonly forMs: number }
  /** Nobody reaches the broker until a service has something to say: that one is killed, with what it could not say yet. */
  | { readonly is: 'silenced'; readonly withinMs: number }
  | { readonly is: 'postgres-stopped'; readonly mode: 'fast' | 'immediate'; readonly forMs: number }
  /** Every instance of a service, one after the other, by SIGTERM. */
  | { readonly is: 'rolled'; readonly service: Target }
  /** Of a topic, so many old messages from about there (in millionths of it) are published again: same bytes, same headers. */
  | { readonly is: 'republished'; readonly topic: number; readonly from: number; readonly count: number }
  /** What no consumer can read. */
  | { readonly is: 'poison'; readonly topic: number; readonly kind: Poison; readonly salt: number };

/** `afterMs`: since the fault before began. */
export type Fault = Deed & { readonly afterMs: number };

export interface Schedule {
  readonly seed: number;
  readonly faults: readonly Fault[];
}

/** How often each kind comes, of a hundred. */
const shares: readonly (readonly [Deed['is'], number])[] = [
  ['killed', 18], ['silenced', 2], ['frozen', 15], ['cut', 14], ['held', 11], ['republished', 17], ['poison', 9],
  ['broker-killed', 3], ['broker-restarted', 2], ['postgres-stopped', 6], ['rolled', 3],
];

/** Few faults are spread over a wave or so; many follow each other closely. */
const paceOf = (count: number): number => Math.max(600, Math.min(4_000, Math.floor(40_000 / count)));

export const drawSchedule = (seed: number, count: number, paceMs = paceOf(count)): Schedule => {
  const by = chance(seed);
  // The first draws of neighbouring seeds are alike.
  for (let i = 0; i < 10; i += 1) by.below(2);
  return { seed, faults: Array.from({ length: count }, () => ({ ...deed(by), afterMs: 100 + by.below(2 * paceMs) })) };
};

const deed = (by: Chance): Deed => {
  const is = kind(by);
  switch (is) {
    case 'killed': return { is, ...instance(by), forMs: by.below(2_000) };
    // A relay's lease lasts 3 s and a consumer's session 8 s: some sleep through them, most do not.
    case 'frozen': return { is, ...instance(by), forMs: by.below(6) === 0 ? 8_000 + by.below(4_000) : 200 + by.below(5_000) };
    case 'cut': return { is, ...instance(by), to: end(by), forMs: by.below(2_500) };
    case 'held': return { is, ...instance(by), to: end(by), forMs: 500 + by.below(5_000) };
    case 'broker-killed':
    case 'broker-restarted': return { is, forMs: by.below(2_000) };
    case 'silenced': return { is, withinMs: 3_000 + by.below(3_000) };
    case 'postgres-stopped': return { is, mode: by.pick(['fast', 'immediate']), forMs: by.below(2_000) };
    case 'rolled': return { is, service: by.pick(targets) };
    case 'republished': return { is, topic: by.below(7), from: by.below(1_000_000), count: 1 + by.below(40) };
    case 'poison': return { is, topic: by.below(7), kind: by.pick(poisons), salt: by.below(1_000_000) };
  }
};

const kind = (by: Chance): Deed['is'] => {
  let drawn = by.below(100);
  for (const [is, share] of shares) {
    if (drawn < share) return is;
    drawn -= share;
  }
  throw new Error('the shares are no hundred');
};

const instance = (by: Chance): Instance => {
  // Where two run side by side, more can go wrong.
  const service = by.pick(
    [...targets, 'registration', 'judging', 'certification', 'certification', 'incentives', 'incentives'] as const,
  );
  return { service, instance: 1 + by.below(instancesOf[service]) };
};

/** Most of what travels goes to the database and the broker. */
const end = (by: Chance): End => by.pick(['postgres', 'postgres', 'postgres', 'kafka', 'kafka', 'kafka', 'peers']);

/** In one line, for whoever follows a run. */
export const told = (fault: Deed): string => {
  switch (fault.is) {
    case 'killed': return `SIGKILL ${named(fault)}, for ${fault.forMs} ms`;
    case 'frozen': return `SIGSTOP ${named(fault)}, SIGCONT after ${fault.forMs} ms`;
    case 'cut': return `${named(fault)} cut off from ${fault.to}, for ${fault.forMs} ms`;
    case 'held': return `${named(fault)} and ${fault.to} hear nothing of each other, for ${fault.forMs} ms`;
    case 'broker-killed': return `the broker is killed, for ${fault.forMs} ms`;
    case 'broker-restarted': return `the broker is restarted, away for ${fault.forMs} ms`;
    case 'silenced': return `nobody reaches the broker, for ${fault.withinMs} ms or until one has something to say and is killed`;
    case 'postgres-stopped': return `PostgreSQL is stopped (${fault.mode}), for ${fault.forMs} ms`;
    case 'rolled': return `${fault.service} is restarted, instance by instance`;
    case 'republished': return `${fault.count} old messages of topic ${fault.topic} are published again`;
    case 'poison': return `poison (${fault.kind}) on topic ${fault.topic}`;
  }
};

const named = ({ service, instance: n }: Instance): string => `${service} ${n}`;

/** A schedule of another run, or of a person. */
export const readSchedule = (text: string): Schedule => {
  const read = JSON.parse(text) as Partial<Schedule>;
  const known = new Set<string>(shares.map(([is]) => is));
  const { seed, faults = [] } = read;
  const good = faults.length > 0 && faults.every(({ is, afterMs }) => known.has(is) && Number.isFinite(afterMs));
  if (seed === undefined || !Number.isSafeInteger(seed) || !good)
    throw new Error('no schedule: {"seed": …, "faults": [{"is": …, "afterMs": …}, …]} is expected');
  return { seed, faults };
};

export const writeSchedule = ({ seed, faults }: Schedule): string =>
  `{ "seed": ${seed}, "faults": [\n${faults.map((fault) => `  ${JSON.stringify(fault)}`).join(',\n')}\n] }\n`;
