import {
  BooleanField, DecimalField, EnumField, IdField, IntegerField, LevelField, ListField, ObjectField, RefField, TextField,
} from '#libs/web';
import { MoneyDto, OtherDto } from '../decision/decision.dto.js';
import { decisionStates, type DecisionStateName } from '../decision/decisions-view.js';

export class RecusedDto {
  @RefField({ description: 'a judge of the panel', example: 'judge-3' }) judge!: string;
  @ListField('string', {
    optional: true, min: 1, max: 1000, description: 'from these codes alone', example: ['K07'],
  }) codes?: string[];
}

export class PlacedDto {
  @IntegerField({ nullable: true, example: 7 }) rank!: number | null;
  @BooleanField({ optional: true, example: false }) tied?: boolean;
  @RefField({ nullable: true, example: null }) unranked!: string | null;
  @DecimalField({ example: '88.50' }) total!: string;
  @DecimalField({ nullable: true, example: '80.00' }) theory!: string | null;
  @DecimalField({ nullable: true, example: '90.10' }) practical!: string | null;
}

export class RankChangeDto {
  @RefField({ example: 'K07' }) code!: string;
  @ObjectField(() => PlacedDto) before!: PlacedDto;
  @ObjectField(() => PlacedDto) after!: PlacedDto;
}

export class RankingDto {
  @IntegerField({ min: 1, description: 'the final revision that it departs from' }) revision!: number;
  @ListField(() => RankChangeDto, {
    max: 3000, description: 'the codes that differ, as judging answers them',
  }) changes!: RankChangeDto[];
}

export class OtherPackDto {
  @RefField({ example: 'tianjin-municipal-1' }) id!: string;
  @RefField({ example: '1' }) version!: string;
}

export class WhatIfDto {
  @IdField() contest!: string;
  @ListField('string', { optional: true, max: 500, description: 'aspects that count for nobody', example: ['B1.3'] })
  voidAspects?: string[];
  @ListField(() => RecusedDto, {
    optional: true, max: 100, description: 'judges whose marks do not count',
  }) recuse?: RecusedDto[];
  @ListField('string', {
    optional: true, max: 100, description: 'criteria that break ties, in order; none: ranks are shared', example: ['B'],
  })
  tieBreak?: string[];
  @ObjectField(() => RankingDto, {
    optional: true, description: 'a ranking that judging answered before, in place of these three',
  })
  ranking?: RankingDto;
  @ObjectField(() => OtherPackDto, {
    optional: true, description: 'decided by this pack; a recalled or hypothetical one needs no override here',
  })
  pack?: OtherPackDto;
}

export class TriedPackDto extends OtherPackDto {
  @BooleanField({ description: 'something in it is recalled or hypothetical: in earnest it would need a recorded override' })
  needsOverride!: boolean;
  @RefField({ nullable: true, description: 'the series that the contest is taken for, where it is another', example: null })
  series!: string | null;
  @RefField({ nullable: true, description: 'and its class', example: null }) class!: string | null;
}

export class WhyDto {
  @RefField({ example: 'cap-reached' }) code!: string;
  @TextField({ example: 'one competition promotion a person a year' }) text!: string;
}

export class SideDto {
  @IntegerField({ nullable: true, description: 'null: not ranked', example: 7 }) rank!: number | null;
  @LevelField({ nullable: true, description: 'the level that is given; null: none' }) level!: number | null;
  @ListField('string', { example: ['national-technical-expert'] }) honours!: string[];
  @ListField(() => MoneyDto) money!: MoneyDto[];
  @ListField(() => OtherDto, { description: 'points, credits, applications, and what is for a coach, a team or the experts' })
  others!: OtherDto[];
  @ListField('string', { description: 'effects that wait for a panel', example: ['level'] }) held!: string[];
  @TextField({ description: 'what follows, in a sentence', example: 'level 3 → level 2' }) outcome!: string;
  @ListField(() => WhyDto, { description: 'why, where the two sides differ in more than the rank' }) reasons!: WhyDto[];
}

export class StandingDecisionDto {
  @IdField() id!: string;
  @EnumField(decisionStates) state!: DecisionStateName;
  @RefField({ nullable: true, description: 'the number of its certificate', example: null }) number!: string | null;
  @EnumField(['revoke', 'suspend', 'keep'], {
    nullable: true, description: 'what the pack says of the certificate, where the level falls',
  })
  certificate!: string | null;
}

export class GrantChangeDto {
  @RefField({ example: 'shanghai-special-2024/training-subsidy' }) rule!: string;
  @IntegerField({ nullable: true, example: 240000 }) from!: number | null;
  @IntegerField({ nullable: true, example: null }) to!: number | null;
  @RefField({ description: 'what becomes of the grant: kept, lapses, recovery, ended, none', example: 'recovery' }) then!: string;
  @IntegerField({ description: 'fen that would be owed back', example: 240000 }) recovery!: number;
  @BooleanField({ description: 'a grant would be proposed, once the new decision is approved' }) proposed!: boolean;
}

export class PersonChangeDto {
  @IdField() worker!: string;
  @IdField({ description: 'the contest, or a later one whose decision hangs on it' }) contest!: string;
  @RefField({ example: '001' }) entryNumber!: string;
  @ObjectField(() => SideDto) before!: SideDto;
  @ObjectField(() => SideDto) after!: SideDto;
  @ObjectField(() => StandingDecisionDto, { nullable: true, description: 'the decision that stands; it would be superseded' })
  decision!: StandingDecisionDto | null;
  @ListField(() => GrantChangeDto, {
    nullable: true, description: 'by incentives; null where it did not answer, or no money is touched',
  })
  grants!: GrantChangeDto[] | null;
}

export class UpDownDto {
  @IntegerField({ min: 0, example: 1 }) gained!: number;
  @IntegerField({ min: 0, example: 1 }) lost!: number;
}

export class MoneyTotalDto {
  @IntegerField({ min: 0, description: 'fen that the decisions give now', example: 240000 }) before!: number;
  @IntegerField({ min: 0, description: 'fen that they would give', example: 240000 }) after!: number;
  @IntegerField({ min: 0, example: 240000 }) gained!: number;
  @IntegerField({ min: 0, example: 240000 }) lost!: number;
  @IntegerField({
    min: 0, nullable: true, description: 'fen that would be owed back; null where incentives did not answer', example: 0,
  })
  recovery!: number | null;
}

export class WhatIfAnswer {
  @IdField() contest!: string;
  @IntegerField({ min: 1, description: 'the final revision that it is compared with' }) revision!: number;
  @EnumField(['recorded', 'judging', 'given'], { description: 'whose ranking it is' }) ranking!: 'recorded' | 'judging' | 'given';
  @ObjectField(() => TriedPackDto, { nullable: true, description: 'the pack that was tried; null: each contest by its own' })
  pack!: TriedPackDto | null;
  @ListField(() => PersonChangeDto, { description: 'by the ranks that would be' }) changes!: PersonChangeDto[];
  @IntegerField({ min: 0, description: 'workers who were decided', example: 41 }) decided!: number;
  @ObjectField(() => UpDownDto, { description: 'who would stand higher, and lower' }) ranks!: UpDownDto;
  @ObjectField(() => UpDownDto, { description: 'levels' }) levels!: UpDownDto;
  @ObjectField(() => UpDownDto, { description: 'honours' }) honours!: UpDownDto;
  @ObjectField(() => UpDownDto, { description: 'points, credits, applications, and what is for others' }) others!: UpDownDto;
  @ObjectField(() => MoneyTotalDto, { description: 'integer fen, CNY' }) money!: MoneyTotalDto;
  @IntegerField({ min: 0, description: 'further changes, in contests of other organisations', example: 0 }) elsewhere!: number;
  @ListField('string', { description: 'parts that did not answer', example: [] }) missing!: string[];
}
