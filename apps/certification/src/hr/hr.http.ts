import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource, MoreThan } from 'typeorm';
import { isId } from '#libs/decider';
import { Peers } from '#libs/service';
import {
  type Caller, EnumField, IdField, InstantField, IntegerField, LevelField, ListField, Produces, RefField, Roles, TextField,
  TheCaller, Unavailable,
} from '#libs/web';
import { OtherDto } from '../decision/decision.dto.js';
import { HrRow } from './hr-view.js';

export class SinceQuery {
  @IntegerField({
    min: 0, optional: true, description: 'the `next` of the answer before; from the beginning where not given', example: 0,
  }) since?: number;
  @IntegerField({
    min: 1, max: 500, optional: true, description: 'at most so many; 100 where not given', example: 100,
  }) limit?: number;
}

export class HrPromotionDto {
  @IntegerField({ min: 1, description: 'its place in the order; never changes' }) position!: number;
  @EnumField(['promoted', 'certified', 'fallen'], {
    description: 'approved · its certificate was issued · it does not hold any more',
  }) what!: string;
  @InstantField() at!: string;
  @IdField() worker!: string;
  @TextField({
    nullable: true, description: 'staff number (工号); null where people does not answer, or has none', example: 'HD-0412',
  }) staffNumber!: string | null;
  @IdField() decision!: string;
  @IdField() contest!: string;
  @RefField({ example: '6-18-01-01' }) occupation!: string;
  @LevelField({ nullable: true }) from!: number | null;
  @LevelField({ nullable: true }) to!: number | null;
  @ListField(() => 'string', { example: ['national-technical-expert'] }) honours!: string[];
  @ListField(() => OtherDto, {
    description: 'points, credits, what may be applied for, and what is for a coach, a team or the experts',
  }) others!: OtherDto[];
  @TextField({
    nullable: true, description: 'number of the certificate', example: 'S000131000001262000001',
  }) number!: string | null;
}

export class HrPromotionsDto {
  @ListField(() => HrPromotionDto, { max: 500 }) items!: HrPromotionDto[];
  @IntegerField({ min: 0, description: 'ask on from here; the same as before while there is nothing new' }) next!: number;
  @ListField(() => 'string', {
    description: 'services that did not answer: their part is missing here', example: [],
  }) missing!: string[];
}

interface Named { readonly workers: readonly { readonly worker: string; readonly staffNumber: string | null }[] }

@ApiTags('for HR systems')
@Controller('hr')
export class HrController {
  constructor(private readonly db: DataSource, private readonly peers: Peers) {}

  @Get('promotions')
  @Roles('hr')
  @ApiOperation({
    summary: "Promotions of your unit's workers, oldest first 本单位职工晋级",
    description: 'Ask again with `since` = `next`: nothing is skipped, nothing comes twice.',
  })
  @Produces(HrPromotionsDto)
  async promotions(@Query() { since = 0, limit = 100 }: SinceQuery, @TheCaller() caller: Caller): Promise<HrPromotionsDto> {
    // An HR system's organisation is its unit; one that is no unit's id has nobody.
    const rows = !isId(caller.organisation)
      ? []
      : await this.db.manager.find(HrRow, {
        where: { unit: caller.organisation, position: MoreThan(since) }, order: { position: 'ASC' }, take: limit,
      });
    const ids = [...new Set(rows.map(({ worker }) => worker))];
    const named = ids.length === 0
      ? { workers: [] }
      : await this.peers.post<Named>('people', '/workers/names', { ids, purpose: 'HR feed of promotions' }, caller);
    const staff = new Map(
      named instanceof Unavailable ? [] : named.workers.map(({ worker, staffNumber }) => [worker, staffNumber]),
    );
    return {
      items: rows.map(({ unit: _, ...row }) => ({ ...row, staffNumber: staff.get(row.worker) ?? null })),
      next: rows.at(-1)?.position ?? since, missing: named instanceof Unavailable ? ['people'] : [],
    };
  }
}
