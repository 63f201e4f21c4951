import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import type { Caller } from '#libs/service';
import { type FileFormat, tableFile } from '#libs/spreadsheet';
import { EnumField, IdParam, NotFound, ProducesFile, Roles, TheCaller } from '#libs/web';
import { ContestRow } from '../contest/contest.view.js';
import { EntryRow } from '../entry/entry.view.js';
import { People } from '../people.js';
import { ReadStandings } from '../result/standings.js';
import { drawList, entryList, type List, noticeList, resultList } from './lists.js';

const types = ['text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'];

class FormatQuery {
  @EnumField(['csv', 'xlsx'], { optional: true, description: 'csv where not given' }) format?: FileFormat;
}

@ApiTags('exports')
@Controller('contests/:id/exports')
export class ExportController {
  constructor(
    private readonly people: People,
    private readonly results: ReadStandings,
    private readonly db: DataSource,
  ) {}

  @Get('entries')
  @Roles('organiser')
  @ApiOperation({ summary: 'The entry list (报名表)', description: 'With names from people, where it is logged.' })
  @ProducesFile(...types)
  async entries(@IdParam('id') id: string, @Query() { format = 'csv' }: FormatQuery, @TheCaller() caller: Caller) {
    const entries = await this.entriesOf(id, caller);
    return this.file('entries', format, entryList(entries, await this.names(entries, 'entry list', caller)));
  }

  @Get('draw')
  @Roles('organiser')
  @ApiOperation({
    summary: 'The order of the draw (抽签表)',
    description: 'As CSV or xlsx; cells that begin like a formula are made harmless.',
  })
  @ProducesFile(...types)
  async draw(@IdParam('id') id: string, @Query() { format = 'csv' }: FormatQuery, @TheCaller() caller: Caller) {
    const entries = await this.entriesOf(id, caller);
    return this.file('draw', format, drawList(entries, await this.names(entries, 'draw list', caller)));
  }

  @Get('results')
  @Roles('organiser')
  @ApiOperation({
    summary: 'The results (成绩表)',
    description: 'By entry, with rank and marks, as CSV or xlsx; cells that begin like a formula are made harmless.',
  })
  @ProducesFile(...types)
  async resultsFile(@IdParam('id') id: string, @Query() { format = 'csv' }: FormatQuery, @TheCaller() caller: Caller) {
    const { standings, names } = await this.standingsOf(id, 'results', caller);
    return this.file('results', format, resultList(standings, names));
  }

  @Get('notice')
  @Roles('organiser')
  @ApiOperation({ summary: 'The list for the public notice (公示名单)', description: 'Names and ID numbers are masked.' })
  @ProducesFile(...types)
  async notice(@IdParam('id') id: string, @Query() { format = 'csv' }: FormatQuery, @TheCaller() caller: Caller) {
    const { standings, names } = await this.standingsOf(id, 'public notice', caller);
    return this.file('notice', format, noticeList(standings, names));
  }

  private async entriesOf(id: string, caller: Caller): Promise<EntryRow[]> {
    if ((await this.db.manager.findOneBy(ContestRow, { id, organisation: caller.organisation })) === null) throw new NotFound(
      'contest', id,
    );
    return this.db.manager.find(EntryRow, { where: { contest: id }, order: { number: 'ASC' } });
  }

  private async standingsOf(id: string, purpose: string, caller: Caller) {
    await this.entriesOf(id, caller);
    const found = await this.results.of(id);
    if (found === undefined) throw new NotFound('result', id);
    return { standings: found.standings, names: await this.names(found.standings.map((s) => s.entry), purpose, caller) };
  }

  private names(entries: readonly EntryRow[], purpose: string, caller: Caller) {
    return this.people.names([...new Set(entries.flatMap((e) => e.members.map((m) => m.worker)))], purpose, caller);
  }

  private async file(name: string, format: FileFormat, { header, rows }: List): Promise<StreamableFile> {
    const { content, type } = await tableFile(format, header, rows);
    return new StreamableFile(content, { type, disposition: `attachment; filename="${name}.${format}"` });
  }
}
