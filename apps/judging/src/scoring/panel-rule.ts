import { type DecimalString, Refusal, type Rounding, text } from '#libs/decider';
import { compare, dividedBy, type Fraction, fraction, parse, stepped, total } from './fraction.js';

/**
 * How a panel's marks for one thing become one: 5 judges, drop the highest and the lowest, mean of the rest.
 * Data of the marking scheme, never a constant in code.
 */
export interface PanelRule {
  readonly combine: 'mean' | 'trimmedMean' | 'sum';
  /** For `trimmedMean`: how many of the highest and of the lowest marks given are left out. */
  readonly dropHighest: number;
  readonly dropLowest: number;
  /** A judge gave none (recused, fell ill): the others alone count, or the mean of the given stands in for it. */
  readonly missing: 'leave-out' | 'mean-of-given';
  /** Fewer given marks than this make no panel. */
  readonly atLeast: number;
  /** The rounding of the combined score, if the rule has one. */
  readonly rounding: Rounding | null;
}

/** The combined score of the marks of one panel; null stands for a mark that was not given. */
export const panelScore = (marks: readonly (DecimalString | null)[], rule: PanelRule): Fraction => {
  const given = marks.filter((mark) => mark !== null).map(parse);
  if (given.length < needed(rule)) throw tooFew(given.length, rule);
  return stepped(combined(filled(given, marks.length, rule), rule), rule.rounding);
};

/** The least number of marks that the rule can work with. */
export const needed = (rule: PanelRule): number =>
  Math.max(rule.atLeast, 1, rule.combine === 'trimmedMean' ? rule.dropHighest + rule.dropLowest + 1 : 1);

/** The difference between the highest and the lowest mark: what a re-mark hangs on. */
export const spread = (marks: readonly DecimalString[]): Fraction => {
  const sorted = marks.map(parse).sort(compare);
  const [low, high] = [sorted[0], sorted.at(-1)];
  return low && high ? total([high, { over: -low.over, under: low.under }]) : fraction(0);
};

const filled = (given: readonly Fraction[], size: number, rule: PanelRule): readonly Fraction[] =>
  rule.missing === 'leave-out' ? given : [...given, ...Array.from({ length: size - given.length }, () => mean(given))];

const combined = (marks: readonly Fraction[], rule: PanelRule): Fraction => {
  switch (rule.combine) {
    case 'mean': return mean(marks);
    case 'sum': return total(marks);
    case 'trimmedMean': return mean([...marks].sort(compare).slice(rule.dropLowest, marks.length - rule.dropHighest));
  }
};

const mean = (marks: readonly Fraction[]): Fraction => dividedBy(total(marks), fraction(marks.length));

const tooFew = (given: number, rule: PanelRule): Refusal =>
  new Refusal(
    'panel-too-small',
    text(`只有 ${given} 个评分，规则至少需要 ${needed(rule)} 个`, `${given} marks were given, the rule needs at least ${needed(rule)}`),
    text('请再任命一名裁判，或设定适合裁判组的规则', 'appoint another judge, or set a panel rule that fits the panel'),
  );
