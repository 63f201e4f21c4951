import { randomBytes } from 'node:crypto';
import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { civilDate } from '#libs/decider';
import { type Caller, Reader, Transactions } from '#libs/service';
import { Vault } from '#libs/vault';
import { queryOn } from '#libs/views';
import {
  DoneAnswer, EnumField, IdField, IdParam, IntegerField, NotFound, pageOf, PageQuery, Produces, readCursor, Roles, roles,
  TextField, TheCaller,
} from '#libs/web';
import { latest } from '../answers.js';
import { draw } from '../draw/draw.js';
import { seedHash } from '../draw/order.js';
import { screen } from '../entry/screening.js';
import { takeFacts } from '../entry/facts.js';
import { People } from '../people.js';
import { startContest } from '../seal/start.js';
import { isDoubtful } from './announce.js';
import { contest } from './contest.js';
import { ContestAnswer, contestAnswer, stages } from './contest.dto.js';
import { ContestRow } from './contest.view.js';

class OverrideBody {
  @TextField({
    max: 2000, description: 'why the pack may be used all the same; kept encrypted',
    example: '市局2026年第3号函确认 Confirmed by letter 3/2026',
  })
  reason!: string;
}

class OverrideAnswer {
  @TextField({ description: 'who answers for it: the subject of a token' }) by!: string;
  @TextField({ nullable: true, max: 2000 }) reason!: string | null;
}

class CancelBody {
  @TextField({ max: 2000, description: 'kept encrypted', example: '报名人数不足 Too few entries' }) reason!: string;
}

class OpenBody {
  @TextField({
    max: 200, optional: true, nullable: true, example: '上证指数2026-03-23收盘价',
    description: 'a public value that nobody can know yet, and that the draw will use; given at the reveal',
  })
  publicValueName?: string | null;
}

class ContestQuery extends PageQuery {
  @IdField({ optional: true }) competition?: string;
  @EnumField(stages, { optional: true }) is?: (typeof stages)[number];
}

class ScreeningAnswer extends DoneAnswer {
  @IntegerField({ example: 42 }) accepted!: number;
  @IntegerField({ example: 3 }) waitlisted!: number;
  @IntegerField({ example: 2 }) rejected!: number;
}

@ApiTags('contests')
@Controller('contests')
export class ContestController {
  constructor(
    private readonly transactions: Transactions,
    private readonly reader: Reader,
    private readonly people: People,
    private readonly vault: Vault,
    private readonly db: DataSource,
  ) {}

  @Get()
  @Roles(...roles)
  @ApiOperation({
    summary: 'The contests of your organisation',
    description: 'With their terms and where each stands.',
  })
  @Produces(ContestAnswer, { page: true })
  async list(@Query() { limit = 50, cursor, competition, is }: ContestQuery, @TheCaller() caller: Caller) {
    const [after] = readCursor(cursor, 1) ?? [];
    const query = this.db.getRepository(ContestRow).createQueryBuilder('c').where(
      'c.organisation = :of', { of: caller.organisation },
    );
    if (after !== undefined) query.andWhere('c.id::text > :after', { after: String(after) });
    if (competition !== undefined) query.andWhere('c.competition = :competition', { competition });
    if (is !== undefined) query.andWhere('c.is = :is', { is });
    const rows = await query.orderBy('c.id').limit(limit + 1).getMany();
    const page = pageOf(rows, limit, (last) => [last.id]);
    return { ...page, items: page.items.map(contestAnswer) };
  }

  @Get(':id')
  @Roles(...roles)
  @ApiOperation({
    summary: 'A contest',
    description: 'Its terms, pack, marking scheme, state, and the instants that count: notice and appeals.',
  })
  @Produces(ContestAnswer)
  async one(@IdParam('id') id: string, @TheCaller() caller: Caller) {
    const row = await this.db.manager.findOneBy(ContestRow, { id, organisation: caller.organisation });
    if (row === null) throw new NotFound('contest', id);
    return contestAnswer(row);
  }

  @Post(':id/override')
  @HttpCode(200)
  @Roles('organiser', 'operator')
  @ApiOperation({
    summary: 'Use a pack that is recalled or hypothetical',
    description: 'Such a pack decides about people only where somebody answers for it, with a reason.',
  })
  @Produces(DoneAnswer)
  override(@IdParam('id') id: string, @Body() { reason }: OverrideBody, @TheCaller() caller: Caller) {
    const textId = caller.newId();
    return this.transactions.run(caller, async (work) => {
      const { state } = await this.reader.load(contest, id, caller);
      await this.vault.put(work.query, `contest:${id}`, reason, textId);
      const doubtful = state.is !== 'none' && isDoubtful(state.terms);
      return latest(id, await work.decide(contest, id, { type: 'Override', doubtful, reason: textId, by: caller.subject }));
    });
  }

  @Get(':id/override')
  @Roles('organiser', 'operator', 'auditor')
  @ApiOperation({
    summary: 'Why a recalled or hypothetical pack was used, and who answers for it',
    description: '404 where no override was needed; the reason is null where it was erased.',
  })
  @Produces(OverrideAnswer)
  async readOverride(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<OverrideAnswer> {
    const { state } = await this.reader.load(contest, id, caller);
    if (state.is === 'none' || state.override === null) throw new NotFound('override', id);
    return { by: state.override.by, reason: await this.vault.read(queryOn(this.db), state.override.reason) };
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Roles('organiser')
  @ApiOperation({ summary: 'Cancel one contest', description: 'Not once it has a provisional result.' })
  @Produces(DoneAnswer)
  cancel(@IdParam('id') id: string, @Body() { reason }: CancelBody, @TheCaller() caller: Caller) {
    const textId = caller.newId();
    return this.transactions.run(caller, async (work) => {
      await this.reader.load(contest, id, caller);
      await this.vault.put(work.query, `contest:${id}`, reason, textId);
      return work.decide(contest, id, { type: 'Cancel', reason: textId });
    });
  }

  @Post(':id/open')
  @HttpCode(200)
  @Roles('organiser')
  @ApiOperation({
    summary: 'Open registration, and commit to the draw',
    description: "The draw's seed is made now and kept unread; its hash is public before the first entry.",
  })
  @Produces(DoneAnswer)
  open(@IdParam('id') id: string, @Body() { publicValueName = null }: OpenBody, @TheCaller() caller: Caller) {
    const textId = caller.newId();
    return this.transactions.run(caller, async (work) => {
      await this.reader.load(contest, id, caller);
      const opened = await work.decide(contest, id, { type: 'Open' });
      const seed = randomBytes(32).toString('hex');
      await this.vault.put(work.query, `draw:${id}`, seed, textId);
      const { organisation } = caller;
      const committed = await work.decide(draw, id, {
        type: 'Commit', contest: id, organisation, hash: seedHash(seed), seed: textId, publicValueName,
      });
      return latest(id, opened, committed);
    });
  }

  @Post(':id/close')
  @HttpCode(200)
  @Roles('organiser')
  @ApiOperation({
    summary: 'Close registration',
    description: 'Takes the facts of every entrant (age in whole years, worker or student, unit) as of today from people.',
  })
  @Produces(DoneAnswer)
  async close(@IdParam('id') id: string, @TheCaller() caller: Caller) {
    await this.reader.load(contest, id, caller);
    const facts = await takeFacts(id, civilDate(caller.at), this.reader, this.people, caller);
    return this.transactions.run(caller, async (work) => {
      const closed = await work.decide(contest, id, { type: 'Close' });
      return latest(id, closed, ...(await facts(work)));
    });
  }

  @Post(':id/screen')
  @HttpCode(200)
  @Roles('organiser')
  @ApiOperation({
    summary: 'Screen all entries that were submitted',
    description: 'By the entry conditions, each with its reason; within the quota by number, then the waiting list.',
  })
  @Produces(ScreeningAnswer)
  async screen(@IdParam('id') id: string, @TheCaller() caller: Caller) {
    await this.reader.load(contest, id, caller);
    return this.transactions.run(caller, (work) => screen(id, work));
  }

  @Post(':id/start')
  @HttpCode(200)
  @Roles('organiser')
  @ApiOperation({
    summary: 'Start the contest',
    description: 'Seals the codes of the entries that were checked in; the others are absent. Nobody learns whose they are.',
  })
  @Produces(DoneAnswer)
  async start(@IdParam('id') id: string, @TheCaller() caller: Caller) {
    await this.reader.load(contest, id, caller);
    return this.transactions.run(caller, (work) => startContest(id, work));
  }
}
