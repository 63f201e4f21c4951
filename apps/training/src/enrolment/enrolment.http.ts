import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, MoreThan, type Repository } from 'typeorm';
import { civilDate } from '#libs/decider';
import type { Done } from '#libs/event-store';
import { decide, Reader, Transactions } from '#libs/service';
import { Vault } from '#libs/vault';
import { queryOn } from '#libs/views';
import {
  type Caller, DateField, DecimalField, DoneAnswer, EnumField, IdField, IdParam, type Page, pageOf, PageQuery, Produces,
  RefField, Roles, TextField,
  TheCaller, versioned, type Versioned,
} from '#libs/web';
import { idCursor } from '../id-cursor.js';
import { attended, enrolment } from './enrolment.js';
import { EnrolmentRow } from './enrolment.view.js';
import { enrol, pass } from './learning.js';

export class EnrolDto {
  @IdField({ description: 'the programme' }) programme!: string;
  @IdField({ description: 'the worker who joins' }) worker!: string;
}

export class AttendDto {
  @RefField({
    max: 100, description: 'names the lesson, once an enrolment: the same list sent twice counts once', example: 'lesson-3',
  })
  session!: string;
  @DateField({ description: 'the day' }) on!: string;
  @DecimalField({ description: 'hours (学时)', example: '4' }) hours!: string;
}

export class PassDto {
  @DateField({ description: 'the day of the pass' }) on!: string;
}

export class WithdrawDto {
  @TextField({ max: 500, description: 'why; kept encrypted under a key of the worker', example: '调岗' }) reason!: string;
}

const states = ['enrolled', 'attended', 'passed', 'credited', 'withdrawn'] as const;

export class EnrolmentDto {
  @IdField({ description: 'the enrolment' }) enrolment!: string;
  @IdField({ description: 'its programme' }) programme!: string;
  @IdField({ description: 'the worker' }) worker!: string;
  @RefField({ description: 'occupation, a 大典 code', example: '6-18-01-01' }) occupation!: string;
  @EnumField(states, { description: 'enrolled (已报名), attended (已出勤), passed (合格), credited (已记学分), withdrawn (退出)' })
  state!: string;
  @DecimalField({ description: 'hours that a pass takes', example: '40' }) needed!: string;
  @DecimalField({ description: 'hours attended', example: '38.5' }) attended!: string;
  @DateField({ nullable: true, description: 'the day of the pass' }) passedOn!: string | null;
  @DecimalField({ description: 'credits that a pass gives', example: '4' }) credits!: string;
}

export class OneEnrolmentDto extends EnrolmentDto {
  @TextField({ nullable: true, description: 'why the worker withdrew; null otherwise, and once the worker is erased' })
  reason!: string | null;
}

export class EnrolmentsQuery extends PageQuery {
  @IdField({ optional: true, description: 'only of this programme' }) programme?: string;
  @IdField({ optional: true, description: 'only of this worker' }) worker?: string;
}

@ApiTags('enrolments')
@Controller('enrolments')
export class EnrolmentController {
  constructor(
    private readonly bus: CommandBus,
    private readonly transactions: Transactions,
    private readonly reader: Reader,
    private readonly vault: Vault,
    private readonly db: DataSource,
    @InjectRepository(EnrolmentRow) private readonly rows: Repository<EnrolmentRow>,
  ) {}

  @Post()
  @Roles('organiser', 'trainer')
  @ApiOperation({
    summary: 'Enrol a worker',
    description: 'A worker joins a programme (参训). From now on its trainers may not certify this worker (考培分离). Joining ' +
      'twice is joining once.',
  })
  @Produces(DoneAnswer, { status: 201 })
  async enrol(@Body() { programme, worker }: EnrolDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.transactions.run(caller, (work) => enrol(work, programme, worker));
  }

  @Post(':enrolment/attendance')
  @HttpCode(200)
  @Roles('organiser', 'trainer')
  @ApiOperation({ summary: 'Record attendance', description: 'Hours of one lesson (学时登记), exact decimals.' })
  @Produces(DoneAnswer)
  async attend(
    @IdParam('enrolment') id: string, @Body() { session, on, hours }: AttendDto, @TheCaller() caller: Caller,
  ): Promise<Done> {
    await this.reader.load(enrolment, id, caller);
    return this.bus.execute(decide(enrolment, id, { type: 'Attend', session, on, hours, today: civilDate(caller.at) }, caller));
  }

  @Post(':enrolment/pass')
  @HttpCode(200)
  @Roles('organiser', 'trainer')
  @ApiOperation({
    summary: 'Pass',
    description: "The worker passed (合格); refused while hours are short, and it says how many. " +
      "The programme's credits are booked.",
  })
  @Produces(DoneAnswer)
  async pass(@IdParam('enrolment') id: string, @Body() { on }: PassDto, @TheCaller() caller: Caller): Promise<Done> {
    await this.reader.load(enrolment, id, caller);
    return this.transactions.run(caller, (work) => pass(work, id, on));
  }

  @Post(':enrolment/withdraw')
  @HttpCode(200)
  @Roles('organiser', 'trainer')
  @ApiOperation({ summary: 'Withdraw', description: 'The worker leaves the programme (退出) before passing.' })
  @Produces(DoneAnswer)
  async withdraw(@IdParam('enrolment') id: string, @Body() { reason }: WithdrawDto, @TheCaller() caller: Caller): Promise<Done> {
    const { state } = await this.reader.load(enrolment, id, caller);
    return this.transactions.run(caller, async (work) => {
      const record = state.is === 'none' ? id : state.worker; // the text falls with the worker
      return work.decide(enrolment, id, { type: 'Withdraw', reason: await this.vault.put(work.query, record, reason) });
    });
  }

  @Get()
  @Roles('organiser', 'trainer', 'certifier', 'auditor')
  @ApiOperation({
    summary: 'Enrolments',
    description: 'Enrolments (参训记录) of your organisation, of one programme or of one worker. Ids only; names are with people.',
  })
  @Produces(EnrolmentDto, { page: true })
  async list(
    @Query() { limit = 50, cursor, programme, worker }: EnrolmentsQuery, @TheCaller() caller: Caller,
  ): Promise<Page<EnrolmentDto>> {
    const after = idCursor(cursor);
    const where = {
      organisation: caller.organisation, ...(programme ? { programme } : {}), ...(worker ? { worker } : {}),
      ...(after ? { enrolment: MoreThan(after) } : {}),
    };
    const rows = await this.rows.find({ where, order: { enrolment: 'ASC' }, take: limit + 1 });
    return pageOf(rows.map(enrolmentDto), limit, (last) => [last.enrolment]);
  }

  @Get(':enrolment')
  @Roles('organiser', 'trainer', 'certifier', 'auditor')
  @ApiOperation({ summary: 'An enrolment', description: 'One enrolment (参训记录), as it is now.' })
  @Produces(OneEnrolmentDto)
  async one(@IdParam('enrolment') id: string, @TheCaller() caller: Caller): Promise<Versioned<OneEnrolmentDto>> {
    const { state, version } = await this.reader.load(enrolment, id, caller);
    if (state.is === 'none') throw new Error('an enrolment that was loaded is none');
    const { programme, worker, occupation, hours, credits } = state;
    return versioned(
      {
        enrolment: id, programme, worker, occupation, state: state.is, needed: hours, credits,
        attended: 'sessions' in state ? attended(state) : '0',
        passedOn: 'on' in state ? state.on : null,
        reason: state.is === 'withdrawn' ? await this.vault.read(queryOn(this.db), state.reason) : null,
      },
      version,
    );
  }
}

export const enrolmentDto = ({ organisation: _, ...row }: EnrolmentRow): EnrolmentDto => row;
