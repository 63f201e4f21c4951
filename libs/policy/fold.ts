import { civilDate, type CivilDate } from '#libs/decider';
import { carried } from './carried.js';
import { decide, effectsDigest, withoutPack } from './decide.js';
import type {
  ContestFacts, Decision, EarlierPlacing, EarlierPromotion, Facts, HeldFacts, Level, PersonFacts, PlacingFacts,
} from './facts.js';
import type { Pack } from './pack.js';

/** One contest of a worker: its facts as its last final revision has them. */
export interface Outcome {
  /** null: the frozen pack is not available. */
  readonly pack: Pack | null;
  readonly contest: ContestFacts;
  readonly placing: PlacingFacts;
  readonly person: PersonFacts;
  /** What the contest's earlier final revisions said of the person, oldest first. */
  readonly earlier?: readonly EarlierPlacing[];
  /** The digest of effects that a person rejected: as long as the rules still say the same, nothing of it counts. */
  readonly rejected: string | null;
}

/** A level that was held before, or from outside the chain. */
export interface ImportedLevel {
  readonly occupation: string;
  readonly level: Level;
  readonly since: CivilDate;
}

export interface Folded {
  readonly contest: string;
  readonly facts: Facts;
  readonly decision: Decision;
}

/** The order that no later correction changes; ids are compared as bytes, so that every machine agrees. */
export const inOrder = <T extends {
  readonly contest: { readonly id: string; readonly firstFinalAt: string },
}>(outcomes: readonly T[]): T[] =>
  [...outcomes].sort((a, b) =>
    compare(a.contest.firstFinalAt, b.contest.firstFinalAt) || compare(a.contest.id, b.contest.id));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * All contests of one worker, decided in their order: what an earlier one gave is held in the later ones, whichever
 * message came first. When June's promotion falls, its cap is free and October's is given.
 */
export const fold = (outcomes: readonly Outcome[], imported: readonly ImportedLevel[]): readonly Folded[] => {
  const given: (EarlierPromotion & { since: CivilDate })[] = [];
  const honours = new Set<string>();
  return inOrder(outcomes).map(({ pack, contest, placing, person, rejected, earlier = [] }) => {
    const held: HeldFacts = {
      level: best([
        ...imported.filter(({ occupation, since }) => occupation === contest.occupation && since <= civilDate(contest.factsAt)),
        ...given.filter(({ occupation }) => occupation === contest.occupation),
      ]),
      honours: [...honours].sort(),
      promotions: given.map(({ since: _, ...promotion }) => promotion),
    };
    const now: Facts = { contest, placing, person, held };
    const standing = pack === null ? [] : unrejected(pack, now, earlier, rejected);
    const facts = standing.length === 0 ? now : { ...now, earlier: standing };
    const decision = pack === null ? withoutPack() : carried(decide(pack, facts));
    if (rejected === null || rejected !== effectsDigest(decision)) {
      const { id, occupation, firstFinalAt } = contest;
      if (decision.level !== null)
        given.push({ contest: id, occupation, level: decision.level.to, firstFinalAt, since: civilDate(firstFinalAt) });
      for (const { honour, mode } of decision.honours) if (mode !== 'recommend') honours.add(honour);
    }
    return { contest: contest.id, facts, decision };
  });
};

/** What a person rejected was never given, so that nothing of it can stand. */
const unrejected = (
  pack: Pack, facts: Facts, earlier: readonly EarlierPlacing[], rejected: string | null,
): readonly EarlierPlacing[] => {
  if (rejected === null || earlier.length === 0) return earlier;
  return earlier.reduce<readonly EarlierPlacing[]>((standing, one) => {
    const decision = carried(
      decide(pack, { ...facts, placing: one.placing, ...(standing.length === 0 ? {} : { earlier: standing }) }),
    );
    return effectsDigest(decision) === rejected ? standing : [...standing, one];
  }, []);
};

/** The highest level; held at the same height, the longer one. */
const best = (levels: readonly { level: Level; since: CivilDate }[]): HeldFacts['level'] => {
  const [first] = [...levels].sort((a, b) => a.level - b.level || compare(a.since, b.since));
  return first === undefined ? null : { level: first.level, since: first.since };
};
