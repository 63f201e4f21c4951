import { Body, Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { isId, text, type Text } from '#libs/decider';
import type { Done } from '#libs/event-store';
import { Transactions } from '#libs/service';
import { queryOn } from '#libs/views';
import {
  type Caller, DoneAnswer, IdField, IdParam, ListField, NotFound, type Page, pageOf, PageQuery, Produces, readCursor, RefField,
  Roles, TextField,
  TheCaller, ValidationFailed,
} from '#libs/web';
import { RowText } from '../lookup/lookup.dto.js';
import { isOrganisationCode, plainCode } from '../organisation-code.js';
import { unit, unitOfCode } from './unit.js';

export class RegisterUnitDto {
  @TextField({ max: 200, description: 'name of the unit (单位名称)', example: '沪东机床厂' }) name!: string;
  @RefField({
    max: 40, optional: true, description: 'organisation code (统一社会信用代码, GB 32100); a wrong one is told, not refused',
    example: '91350100M000100Y43',
  })
  code?: string;
}

export class RenameUnitDto {
  @TextField({ max: 200, description: 'the new name', example: '沪东重机' }) name!: string;
}

export class UnitAnswer extends DoneAnswer {
  @ListField(() => RowText, { description: 'what looks wrong, but was taken' }) warnings!: readonly Text[];
}

export class UnitDto {
  @IdField({ description: 'the unit; an HR token names it as its organisation' }) unit!: string;
  @TextField({ example: '沪东机床厂' }) name!: string;
  @RefField({ nullable: true, description: 'organisation code (统一社会信用代码)', example: '91350100M000100Y43' }) code!: string | null;
}

@ApiTags('units')
@Controller('units')
export class UnitController {
  constructor(
    private readonly transactions: Transactions,
    private readonly db: DataSource,
  ) {}

  @Post()
  @Roles('organiser', 'trainer')
  @ApiOperation({
    summary: 'Register a unit',
    description:
      'Registers a unit (单位). One organisation code is one unit, whoever registers it: 201 for a new one, 200 for a known one.',
  })
  @Produces(UnitAnswer, { status: 201 })
  @ApiResponse({ status: 200, description: 'A unit with this code was registered before.' })
  async register(
    @Body() body: RegisterUnitDto, @TheCaller() caller: Caller, @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UnitAnswer> {
    const code = body.code === undefined ? null : plainCode(body.code);
    const id = code === null ? caller.newId() : unitOfCode(code);
    const { done, known } = await this.transactions.run(caller, async (work) => {
      const before = await work.load(unit, id);
      const command = { type: 'Register', organisation: caller.organisation, name: body.name.trim(), code } as const;
      return { done: await work.decide(unit, id, command), known: before.version > 0 };
    });
    void reply.status(known ? 200 : 201);
    const { version, position } = done;
    return { id, version, position, warnings: code === null || isOrganisationCode(code) ? [] : [doubtful] };
  }

  @Post(':unit/name')
  @HttpCode(200)
  @Roles('organiser', 'trainer')
  @ApiOperation({
    summary: 'Rename a unit', description: 'The unit changed its name (更名); for the organisation that registered it.',
  })
  @Produces(DoneAnswer)
  async rename(@IdParam('unit') id: string, @Body() { name }: RenameUnitDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.transactions.run(caller, async (work) => {
      if ((await work.load(unit, id)).version === 0) throw new NotFound('unit', id);
      return work.decide(unit, id, { type: 'Rename', organisation: caller.organisation, name: name.trim() });
    });
  }

  @Get()
  @Roles('organiser', 'trainer', 'certifier', 'incentive-officer', 'auditor')
  @ApiOperation({ summary: 'Units', description: 'All units (单位) of the deployment: they are the same for every organisation.' })
  @Produces(UnitDto, { page: true })
  async list(@Query() { limit = 50, cursor }: PageQuery): Promise<Page<UnitDto>> {
    const [after] = readCursor(cursor, 1) ?? [];
    if (after !== undefined && !isId(after)) {
      throw new ValidationFailed([{ field: 'cursor', text: text('不是有效的游标', 'is no cursor of this list') }]);
    }
    const sql = 'SELECT unit, name, code FROM unit_rows WHERE $1::uuid IS NULL OR unit > $1 ORDER BY unit LIMIT $2';
    const rows = await queryOn(this.db)<UnitDto>(sql, [after ?? null, limit + 1]);
    return pageOf(rows, limit, (last) => [last.unit]);
  }
}

const doubtful =
  text('统一社会信用代码校验不符，请核对', 'the organisation code does not pass its check (GB 32100): compare it with the licence');
