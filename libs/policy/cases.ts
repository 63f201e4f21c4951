import { instant } from '#libs/decider';
import { otherText } from './effects.js';
import type { CertificateFacts, ContestFacts, Decision, Facts, HeldFacts, Level, PersonFacts } from './facts.js';
import type { Medal, Status } from './pack.js';

/** For specs: facts in short form. What is not named is an ordinary single contest of 2026 and a person in work. */
export interface ShortFacts {
  readonly rank?: number | null;
  readonly unranked?: string;
  readonly field?: number;
  readonly tied?: number;
  readonly ruled?: number;
  readonly theory?: string;
  readonly practical?: string;
  readonly group?: 'worker' | 'student';
  readonly teamSize?: number;
  readonly occupation?: string;
  readonly paper?: Level;
  readonly series?: string;
  readonly class?: string;
  readonly overridden?: boolean;
  readonly finalAt?: string;
  readonly status?: Status;
  readonly age?: number;
  readonly holds?: Level;
  readonly since?: string;
  readonly honours?: readonly string[];
  readonly medal?: Medal;
  readonly standard?: boolean;
  readonly purpose?: 'award' | 'selection';
  /** Facts of the person that not every deployment has. */
  readonly person?: Omit<PersonFacts, 'age' | 'status'>;
  readonly related?: HeldFacts['related'];
  /** null: nobody knows them, also where the defaults name some. */
  readonly payments?: HeldFacts['payments'] | null;
  readonly certificate?: CertificateFacts;
  readonly promoted?: readonly { contest: string; occupation?: string; level: Level; finalAt: string }[];
}

export const contestOf = (short: ShortFacts, id = 'contest'): ContestFacts => {
  const firstFinalAt = instant(short.finalAt ?? '2026-06-01');
  return {
    id, occupation: short.occupation ?? '6-18-01-01', group: short.group ?? 'worker', teamSize: short.teamSize ?? 1,
    level: short.paper ?? null,
    series: short.series ?? 'test', class: short.class ?? 'test', purpose: short.purpose ?? 'award',
    overridden: short.overridden ?? true, ...(short.standard === undefined ? {} : { standard: short.standard }),
    firstFinalAt, factsAt: instant(Date.parse(firstFinalAt) - 30 * 86_400_000),
  };
};

export const factsOf = (short: ShortFacts): Facts => ({
  contest: contestOf(short),
  placing: {
    rank: short.rank ?? null, unranked: short.rank === undefined || short.rank === null ? (short.unranked ?? 'absent') : null,
    tied: short.tied ?? 1, ruled: short.ruled ?? null, field: short.field ?? 80, theory: short.theory ?? null,
    practical: short.practical ?? null,
    ...(short.medal === undefined ? {} : { medal: short.medal }), ifPassed: null,
  },
  person: { age: short.age ?? null, status: short.status ?? 'employed', ...short.person },
  ...(short.certificate === undefined ? {} : { certificate: short.certificate }),
  held: {
    level: short.holds === undefined ? null : { level: short.holds, since: short.since ?? '2020-01-01' },
    honours: short.honours ?? [],
    promotions: (short.promoted ?? []).map(({ contest, occupation, level, finalAt }) =>
      ({ contest, occupation: occupation ?? '6-18-01-01', level, firstFinalAt: instant(finalAt) })),
    ...(short.related === undefined ? {} : { related: short.related }),
    ...(short.payments === undefined || short.payments === null ? {} : { payments: short.payments }),
  },
});

/** A decision in short form: what follows, and why what does not. */
export interface ShortDecision {
  readonly level: string | null;
  readonly honours: readonly string[];
  readonly yuan: readonly string[];
  readonly held: readonly string[];
  readonly reasons: readonly string[];
  /** Points, credits, applications, and what is for a coach, a team or the experts, in English. */
  readonly others?: readonly string[];
}

export const inShort = ({ level, honours, money, held, reasons, others }: Decision): ShortDecision => ({
  level: level === null ? null : `${level.from ?? 'none'}→${level.to}`,
  honours: honours.map(({ honour, mode }) => `${honour} (${mode})`),
  yuan: money.map(({ fen }) => String(fen / 100)),
  held, reasons: reasons.map(({ code }) => code),
  ...(others === undefined ? {} : { others: others.map((each) => otherText(each).en) }),
});
