import { Body, Controller, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Refusal, text } from '#libs/decider';
import type { Done } from '#libs/event-store';
import { decide, Reader, Transactions } from '#libs/service';
import { Vault } from '#libs/vault';
import {
  BooleanField, type Caller, DecimalField, DoneAnswer, EnumField, IdField, IdParam, IfMatchRequired, IntegerField, ListField,
  NotFound,
  type Page, PageQuery, pageOf, Produces, readCursor, RefField, Roles, TextField, TheCaller, type Versioned, versioned,
} from '#libs/web';
import { type AskedSheet, MarkingDesk } from '../contest/marking-desk.js';
import { Schemes } from '../marking-scheme/schemes.js';
import { owed } from '../result/compute.js';
import { codeRecord } from '../texts.js';
import { type FilledSheet, type Marks, scoresheet } from './scoresheet.js';
import { type SheetKind, sheetId } from './sheet-id.js';

export const sheetStates = ['open', 'draft', 'submitted', 're-mark', 'signed', 'locked'] as const;
export type SheetState = (typeof sheetStates)[number];

export class MarkDto {
  @RefField({ description: 'the aspect', example: 'A1.1', max: 50 }) aspect!: string;
  @DecimalField({ description: 'a judgement is 0, 1, 2 or 3', example: '2' }) mark!: string;
}

class SheetOfDto implements AskedSheet {
  @IdField() contest!: string;
  @RefField({ description: 'the sealed code', example: 'K07', max: 50 }) code!: string;
  @RefField({ description: 'the part of the scheme: a day of marking', example: '1', max: 10 }) part!: string;
  @EnumField(['J', 'M'], { description: 'judgement (your own) or measurement (agreed by the panel)' }) kind!: SheetKind;
}

export class DraftDto extends SheetOfDto {
  @ListField(() => MarkDto, { max: 500, description: 'what is marked so far' }) marks!: MarkDto[];
}

export class SubmitDto extends SheetOfDto {
  @ListField(() => MarkDto, { max: 500, description: 'every aspect of the sheet' }) marks!: MarkDto[];
  @BooleanField({ optional: true, description: 'sign it at once', example: true }) sign?: boolean;
}

export class AmendDto {
  @ListField(() => MarkDto, { min: 1, max: 500, description: 'the marks that change' }) marks!: MarkDto[];
  @TextField({ max: 2000, description: 'why; kept encrypted', example: '抄录时看错了一行。' }) reason!: string;
  @BooleanField({ optional: true, description: 'sign it at once', example: true }) sign?: boolean;
}

export class OwnSheetsQuery extends PageQuery {
  @IdField({ description: 'the contest' }) contest!: string;
}

export class SheetListDto extends SheetOfDto {
  @IdField() id!: string;
  @EnumField(sheetStates) state!: SheetState;
  @ListField('string', { description: 'its aspects', example: ['A1.1', 'A1.2'] }) aspects!: string[];
  @ListField('string', { description: 'those to be marked again', example: [] }) asked!: readonly string[];
  @IntegerField({ min: 0, description: 'the ETag for If-Match; 0 while nothing was saved' }) version!: number;
}

export class SheetDto extends SheetListDto {
  @RefField({ description: 'whose marks they are; of a measurement, who entered it', example: 'judge-1' }) judge!: string;
  @ListField(() => MarkDto) marks!: MarkDto[];
}

export const marksOf = (list: readonly MarkDto[]): Marks => {
  const marks = new Map(list.map(({ aspect, mark }) => [aspect, mark]));
  if (marks.size < list.length)
    throw new Refusal('aspect-twice', text('同一评分点出现两次', 'an aspect stands twice'), text('每个评分项请给一个分', 'give one mark an aspect'));
  return Object.fromEntries(marks);
};
export const listOf = (marks: Marks): MarkDto[] => Object.entries(marks).map(([aspect, mark]) => ({ aspect, mark }));

@ApiTags('scoresheets 评分表')
@Controller('sheets')
export class ScoresheetController {
  constructor(
    private readonly bus: CommandBus,
    private readonly reader: Reader,
    private readonly transactions: Transactions,
    private readonly desk: MarkingDesk,
    private readonly schemes: Schemes,
    private readonly vault: Vault,
  ) {}

  @Get()
  @Roles('judge')
  @ApiOperation({
    summary: 'Your sheets of a contest: those you filled and those you have to 我的评分表',
    description: 'Your judgements of every code, and the measurements that fall to you.',
  })
  @Produces(SheetListDto, { page: true })
  async list(@Query() { contest, limit = 50, cursor }: OwnSheetsQuery, @TheCaller() caller: Caller): Promise<Page<SheetListDto>> {
    const desk = await this.desk.desk(contest, caller);
    const [after = -1] = readCursor(cursor, 1) ?? [];
    const own = owed(desk).filter(({ due }) => due === caller.subject)
      .map(
        ({ code, part, kind }, at) => ({ at, id: sheetId(contest, code, part, kind, caller.subject), contest, code, part, kind })
      );
    const { items, next } = pageOf(own.slice(Number(after) + 1, Number(after) + 2 + limit), limit, ({ at }) => [at]);
    const rows = new Map((await this.desk.sheets(contest, { ids: items.map(({ id }) => id) })).map((row) => [row.id, row]));
    return {
      items: items.map(({ at: _, ...sheet }) => {
        const { state = 'open', version = 0, asked = [] } = rows.get(sheet.id) ?? {};
        return { ...sheet, state, version, asked, aspects: desk.frozen.aspects(sheet.part, sheet.kind).map(({ id }) => id) };
      }),
      next,
    };
  }

  @Get(':id')
  @Roles('judge')
  @ApiOperation({
    summary: 'One of your own sheets, with its marks. Nobody shows you what another judge gave.',
    description: 'Its ETag goes into If-Match, so that two devices on one sheet do not overwrite each other.',
  })
  @Produces(SheetDto)
  async one(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<Versioned<SheetDto>> {
    const { sheet, version } = await this.own(id, caller);
    const { contest, code, part, kind, judge, marks, asked } = sheet;
    return versioned({
      id, contest, code, part, kind, judge, state: sheet.is, asked, marks: listOf(marks), aspects: Object.keys(marks), version,
    }, version);
  }

  @Put(':id')
  @Roles('judge')
  @IfMatchRequired()
  @ApiOperation({
    summary: 'Save a draft 保存草稿',
    description: 'If-Match: "0" where nothing was saved yet, else the version that was read: the later of two devices is told.',
  })
  @Produces(DoneAnswer)
  async save(@IdParam('id') id: string, @Body() { marks, ...asked }: DraftDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.bus.execute(decide(scoresheet, id, async () => {
      const { key, aspects } = await this.desk.ownSheet(id, asked, caller);
      return { type: 'SaveDraft' as const, key, aspects, marks: marksOf(marks) };
    }, caller));
  }

  @Post(':id/submit')
  @HttpCode(200)
  @Roles('judge')
  @ApiOperation({
    summary: 'Submit a complete sheet, and sign it if you like 提交评分表',
    description: 'The same marks may be sent again after a lost answer.',
  })
  @Produces(DoneAnswer)
  async submit(
    @IdParam('id') id: string, @Body() { marks, sign = false, ...asked }: SubmitDto, @TheCaller() caller: Caller
  ): Promise<Done> {
    return this.bus.execute(decide(scoresheet, id, async () => {
      const { key, aspects } = await this.desk.ownSheet(id, asked, caller);
      return { type: 'Submit' as const, key, aspects, marks: marksOf(marks), sign };
    }, caller));
  }

  @Post(':id/sign')
  @HttpCode(200)
  @Roles('judge')
  @ApiOperation({
    summary: 'Sign a submitted sheet 签名',
    description: 'By the judge whose sheet it is, once its marks are complete. A locked contest needs every signature.',
  })
  @Produces(DoneAnswer)
  async sign(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<Done> {
    await this.own(id, caller);
    return this.bus.execute(decide(scoresheet, id, { type: 'Sign', by: caller.subject }, caller));
  }

  @Post(':id/amend')
  @HttpCode(200)
  @Roles('judge')
  @ApiOperation({
    summary: 'Amend your submitted sheet before the lock, with the reason 更正',
    description: 'The reason is kept encrypted. After the lock an upheld hearing alone changes a sheet.',
  })
  @Produces(DoneAnswer)
  async amend(
    @IdParam('id') id: string, @Body() { marks, reason, sign = false }: AmendDto, @TheCaller() caller: Caller
  ): Promise<Done> {
    const { sheet } = await this.own(id, caller);
    const { scheme } = await this.desk.contest(sheet.contest, caller);
    const aspects = (await this.schemes.frozenScheme(scheme)).aspects(sheet.part, sheet.kind);
    return this.transactions.run(caller, async (work) => {
      const kept = await this.vault.put(work.query, codeRecord(sheet.contest, sheet.code), reason, caller.newId());
      return work.decide(
        scoresheet, id, { type: 'Amend', marks: marksOf(marks), aspects, reason: kept, by: caller.subject, sign }
      );
    });
  }

  /** Another judge's sheet does not exist for you. */
  private async own(id: string, caller: Caller): Promise<{ sheet: FilledSheet; version: number }> {
    const { state, version } = await this.reader.load(scoresheet, id, caller);
    if (state.is === 'open' || state.judge !== caller.subject) throw new NotFound('scoresheet', id);
    return { sheet: state, version };
  }
}
