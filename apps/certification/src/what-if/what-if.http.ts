import { Body, Controller, HttpCode, Post, type StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, OnlyReads, Produces, Roles, streamedJson, TheCaller } from '#libs/web';
import { Imagined } from './imagined.js';
import type { Tried } from './supposed.js';
import { Totals } from './totals.js';
import { type TriedPackDto, WhatIfAnswer, WhatIfDto } from './what-if.dto.js';

@ApiTags('what if 如果')
@Controller('what-if')
export class WhatIfController {
  constructor(private readonly imagined: Imagined) {}

  @Post()
  @HttpCode(200)
  @OnlyReads()
  @Roles('certifier', 'organiser')
  @ApiOperation({
    summary: 'Who would gain or lose rank, level, honours and money 如果改判或换政策包，谁得谁失',
    description: 'The final result of a contest with an aspect void, a judge recused or another tie rule (judging is asked for ' +
      'the ranks), or under another pack. Every person of the contest is decided again with all their contests, so that a ' +
      'later contest may appear too; incentives is asked for the money. Nothing is recorded, and an empty question has no ' +
      'changes. Without judging there is no answer; without incentives the money is what the decisions promise, and `missing` ' +
      'says so. The document is written while it is made: a cut connection leaves it incomplete.',
  })
  @Produces(WhatIfAnswer)
  async ask(@Body() whatIf: WhatIfDto, @TheCaller() caller: Caller): Promise<StreamableFile> {
    const supposed = await this.imagined.suppose(whatIf, caller);
    const { revision, ranking, tried } = supposed;
    const totals = new Totals();
    const missing = new Set<string>();
    const head = { contest: whatIf.contest, revision, ranking, pack: tried === null ? null : shown(tried) };
    return streamedJson(head, 'changes', this.imagined.changes(supposed, caller, totals, missing), () => {
      const { decided, ranks, levels, honours, others, money, elsewhere } = totals;
      const recovery = missing.has('incentives') ? null : money.recovery;
      return { decided, ranks, levels, honours, others, money: { ...money, recovery }, elsewhere, missing: [...missing] };
    });
  }
}

const shown = ({ pack: { id, version }, needsOverride, as }: Tried): TriedPackDto =>
  ({ id, version, needsOverride, series: as?.series ?? null, class: as?.class ?? null });
