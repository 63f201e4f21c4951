import type { RoundingMode } from '#libs/decider';
import {
  BooleanField, DecimalField, EnumField, IdField, IntegerField, ListField, ObjectField, RefField, TextField,
} from '#libs/web';
import type { Aspect, Scheme, ScoringRule } from './scheme.js';
import { defaultRule } from './scheme.js';

export class RoundingDto {
  @IntegerField({ min: 0, max: 10, example: 2 }) digits!: number;
  @EnumField(['halfUp', 'halfEven', 'truncate']) mode!: RoundingMode;
}

export class PanelRuleDto {
  @EnumField(['mean', 'trimmedMean', 'sum'], { example: 'trimmedMean' }) combine!: 'mean' | 'trimmedMean' | 'sum';
  @IntegerField({ min: 0, max: 50, description: 'for trimmedMean: so many of the highest are left out' }) dropHighest!: number;
  @IntegerField({ min: 0, max: 50, description: 'for trimmedMean: so many of the lowest are left out' }) dropLowest!: number;
  @EnumField(['leave-out', 'mean-of-given'], { description: 'what stands for a mark that a recused judge did not give' })
  missing!: 'leave-out' | 'mean-of-given';
  @IntegerField({ min: 0, max: 50, description: 'fewer marks make no panel', example: 3 }) atLeast!: number;
  @ObjectField(() => RoundingDto, { nullable: true, description: 'of the combined score' }) rounding!: RoundingDto | null;
}

export class StepsDto {
  @ObjectField(() => RoundingDto, { nullable: true, description: "of each aspect's mark" }) aspect!: RoundingDto | null;
  @ObjectField(() => RoundingDto, { nullable: true, description: "of each criterion's mark" }) criterion!: RoundingDto | null;
  @ObjectField(() => RoundingDto, { description: 'of the total, by which codes are ranked' }) total!: RoundingDto;
}

export class ScoringRuleDto implements ScoringRule {
  @ObjectField(() => PanelRuleDto) judgement!: PanelRuleDto;
  @DecimalField(
    { description: 'a measured mark is a multiple of this, or the maximum', example: '0.01' }
  ) measurementStep!: string;
  @DecimalField({ nullable: true, description: 'judgement scores further apart are marked again; null: never', example: '1' })
  remarkOver!: string | null;
  @ObjectField(() => StepsDto) rounding!: StepsDto;
  @DecimalField({ description: 'what all aspects sum to', example: '100' }) total!: string;
  @ListField('string', { max: 20, description: 'criteria that break a tie, in order', example: ['A', 'B'] }) tieBreak!: string[];
}

export class KindDto {
  @RefField({ example: 'A', max: 10 }) criterion!: string;
  @EnumField(['theory', 'practical']) kind!: 'theory' | 'practical';
}

export class SetRuleDto {
  @ObjectField(() => ScoringRuleDto) rule!: ScoringRuleDto;
  @ListField(
    () => KindDto, { max: 26, description: 'which criteria are theory and which practical: what a pass gate reads' }
  ) kinds!: KindDto[];
}

export class SectionDto {
  @RefField({ example: '1', max: 20 }) id!: string;
  @TextField({ example: '工作组织与管理 Work organisation' }) name!: string;
  @DecimalField({ example: '5' }) marks!: string;
}

export class AspectDto {
  @RefField(
    { optional: true, max: 50, description: 'given by its place; what is sent is not looked at', example: 'A1.1' }
  ) id?: string;
  @EnumField(['M', 'J'], { description: 'measurement or judgement' }) type!: 'M' | 'J';
  @TextField({ max: 1000, example: '外圆直径 Outer diameter' }) name!: string;
  @TextField({ min: 0, max: 5000, optional: true, example: '' }) description?: string;
  @TextField({ min: 0, max: 5000, optional: true, description: 'measurement only', example: 'Ø50 ± 0.02' }) requirement?: string;
  @ListField(
    'string',
    { max: 4, optional: true, description: 'judgement only: the texts of 0, 1, 2 and 3', example: ['无', '部分', '大部分', '全部'] }
  )
  levels?: string[];
  @RefField({ description: 'the section of the occupational standard', example: '1', max: 20 }) section!: string;
  @DecimalField({ description: 'the most that it can give', example: '1.5' }) max!: string;
}

export class SubCriterionDto {
  @RefField({ example: 'A1', max: 20 }) id!: string;
  @TextField({ example: '尺寸精度 Size' }) name!: string;
  @IntegerField({ min: 1, max: 99, description: 'the day of marking: a day is a part, with sheets of its own' }) day!: number;
  @ListField(() => AspectDto, { max: 500 }) aspects!: AspectDto[];
}

export class CriterionDto {
  @RefField({ example: 'A', max: 10 }) id!: string;
  @TextField({ example: '工件 Workpiece' }) name!: string;
  @DecimalField({ example: '100' }) mark!: string;
  @EnumField(['theory', 'practical'], { nullable: true, optional: true }) kind?: 'theory' | 'practical' | null;
  @ListField(() => SubCriterionDto, { max: 200 }) subCriteria!: SubCriterionDto[];
}

export class SchemeDto {
  @TextField({ example: '车工 Turning' }) title!: string;
  @ListField(() => SectionDto, { max: 50 }) sections!: SectionDto[];
  @ListField(() => CriterionDto, { max: 26 }) criteria!: CriterionDto[];
  @ObjectField(() => ScoringRuleDto, { optional: true }) rule?: ScoringRuleDto;
}

export const schemeFrom = ({ title, sections, criteria, rule }: SchemeDto): Scheme => ({
  title, sections, rule: rule ?? defaultRule,
  criteria: criteria.map(({ kind, subCriteria, ...criterion }) => ({
    ...criterion, kind: kind ?? null,
    subCriteria: subCriteria.map(
      ({ aspects, ...sub }) => ({ ...sub, aspects: aspects.map((aspect, i) => aspectFrom(aspect, `${sub.id}.${i + 1}`)) })
    ),
  })),
});

const aspectFrom = (
  { type, name, description = '', requirement = '', levels = [], section, max }: AspectDto, id: string
): Aspect =>
  type === 'M' ? {
    type, id, name, description, requirement, section, max
  } : { type, id, name, description, levels, section, max };

export class SchemeListDto {
  @IdField() id!: string;
  @TextField({ example: '车工 Turning' }) title!: string;
  @EnumField(['draft', 'frozen']) state!: 'draft' | 'frozen';
  @RefField({ nullable: true, description: 'SHA-256 of what was frozen' }) digest!: string | null;
}

export class CriterionSumDto {
  @RefField({ example: 'A' }) id!: string;
  @DecimalField() mark!: string;
  @DecimalField() aspectMarks!: string;
}

export class SectionSumDto {
  @RefField({ example: '1' }) id!: string;
  @DecimalField() marks!: string;
  @DecimalField() aspectMarks!: string;
  @DecimalField({ description: "|the standard's marks − the aspects' marks|" }) variation!: string;
}

export class ReportDto {
  @DecimalField() total!: string;
  @IntegerField() aspects!: number;
  @IntegerField() measurements!: number;
  @IntegerField() judgements!: number;
  @ListField(() => CriterionSumDto) criteria!: readonly CriterionSumDto[];
  @ListField(() => SectionSumDto) sections!: readonly SectionSumDto[];
  @DecimalField({ description: "Σ |the standard's marks − the aspects' marks|" }) variation!: string;
}

export class PartDto {
  @RefField({ example: '1' }) id!: string;
  @ListField('string', { description: 'the aspects of its measurement sheet', example: ['A1.1'] }) measurements!: string[];
  @ListField('string', { description: 'the aspects of its judgement sheets', example: ['A1.2'] }) judgements!: string[];
}

export class ShownSchemeDto extends SchemeListDto {
  @ObjectField(() => ReportDto) report!: ReportDto;
  @ListField(() => PartDto) parts!: PartDto[];
  @ObjectField(() => SchemeDto, { description: 'the scheme itself, every aspect with its id' }) scheme!: Scheme;
  @BooleanField({ description: 'whether it may be frozen as it is' }) sound!: boolean;
}
