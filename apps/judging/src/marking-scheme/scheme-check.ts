import { isDecimal, type Rounding, text, type Text } from '#libs/decider';
import { compare, parse, zero } from '../scoring/fraction.js';
import { aspects, marksOf, type Scheme, type ScoringRule, subCriteria } from './scheme.js';

/** What keeps a scheme from being frozen, each with where it is. */
export interface Problem {
  readonly at: string;
  readonly problem: Text;
}

const problem = (at: string, zh: string, en: string): Problem => ({ at, problem: text(zh, en) });

export const schemeProblems = (scheme: Scheme): readonly Problem[] => [
  ...structureProblems(scheme),
  ...ruleProblems(scheme.rule, scheme),
];

const structureProblems = (scheme: Scheme): readonly Problem[] => {
  const sections = new Set(scheme.sections.map(({ id }) => id));
  return [
    ...(aspects(scheme).length === 0 ? [problem('criteria', '没有任何评分点', 'there is no aspect')] : []),
    ...repeated(scheme.sections, 'section'),
    ...repeated(scheme.criteria, 'criterion'),
    ...repeated(subCriteria(scheme), 'sub-criterion'),
    ...repeated(aspects(scheme), 'aspect'),
    ...scheme.sections.filter(({ marks }) => !isMark(marks)).map(
      ({ id }) => problem(`section ${id}`, '分值不合法', 'its marks are no number')
    ),
    ...subCriteria(scheme)
      .filter(({ day }) => !Number.isSafeInteger(day) || day < 1 || day > 99)
      .map(({ id }) => problem(id, '评分日应为 1–99', 'its day of marking is not 1 to 99')),
    ...aspects(scheme).flatMap((aspect) => [
      ...(
        isMark(aspect.max) && compare(parse(aspect.max), zero) > 0 ? [] : [
          problem(aspect.id, '满分应大于 0', 'its maximum is not above 0')
        ]
      ),
      ...(
        sections.size === 0 || sections.has(aspect.section) ? [] : [
          problem(aspect.id, `没有职业标准部分“${aspect.section}”`, `there is no section ${aspect.section || '(blank)'}`)
        ]
      ),
      ...(aspect.type === 'J' && (aspect.levels.length !== 4 || aspect.levels.some((level) => level.trim() === ''))
        ? [problem(aspect.id, '评判点需写明 0–3 四个等级', 'a judgement needs a text for each of 0 to 3')] : []),
    ]),
    ...scheme.criteria.flatMap((criterion) => {
      const given = criterion.subCriteria.flatMap((sub) => sub.aspects);
      if (
        !isMark(criterion.mark) || given.some(({ max }) => !isMark(max))
      ) return [problem(criterion.id, '分值不合法', 'a mark is no number')];
      return compare(parse(criterion.mark), marksOf(given)) === 0
        ? [] : [problem(criterion.id, '评分点之和不等于该项分值', 'its aspects do not sum to its mark')];
    }),
  ];
};

export const ruleProblems = (rule: ScoringRule, scheme: Scheme): readonly Problem[] => {
  const criteria = new Set(scheme.criteria.map(({ id }) => id));
  const summed = aspects(scheme).every(({ max }) => isMark(max)) && isMark(rule.total) && compare(
    marksOf(aspects(scheme)), parse(rule.total)
  ) === 0;
  const { judgement } = rule;
  return [
    ...(summed ? [] : [problem('rule.total', `评分点之和不等于 ${rule.total}`, `the aspects do not sum to ${rule.total}`)]),
    ...(isMark(rule.measurementStep) && compare(parse(rule.measurementStep), zero) > 0
      ? [] : [problem('rule.measurementStep', '步长应大于 0', 'the step is not above 0')]),
    ...(rule.remarkOver === null || isMark(rule.remarkOver) ? [] : [problem('rule.remarkOver', '不是数字', 'it is no number')]),
    ...[judgement.dropHighest, judgement.dropLowest, judgement.atLeast].some((n) => !Number.isSafeInteger(n) || n < 0 || n > 50)
      ? [problem('rule.judgement', '去掉的个数与最少个数应为 0–50', 'what is dropped, and the least number, are 0 to 50')] : [],
    ...[judgement.rounding, rule.rounding.aspect, rule.rounding.criterion, rule.rounding.total].every(isRounding)
      ? [] : [problem('rule.rounding', '小数位应为 0–10', 'digits are 0 to 10')],
    ...rule.tieBreak.filter((id) => !criteria.has(id)).map(
      (id) => problem('rule.tieBreak', `没有评分项“${id}”`, `there is no criterion ${id}`)
    ),
  ];
};

const isRounding = (rounding: Rounding | null): boolean =>
  rounding === null || (Number.isSafeInteger(rounding.digits) && rounding.digits >= 0 && rounding.digits <= 10);

const isMark = (value: unknown): value is string => isDecimal(value) && !value.startsWith('-');

const repeated = (items: readonly { readonly id: string }[], what: string): readonly Problem[] => {
  const seen = new Set<string>();
  return items.flatMap(({ id }) => {
    if (id.trim() === '') return [problem(what, '缺少编号', 'one has no id')];
    if (seen.has(id)) return [problem(`${what} ${id}`, '编号重复', 'its id stands twice')];
    seen.add(id);
    return [];
  });
};
