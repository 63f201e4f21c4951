/** What would change for one person: the fold of all contests before, and the fold with what is supposed. Pure. */
import {
  effectsDigest, type Folded, type ImportedLevel, type Level, type MoneyEffect, type OtherEffect, outcomeText, type Pack,
  type Reason,
} from '#libs/policy';
import type { FileState, Known, Result } from '../file/file.js';
import { evolveFile } from '../file/file.js';
import { foldFile, newsOf } from '../run/refold.js';
import { frozenPack } from '../run/results.js';

type Folds = ReadonlyMap<string, Folded>;

export interface Difference {
  readonly known: Known;
  readonly rank: { readonly before: number | null; readonly after: number | null };
  readonly before: Folded;
  readonly after: Folded;
  /** What the rules give is another thing, and not only the rank. */
  readonly effects: boolean;
  readonly packs: { readonly before: Pack | null; readonly after: Pack | null };
}

/** The file, once it knows of this result. */
export const told = (state: FileState, result: Result): FileState => newsOf(state, result).reduce(evolveFile, state);

/** Contests of the person that would be decided otherwise, or in which the rank would be another. */
export const differences = (
  state: FileState, would: FileState, imported: readonly ImportedLevel[],
): readonly Difference[] => {
  if (state === would) return [];
  const before = byContest(foldFile(state, imported));
  return foldFile(would, imported).flatMap((after): readonly Difference[] => {
    const was = before.get(after.contest);
    const [known, supposed] = [state.contests[after.contest], would.contests[after.contest]];
    if (was === undefined || known === undefined || supposed === undefined) return [];
    const effects = effectsDigest(was.decision) !== effectsDigest(after.decision);
    const rank = { before: was.facts.placing.rank, after: after.facts.placing.rank };
    if (!effects && rank.before === rank.after) return [];
    const packs = { before: frozenPack(known.pack), after: frozenPack(supposed.pack) };
    return [{ known, rank, before: was, after, effects, packs }];
  });
};

const byContest = (folded: readonly Folded[]): Folds => new Map(folded.map((each) => [each.contest, each]));

export interface Side {
  /** The level given, the honours and money, and points, credits, applications, what is for a coach or team. */
  readonly level: Level | null;
  readonly honours: readonly string[];
  readonly money: readonly MoneyEffect[];
  readonly others: readonly OtherEffect[];
  readonly held: readonly string[];
  readonly outcome: string;
  readonly reasons: readonly { readonly code: string; readonly text: string }[];
}

/** What one side gives, in the words of one language; why, where it matters. */
export const side = ({ decision }: Folded, pack: Pack | null, language: 'zh' | 'en', why: boolean): Side => ({
  level: decision.level?.to ?? null, honours: decision.honours.map(({ honour }) => honour), money: decision.money,
  others: decision.others ?? [], held: decision.held, outcome: pack === null ? '' : outcomeText(pack, decision)[language],
  reasons: why ? decision.reasons.map(({ code, text }: Reason) => ({ code, text: text[language] })) : [],
});
