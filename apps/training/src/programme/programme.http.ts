import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, type Repository } from 'typeorm';
import { text, type Text } from '#libs/decider';
import type { Done } from '#libs/event-store';
import { decide, Reader } from '#libs/service';
import {
  BooleanField, type Caller, DecimalField, DoneAnswer, IdField, IdParam, ListField, type Page, pageOf, PageQuery, Produces,
  RefField, Roles,
  TextPairField, TheCaller, versioned, type Versioned,
} from '#libs/web';
import { idCursor } from '../id-cursor.js';
import { programme, programmeOf } from './programme.js';
import { ProgrammeRow } from './programme.view.js';

export class OpenProgrammeDto {
  @RefField({ max: 50, description: 'what files call it; one code a programme of your organisation', example: 'turning-2026' })
  code!: string;
  @TextPairField({ max: 200, description: 'name in Chinese and English' }) name!: Text;
  @RefField({ max: 20, description: 'occupation, a 大典 code', example: '6-18-01-01' }) occupation!: string;
  @DecimalField({ description: 'hours (学时) that a pass takes', example: '40' }) hours!: string;
  @DecimalField({ description: 'credits (学分) that a pass gives', example: '4' }) credits!: string;
  @ListField('string', {
    min: 1, max: 100, description: 'subjects of the trainers: they may not certify who joins (考培分离)', example: ['trainer-1'],
  })
  trainers!: string[];
}

export class ProgrammeDto extends OpenProgrammeDto {
  @IdField({ description: 'the programme' }) programme!: string;
  @BooleanField({ description: 'false: nobody joins any more' }) open!: boolean;
}

@ApiTags('programmes')
@Controller('programmes')
export class ProgrammeController {
  constructor(
    private readonly bus: CommandBus,
    private readonly reader: Reader,
    @InjectRepository(ProgrammeRow) private readonly rows: Repository<ProgrammeRow>,
  ) {}

  @Post()
  @Roles('organiser', 'trainer')
  @ApiOperation({
    summary: 'Open a programme',
    description: 'Opens a training programme (培训项目) for an occupation. ' +
      'The same terms under the same code are the same programme.',
  })
  @Produces(DoneAnswer, { status: 201 })
  async open(@Body() body: OpenProgrammeDto, @TheCaller() caller: Caller): Promise<Done> {
    const { code, name, occupation, hours, credits, trainers } = body;
    const { organisation } = caller;
    const command = { type: 'Open', organisation, code: code.trim(), name, occupation, hours, credits, trainers } as const;
    return this.bus.execute(decide(programme, programmeOf(organisation, command.code), command, caller));
  }

  @Post(':programme/close')
  @HttpCode(200)
  @Roles('organiser', 'trainer')
  @ApiOperation({ summary: 'Close a programme', description: 'Nobody joins any more (停止报名); who has joined goes on.' })
  @Produces(DoneAnswer)
  async close(@IdParam('programme') id: string, @TheCaller() caller: Caller): Promise<Done> {
    await this.reader.load(programme, id, caller);
    return this.bus.execute(decide(programme, id, { type: 'Close' }, caller));
  }

  @Get()
  @Roles('organiser', 'trainer', 'certifier', 'auditor')
  @ApiOperation({ summary: 'Programmes', description: 'Training programmes (培训项目) of your organisation.' })
  @Produces(ProgrammeDto, { page: true })
  async list(@Query() { limit = 50, cursor }: PageQuery, @TheCaller() caller: Caller): Promise<Page<ProgrammeDto>> {
    const after = idCursor(cursor);
    const rows = await this.rows.find({
      where: { organisation: caller.organisation, ...(after ? { programme: MoreThan(after) } : {}) },
      order: { programme: 'ASC' }, take: limit + 1,
    });
    return pageOf(rows.map(toDto), limit, (last) => [last.programme]);
  }

  @Get(':programme')
  @Roles('organiser', 'trainer', 'certifier', 'auditor')
  @ApiOperation({ summary: 'A programme', description: 'One training programme (培训项目) with its terms.' })
  @Produces(ProgrammeDto)
  async one(@IdParam('programme') id: string, @TheCaller() caller: Caller): Promise<Versioned<ProgrammeDto>> {
    const { state, version } = await this.reader.load(programme, id, caller);
    if (state.is === 'none') throw new Error('a programme that was loaded is none');
    const { code, name, occupation, hours, credits, trainers } = state;
    return versioned({
      programme: id, code, name, occupation, hours, credits, trainers: [...trainers], open: state.is === 'open',
    }, version);
  }
}

const toDto = (
  { programme: id, code, nameZh, nameEn, occupation, hours, credits, trainers, open }: ProgrammeRow,
): ProgrammeDto => ({
  programme: id, code, name: text(nameZh, nameEn), occupation, hours, credits, trainers, open,
});
