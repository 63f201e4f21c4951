import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Refusal, text } from '#libs/decider';
import type { Done } from '#libs/event-store';
import { Reader } from '#libs/service';
import {
  type Caller, DoneAnswer, EnumField, IdField, IdParam, ListField, Produces, RefField, Roles, TextField, TheCaller,
} from '#libs/web';
import { chiefOnly } from '../contest/marking-desk.js';
import { panel } from './panel.js';
import { Recusals } from './recusals.js';

export class AskRecusalDto {
  @RefField({ description: 'whose marks are in question', example: 'judge-1' }) judge!: string;
  @ListField('string', {
    optional: true, min: 1, max: 1000, description: 'these codes only; without it all that this judge marked', example: ['K07'],
  }) codes?: string[];
  @TextField({ max: 2000, description: 'why; kept encrypted', example: '赛后查明：该裁判与选手存在师徒关系。' }) reason!: string;
  @RefField({ description: 'who decides; marked nothing in the contest', example: 'arbitrator-1' }) arbitrator!: string;
}

export class RecusalReasonsDto {
  @TextField({ max: 5000, description: 'the reasons; kept encrypted', example: '师徒关系属实，其评分不予采用。' }) reasons!: string;
}

export class RecusalDto {
  @IdField() recusal!: string;
  @RefField({ example: 'judge-1' }) judge!: string;
  @ListField('string', { nullable: true, description: 'null: all that this judge marked', example: ['K07'] })
  codes!: readonly string[] | null;
  @RefField({ example: 'arbitrator-1' }) arbitrator!: string;
  @EnumField(['asked', 'granted', 'dismissed']) state!: 'asked' | 'granted' | 'dismissed';
}

@ApiTags('panels 裁判组')
@Controller('contests/:id/recusals')
export class RecusalController {
  constructor(private readonly recusals: Recusals, private readonly reader: Reader) {}

  @Get()
  @Roles('organiser', 'chief-judge', 'arbitrator', 'auditor')
  @ApiOperation({
    summary: 'Recusals that were asked for after the lock 事后回避',
    description: 'Each with the arbitrator who decides it. The reasons are in the vault, and named in the history.',
  })
  @Produces(RecusalDto, { list: true })
  async list(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<RecusalDto[]> {
    const { state } = await this.reader.load(panel, id, caller);
    const all = state.is === 'none' ? [] : Object.entries(state.recusals ?? {});
    return all.map(([recusal, { is, judge, codes, arbitrator }]) => ({ recusal, judge, codes, arbitrator, state: is }));
  }

  @Post()
  @Roles('organiser', 'chief-judge', 'judge')
  @ApiOperation({
    summary: "Ask that a judge's locked marks leave the panel 申请事后回避",
    description: 'Decided by an arbitrator who marked nothing in the contest. A judge may ask it of the own marks.',
  })
  @Produces(DoneAnswer, { status: 201 })
  async ask(@IdParam('id') id: string, @Body() { codes, ...rest }: AskRecusalDto, @TheCaller() caller: Caller): Promise<Done> {
    const { state } = await this.reader.load(panel, id, caller);
    if (!caller.roles.includes('organiser')) {
      if (!caller.roles.includes('chief-judge') && rest.judge !== caller.subject)
        throw new Refusal(
          'not-your-marks', text('裁判只能申请本人回避', 'a judge asks this of the own marks only'), text('请询问裁判长', 'ask the chief judge'),
        );
      if (caller.roles.includes('chief-judge') && rest.judge !== caller.subject && state.is === 'appointed')
        chiefOnly(state, caller);
    }
    return this.recusals.ask(id, { ...rest, codes: codes ?? null }, caller);
  }

  @Post(':recusal/grant')
  @HttpCode(200)
  @Roles('arbitrator')
  @ApiOperation({
    summary: 'Grant it: the marks leave by the panel rule, and the next revision follows 准予回避',
    description: 'Refused where fewer marks than the panel rule needs would remain. What was measured and agreed stands.',
  })
  @Produces(DoneAnswer)
  grant(
    @IdParam('id') id: string, @IdParam('recusal') recusal: string, @Body() { reasons }: RecusalReasonsDto,
    @TheCaller() caller: Caller,
  ): Promise<Done> {
    return this.recusals.grant(id, recusal, reasons, caller);
  }

  @Post(':recusal/dismiss')
  @HttpCode(200)
  @Roles('arbitrator')
  @ApiOperation({
    summary: 'Dismiss it: the marks stand 驳回回避申请',
    description: 'By the arbitrator who was named, with reasons that are kept encrypted.',
  })
  @Produces(DoneAnswer)
  dismiss(
    @IdParam('id') id: string, @IdParam('recusal') recusal: string, @Body() { reasons }: RecusalReasonsDto,
    @TheCaller() caller: Caller,
  ): Promise<Done> {
    return this.recusals.dismiss(id, recusal, reasons, caller);
  }
}
