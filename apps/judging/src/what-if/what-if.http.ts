import { Body, Controller, HttpCode, Post, type StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  BooleanField, type Caller, DecimalField, EnumField, IdField, IntegerField, ListField, ObjectField, OnlyReads, Produces,
  RefField,
  Roles, streamedJson, TheCaller,
} from '#libs/web';
import type { Stage } from '../result/result.js';
import { changes, moves } from './what-if.js';
import { Imagined } from './imagined.js';

export class RecusedDto {
  @RefField({ description: 'a judge of the panel', example: 'judge-3' }) judge!: string;
  @ListField('string', {
    optional: true, min: 1, max: 1000, description: 'from these codes alone; from the whole contest where not given',
    example: ['K07'],
  }) codes?: string[];
}

export class WhatIfDto {
  @IdField() contest!: string;
  @ListField('string', { optional: true, max: 500, description: 'aspects that count for nobody', example: ['B1.3'] })
  voidAspects?: string[];
  @ListField(() => RecusedDto, {
    optional: true, max: 100, description: 'judges whose marks do not count',
  }) recuse?: RecusedDto[];
  @ListField('string', {
    optional: true, max: 100, description: 'criteria that break ties, in order; an empty list: what is equal shares its rank',
    example: ['B', 'A'],
  }) tieBreak?: string[];
}

export class StandingDto {
  @IntegerField({ nullable: true, description: 'null: not ranked', example: 7 }) rank!: number | null;
  @BooleanField({ description: 'the rank is shared', example: false }) tied!: boolean;
  @RefField({ nullable: true, description: 'why it is not ranked', example: null }) unranked!: string | null;
  @DecimalField({ example: '88.50' }) total!: string;
  @DecimalField({ nullable: true, example: '80.00' }) theory!: string | null;
  @DecimalField({ nullable: true, example: '90.10' }) practical!: string | null;
}

export class RankChangeDto {
  @RefField({ example: 'K07' }) code!: string;
  @ObjectField(() => StandingDto, { description: 'as it was published' }) before!: StandingDto;
  @ObjectField(() => StandingDto, { description: 'as it would be' }) after!: StandingDto;
}

export class WhatIfAnswer {
  @IdField() contest!: string;
  @IntegerField({ min: 1, description: 'the published revision that it is compared with' }) revision!: number;
  @EnumField(['provisional', 'final']) stage!: Stage;
  @ListField(() => RankChangeDto, { description: 'by the ranks that would be' }) changes!: RankChangeDto[];
  @IntegerField({ description: 'codes that were ranked again', example: 41 }) codes!: number;
  @IntegerField({ description: 'codes that would stand higher', example: 2 }) up!: number;
  @IntegerField({ description: 'codes that would stand lower', example: 3 }) down!: number;
}

@ApiTags('what if 如果')
@Controller('what-if')
export class WhatIfController {
  constructor(private readonly imagined: Imagined) {}

  @Post()
  @HttpCode(200)
  @OnlyReads()
  @Roles('organiser', 'certifier', 'chief-judge')
  @ApiOperation({
    summary: 'Whose rank or mark would change, by code 如果作废、回避或改用并列规则',
    description: 'The sheets of the contest, ranked again with an aspect void, a judge recused or another tie rule. Nothing is ' +
      'recorded. An aspect that is void counts neither for a mark nor for what could be reached. By code alone; only once a ' +
      'result is published. The document is written while it is made: a cut connection leaves it incomplete.',
  })
  @Produces(WhatIfAnswer)
  async ask(@Body() { contest, ...whatIf }: WhatIfDto, @TheCaller() caller: Caller): Promise<StreamableFile> {
    const { result, before, after } = await this.imagined.of(contest, whatIf, caller);
    const list = changes(before, after);
    const { revision, stage } = result;
    return streamedJson({ contest, revision, stage }, 'changes', each(list), () => ({ codes: after.length, ...moves(list) }));
  }
}

async function* each<T>(list: readonly T[]): AsyncGenerator<T> {
  yield* list;
}
