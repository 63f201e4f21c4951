import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Done } from '#libs/event-store';
import { Reader } from '#libs/service';
import {
  type Caller, DoneAnswer, EnumField, IdField, IdParam, ListField, Produces, RefField, Roles, TextField, TheCaller,
  type Versioned, versioned,
} from '#libs/web';
import { chiefOnly } from '../contest/marking-desk.js';
import { contest } from '../contest/contest.js';
import { panel } from '../panel/panel.js';
import { MarkDto, marksOf } from '../scoresheet/scoresheet.http.js';
import { Hearings } from './hearings.js';
import { type HearingState, hearingStates } from './hearings.view.js';

export class AssignDto {
  @IdField() contest!: string;
  @RefField(
    { description: "the arbitrator's token subject; marked nothing in the contest", example: 'arbitrator-1' }
  ) arbitrator!: string;
}

export class AmendmentDto {
  @IdField({ description: 'a sheet of the code that appeals' }) sheet!: string;
  @ListField(() => MarkDto, { min: 1, max: 500, description: 'the marks that change' }) marks!: MarkDto[];
}

export class UpholdDto {
  @TextField({ max: 5000, description: 'the reasons; kept encrypted', example: '复核测量记录，尺寸合格，应得满分。' }) reasons!: string;
  @ListField(() => AmendmentDto, { max: 200 }) amendments!: AmendmentDto[];
}

export class DismissDto {
  @TextField({ max: 5000, description: 'the reasons; kept encrypted', example: '评分符合评分标准。' }) reasons!: string;
}

export class HearingsQuery {
  @IdField({ description: 'the contest' }) contest!: string;
}

export class HearingDto {
  @IdField() appeal!: string;
  @IdField() contest!: string;
  @RefField({ description: 'the code that appeals; nobody here knows whose it is', example: 'K07' }) code!: string;
  @ListField(
    'string', { description: 'what is contested, as registration passed it on', example: ['A1.2'] }
  ) contested!: readonly string[];
  @EnumField(hearingStates) state!: HearingState;
  @RefField({ nullable: true, example: 'arbitrator-1' }) arbitrator!: string | null;
}

export class HearingWithReasonsDto extends HearingDto {
  @TextField({ nullable: true, description: 'null while open, or where the text was erased' }) reasons!: string | null;
}

@ApiTags('hearings 仲裁')
@Controller('hearings')
export class HearingController {
  constructor(
    private readonly reader: Reader,
    private readonly hearings: Hearings,
  ) {}

  @Get()
  @Roles('organiser', 'chief-judge', 'arbitrator', 'auditor')
  @ApiOperation({
    summary: 'The appeals of a contest and who hears them 申诉清单',
    description: 'By code: nobody in judging knows whose it is.',
  })
  @Produces(HearingDto, { list: true })
  async list(@Query() { contest: of }: HearingsQuery, @TheCaller() caller: Caller): Promise<HearingDto[]> {
    await this.reader.load(contest, of, caller);
    return (await this.hearings.of(of)).map(({ reasons: _r, version: _v, ...row }) => row);
  }

  @Get(':id')
  @Roles('organiser', 'chief-judge', 'arbitrator', 'auditor')
  @ApiOperation({
    summary: 'One hearing, with its reasons. The grounds of the appeal stay with registration.',
    description: 'The reasons are null while it is open, and where they were erased.',
  })
  @Produces(HearingWithReasonsDto)
  async one(@IdParam('id') appeal: string, @TheCaller() caller: Caller): Promise<Versioned<HearingWithReasonsDto>> {
    const { row: { version, ...row }, reasons } = await this.hearings.one(appeal, caller);
    return versioned({ ...row, reasons }, version);
  }

  @Post(':id/assign')
  @HttpCode(200)
  @Roles('organiser', 'chief-judge')
  @ApiOperation({
    summary: 'Name the arbitrator of an appeal; the id is the appeal’s 指定仲裁员',
    description: 'Someone of the panel who marked nothing in the contest.',
  })
  @Produces(DoneAnswer)
  async assign(
    @IdParam('id') appeal: string, @Body() { contest: of, arbitrator }: AssignDto, @TheCaller() caller: Caller
  ): Promise<Done> {
    if (!caller.roles.includes('organiser')) {
      const { state } = await this.reader.load(panel, of, caller);
      if (state.is === 'appointed') chiefOnly(state, caller);
    }
    return this.hearings.assign(appeal, of, arbitrator, caller);
  }

  @Post(':id/uphold')
  @HttpCode(200)
  @Roles('arbitrator')
  @ApiOperation({
    summary: 'Uphold the appeal: sheets are corrected in its name, and the next revision of the result follows 支持申诉',
    description: 'The only way to change a locked sheet; by the arbitrator who was named.',
  })
  @Produces(DoneAnswer)
  uphold(@IdParam('id') appeal: string, @Body() { reasons, amendments }: UpholdDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.hearings.uphold(
      appeal, reasons, amendments.map(({ sheet, marks }) => ({ sheet, marks: marksOf(marks) })), caller
    );
  }

  @Post(':id/dismiss')
  @HttpCode(200)
  @Roles('arbitrator')
  @ApiOperation({
    summary: 'Dismiss the appeal 驳回申诉',
    description: 'By the arbitrator who was named, with reasons that are kept encrypted. The result stays.',
  })
  @Produces(DoneAnswer)
  dismiss(@IdParam('id') appeal: string, @Body() { reasons }: DismissDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.hearings.dismiss(appeal, reasons, caller);
  }
}
