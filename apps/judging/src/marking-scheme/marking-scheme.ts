/**
 * Marking scheme (评分标准): imported, corrected while a draft, then frozen; only a frozen one may be announced with a
 * contest, and nothing in it changes after that.
 *
 *   none ──import──▶ draft ──freeze──▶ frozen
 *                     │  ▲
 *                     └──┘ import again, set the rule
 */
import { type Decider, Refusal, text } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';
import { digestOf, report, type Scheme, type SchemeReport, type ScoringRule } from './scheme.js';
import { schemeProblems } from './scheme-check.js';

export type MarkingSchemeEvent =
  | { type: 'MarkingSchemeImported'; organisation: string; source: 'cis' | 'json'; scheme: Scheme }
  | { type: 'ScoringRuleSet'; rule: ScoringRule; kinds: Readonly<Record<string, 'theory' | 'practical'>> }
  | {
    type: 'MarkingSchemeFrozen'; organisation: string; digest: string; total: string; aspects: number; variation: string;
    by: string
  };

export type MarkingSchemeCommand =
  | { type: 'Import'; organisation: string; source: 'cis' | 'json'; scheme: Scheme }
  | { type: 'SetRule'; rule: ScoringRule; kinds: Readonly<Record<string, 'theory' | 'practical'>> }
  | { type: 'Freeze'; by: string };

export type MarkingScheme =
  | { is: 'none' }
  | { is: 'draft'; organisation: string; scheme: Scheme }
  | { is: 'frozen'; organisation: string; scheme: Scheme; digest: string };

const decide = (command: MarkingSchemeCommand, state: MarkingScheme): readonly MarkingSchemeEvent[] => {
  switch (command.type) {
    case 'Import': {
      notFrozen(state);
      const { type: _, ...imported } = command;
      return [{ type: 'MarkingSchemeImported', ...imported }];
    }
    case 'SetRule': {
      const { scheme } = draft(state);
      const unknown = Object.keys(command.kinds).filter((id) => !scheme.criteria.some((criterion) => criterion.id === id));
      if (unknown.length > 0)
        throw new Refusal(
          'unknown-criterion', text(`没有评分项 ${unknown.join('、')}`, `there is no criterion ${unknown.join(', ')}`),
          text('请指明评分方案中的标准', 'name criteria of the scheme')
        );
      return [{ type: 'ScoringRuleSet', rule: command.rule, kinds: command.kinds }];
    }
    case 'Freeze': {
      if (state.is === 'frozen') return []; // asked twice
      const { organisation, scheme } = draft(state);
      const problems = schemeProblems(scheme);
      if (problems.length > 0)
        throw new Refusal(
          'marking-scheme-incomplete', text(`评分标准有 ${problems.length} 处问题`, `the scheme has ${problems.length} problems`),
          text('请改正后重新导入', 'correct it and import it again'), { problems }
        );
      const { total, aspects, variation }: SchemeReport = report(scheme);
      return [{ type: 'MarkingSchemeFrozen', organisation, digest: digestOf(scheme), total, aspects, variation, by: command.by }];
    }
  }
};

const evolve = (state: MarkingScheme, event: MarkingSchemeEvent): MarkingScheme => {
  switch (event.type) {
    case 'MarkingSchemeImported': return { is: 'draft', organisation: event.organisation, scheme: event.scheme };
    case 'ScoringRuleSet': return state.is === 'draft' ? { ...state, scheme: withRule(state.scheme, event) } : state;
    case 'MarkingSchemeFrozen': return state.is === 'draft' ? { ...state, is: 'frozen', digest: event.digest } : state;
  }
};

const withRule = (scheme: Scheme, { rule, kinds }: Extract<MarkingSchemeEvent, { type: 'ScoringRuleSet' }>): Scheme => ({
  ...scheme, rule,
  criteria: scheme.criteria.map((criterion) => {
    const kind = Object.hasOwn(kinds, criterion.id) ? kinds[criterion.id] : undefined;
    return { ...criterion, kind: kind ?? criterion.kind };
  }),
});

export const markingSchemeDecider: Decider<MarkingSchemeCommand, MarkingScheme, MarkingSchemeEvent> = {
  initial: { is: 'none' }, decide, evolve
};

export const markingScheme: Aggregate<MarkingSchemeCommand, MarkingScheme, MarkingSchemeEvent> = {
  name: 'marking-scheme',
  decider: markingSchemeDecider,
  organisation: (state) => (state.is === 'none' ? undefined : state.organisation),
};

function notFrozen(state: MarkingScheme): asserts state is Exclude<MarkingScheme, { is: 'frozen' }> {
  if (state.is === 'frozen')
    throw new Refusal(
      'marking-scheme-frozen', text('评分标准已冻结，不能再改', 'the scheme is frozen and cannot change'),
      text('请作为另一方案导入', 'import it as another scheme')
    );
}

const draft = (state: MarkingScheme): Extract<MarkingScheme, { is: 'draft' }> => {
  notFrozen(state);
  if (state.is === 'none')
    throw new Refusal('marking-scheme-unknown', text('尚未导入评分标准', 'no scheme was imported'), text('请导入一份', 'import one'));
  return state;
};
