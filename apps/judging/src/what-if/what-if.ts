/**
 * What if (如果): the same sheets, ranked as if an aspect were void, a judge recused, or ties broken by another rule. Pure; the
 * ranking itself is what publishes results (result/compute.ts).
 */
import { type DecimalString, Refusal, text } from '#libs/decider';
import { aspects, aspectsOf, marksOf, type Scheme } from '../marking-scheme/scheme.js';
import { type AppointedPanel, panelDecider } from '../panel/panel.js';
import type { Desk, Placing } from '../result/compute.js';
import { minus, parse, shown } from '../scoring/fraction.js';

export interface WhatIf {
  /** Aspects that count for nobody: the scheme is as if it had never had them. */
  readonly voidAspects?: readonly string[];
  /** Judges whose marks do not count; without codes, in the whole contest. */
  readonly recuse?: readonly { readonly judge: string; readonly codes?: readonly string[] }[];
  /** Criteria in the order in which they break ties; none: what is equal shares its rank. */
  readonly tieBreak?: readonly string[];
}

/** The desk as it would be; refuses what the contest does not have. */
export const variant = (desk: Desk, { voidAspects = [], recuse = [], tieBreak }: WhatIf): Desk => ({
  ...desk,
  scheme: withTieBreak(without(desk.scheme, new Set(voidAspects)), tieBreak),
  panel: recuse.reduce((panel, { judge, codes }) => recused(panel, judge, known(desk, codes)), desk.panel),
});

const without = (scheme: Scheme, gone: ReadonlySet<string>): Scheme => {
  if (gone.size === 0) return scheme;
  const has = new Set(aspects(scheme).map(({ id }) => id));
  const unknown = [...gone].filter((id) => !has.has(id));
  if (unknown.length > 0) throw notInScheme('aspect', '评分点', unknown);
  return {
    ...scheme,
    criteria: scheme.criteria.map((criterion) => {
      const lost = aspectsOf(criterion).filter(({ id }) => gone.has(id));
      if (lost.length === 0) return criterion;
      return {
        // A gate reads marks out of 100: what is void counts neither for a mark nor for what could be reached.
        ...criterion, mark: shown(minus(parse(criterion.mark), marksOf(lost))),
        subCriteria: criterion.subCriteria.map((sub) => ({ ...sub, aspects: sub.aspects.filter(({ id }) => !gone.has(id)) })),
      };
    }),
  };
};

const withTieBreak = (scheme: Scheme, tieBreak: readonly string[] | undefined): Scheme => {
  if (tieBreak === undefined) return scheme;
  const unknown = tieBreak.filter((id) => !scheme.criteria.some((criterion) => criterion.id === id));
  if (unknown.length > 0) throw notInScheme('criterion', '评分项', unknown);
  return { ...scheme, rule: { ...scheme.rule, tieBreak } };
};

const recused = (panel: AppointedPanel, judge: string, codes: readonly string[] | undefined): AppointedPanel =>
  panelDecider.decide({ type: 'Recuse', judge, codes: codes ?? null, reason: 'what-if' }, panel)
    .reduce(panelDecider.evolve, panel) as AppointedPanel;

const known = ({ contest }: Desk, codes: readonly string[] | undefined): readonly string[] | undefined => {
  const all = new Set(contest.codes);
  const unknown = (codes ?? []).filter((code) => !all.has(code));
  if (unknown.length > 0) throw notInScheme('code', '编号', unknown);
  return codes;
};

const notInScheme = (what: string, zh: string, ids: readonly string[]): Refusal =>
  new Refusal(`unknown-${what}`, text(`本赛项没有${zh} ${ids.join('、')}`, `the contest has no ${what} ${ids.join(', ')}`),
    text('请按赛项中的名称指明', `name each ${what} as the contest has it`));

/** What a result says of one code. */
export interface Standing {
  readonly rank: number | null;
  readonly tied: boolean;
  readonly unranked: string | null;
  readonly total: DecimalString;
  readonly theory: DecimalString | null;
  readonly practical: DecimalString | null;
}

export interface Change { readonly code: string; readonly before: Standing; readonly after: Standing }

/** The codes whose rank or mark would be another, in the order of the ranking that would be. */
export const changes = (before: ReadonlyMap<string, Standing>, after: readonly Placing[]): readonly Change[] =>
  after.flatMap((placing) => {
    const was = before.get(placing.code);
    const would = standing(placing);
    return was === undefined || isSame(was, would) ? [] : [{ code: placing.code, before: was, after: would }];
  });

export const standing = ({ rank, tied, unranked, total, theory, practical }: Standing): Standing =>
  ({ rank, tied, unranked, total, theory, practical });

const isSame = (a: Standing, b: Standing): boolean =>
  a.rank === b.rank && a.tied === b.tied && a.unranked === b.unranked && a.total === b.total && a.theory === b.theory &&
  a.practical === b.practical;

/** How many would stand higher, and how many lower; who is not ranked stands below everybody. */
export const moves = (all: readonly Change[]): { readonly up: number; readonly down: number } => {
  const by = all.map(({ before, after }) => (before.rank ?? Infinity) - (after.rank ?? Infinity));
  return { up: by.filter((places) => places > 0).length, down: by.filter((places) => places < 0).length };
};
