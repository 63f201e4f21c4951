import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Reading } from '#libs/service';
import {
  BooleanField, type Caller, EnumField, IdField, IntegerField, ListField, ObjectField, OnlyReads, Produces, RefField, Roles,
  TheCaller,
} from '#libs/web';
import { decision, grantsOf } from '../decision/decision.js';
import { grant, type Payee } from '../grant/grant.js';
import { grantStates, type GrantState } from '../grant/grants-view.js';
import { type Fate, fates, type Known, moneyChanges, sumsOf } from './what-if.js';

export class PromisedDto {
  @RefField({ example: 'shanghai-special-2024/training-subsidy' }) rule!: string;
  @IntegerField({ min: 0, description: 'integer fen, CNY', example: 240000 }) fen!: number;
  @EnumField(['person', 'team', 'coach', 'employer']) payee!: Payee;
}

export class OtherMoneyDto {
  @IdField({ nullable: true, description: 'the decision that stands now; null: none' }) decision!: string | null;
  @ListField(() => PromisedDto, { max: 50, description: 'what it gives' }) before!: PromisedDto[];
  @ListField(() => PromisedDto, { max: 50, description: 'what would be given instead' }) after!: PromisedDto[];
}

export class MoneyWhatIfDto {
  @ListField(() => OtherMoneyDto, { min: 1, max: 500 }) decisions!: OtherMoneyDto[];
}

export class ExistingGrantDto {
  @IdField() id!: string;
  @EnumField(grantStates) state!: GrantState;
}

export class MoneyChangeDto {
  @RefField({ example: 'shanghai-special-2024/training-subsidy' }) rule!: string;
  @IntegerField({ nullable: true, description: 'fen that it gives now', example: 240000 }) from!: number | null;
  @IntegerField({ nullable: true, description: 'fen that it would give', example: null }) to!: number | null;
  @ObjectField(() => ExistingGrantDto, {
    nullable: true, description: 'the grant that there is',
  }) grant!: ExistingGrantDto | null;
  @EnumField(fates, {
    description: 'what becomes of it: it goes on, ends unpaid, is owed back, has ended before; none: nothing was granted yet',
  }) then!: Fate;
  @IntegerField({ min: 0, description: 'fen that would be owed back', example: 240000 }) recovery!: number;
  @BooleanField({ description: 'a grant would be proposed, once the new decision is approved', example: false })
  proposed!: boolean;
}

export class MoneySumsDto {
  @IntegerField({ min: 0, description: 'fen', example: 240000 }) before!: number;
  @IntegerField({ min: 0, description: 'fen', example: 0 }) after!: number;
  @IntegerField({ min: 0, description: 'fen, rule by rule', example: 0 }) gained!: number;
  @IntegerField({ min: 0, description: 'fen, rule by rule', example: 240000 }) lost!: number;
  @IntegerField({ min: 0, description: 'fen that was paid and would be owed back', example: 240000 }) recovery!: number;
}

export class MoneyOfDecisionDto {
  @IdField({ nullable: true }) decision!: string | null;
  @ListField(() => MoneyChangeDto) changes!: MoneyChangeDto[];
}

export class MoneyWhatIfAnswer {
  @ListField(() => MoneyOfDecisionDto, { description: 'in the order of the question' }) decisions!: MoneyOfDecisionDto[];
  @ObjectField(() => MoneySumsDto) sums!: MoneySumsDto;
}

@ApiTags('what if 如果')
@Controller('what-if')
export class WhatIfController {
  constructor(private readonly reading: Reading) {}

  @Post()
  @HttpCode(200)
  @OnlyReads()
  @Roles('incentive-officer', 'certifier', 'organiser')
  @ApiOperation({
    summary: 'What would become of the money if decisions gave otherwise 如果决定变化，奖补如何变化',
    description: 'Of each decision: grants gained, lost or changed, and what would be owed back, by the rules of a grant. ' +
      'Nothing is recorded. Amounts are whole fen of CNY.',
  })
  @Produces(MoneyWhatIfAnswer)
  async ask(@Body() { decisions }: MoneyWhatIfDto, @TheCaller() caller: Caller): Promise<MoneyWhatIfAnswer> {
    const known = await this.known(decisions.flatMap(({ decision: id }) => id ?? []), caller);
    const answers = decisions.map(({ decision: id, before, after }) => ({
      decision: id, changes: moneyChanges(id, id === null ? null : (known.get(id) ?? null), before, after),
    }));
    return { decisions: answers as MoneyOfDecisionDto[], sums: sumsOf(answers.flatMap(({ changes }) => changes)) };
  }

  /** Of decisions that are not the organisation's own nothing is known here. */
  private async known(ids: readonly string[], { organisation }: Caller): Promise<ReadonlyMap<string, Known>> {
    const loaded = await this.reading.loadMany(decision, [...new Set(ids)]);
    const own = [...loaded].filter(([, { state }]) => state.approval?.organisation === organisation);
    const grants = await this.reading.loadMany(grant, own.flatMap(([id, { state }]) => [...grantsOf(id, state).values()]));
    const states = new Map([...grants].map(([id, { state }]) => [id, state]));
    return new Map(own.map(([id, { state }]) => [id, { decision: state, grants: states }]));
  }
}
