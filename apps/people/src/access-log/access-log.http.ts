import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { text } from '#libs/decider';
import {
  type Caller, InstantField, IntegerField, type Page, pageOf, PageQuery, Produces, readCursor, RefField, Roles, TheCaller,
  ValidationFailed,
} from '#libs/web';
import { type AccessEntry, AccessLog } from './log.js';

export class AccessEntryDto implements AccessEntry {
  @IntegerField({ description: 'its number in the log' }) entry!: number;
  @InstantField({ description: 'when' }) at!: string;
  @RefField({ description: 'the subject of the token that read', example: 'organiser-1' }) subject!: string;
  @RefField({ description: 'the organisation of that token', example: 'shanghai-hrss' }) organisation!: string;
  @RefField({ description: 'the route', example: 'POST /workers/names' }) route!: string;
  @RefField({ description: 'what it was read for', example: 'entry list of the turning contest' }) purpose!: string;
  @IntegerField({ min: 0, description: 'how many people', example: 41 }) people!: number;
}

@ApiTags('access log')
@Controller('access-log')
export class AccessLogController {
  constructor(private readonly log: AccessLog) {}

  @Get()
  @Roles('auditor')
  @ApiOperation({
    summary: 'Who read personal data in bulk',
    description: 'Access log (个人信息访问记录) of your organisation, the latest first: who, when, by which route, how many people ' +
      'and what for. It holds no personal data.',
  })
  @Produces(AccessEntryDto, { page: true })
  async list(@Query() query: PageQuery, @TheCaller() caller: Caller): Promise<Page<AccessEntry>> {
    const limit = query.limit ?? 50;
    const [before] = readCursor(query.cursor, 1) ?? [];
    if (typeof before === 'string') {
      throw new ValidationFailed([{ field: 'cursor', text: text('不是有效的游标', 'is no cursor of this list') }]);
    }
    const rows = await this.log.page(caller.organisation, limit + 1, before);
    return pageOf(rows, limit, (last) => [last.entry]);
  }
}
