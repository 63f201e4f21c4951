import { Body, Controller, Get, HttpCode, Post, Put, Query, StreamableFile } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { WrongState, text } from '#libs/decider';
import type { Done } from '#libs/event-store';
import { decide, Reader } from '#libs/service';
import {
  type Caller, DoneAnswer, IdParam, type Page, PageQuery, Produces, ProducesFile, Roles, TheCaller, Upload, type Versioned,
  versioned,
} from '#libs/web';
import { fromCis, toCis } from './cis-layout.js';
import { schemeFrom, SchemeDto, SchemeListDto, SetRuleDto, ShownSchemeDto } from './marking-scheme.dto.js';
import { type MarkingScheme, markingScheme, type MarkingSchemeCommand } from './marking-scheme.js';
import { defaultRule, parts, report, type Scheme } from './scheme.js';
import { schemeProblems } from './scheme-check.js';
import { Schemes } from './schemes.js';

const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

@ApiTags('marking schemes 评分标准')
@Controller('marking-schemes')
export class MarkingSchemeController {
  constructor(
    private readonly bus: CommandBus,
    private readonly reader: Reader,
    private readonly schemes: Schemes,
  ) {}

  @Get()
  @Roles('organiser', 'chief-judge', 'judge', 'arbitrator', 'auditor')
  @ApiOperation({
    summary: 'The marking schemes of the organisation 评分标准清单',
    description: 'Drafts and frozen ones, with the digest of what was frozen.',
  })
  @Produces(SchemeListDto, { page: true })
  async list(@Query() query: PageQuery, @TheCaller() caller: Caller): Promise<Page<SchemeListDto>> {
    const { items, next } = await this.schemes.page(query, caller);
    return { items: items.map(({ id, title, state, digest }) => ({ id, title, state, digest })), next };
  }

  @Post()
  @Roles('organiser')
  @ApiOperation({
    summary: 'Import a marking scheme from JSON 导入评分标准',
    description: "Aspects are numbered by their place: the second of A1 is A1.2.",
  })
  @Produces(DoneAnswer, { status: 201 })
  create(@Body() body: SchemeDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.import(caller.newId(), 'json', schemeFrom(body), caller);
  }

  @Post('import')
  @Roles('organiser')
  @Upload({ types: [xlsx] })
  @ApiOperation({
    summary: 'Import a marking scheme from a spreadsheet 导入表格',
    description: 'In the Competition Information System’s layout. Bad rows are told, each with why; then nothing is imported.',
  })
  @Produces(DoneAnswer, { status: 201 })
  async createFromFile(@Body() file: Buffer, @TheCaller() caller: Caller): Promise<Done> {
    return this.import(caller.newId(), 'cis', await fromCis(file, defaultRule), caller);
  }

  @Get(':id')
  @Roles('organiser', 'chief-judge', 'judge', 'arbitrator', 'auditor')
  @ApiOperation({
    summary: 'One marking scheme, with its sums and how far it is from the occupational standard',
    description: 'Every aspect with its id, the parts that are marked together, and whether it may be frozen.',
  })
  @Produces(ShownSchemeDto)
  async one(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<Versioned<ShownSchemeDto>> {
    const { state, version } = await this.reader.load(markingScheme, id, caller);
    const scheme = schemeOf(state);
    return versioned({
      id, title: scheme.title, state: state.is === 'frozen' ? 'frozen' : 'draft',
      digest: state.is === 'frozen' ? state.digest : null,
      report: report(scheme), scheme, sound: schemeProblems(scheme).length === 0,
      parts: parts(scheme).map((part) => ({
        id: part.id, measurements: part.measurements.map((aspect) => aspect.id),
        judgements: part.judgements.map((aspect) => aspect.id),
      })),
    }, version);
  }

  @Get(':id/file')
  @Roles('organiser', 'chief-judge', 'auditor')
  @ApiOperation({
    summary: 'The scheme as a spreadsheet in the same layout 导出表格',
    description: 'In the layout of the Competition Information System; what is imported again is the same scheme.',
  })
  @ProducesFile(xlsx)
  async file(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<StreamableFile> {
    const { state } = await this.reader.load(markingScheme, id, caller);
    return new StreamableFile(
      await toCis(schemeOf(state)), { type: xlsx, disposition: `attachment; filename="marking-scheme-${id}.xlsx"` }
    );
  }

  @Put(':id')
  @Roles('organiser')
  @ApiOperation({
    summary: 'Replace a draft by another import from JSON',
    description: "All of it; send If-Match so that nobody else's change is overwritten. A frozen scheme never changes.",
  })
  @Produces(DoneAnswer)
  async replace(@IdParam('id') id: string, @Body() body: SchemeDto, @TheCaller() caller: Caller): Promise<Done> {
    await this.reader.load(markingScheme, id, caller);
    return this.import(id, 'json', schemeFrom(body), caller);
  }

  @Put(':id/import')
  @Roles('organiser')
  @Upload({ types: [xlsx] })
  @ApiOperation({
    summary: 'Replace a draft by another import from a spreadsheet',
    description: "All of it, with every bad row told; send If-Match so that nobody else's change is overwritten.",
  })
  @Produces(DoneAnswer)
  async replaceFromFile(@IdParam('id') id: string, @Body() file: Buffer, @TheCaller() caller: Caller): Promise<Done> {
    const { state } = await this.reader.load(markingScheme, id, caller);
    return this.import(id, 'cis', await fromCis(file, schemeOf(state).rule), caller);
  }

  @Put(':id/rule')
  @Roles('organiser')
  @ApiOperation({
    summary: 'Set how marks become a result: panel rule, roundings, re-marks, tie-break 计分规则',
    description: 'A spreadsheet does not hold these, nor which criteria are theory and which practical.',
  })
  @Produces(DoneAnswer)
  setRule(@IdParam('id') id: string, @Body() { rule, kinds }: SetRuleDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.decide(
      id, { type: 'SetRule', rule, kinds: Object.fromEntries(kinds.map(({ criterion, kind }) => [criterion, kind])) }, caller
    );
  }

  @Post(':id/freeze')
  @HttpCode(200)
  @Roles('organiser')
  @ApiOperation({
    summary: 'Freeze: from now on it may be announced with a contest, and never changes 冻结',
    description: 'Refused while sums do not add up, with everything that is wrong.',
  })
  @Produces(DoneAnswer)
  freeze(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<Done> {
    return this.decide(id, { type: 'Freeze', by: caller.subject }, caller);
  }

  private import(id: string, source: 'cis' | 'json', scheme: Scheme, caller: Caller): Promise<Done> {
    return this.bus.execute(
      decide(markingScheme, id, { type: 'Import', organisation: caller.organisation, source, scheme }, caller)
    );
  }

  private async decide(id: string, command: MarkingSchemeCommand, caller: Caller): Promise<Done> {
    await this.reader.load(markingScheme, id, caller);
    return this.bus.execute(decide(markingScheme, id, command, caller));
  }
}

const schemeOf = (state: MarkingScheme): Scheme => {
  if (state.is === 'none')
    throw new WrongState(
      'marking-scheme-unknown', text('尚未导入评分标准', 'no scheme was imported'), text('请导入一份', 'import one')
    );
  return state.scheme;
};
