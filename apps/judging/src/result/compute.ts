/**
 * From signed sheets to placings: pure, exact, and the same whenever it is asked again. Aspect → criterion → total,
 * each rounded only where the scheme says so; then the ranking with the scheme's own tie-break.
 */
import type { DecimalString } from '#libs/decider';
import { counting, type ExpectedSheet, expectedSheets, type MissingSheet, missing } from '../contest/expected.js';
import type { KnownContest } from '../contest/contest.js';
import {
  type Aspect, aspectsOf, type Criterion, type Judgement, parts, type Scheme, type ScoringRule
} from '../marking-scheme/scheme.js';
import type { AppointedPanel } from '../panel/panel.js';
import {
  compare, dividedBy, type Fraction, fraction, parse, rounded, shown, stepped, times, total, zero
} from '../scoring/fraction.js';
import { panelScore, spread } from '../scoring/panel-rule.js';
import { ranking } from '../scoring/ranking.js';
import type { FilledSheet, Scoresheet } from '../scoresheet/scoresheet.js';

export interface Placing {
  readonly code: string;
  readonly rank: number | null;
  /** Why the code is not ranked. */
  readonly unranked: string | null;
  readonly total: DecimalString;
  readonly criteria: readonly { readonly id: string; readonly mark: DecimalString }[];
  readonly theory: DecimalString | null;
  readonly practical: DecimalString | null;
  readonly tied: boolean;
}

/** An aspect on which the judges of one code are further apart than the scheme allows, and that was not marked again. */
export interface Disagreement {
  readonly code: string;
  readonly part: string;
  readonly aspect: string;
  readonly spread: DecimalString;
}

export interface Marking {
  readonly expected: readonly ExpectedSheet[];
  readonly missing: readonly MissingSheet[];
  readonly disagreements: readonly Disagreement[];
}

export interface Desk {
  readonly id: string;
  readonly contest: KnownContest;
  readonly scheme: Scheme;
  readonly panel: AppointedPanel;
}

/** A code and its place among all codes of the contest: turns at measuring go by it. */
export interface Counted { readonly code: string; readonly ordinal: number }

/** The codes that count; a voided one needs no sheet and has no rank. */
export const countedCodes = ({ contest }: Desk): readonly Counted[] =>
  contest.codes.map((code, ordinal) => ({ code, ordinal })).filter(({ code }) => contest.voided[code] === undefined);

/** The sheets that a contest needs, in a fixed order; voided codes need none. */
export const owed = (desk: Desk, codes = countedCodes(desk)): readonly ExpectedSheet[] =>
  expectedSheets(desk.id, desk.scheme, desk.panel, codes);

export const marking = (desk: Desk, sheets: ReadonlyMap<string, Scoresheet>): Marking => {
  const expected = owed(desk);
  return { expected, missing: missing(expected, sheets), disagreements: disagreements(desk, expected, sheets) };
};

/** Needs every sheet: ask `marking` first. */
export const placings = (desk: Desk, sheets: ReadonlyMap<string, Scoresheet>): readonly Placing[] =>
  placed(desk, scored(desk, countedCodes(desk), sheets));

/** The marks of some codes, from their sheets: a large contest need not have all sheets in hand at once. */
export const scored = (desk: Desk, codes: readonly Counted[], sheets: ReadonlyMap<string, Scoresheet>): readonly Scored[] => {
  const byCode = groupByCode(owed(desk, codes), sheets);
  return codes.map(({ code }) => scoreOf(code, byCode.get(code) ?? [], desk));
};

/** The ranking of all codes, those that are void last. */
export const placed = ({ scheme, contest }: Desk, scored: readonly Scored[]): readonly Placing[] => {
  const ranks = new Map(ranking(scored).map((ranked) => [ranked.code, ranked]));
  const { total: digits, criterion: step } = scheme.rule.rounding;
  const ranked = scored.map(({ code, total: points, criteria }): Placing => ({
    code,
    rank: ranks.get(code)?.rank ?? null,
    unranked: null,
    total: rounded(points, digits),
    criteria: criteria.map(({ criterion, mark }) => ({ id: criterion.id, mark: step ? rounded(mark, step) : shown(mark) })),
    theory: outOf100('theory', criteria, scheme),
    practical: outOf100('practical', criteria, scheme),
    tied: ranks.get(code)?.tied ?? false,
  }));
  const voided = contest.codes.filter((code) => contest.voided[code] !== undefined).map((code): Placing => ({
    code, rank: null, unranked: contest.voided[code] ?? null, total: rounded(zero, digits), criteria: [], theory: null,
    practical: null, tied: false,
  }));
  return [
    ...ranked.sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || (a.code < b.code ? -1 : 1)),
    ...voided.sort((a, b) => (a.code < b.code ? -1 : 1))
  ];
};

/** What the ranking needs of one code. */
export interface Scored {
  readonly code: string;
  readonly total: Fraction;
  readonly tieBreak: readonly Fraction[];
  readonly criteria: readonly CriterionMark[];
}
interface CriterionMark { readonly criterion: Criterion; readonly mark: Fraction }

const scoreOf = (code: string, sheets: readonly (FilledSheet | undefined)[], { scheme, panel }: Desk): Scored => {
  const { rule } = scheme;
  const criteria = scheme.criteria.map((criterion): CriterionMark => ({
    criterion,
    mark: stepped(
      total(aspectsOf(criterion).map((aspect) => aspectMark(aspect, sheets, rule, panel.seats.length))), rule.rounding.criterion
    ),
  }));
  return {
    code, criteria,
    total: stepped(total(criteria.map(({ mark }) => mark)), rule.rounding.total),
    tieBreak: rule.tieBreak.map((id) => criteria.find(({ criterion }) => criterion.id === id)?.mark ?? zero),
  };
};

/** Measured: what was agreed. Judged: the maximum × the panel's score ÷ 3. */
const aspectMark = (aspect: Aspect, sheets: readonly (FilledSheet | undefined)[], rule: ScoringRule, seats: number): Fraction => {
  if (aspect.type === 'J') {
    const score = panelScore(scores(aspect, sheets, seats), rule.judgement);
    return stepped(dividedBy(times(parse(aspect.max), score), fraction(3)), rule.rounding.aspect);
  }
  const agreed = sheets.find((sheet) => sheet?.kind === 'M' && sheet.marks[aspect.id] !== undefined)?.marks[aspect.id];
  return stepped(parse(agreed ?? '0'), rule.rounding.aspect);
};

/** One entry a seat; null where it was recused and gave none. */
const scores = (
  aspect: Judgement, sheets: readonly (FilledSheet | undefined)[], seats: number
): readonly (DecimalString | null)[] => {
  const given = sheets.flatMap((sheet) => (sheet?.kind === 'J' ? (sheet.marks[aspect.id] ?? []) : []));
  return [...given, ...Array.from({ length: seats - given.length }, () => null)];
};

const outOf100 = (kind: 'theory' | 'practical', criteria: readonly CriterionMark[], { rule }: Scheme): DecimalString | null => {
  const counted = criteria.filter(({ criterion }) => criterion.kind === kind);
  const max = total(counted.map(({ criterion }) => parse(criterion.mark)));
  if (compare(max, zero) === 0) return null;
  return rounded(dividedBy(times(total(counted.map(({ mark }) => mark)), fraction(100)), max), rule.rounding.total);
};

const disagreements = (
  { scheme }: Desk, expected: readonly ExpectedSheet[], sheets: ReadonlyMap<string, Scoresheet>
): readonly Disagreement[] => {
  const over = scheme.rule.remarkOver;
  if (over === null) return [];
  const codes = [...groupByCode(expected, sheets)];
  return codes.flatMap(([code, list]) => parts(scheme).flatMap((part) => part.judgements.flatMap((aspect) => {
    const marked = list.filter((sheet) => sheet?.kind === 'J' && sheet.marks[aspect.id] !== undefined);
    const apart = spread(marked.map((sheet) => sheet?.marks[aspect.id] ?? '0'));
    const again = marked.some((sheet) => sheet?.asked.includes(aspect.id) || sheet?.remarked.includes(aspect.id));
    return compare(apart, parse(over)) > 0 && !again ? [{ code, part: part.id, aspect: aspect.id, spread: shown(apart) }] : [];
  })));
};

const groupByCode = (
  expected: readonly ExpectedSheet[], sheets: ReadonlyMap<string, Scoresheet>
): Map<string, (FilledSheet | undefined)[]> => {
  const groups = new Map<string, (FilledSheet | undefined)[]>();
  for (const one of expected) {
    const list = groups.get(one.code) ?? [];
    list.push(counting(one, sheets)?.sheet);
    groups.set(one.code, list);
  }
  return groups;
};
