import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { text, WrongState } from '#libs/decider';
import {
  type Caller, EnumField, IdParam, InstantField, NotFound, PageQuery, Produces, Roles, TextField, TheCaller,
} from '#libs/web';
import { CaughtUpAnswer, ClockAnswer, ParkedAnswer, ParkedRecordAnswer, ReleasedAnswer } from './answers.dto.js';
import { DomainClock } from './clock.js';
import type { CaughtUp, Runners } from './runners.js';
import { RUNNERS } from './tokens.js';

class ClockBody {
  @InstantField({ example: '2026-03-09T01:00:00.000Z', description: 'the new instant; not before the present one' })
  now!: string;
}

class ParkedReason {
  @TextField({
    max: 500, example: 'sent by a version that was withdrawn', description: 'kept with the message; no personal data',
  })
  reason!: string;
}

class ParkedQuery extends PageQuery {
  @EnumField(['parked', 'retried', 'discarded'], { optional: true })
  state?: 'parked' | 'retried' | 'discarded';
}

/** What an operator does: the clock of demonstrations, messages that could not be worked off. */
@ApiTags('operation')
@Controller('admin')
@Roles('operator')
export class AdminController {
  constructor(
    private readonly clock: DomainClock,
    @Inject(RUNNERS) private readonly runners: () => Runners,
  ) {}

  @Get('clock')
  @Produces(ClockAnswer)
  @ApiOperation({ summary: '时钟 The clock', description: 'The domain time of this service, and whether it is moved by hand.' })
  async now(): Promise<{ now: string; mode: string }> {
    return { now: await this.clock.now(), mode: this.clock.mode };
  }

  @Post('clock')
  @Produces(ClockAnswer)
  @HttpCode(200)
  @ApiOperation({
    summary: '拨动时钟 Move the clock',
    description: 'Only with JINJI_CLOCK=manual, for demonstrations and tests. Deadlines that pass are met.',
  })
  async move(@Body() { now }: ClockBody): Promise<{ now: string; mode: string }> {
    if (this.clock.mode !== 'manual')
      throw new WrongState(
        'clock-not-manual', text('时钟由系统提供，不可拨动', "the clock is the machine's and cannot be moved"),
        text('请以 JINJI_CLOCK=manual 启动', 'start with JINJI_CLOCK=manual'),
      );
    if (!(await this.clock.move(now)))
      throw new WrongState(
        'clock-goes-forward', text('时钟只能向前拨动', 'the clock only goes forward'),
        text(`请给出晚于 ${await this.clock.now()} 的时刻`, `an instant after ${await this.clock.now()}`),
      );
    this.runners().timers.wake();
    return this.now();
  }

  @Get('caught-up')
  @Produces(CaughtUpAnswer)
  @ApiOperation({
    summary: '是否跟上 Caught up', description: 'Whether everything that follows from what was recorded has happened here.',
  })
  caughtUp(): Promise<CaughtUp> {
    return this.runners().caughtUp();
  }

  @Get('parked')
  @Produces(ParkedAnswer, { page: true })
  @ApiOperation({
    summary: '搁置的消息 Parked messages',
    description: 'Public events that this service could not work off, oldest first, with the reason.',
  })
  async parked(@Query() { state, limit = 50, cursor }: ParkedQuery): Promise<unknown> {
    const items = await this.runners().reactor.parked.list({
      ...(state ? { state } : {}), ...(isId(cursor) ? { after: cursor } : {}), limit,
    });
    return { items, next: items.length === limit ? (items.at(-1)?.id ?? null) : null };
  }

  @Get('parked/:id')
  @Produces(ParkedRecordAnswer)
  @ApiOperation({ summary: '一条搁置的消息 A parked message', description: 'With its headers and data.' })
  async show(@IdParam('id') id: string): Promise<unknown> {
    const found = await this.runners().reactor.parked.show(id);
    if (!found) throw new NotFound('parked message', id);
    const { n: _n, rawKey: _rawKey, value, ...shown } = found;
    return { ...shown, data: value?.toString('utf8') ?? null, bytes: value?.toString('base64') ?? null };
  }

  @Post('parked/:id/retry')
  @Produces(ReleasedAnswer)
  @HttpCode(200)
  @ApiOperation({
    summary: '重试 Retry',
    description: 'Tries the message and those that wait behind it again, in their order, for a reason that is kept.',
  })
  retry(@IdParam('id') id: string, @Body() { reason }: ParkedReason, @TheCaller() caller: Caller): Promise<unknown> {
    return this.runners().reactor.parked.retry(id, caller.subject, reason);
  }

  @Post('parked/:id/discard')
  @Produces(ReleasedAnswer)
  @HttpCode(200)
  @ApiOperation({
    summary: '放弃 Discard', description: 'Gives the message up for a reason that is kept; those that waited behind it are tried.',
  })
  discard(@IdParam('id') id: string, @Body() { reason }: ParkedReason, @TheCaller() caller: Caller): Promise<unknown> {
    return this.runners().reactor.parked.discard(id, caller.subject, reason);
  }
}

const isId = (value: string | undefined): value is string => value !== undefined && /^[0-9a-f-]{36}$/.test(value);
