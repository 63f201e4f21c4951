/**
 * What if (如果): a contest as it would be, with another ranking or under another pack. Pure; what follows is the chain's own
 * fold.
 */
import { Refusal, text } from '#libs/decider';
import { appliesTo, findPack, needsOverride, type Pack } from '#libs/policy';
import type { Code, CodePlaced } from '../contest/codes.js';
import type { ContestState } from '../contest/contest.js';

/** One code as a ranking has it: the shape in which judging answers. */
export interface Placed {
  readonly rank: number | null;
  readonly unranked: string | null;
  readonly total: string;
  readonly theory: string | null;
  readonly practical: string | null;
}
export interface RankChange { readonly code: string; readonly before: Placed; readonly after: Placed }

/** A contest as it would be: its memory, and what its placings and codes would say. */
export interface SupposedContest {
  readonly state: ContestState;
  readonly read: (revision: number) => AsyncIterable<CodePlaced>;
  readonly code: (code: Code) => Code;
}

/** As one more final revision: what it corrects is treated as any correction, also where the pack lets something stand. */
export const withRanking = (
  state: ContestState, changes: readonly RankChange[], recorded: (revision: number) => AsyncIterable<CodePlaced>,
): SupposedContest => {
  const { result } = state;
  if (result === null || changes.length === 0) return { state, read: recorded, code: (code) => code };
  const unknown = changes.find(({ code }) => result.ranks[code] === undefined);
  if (unknown !== undefined)
    throw new Refusal(
      'unknown-code', text(`成绩中没有编号 ${unknown.code}`, `the result has no code ${unknown.code}`),
      text('请使用成绩中的编号', 'use codes of the result'),
    );
  const byCode = new Map(changes.map((change) => [change.code, change]));
  const next = result.number + 1;
  const would = (placing: CodePlaced): CodePlaced => {
    const change = byCode.get(placing.code);
    if (change === undefined) return { ...placing, revision: next };
    const { rank, unranked, theory, practical } = change.after;
    const own = isOwn(change.before, change.after) ? 'what-if' : placing.own;
    return { ...placing, revision: next, rank, unranked, theory, practical, own };
  };
  return {
    state: { ...state, earlier: [...(state.earlier ?? []), result.number], result: { ...result, number: next } },
    read: (revision) => (revision === next ? mapped(recorded(result.number), would) : recorded(revision)),
    code: (code) => {
      const placing = code.placings.get(result.number);
      return placing === undefined ? code : { ...code, placings: new Map([...code.placings, [next, would(placing)]]) };
    },
  };
};

const mapped = async function* <T>(all: AsyncIterable<T>, change: (one: T) => T): AsyncGenerator<T> {
  for await (const one of all) yield change(one);
};

/** The code's own marks would be others; else its rank moves because of others. */
const isOwn = (before: Placed, after: Placed): boolean =>
  before.total !== after.total || before.theory !== after.theory || before.practical !== after.practical ||
  before.unranked !== after.unranked;

export interface Tried {
  readonly pack: Pack;
  /** Something in it is recalled or hypothetical: to be decided by it in earnest, an override would have to be recorded. */
  readonly needsOverride: boolean;
  /** What the contest is taken for, where the pack does not speak about the contest as it is. */
  readonly as: { readonly series: string; readonly class: string } | null;
}

/** As if it had been frozen to this pack when it was announced. */
export const underPack = (state: ContestState, id: string, version: string): { state: ContestState; tried: Tried } => {
  const found = findPack(id, version);
  const { terms } = state;
  if (found === undefined || terms === null)
    throw new Refusal(
      'unknown-pack', text(`没有政策包 ${id} ${version}`, `there is no pack ${id} ${version}`),
      text('请查看 GET /policies', 'see GET /policies'),
    );
  const { pack, digest } = found;
  const as = appliesTo(pack, terms) ? null : likened(pack, terms);
  return {
    state: { ...state, terms: { ...terms, ...(as ?? {}), pack: { id, version, digest }, overridden: true } },
    tried: { pack, needsOverride: needsOverride(pack), as },
  };
};

/** Series and class are names that organisers choose; group and purpose are facts. */
const likened = (
  { applies }: Pack, { series, class: of }: { series: string; class: string },
): { series: string; class: string } => {
  const among = (list: readonly string[], value: string): string => (list.includes(value) ? value : (list[0] ?? value));
  return { series: among(applies.series, series), class: among(applies.classes, of) };
};
