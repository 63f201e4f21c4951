import { createHash } from 'node:crypto';
import type { DecimalString, Rounding } from '#libs/decider';
import { compare, type Fraction, minus, parse, plus, shown, total, zero } from '../scoring/fraction.js';
import type { PanelRule } from '../scoring/panel-rule.js';

/** A marking scheme (评分标准) as data: criterion → sub-criterion → aspect, and how marks become a result. */
export interface Scheme {
  readonly title: string;
  readonly sections: readonly Section[];
  readonly criteria: readonly Criterion[];
  readonly rule: ScoringRule;
}

/** A section of the occupational standard (职业标准), with the marks that the standard gives it. */
export interface Section {
  readonly id: string;
  readonly name: string;
  readonly marks: DecimalString;
}

export interface Criterion {
  readonly id: string;
  readonly name: string;
  readonly mark: DecimalString;
  /** What a pass gate reads (理论 / 实操); null where no gate asks. */
  readonly kind: 'theory' | 'practical' | null;
  readonly subCriteria: readonly SubCriterion[];
}

export interface SubCriterion {
  readonly id: string;
  readonly name: string;
  /** The day of marking: all that is marked on one day is one part (评分单元) of the scheme. */
  readonly day: number;
  readonly aspects: readonly Aspect[];
}

export type Aspect = Measurement | Judgement;

/** Measurement (测量): one entry that the panel agrees on, from 0 to `max`. */
export interface Measurement {
  readonly type: 'M';
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly requirement: string;
  readonly section: string;
  readonly max: DecimalString;
}

/** Judgement (评判): every judge gives 0 to 3, each with its text. */
export interface Judgement {
  readonly type: 'J';
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly levels: readonly string[];
  readonly section: string;
  readonly max: DecimalString;
}

/** Every rounding and every choice of the technical document (技术文件), as data of the scheme. */
export interface ScoringRule {
  /** How the judges' 0–3 become one; a judgement aspect's mark = max × score ÷ 3. */
  readonly judgement: PanelRule;
  /** A measured mark is a multiple of this, or the maximum. */
  readonly measurementStep: DecimalString;
  /** Scores further apart than this are to be marked again; null: never asked. */
  readonly remarkOver: DecimalString | null;
  readonly rounding: { readonly aspect: Rounding | null; readonly criterion: Rounding | null; readonly total: Rounding };
  /** What all aspects sum to, normally 100. */
  readonly total: DecimalString;
  /** Criteria in the order in which they break a tie; what they leave equal shares its rank. */
  readonly tieBreak: readonly string[];
}

export const defaultRule: ScoringRule = {
  judgement: { combine: 'mean', dropHighest: 0, dropLowest: 0, missing: 'leave-out', atLeast: 3, rounding: null },
  measurementStep: '0.01',
  remarkOver: '1',
  rounding: { aspect: null, criterion: null, total: { digits: 2, mode: 'halfUp' } },
  total: '100',
  tieBreak: [],
};

export const aspectsOf = (criterion: Criterion): readonly Aspect[] => criterion.subCriteria.flatMap((sub) => sub.aspects);
export const subCriteria = (scheme: Scheme): readonly SubCriterion[] => scheme.criteria.flatMap(
  (criterion) => criterion.subCriteria
);
export const aspects = (scheme: Scheme): readonly Aspect[] => subCriteria(scheme).flatMap((sub) => sub.aspects);
export const marksOf = (list: readonly Aspect[]): Fraction => total(list.map(({ max }) => parse(max)));

/** What is marked on one day: the aspects of one sheet, by kind. */
export interface Part {
  readonly id: string;
  readonly measurements: readonly Measurement[];
  readonly judgements: readonly Judgement[];
}

export const parts = (scheme: Scheme): readonly Part[] => {
  const days = [...new Set(subCriteria(scheme).map(({ day }) => day))].sort((a, b) => a - b);
  return days.map((day) => {
    const marked = subCriteria(scheme).filter((sub) => sub.day === day).flatMap((sub) => sub.aspects);
    return {
      id: String(day),
      measurements: marked.filter((aspect) => aspect.type === 'M'),
      judgements: marked.filter((aspect) => aspect.type === 'J'),
    };
  });
};

/** Marks by criterion and by section, beside what was promised. */
export interface SchemeReport {
  readonly total: DecimalString;
  readonly aspects: number;
  readonly measurements: number;
  readonly judgements: number;
  readonly criteria: readonly { readonly id: string; readonly mark: DecimalString; readonly aspectMarks: DecimalString }[];
  readonly sections: readonly {
    readonly id: string; readonly marks: DecimalString; readonly aspectMarks: DecimalString; readonly variation: DecimalString
  }[];
  /** Σ |the standard's marks − the aspects' marks| over the sections. */
  readonly variation: DecimalString;
}

export const report = (scheme: Scheme): SchemeReport => {
  const all = aspects(scheme);
  const sections = scheme.sections.map((section) => {
    const given = marksOf(all.filter((aspect) => aspect.section === section.id));
    return { section, given, variation: distance(parse(section.marks), given) };
  });
  return {
    total: shown(marksOf(all)),
    aspects: all.length,
    measurements: all.filter(({ type }) => type === 'M').length,
    judgements: all.filter(({ type }) => type === 'J').length,
    criteria: scheme.criteria.map(({ id, mark, subCriteria: subs }) => ({
      id, mark, aspectMarks: shown(marksOf(subs.flatMap((sub) => sub.aspects))),
    })),
    sections: sections.map(({ section, given, variation }) => ({
      id: section.id, marks: section.marks, aspectMarks: shown(given), variation: shown(variation),
    })),
    variation: shown(sections.reduce((sum, { variation }) => plus(sum, variation), zero)),
  };
};

const distance = (a: Fraction, b: Fraction): Fraction => (compare(a, b) < 0 ? minus(b, a) : minus(a, b));

/** SHA-256 over JSON with sorted keys: the same scheme has the same digest, whatever stored it. */
export const digestOf = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex');

const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
};
