import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { civilDate, type Text } from '#libs/decider';
import { type Caller, decide, Reader, Transactions } from '#libs/service';
import {
  DoneAnswer, EnumField, IdField, IdParam, IntegerField, ListField, NotFound, pageOf, PageQuery, Produces, readCursor, RefField,
  Roles, roles,
  TextField, TextPairField, TheCaller,
} from '#libs/web';
import { latest } from '../answers.js';
import { announcing } from '../contest/announce.js';
import { contest } from '../contest/contest.js';
import { ContestAnswer, ContestBody, contestAnswer, stages, termsOf } from '../contest/contest.dto.js';
import { CompetitionRow, ContestRow } from '../contest/contest.view.js';
import { competition } from './competition.js';
import { Vault } from '#libs/vault';

class CompetitionBody {
  @RefField({ max: 40, description: "the organiser's number of the competition", example: 'TJ-2026' }) number!: string;
  @TextPairField({ example: { zh: '2026年市职业技能大赛', en: 'Municipal Skills Competition 2026' } }) name!: Text;
  @IntegerField({ min: 2000, max: 2100, example: 2026 }) year!: number;
}

class ReasonBody {
  @TextField({
    max: 2000, description: 'kept encrypted, outside the events', example: '承办单位变更 The host changed',
  }) reason!: string;
}

export class CompetitionAnswer {
  @IdField() id!: string;
  @RefField() number!: string;
  @TextPairField() name!: Text;
  @IntegerField({ example: 2026 }) year!: number;
  @EnumField(stages, { description: 'as far as the slowest of its contests' }) is!: string;
  @IntegerField({ description: 'how many contests it has' }) contests!: number;
}

class CompetitionWithContests extends CompetitionAnswer {
  @ListField(() => ContestAnswer) list!: ContestAnswer[];
}

@ApiTags('competitions')
@Controller('competitions')
export class CompetitionController {
  constructor(
    private readonly commands: CommandBus,
    private readonly transactions: Transactions,
    private readonly reader: Reader,
    private readonly vault: Vault,
    private readonly db: DataSource,
  ) {}

  @Post()
  @Roles('organiser')
  @ApiOperation({ summary: 'Create a competition (大赛)', description: 'A draft; contests are added before it is announced.' })
  @Produces(DoneAnswer, { status: 201 })
  create(@Body() body: CompetitionBody, @TheCaller() caller: Caller) {
    return this.commands.execute(
      decide(competition, caller.newId(), { type: 'Create', organisation: caller.organisation, ...body }, caller)
    );
  }

  @Get()
  @Roles(...roles)
  @ApiOperation({
    summary: 'The competitions of your organisation',
    description: 'Oldest first.',
  })
  @Produces(CompetitionAnswer, { page: true })
  async list(@Query() { limit = 50, cursor }: PageQuery, @TheCaller() caller: Caller) {
    const [after] = readCursor(cursor, 1) ?? [];
    const query = this.db.getRepository(CompetitionRow).createQueryBuilder('c').where(
      'c.organisation = :of', { of: caller.organisation },
    );
    if (after !== undefined) query.andWhere('c.id::text > :after', { after: String(after) });
    const rows = await query.orderBy('c.id').limit(limit + 1).getMany();
    const page = pageOf(rows, limit, (last) => [last.id]);
    return { ...page, items: page.items.map(answer) };
  }

  @Get(':id')
  @Roles(...roles)
  @ApiOperation({
    summary: 'A competition with its contests',
    description: 'Its terms, its state, and each contest with its own.',
  })
  @Produces(CompetitionWithContests)
  async one(@IdParam('id') id: string, @TheCaller() caller: Caller) {
    const row = await this.db.manager.findOneBy(CompetitionRow, { id, organisation: caller.organisation });
    if (row === null) throw new NotFound('competition', id);
    const contests = await this.db.manager.find(ContestRow, { where: { competition: id }, order: { number: 'ASC' } });
    return { ...answer(row), list: contests.map(contestAnswer) };
  }

  @Post(':id/contests')
  @Roles('organiser')
  @ApiOperation({
    summary: 'Add a contest (赛项)',
    description: 'One occupation, group and level of paper, one policy pack, one marking scheme; entry conditions are data.',
  })
  @Produces(DoneAnswer, { status: 201 })
  addContest(@IdParam('id') id: string, @Body() body: ContestBody, @TheCaller() caller: Caller) {
    const terms = termsOf(body);
    const contestId = caller.newId();
    return this.transactions.run(caller, async (work) => {
      const { organisation } = caller;
      await this.reader.load(competition, id, caller);
      const added = await work.decide(competition, id, { type: 'AddContest', contest: contestId, number: terms.number });
      const drafted = await work.decide(contest, contestId, { type: 'Draft', competition: id, organisation, terms });
      return latest(contestId, added, drafted);
    });
  }

  @Post(':id/announce')
  @HttpCode(200)
  @Roles('organiser')
  @ApiOperation({
    summary: 'Announce the competition with all of its contests',
    description: 'Freezes the policy pack (by digest) and the marking scheme of each contest. All of them, or none.',
  })
  @Produces(DoneAnswer)
  announce(@IdParam('id') id: string, @TheCaller() caller: Caller) {
    return this.transactions.run(caller, async (work) => {
      await this.reader.load(competition, id, caller);
      const dones = [await work.decide(competition, id, { type: 'Announce', on: civilDate(caller.at) })];
      const { state } = await work.load(competition, id);
      for (const { contest: contestId } of state.is === 'announced' ? state.contests : []) {
        const { state: draft } = await work.load(contest, contestId);
        if (draft.is === 'cancelled') continue;
        const command = await announcing(draft, this.reader, civilDate(caller.at));
        dones.push(await work.decide(contest, contestId, command));
      }
      return latest(id, ...dones);
    });
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Roles('organiser', 'operator')
  @ApiOperation({
    summary: 'Cancel the competition and its contests', description: 'Not once a contest has a provisional result.',
  })
  @Produces(DoneAnswer)
  cancel(@IdParam('id') id: string, @Body() { reason }: ReasonBody, @TheCaller() caller: Caller) {
    const textId = caller.newId();
    return this.transactions.run(caller, async (work) => {
      const { state } = await this.reader.load(competition, id, caller);
      await this.vault.put(work.query, `competition:${id}`, reason, textId);
      const dones = [await work.decide(competition, id, { type: 'Cancel', reason: textId })];
      for (const { contest: contestId } of state.is === 'none' ? [] : state.contests) {
        const { state: now } = await work.load(contest, contestId);
        if (now.is !== 'cancelled') dones.push(await work.decide(contest, contestId, { type: 'Cancel', reason: textId }));
      }
      return latest(id, ...dones);
    });
  }
}

const answer = ({ id, number, name, year, is, contests }: CompetitionRow): CompetitionAnswer => ({
  id, number, name, year, is, contests
});
