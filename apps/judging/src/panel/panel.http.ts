import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { text, WrongState } from '#libs/decider';
import type { Done } from '#libs/event-store';
import { decide, Reader, Transactions } from '#libs/service';
import { Vault } from '#libs/vault';
import {
  BooleanField, type Caller, DoneAnswer, IdParam, ListField, Produces, RefField, Roles, TextField, TheCaller, type Versioned,
  versioned,
} from '#libs/web';
import { contest, known } from '../contest/contest.js';
import { chiefOnly } from '../contest/marking-desk.js';
import { seatRecord } from '../texts.js';
import { holderOf, panel, type PanelCommand } from './panel.js';

const example = { chief: 'chief-judge-1', judge: 'judge-1', other: 'judge-2', arbitrator: 'arbitrator-1' };

export class AppointDto {
  @RefField({ description: "the chief judge's token subject", example: example.chief }) chief!: string;
  @ListField(
    'string', { min: 1, max: 50, description: 'token subjects', example: [example.judge, example.other] }
  ) judges!: string[];
  @ListField(
    'string', { max: 20, description: 'token subjects; none of them marks here', example: [example.arbitrator] }
  ) arbitrators!: string[];
}

export class AddJudgeDto {
  @RefField({ example: 'judge-10' }) judge!: string;
}

export class AddArbitratorDto {
  @RefField({ example: 'arbitrator-2' }) arbitrator!: string;
}

export class RecuseDto {
  @RefField({ example: example.judge }) judge!: string;
  @ListField(
    'string',
    { optional: true, min: 1, max: 1000, description: 'these codes only; without it the whole contest', example: ['K07'] }
  )
  codes?: string[];
  @TextField({ max: 2000, description: 'why; kept encrypted', example: '认出了作品的作者。' }) reason!: string;
}

export class ReplaceDto {
  @RefField({ example: example.judge }) judge!: string;
  @RefField({ description: 'who takes the seat', example: 'judge-10' }) with!: string;
  @TextField({ max: 2000, description: 'why; kept encrypted', example: '因病离场。' }) reason!: string;
}

export class MeasurementDto {
  @RefField({ description: 'the part of the scheme', example: '1' }) part!: string;
  @RefField({ description: 'who enters its measurements', example: example.other }) judge!: string;
}

export class SeatDto {
  @RefField({ example: example.judge }) judge!: string;
  @ListField('string', { description: 'who sat here before', example: [] }) before!: string[];
  @BooleanField() recused!: boolean;
  @ListField('string', { description: 'codes that this judge does not mark', example: [] }) recusedFrom!: readonly string[];
}

export class PanelDto {
  @RefField({ example: example.chief }) chief!: string;
  @ListField(() => SeatDto) seats!: SeatDto[];
  @ListField('string', { example: [example.arbitrator] }) arbitrators!: readonly string[];
}

@ApiTags('panels 裁判组')
@Controller('contests/:id/panel')
export class PanelController {
  constructor(
    private readonly bus: CommandBus,
    private readonly reader: Reader,
    private readonly transactions: Transactions,
    private readonly vault: Vault,
  ) {}

  @Get()
  @Roles('organiser', 'chief-judge', 'auditor')
  @ApiOperation({
    summary: 'Who marks this contest 裁判组名单',
    description: 'Chief judge, judges with their seats, arbitrators, who was recused or replaced, and who enters measurements.',
  })
  @Produces(PanelDto)
  async one(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<Versioned<PanelDto>> {
    const { state, version } = await this.reader.load(panel, id, caller);
    const { chief, seats, arbitrators } = state.is === 'none' ? { chief: '', seats: [], arbitrators: [] } : state;
    return versioned({
      chief, arbitrators,
      seats: seats.map(
        (seat) => (
          { judge: holderOf(seat), before: seat.holders.slice(0, -1), recused: seat.recused, recusedFrom: seat.recusedFrom }
        )
      ),
    }, version);
  }

  @Post()
  @Roles('organiser')
  @ApiOperation({
    summary: 'Appoint the panel of a contest 任命裁判组',
    description: 'By the subjects of their tokens. Chief judge and arbitrators are no judges of the same contest.',
  })
  @Produces(DoneAnswer, { status: 201 })
  async appoint(
    @IdParam('id') id: string, @Body() { chief, judges, arbitrators }: AppointDto, @TheCaller() caller: Caller
  ): Promise<Done> {
    const { organisation } = known((await this.reader.load(contest, id, caller)).state);
    return this.bus.execute(decide(panel, id, { type: 'Appoint', organisation, chief, judges, arbitrators }, caller));
  }

  @Post('judges')
  @HttpCode(200)
  @Roles('organiser')
  @ApiOperation({
    summary: 'Add a judge 增补裁判',
    description: 'With a seat of their own; whoever has one already is refused.',
  })
  @Produces(DoneAnswer)
  addJudge(@IdParam('id') id: string, @Body() { judge }: AddJudgeDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.decide(id, { type: 'AddJudge', judge }, caller);
  }

  @Post('arbitrators')
  @HttpCode(200)
  @Roles('organiser')
  @ApiOperation({
    summary: 'Add an arbitrator 增补仲裁员',
    description: 'Someone who marks nothing in this contest.',
  })
  @Produces(DoneAnswer)
  addArbitrator(@IdParam('id') id: string, @Body() { arbitrator }: AddArbitratorDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.decide(id, { type: 'AddArbitrator', arbitrator }, caller);
  }

  @Post('recuse')
  @HttpCode(200)
  @Roles('organiser', 'chief-judge')
  @ApiOperation({
    summary: 'Recuse a judge, from the contest or from some codes: those marks do not count 回避',
    description: 'With the reason, which is kept encrypted. What then stands for the marks is said by the marking scheme.',
  })
  @Produces(DoneAnswer)
  recuse(@IdParam('id') id: string, @Body() { judge, codes, reason }: RecuseDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.withReason(
      id, judge, reason, caller, (reasonId) => ({ type: 'Recuse', judge, codes: codes ?? null, reason: reasonId })
    );
  }

  @Post('replace')
  @HttpCode(200)
  @Roles('organiser', 'chief-judge')
  @ApiOperation({
    summary: 'Give a seat to another judge, who marks what is still missing 替换裁判',
    description: 'What was submitted stays. The reason is kept encrypted.',
  })
  @Produces(DoneAnswer)
  replace(@IdParam('id') id: string, @Body() body: ReplaceDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.withReason(
      id, body.judge, body.reason, caller, (reasonId) => (
        { type: 'Replace', judge: body.judge, with: body.with, reason: reasonId }
      )
    );
  }

  @Post('measurements')
  @HttpCode(200)
  @Roles('organiser', 'chief-judge')
  @ApiOperation({
    summary: 'Name the judge who enters the agreed measurements of a part; else the judges take turns 指定测量录入人',
    description: 'For the sheets of this part that are not submitted yet.',
  })
  @Produces(DoneAnswer)
  assign(@IdParam('id') id: string, @Body() { part, judge }: MeasurementDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.decide(id, { type: 'AssignMeasurement', part, judge }, caller);
  }

  private async decide(id: string, command: PanelCommand, caller: Caller): Promise<Done> {
    return this.bus.execute(decide(panel, id, async () => {
      await this.allowed(id, caller, command.type === 'AddArbitrator');
      return command;
    }, caller));
  }

  private async withReason(
    id: string, judge: string, reason: string, caller: Caller, command: (reasonId: string) => PanelCommand
  ): Promise<Done> {
    const before = await this.transactions.doneBefore<Done>(caller);
    if (before) return before.value;
    await this.allowed(id, caller);
    return this.transactions.run(caller, async (work) =>
      work.decide(panel, id, command(await this.vault.put(work.query, seatRecord(id, judge), reason, caller.newId()))));
  }

  /** 404 for others' panels; a chief judge acts on the own panel only. Who marked what is settled once it is locked. */
  private async allowed(id: string, caller: Caller, late = false): Promise<void> {
    const { state } = await this.reader.load(panel, id, caller);
    if (state.is === 'appointed' && !caller.roles.includes('organiser')) chiefOnly(state, caller);
    if (!late && known((await this.reader.load(contest, id, caller)).state).is === 'marked')
      throw new WrongState(
        'marking-locked', text('评分已锁定，裁判组不能再变', 'marking is locked, and its panel settled'),
        text('只有成立的裁决才能更改已评的分', 'only an upheld hearing changes what was marked'),
      );
  }
}
