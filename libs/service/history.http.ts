import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { BooleanField, type Caller, ListField, Produces, Roles, TheCaller } from '#libs/web';
import { EffectsAnswer, HistoryAnswer } from './answers.dto.js';
import { type Effects, Histories, type History } from './history.js';

class HistoryQuery {
  @BooleanField({ optional: true, description: 'walk on to what followed, also in other services' })
  follow?: boolean;
}

class EffectsQuery {
  @ListField('id', { min: 1, max: 100, description: 'ids of events, separated by commas' })
  of!: string[];
}

/** For auditors: who did what, when and why, with causes and effects. */
@ApiTags('audit')
@Controller('history')
@Roles('auditor')
export class HistoryController {
  constructor(private readonly histories: Histories) {}

  @Get('effects')
  @Produces(EffectsAnswer)
  @ApiOperation({
    summary: '后果 Effects',
    description:
      'How it went on in this service from the given events: what they caused, what people then did to the same things, ' +
      'and what else the same request recorded.',
  })
  async effects(@Query() { of }: EffectsQuery, @TheCaller() caller: Caller): Promise<Effects> {
    return { items: await this.histories.nextOf(of, caller) };
  }

  @Get(':aggregate/:id')
  @Produces(HistoryAnswer)
  @ApiParam({ name: 'aggregate', description: 'its name, as in the events' })
  @ApiParam({ name: 'id', description: "the aggregate's id" })
  @ApiOperation({
    summary: '来龙去脉 History',
    description:
      'Every event with who, when, what and why, its cause and its effects. ' +
      '`follow=true` walks the chain on through the other services.',
  })
  history(
    @Param('aggregate') aggregate: string,
    @Param('id') id: string,
    @Query() { follow }: HistoryQuery,
    @TheCaller() caller: Caller,
  ): Promise<History> {
    return this.histories.of(aggregate, id, caller, follow ?? false);
  }
}
