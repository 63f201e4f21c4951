import type { CivilDate, Instant, Text } from '#libs/decider';
import type { EffectKind, Medal, Status } from './pack.js';

/** 五级 = 5 … 一级 = 1. */
export type Level = 1 | 2 | 3 | 4 | 5;

/** What is the same for everyone in the contest. */
export interface ContestFacts {
  readonly id: string;
  readonly occupation: string;
  readonly group: 'worker' | 'student';
  readonly teamSize: number;
  readonly level: Level | null;
  readonly series: string;
  readonly class: string;
  readonly purpose: 'award' | 'selection';
  /** The operator's recorded override for a pack that needs one. */
  readonly overridden: boolean;
  /** The occupation has a national standard. As every optional fact: not known where it is left out, and never guessed. */
  readonly standard?: boolean;
  /** No later correction changes it: it orders a person's decisions, and its Shanghai year is the year of a cap. */
  readonly firstFinalAt: Instant;
  /** When facts from outside the chain are read, as the pack's `factsAsOf` says. */
  readonly factsAt: Instant;
}

/** Where one code came in. */
export interface PlacingFacts {
  readonly rank: number | null;
  readonly unranked: string | null;
  /** How many share the rank after every key, this one included. */
  readonly tied: number;
  /** The place within a shared rank that a panel ruled, if it did. */
  readonly ruled: number | null;
  /** The place by which a named person decided, where automation was refused. */
  readonly decidedAs?: number;
  /** How many are ranked. */
  readonly field: number;
  readonly theory: string | null;
  readonly practical: string | null;
  readonly medal?: Medal;
  /** For one who failed a pass gate: rank and field if the gate had been passed. */
  readonly ifPassed: { readonly rank: number; readonly field: number } | null;
  /** A digest of the own result (marks, or why it is not ranked): two revisions that have the same differ by others' results. */
  readonly own?: string;
}

/** Where an earlier final revision of the contest had placed the same code. */
export interface EarlierPlacing { readonly revision: number; readonly placing: PlacingFacts }

/** Who is judged: each member of a team alone. */
export interface PersonFacts {
  readonly age: number | null;
  readonly status: Status;
  readonly occupationMonths?: number;
  readonly insuredMonths?: number;
  /** How many events of the competition the person entered. */
  readonly entries?: number;
  readonly qualifications?: readonly { readonly title: string; readonly since: CivilDate }[];
  readonly postMatches?: boolean;
}

/** What the person held, as the fold of all earlier contests reached it. */
export interface HeldFacts {
  readonly level: { readonly level: Level; readonly since: CivilDate } | null;
  readonly honours: readonly string[];
  readonly promotions: readonly EarlierPromotion[];
  /** Levels in related occupations. */
  readonly related?: readonly { readonly level: Level; readonly since: CivilDate }[];
  /** What was paid before; `exclusive` is the group that it belongs to, if to one. */
  readonly payments?: readonly Payment[];
}

export interface Payment {
  readonly rule: string;
  readonly exclusive: string | null;
  readonly occupation: string;
  readonly level: Level;
  readonly on: CivilDate;
}

export interface EarlierPromotion {
  readonly contest: string;
  readonly occupation: string;
  readonly level: Level;
  readonly firstFinalAt: Instant;
}

/** The certificate that a person presents, where the pack's occasion is one. */
export interface CertificateFacts { readonly level: Level; readonly issuedOn: CivilDate; readonly claimedOn: CivilDate }

/** Everything that a decision reads; nothing else. */
export interface Facts {
  readonly contest: ContestFacts;
  readonly placing: PlacingFacts;
  readonly person: PersonFacts;
  readonly held: HeldFacts;
  readonly certificate?: CertificateFacts;
  /** What earlier final revisions said, oldest first; left out where the pack lets nothing of them stand. */
  readonly earlier?: readonly EarlierPlacing[];
}

/** `from` is null where no level was held. */
export interface LevelEffect { readonly from: Level | null; readonly to: Level; readonly rule: string }
export interface HonourEffect { readonly honour: string; readonly mode: 'award' | 'approve' | 'recommend'; readonly rule: string }
export interface MoneyEffect {
  readonly rule: string;
  readonly fen: number;
  readonly payee: 'person' | 'team' | 'coach' | 'employer';
  readonly needsCertificate: boolean;
  readonly claimWithinMonths: number | null;
  /** The source says "up to". */
  readonly atMost?: true;
}

/**
 * Neither a level nor the person's own honours or money: points, credits, an application, and what is for a coach, a team or
 * the experts.
 */
export interface OtherEffect {
  readonly is: 'honour' | 'money' | 'points' | 'credit' | 'applyFor';
  readonly rule: string;
  readonly what: string;
  readonly title: Text;
  readonly for: 'person' | 'coach' | 'team' | 'expertTeam';
  /** Points, credits or yuan. */
  readonly amount: string | null;
  /** How an honour comes about. */
  readonly mode?: HonourEffect['mode'];
  /** The source says "up to". */
  readonly atMost?: true;
}

/** What can wait for a panel: the effects that a pack's holes speak of, and the others together. */
export type HeldKind = EffectKind | 'others';

/** Why something does not follow, or follows in another way. */
export interface Reason {
  /** Stable, for machines: `cap-reached`, `held-already`… */
  readonly code: string;
  readonly effect: HeldKind | 'all';
  /** The rule, cap, hole or gate of the pack that says so. */
  readonly by: string | null;
  readonly text: Text;
  readonly cite: readonly string[];
}

/** Independent effects: any of them or none. What a panel must settle first is `held`, with its reasons. */
export interface Effects {
  readonly level: LevelEffect | null;
  readonly honours: readonly HonourEffect[];
  readonly money: readonly MoneyEffect[];
  readonly held: readonly HeldKind[];
  /** Left out where there are none. */
  readonly others?: readonly OtherEffect[];
}

export interface Decision extends Effects {
  /** `effects`: something follows (some of it may still be held) · `held`: nothing but what is held · `none`. */
  readonly is: 'effects' | 'held' | 'none';
  readonly reasons: readonly Reason[];
  /** The rules whose conditions hold. */
  readonly rules: readonly string[];
}
