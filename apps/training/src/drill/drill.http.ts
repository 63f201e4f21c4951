import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, type Repository } from 'typeorm';
import type { Done } from '#libs/event-store';
import { Transactions } from '#libs/service';
import {
  BooleanField, type Caller, DateField, DecimalField, DoneAnswer, IdField, type Page, pageOf, PageQuery, Produces, RefField,
  Roles, TheCaller,
} from '#libs/web';
import { idCursor } from '../id-cursor.js';
import { DrillRow } from './drill.view.js';
import { recordDrill } from './recording.js';

export class RecordDrillDto {
  @IdField({ description: 'the worker' }) worker!: string;
  @RefField({ max: 20, description: 'occupation, a 大典 code', example: '6-18-01-01' }) occupation!: string;
  @DateField({ description: 'the day' }) on!: string;
  @DecimalField({ description: 'what was reached', example: '86.5' }) score!: string;
  @BooleanField({ description: 'whether that passes' }) passed!: boolean;
}

export class DrillDto extends RecordDrillDto {
  @IdField({ description: 'the drill' }) drill!: string;
}

export class DrillsQuery extends PageQuery {
  @IdField({ optional: true, description: 'only of this worker' }) worker?: string;
}

@ApiTags('drills')
@Controller('drills')
export class DrillController {
  constructor(
    private readonly transactions: Transactions,
    @InjectRepository(DrillRow) private readonly rows: Repository<DrillRow>,
  ) {}

  @Post()
  @Roles('organiser', 'trainer')
  @ApiOperation({ summary: 'Record a drill', description: 'A drill result (练兵成绩): one a worker, occupation and day.' })
  @Produces(DoneAnswer, { status: 201 })
  async record(@Body() { worker, occupation, on, score, passed }: RecordDrillDto, @TheCaller() caller: Caller): Promise<Done> {
    const result = { organisation: caller.organisation, worker, occupation, on, score, passed };
    return this.transactions.run(caller, (work) => recordDrill(work, result));
  }

  @Get()
  @Roles('organiser', 'trainer', 'certifier', 'auditor')
  @ApiOperation({ summary: 'Drills', description: 'Drill results (练兵成绩) of your organisation, or of one worker.' })
  @Produces(DrillDto, { page: true })
  async list(@Query() { limit = 50, cursor, worker }: DrillsQuery, @TheCaller() caller: Caller): Promise<Page<DrillDto>> {
    const after = idCursor(cursor);
    const where = {
      organisation: caller.organisation, ...(worker ? { worker } : {}), ...(after ? { drill: MoreThan(after) } : {}),
    };
    const rows = await this.rows.find({ where, order: { drill: 'ASC' }, take: limit + 1 });
    return pageOf(rows.map(drillDto), limit, (last) => [last.drill]);
  }
}

export const drillDto = ({ organisation: _, ...row }: DrillRow): DrillDto => row;
