import { text, type Text } from '#libs/decider';
import {
  changeFacts, type Checked, type Cited, type Explanation, type OtherEffect, otherText, outcomeText, type Pack,
} from '#libs/policy';
import {
  BooleanField, type Caller, EnumField, IdField, InstantField, IntegerField, type Language, LevelField, ListField, ObjectField,
  PageQuery, RefField,
  TextField,
} from '#libs/web';
import { stateName } from './decision-names.js';
import type { UsedFact } from './facts-used.js';
import { type DecisionState, noteKinds, type ReviewOutcome, reviewOutcomes } from './decision.js';
import { type Automation, automations, decisionStates, type DecisionRow, type DecisionStateName } from './decisions-view.js';

const modes = ['award', 'approve', 'recommend'] as const;
const payees = ['person', 'team', 'coach', 'employer'] as const;

export class HonourDto {
  @RefField({ example: 'national-technical-expert' }) honour!: string;
  @EnumField(modes, {
    description: 'awarded by the contest, approved by an authority, or only recommended to one',
  }) mode!: (typeof modes)[number];
  @RefField({ example: 'national-workers-1-2021/top-5-title' }) rule!: string;
}

export class MoneyDto {
  @RefField({ example: 'shanghai-special-2024/training-subsidy' }) rule!: string;
  @IntegerField({ min: 0, description: 'integer fen, CNY', example: 240000 }) fen!: number;
  @EnumField(payees) payee!: (typeof payees)[number];
  @BooleanField({ description: 'only after the certificate is issued' }) needsCertificate!: boolean;
  @IntegerField({ min: 1, nullable: true, description: 'months to claim it in' }) claimWithinMonths!: number | null;
}

const others = ['honour', 'money', 'points', 'credit', 'applyFor'] as const;
const whom = ['person', 'coach', 'team', 'expertTeam'] as const;

export class OtherTitleDto {
  @TextField({ example: '居住证积分' }) zh!: string;
  @TextField({ example: 'residence points' }) en!: string;
}

export class OtherDto {
  @EnumField(others, { description: 'points, credits, something to apply for; or an honour or money for another than the person' })
  is!: (typeof others)[number];
  @RefField({ example: 'chongming-2025/team-points' }) rule!: string;
  @TextField({ max: 20000, description: 'the scheme, honour, courses or title', example: 'residence-points' }) what!: string;
  @ObjectField(() => OtherTitleDto) title!: OtherTitleDto;
  @EnumField(whom, { description: 'whom it is for' }) for!: (typeof whom)[number];
  @TextField({ nullable: true, description: 'points, credits or yuan', example: '60' }) amount!: string | null;
  @EnumField(modes, { optional: true, description: 'how an honour comes about' }) mode?: (typeof modes)[number];
}

export class DecisionDto {
  @IdField() id!: string;
  @IdField() contest!: string;
  @IdField({ description: 'whom it is about; names are asked from people' }) worker!: string;
  @RefField({ description: 'the number of the entry', example: '001' }) entryNumber!: string;
  @RefField({ example: '6-18-01-01' }) occupation!: string;
  @IntegerField({ min: 1, description: 'how often this contest was decided for this worker' }) nth!: number;
  @EnumField(decisionStates, { description: 'where it is in its life' }) state!: DecisionStateName;
  @IntegerField({ min: 1, nullable: true, description: 'rank in the final result; null: not ranked' }) rank!: number | null;
  @LevelField({ nullable: true, description: 'level held before: 五级 = 5 … 一级 = 1' }) from!: number | null;
  @LevelField({ nullable: true, description: 'level given; null: none' }) to!: number | null;
  @RefField({
    nullable: true, description: 'the rule that gives the level', example: 'tianjin-municipal-1/worker-top-10',
  }) rule!: string | null;
  @ListField(() => HonourDto) honours!: HonourDto[];
  @ListField(() => MoneyDto) money!: MoneyDto[];
  @ListField(() => OtherDto, {
    description: 'points, credits, what may be applied for, and what is for a coach, a team or the experts',
  }) others!: OtherDto[];
  @ListField(() => 'string', { description: 'effects that a panel must settle first', example: ['level'] }) held!: string[];
  @EnumField(automations, {
    description: 'the person refused the automated decision: it waits for a named person, or a named person decided',
  }) automation!: Automation;
  @InstantField({ nullable: true, description: 'the public notice (公示) lasts until then' }) noticeUntil!: string | null;
  @IdField({ nullable: true }) certificate!: string | null;
  @TextField({
    nullable: true, description: 'number of the certificate', example: 'S000131000001262000001',
  }) number!: string | null;
}

export class NoteDto {
  @EnumField(noteKinds) what!: (typeof noteKinds)[number];
  @RefField({ description: 'the subject who wrote it' }) by!: string;
  @TextField({ max: 2000, nullable: true, description: 'null: erased with the person' }) text!: string | null;
}

export class DecisionWithNotesDto extends DecisionDto {
  @ListField(() => NoteDto, { description: 'what was written about it, oldest first' }) notes!: NoteDto[];
}

export class DecisionsQuery extends PageQuery {
  @EnumField(decisionStates, { optional: true }) state?: DecisionStateName;
  @IdField({ optional: true }) contest?: string;
  @IdField({ optional: true }) worker?: string;
}

export class ContestDecisionsQuery extends PageQuery {
  @EnumField(decisionStates, { optional: true }) state?: DecisionStateName;
}

export class DecisionRunDto {
  @IdField() contest!: string;
  @IntegerField({ min: 0, description: 'the final revision that is decided; 0: none yet' }) revision!: number;
  @EnumField(['none', 'running', 'completed', 'overtaken']) state!: string;
  @IntegerField({ min: 0, description: 'codes in it', example: 41 }) codes!: number;
  @IntegerField({ min: 0, description: 'codes decided', example: 41 }) decided!: number;
}

export class ReasonsDto {
  @TextField({ max: 2000, description: 'why; kept encrypted', example: '公示期间核实：该选手报名条件不符。' }) reasons!: string;
}

export class ObjectionDto {
  @TextField({ max: 2000, description: 'what you object to; kept encrypted', example: '我的技师证书未计入，请核对。' }) grounds!: string;
}

export class RefuseAutomationDto {
  @TextField({
    max: 2000, description: 'what the person says; kept encrypted', example: '我不同意仅由自动化方式作出决定，请人工决定。',
  }) statement!: string;
}

export class InPersonDto {
  @EnumField(reviewOutcomes, {
    description: 'confirmed as proposed; changed to what the pack gives for another place; or rejected',
  }) outcome!: ReviewOutcome;
  @IntegerField({ min: 1, optional: true, description: 'for `changed`: as for which rank', example: 10 }) place?: number;
  @TextField({ max: 2000, description: 'why; kept encrypted', example: '经人工复核，名次与材料无误，维持原决定。' }) reasons!: string;
}

export class RulingDto {
  @IntegerField({ min: 1, description: 'the place within the shared rank', example: 10 }) place!: number;
  @TextField({ max: 2000, description: 'why; kept encrypted', example: '评审组依技术文件复核加工时间后裁定。' }) reasons!: string;
}

export class RefusedDto {
  @IdField() decision!: string;
  @RefField({ example: 'trained-the-candidate' }) rule!: string;
  @TextField({ example: 'whoever trained the candidate may not certify' }) why!: string;
}

export class BulkDto {
  @IntegerField({ min: 0, description: 'approved by this call', example: 20 }) approved!: number;
  @ListField(() => RefusedDto, { description: 'those that a rule kept you from' }) refused!: RefusedDto[];
  @IntegerField({ min: 0, description: 'not looked at: call again', example: 0 }) left!: number;
}

export class CitationDto {
  @TextField({ example: 'hrss.tj.gov.cn kbms 3228' }) document!: string;
  @TextField({ example: '天津市职业技能竞赛' }) title!: string;
  @TextField({ max: 5000, example: '市级一类 top 10: worker → 技师 (holder → 高级技师), student → 高级工' }) quote!: string;
  @EnumField(['verbatim', 'summary'], {
    description: 'word for word, or our note of what the source says',
  }) quoted!: 'verbatim' | 'summary';
}

export class CheckedDto {
  @BooleanField() holds!: boolean;
  @TextField({ example: 'rank is 1–10' }) condition!: string;
  @TextField({ nullable: true, description: 'what was found', example: '11' }) value!: string | null;
  @ListField(() => CheckedDto) parts!: CheckedDto[];
}

export class ExplainedReasonDto {
  @RefField({ example: 'cap-reached' }) code!: string;
  @TextField({ max: 2000, example: 'One competition promotion a person a year' }) text!: string;
  @ListField(() => CitationDto) citations!: CitationDto[];
}

export class UsedFactDto {
  @RefField({ example: 'rank' }) fact!: string;
  @TextField({ example: 'rank' }) text!: string;
  @TextField({ example: '11 of 41' }) value!: string;
  @ListField(() => 'id', { description: 'the events that it came from' }) from!: string[];
}

export class ExplainedRuleDto {
  @RefField({ example: 'tianjin-municipal-1/worker-top-10' }) rule!: string;
  @TextField({ example: 'Workers, top 10: technician; a technician becomes senior technician' }) title!: string;
  @EnumField(['primary', 'secondary', 'recalled', 'hypothetical'], {
    description: 'how sure the source is',
  }) verification!: string;
  @TextField({ nullable: true }) note!: string | null;
  @ObjectField(() => CheckedDto) condition!: CheckedDto;
  @ListField(() => CitationDto) citations!: CitationDto[];
}

export class ChangeDto {
  @EnumField(changeFacts) fact!: string;
  @TextField({ example: 'rank 10 instead of 11' }) change!: string;
  @TextField({ description: 'what would have followed', example: 'level 3 → level 2' }) then!: string;
}

export class GivenOtherDto extends OtherDto {
  @TextField({ description: 'in words', example: 'residence points 60 (the person)' }) text!: string;
}

export class ExplanationDto {
  @IdField() decision!: string;
  @EnumField(decisionStates) state!: string;
  @TextField({ description: 'what follows, in one sentence', example: 'level 3 → level 2; CNY 2400.00' }) outcome!: string;
  @ListField(() => GivenOtherDto, {
    description: 'points, credits, what may be applied for, and what is for a coach, a team or the experts',
  }) others!: GivenOtherDto[];
  @TextField({
    nullable: true, description: 'the pack and its version; null where it is not available', example: 'tianjin-municipal-1 1',
  }) pack!: string | null;
  @ListField(() => ExplainedReasonDto, {
    description: 'why something does not follow, or otherwise than the rule says at first',
  }) reasons!: ExplainedReasonDto[];
  @ListField(() => ExplainedRuleDto, {
    description: 'every rule of the pack, with its conditions and the values that they met',
  }) rules!: ExplainedRuleDto[];
  @ListField(() => UsedFactDto, {
    description: 'the facts that were read, each with the events that it came from',
  }) facts!: UsedFactDto[];
  @ListField(() => ChangeDto, {
    description: 'the nearest changes that would have led elsewhere, found by deciding again',
  }) changes!: ChangeDto[];
  @ListField(() => 'id', { description: 'the public events that the facts come from' }) sources!: string[];
  @TextField({
    nullable: true, description: 'who decided, where the person refused that automation does', example: 'a named person decided: confirmed',
  }) inPerson!: string | null;
}

/** What belongs to the organisation and the log is no part of a decision as it is shown. */
export const shown = ({ organisation: _o, version: _v, position: _p, ...row }: DecisionRow): DecisionDto => row;

/** Each with its sentence. */
export const inWords = (given: readonly OtherEffect[], language: Language): GivenOtherDto[] =>
  given.map((other) => ({ ...other, text: otherText(other)[language] }));

const checked = ({ holds, text, value, parts }: Checked, language: Language): CheckedDto =>
  ({ holds, condition: text[language], value, parts: parts.map((part) => checked(part, language)) });
const copied = (citations: readonly Cited[]): CitationDto[] => citations.map((citation) => ({ ...citation }));

export const explained = (
  id: string, state: Exclude<DecisionState, { is: 'none' }>, pack: Pack | null, explanation: Explanation | null,
  facts: readonly UsedFact[], { language }: Caller,
): ExplanationDto => ({
  inPerson: inPersonText(state)?.[language] ?? null,
  decision: id, state: state.is, pack: pack === null ? null : `${pack.id} ${pack.version}`, sources: [...state.found.sources],
  outcome: explanation === null ? stateName[state.is][language] : explanation.outcome[language],
  others: inWords('proposed' in state ? (state.proposed?.others ?? []) : [], language),
  reasons: explanation === null
    ? state.found.reasons.map(({ code, text }) => ({ code, text: text[language], citations: [] }))
    : explanation.reasons.map(({ code, text, citations }) => ({ code, text: text[language], citations: copied(citations) })),
  rules: (explanation?.rules ?? []).map(({ rule, title, verification, note, condition, citations }) => ({
    rule, title: title[language], verification, note: note?.[language] ?? null, condition: checked(condition, language),
    citations: copied(citations),
  })),
  facts: facts.map(({ fact, text, value, from }) => ({ fact, text: text[language], value: value[language], from: [...from] })),
  changes: (explanation?.changes ?? []).map(
    ({ fact, change, then }) => ({ fact, change: change[language], then: then[language] }),
  ),
});

const inPersonText = ({ refusal, review }: Exclude<DecisionState, { is: 'none' }>): Text | null => {
  if (refusal === null) return null;
  if (review === null) return text('本人已拒绝自动化决定，待指定人员决定', 'the automated decision was refused: a named person is to decide');
  const [zh, en] = { confirmed: ['维持', 'confirmed'], changed: ['变更', 'changed'], rejected: ['驳回', 'rejected'] }[review.outcome];
  return text(`由人工决定：${zh ?? ''}（${review.by}）`, `a named person decided: ${en ?? ''} (${review.by})`);
};

/** One sentence of what a decision gives, for lists. */
export const outcomeOf = (pack: Pack | null, row: DecisionRow): Text => {
  if (pack === null) return stateName[row.state];
  const level = row.to === null ? null : { from: row.from, to: row.to, rule: row.rule ?? '' };
  const { honours, money, others: besides, held } = row;
  return outcomeText(pack, { is: 'none', level, honours, money, others: besides, held, reasons: [], rules: [] });
};
