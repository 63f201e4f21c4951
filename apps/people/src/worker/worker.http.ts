import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { civilDate, isId, text } from '#libs/decider';
import type { Done } from '#libs/event-store';
import { queryOn } from '#libs/views';
import {
  type Caller, DoneAnswer, EnumField, IdField, IdParam, NotFound, type Page, pageOf, Produces, readCursor, Roles, TheCaller,
  ValidationFailed,
} from '#libs/web';
import { AccessLog } from '../access-log/log.js';
import { idNumber } from '../id-number.js';
import { FactsAnswer, FactsDto, FindDto, IdentityDto, NamesAnswer, NamesDto, WorkersQuery } from '../lookup/lookup.dto.js';
import { type Identity, Lookup } from '../lookup/lookups.js';
import { Identities } from '../register/identities.js';
import { Records } from './records.js';
import type { WorkerStatus } from './worker.js';

export class ChangeUnitDto {
  @IdField({ nullable: true, description: 'the new unit (单位); null: none' }) unit!: string | null;
}

export class ChangeStatusDto {
  @EnumField(['worker', 'student'], { description: 'worker (职工) or student (学生)' }) status!: WorkerStatus;
}

export class MergeDto {
  @IdField({ description: 'the record that goes on' }) into!: string;
}

@ApiTags('workers')
@Controller('workers')
export class WorkerController {
  constructor(
    private readonly records: Records,
    private readonly lookup: Lookup,
    private readonly identities: Identities,
    private readonly log: AccessLog,
    private readonly db: DataSource,
  ) {}

  @Get()
  @Roles('organiser', 'trainer', 'hr')
  @ApiOperation({
    summary: 'Workers',
    description: 'Workers (劳动者) that your organisation registered or resolved; for an HR system those of its own unit. ' +
      'The read is logged.',
  })
  @Produces(IdentityDto, { page: true })
  async list(@Query() { unit, limit = 50, cursor }: WorkersQuery, @TheCaller() caller: Caller): Promise<Page<Identity>> {
    const [after] = readCursor(cursor, 1) ?? [];
    if (after !== undefined && !isId(after)) {
      throw new ValidationFailed([{ field: 'cursor', text: text('不是有效的游标', 'is no cursor of this list') }]);
    }
    const rows = await this.lookup.page(unit, limit + 1, after, caller);
    await this.log.note(caller, 'GET /workers', Math.min(rows.length, limit), 'list of workers');
    return pageOf(rows, limit, (last) => [last.worker]);
  }

  @Post('find')
  @HttpCode(200)
  @Roles('organiser', 'trainer', 'certifier', 'incentive-officer')
  @ApiOperation({
    summary: 'Find a worker by ID number',
    description: 'By ID number (身份证号), among the workers that your organisation registered or resolved; 404 for anybody ' +
      'else. A POST, so that the number is in no URL.',
  })
  @Produces(IdentityDto)
  async find(@Body() body: FindDto, @TheCaller() caller: Caller): Promise<Identity> {
    const number = idNumber(body.idNumber, civilDate(caller.at));
    const worker = await this.identities.find(queryOn(this.db), number.value);
    const [found] = worker ? await this.lookup.byIds([worker], caller) : [];
    if (!found) throw new NotFound('worker');
    return found;
  }

  @Post('names')
  @HttpCode(200)
  @Roles('organiser', 'trainer', 'certifier', 'incentive-officer', 'hr', 'auditor')
  @ApiOperation({
    summary: 'Names for worker ids',
    description:
      'Bulk lookup (批量查询): names, masked ID numbers, staff numbers and units, for workers of your organisation; for an HR ' +
      'system those of its unit; an auditor gets masked data only. Ids that you may not see are not in ' +
      'the answer. The read is logged with its purpose.',
  })
  @Produces(NamesAnswer)
  async names(@Body() { ids, purpose }: NamesDto, @TheCaller() caller: Caller): Promise<NamesAnswer> {
    const workers = await this.lookup.byIds(ids, caller);
    await this.log.note(caller, 'POST /workers/names', workers.length, purpose);
    return { workers };
  }

  @Post('facts')
  @HttpCode(200)
  @Roles('organiser', 'trainer', 'certifier', 'worker')
  @ApiOperation({
    summary: 'Facts for worker ids',
    description: 'What a rule may know (用于资格审查): age in whole years at a date, worker or student, unit; never a birth date. ' +
      'A worker gets the own facts alone. The read is logged.',
  })
  @Produces(FactsAnswer)
  async facts(@Body() { ids, asOf, purpose }: FactsDto, @TheCaller() caller: Caller): Promise<FactsAnswer> {
    const workers = await this.lookup.facts(ids, asOf, caller);
    await this.log.note(caller, 'POST /workers/facts', workers.length, purpose);
    return { workers };
  }

  @Get(':worker')
  @Roles('organiser', 'trainer', 'certifier', 'incentive-officer', 'hr', 'auditor')
  @ApiOperation({
    summary: 'A worker',
    description: 'One worker (劳动者); a merged record shows the one that it goes on as, an erased one only that it was erased.',
  })
  @Produces(IdentityDto)
  async one(@IdParam('worker') worker: string, @TheCaller() caller: Caller): Promise<Identity> {
    const [found] = await this.lookup.byIds([worker], caller);
    if (!found) throw new NotFound('worker', worker);
    return found;
  }

  @Post(':worker/unit')
  @HttpCode(200)
  @Roles('organiser', 'trainer')
  @ApiOperation({ summary: 'Change the unit', description: 'The worker moved to another unit (单位变更), or to none.' })
  @Produces(DoneAnswer)
  async changeUnit(
    @IdParam('worker') worker: string, @Body() { unit }: ChangeUnitDto, @TheCaller() caller: Caller,
  ): Promise<Done> {
    return this.records.change(worker, { type: 'ChangeUnit', unit }, caller);
  }

  @Post(':worker/status')
  @HttpCode(200)
  @Roles('organiser', 'trainer')
  @ApiOperation({
    summary: 'Change the status', description: 'Worker (职工) or student (学生): it decides in which group one may compete.',
  })
  @Produces(DoneAnswer)
  async changeStatus(
    @IdParam('worker') worker: string, @Body() { status }: ChangeStatusDto, @TheCaller() caller: Caller,
  ): Promise<Done> {
    return this.records.change(worker, { type: 'ChangeStatus', status }, caller);
  }

  @Post(':worker/merge')
  @HttpCode(200)
  @Roles('organiser', 'operator')
  @ApiOperation({
    summary: 'Merge into another record',
    description: 'Two records are one person (合并): this one goes on as `into`, and lookups of either lead there. ' +
      'It cannot be undone.',
  })
  @Produces(DoneAnswer)
  async merge(@IdParam('worker') worker: string, @Body() { into }: MergeDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.records.merge(worker, into, caller);
  }

  @Post(':worker/erase')
  @HttpCode(200)
  @Roles('organiser', 'operator')
  @ApiOperation({
    summary: 'Erase a worker',
    description: "Destroys the key of the worker's personal data (清除个人信息), here and in every service that keeps texts about " +
      "the worker. The events stay, and name nobody.",
  })
  @Produces(DoneAnswer)
  async erase(@IdParam('worker') worker: string, @TheCaller() caller: Caller): Promise<Done> {
    return this.records.erase(worker, caller);
  }
}

@ApiTags('me')
@Controller('me')
export class MeController {
  constructor(private readonly lookup: Lookup) {}

  @Get()
  @Roles('worker')
  @ApiOperation({ summary: 'What is known about me', description: 'My own record (我的信息): name, masked ID number, unit, status.' })
  @Produces(IdentityDto)
  async me(@TheCaller() caller: Caller): Promise<Identity> {
    const found = caller.worker && isId(caller.worker) ? await this.lookup.self(caller.worker) : undefined;
    if (!found) throw new NotFound('worker', caller.worker);
    return found;
  }
}
