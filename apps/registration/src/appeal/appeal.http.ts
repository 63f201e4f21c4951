import { Body, Controller, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { text, WrongState } from '#libs/decider';
import { type Caller, Reader, Transactions } from '#libs/service';
import { Vault } from '#libs/vault';
import { queryOn } from '#libs/views';
import {
  BooleanField, DoneAnswer, EnumField, Forbidden, IdField, IdParam, InstantField, ListField, NotFound, pageOf, PageQuery,
  Produces, readCursor, RefField,
  Roles, TextField, TheCaller,
} from '#libs/web';
import { latest } from '../answers.js';
import { contest, type Contest } from '../contest/contest.js';
import { entryFor, isMember, within } from '../entry/access.js';
import { entry } from '../entry/entry.js';
import { seal } from '../seal/seal.js';
import { appeal, type Published } from './appeal.js';
import { AppealRow } from './appeal.view.js';

const outcomes = ['filed', 'heard', 'upheld', 'dismissed', 'withdrawn'] as const;

class AppealBody {
  @ListField(
    'string', { min: 1, max: 50, description: 'ids of the aspects or criteria that are contested', example: ['B2.3'] },
  ) contested!: string[];
  @TextField({
    max: 5000, description: 'kept encrypted; the arbitrator reads them redacted',
    example: '第三个孔的测量值与我的自检记录不符 The third bore was measured wrongly',
  })
  grounds!: string;
}

class LateAppealBody extends AppealBody {
  @TextField({
    max: 5000, description: 'why it is admitted though it is late; kept encrypted',
    example: '申诉人住院，出院后立即提出 The appellant was in hospital and filed at once afterwards',
  })
  reasons!: string;
  @InstantField({ description: 'to be decided by then' }) until!: string;
}

class RedactionBody {
  @TextField({
    max: 5000, description: 'the grounds without what tells who wrote them',
    example: '第三个孔的测量值有误 The third bore was measured wrongly',
  })
  text!: string;
}

class AppealAnswer {
  @IdField() id!: string;
  @IdField() contest!: string;
  @IdField({ nullable: true, description: 'null for an arbitrator, who knows the code alone' }) entry!: string | null;
  @EnumField(outcomes) is!: string;
  @ListField('string') contested!: string[];
  @BooleanField({ description: 'the organiser has redacted the grounds' }) redacted!: boolean;
  @RefField({ nullable: true, description: 'who hears it' }) arbitrator!: string | null;
  @BooleanField({ description: 'filed late, and admitted by the organiser with reasons' }) outOfTime!: boolean;
  @InstantField() filedAt!: string;
  @InstantField({ description: 'to be decided by then' }) until!: string;
}

class GroundsAnswer {
  @TextField({ nullable: true, description: 'as filed; null for an arbitrator, and after erasure' }) grounds!: string | null;
  @TextField({ nullable: true, description: 'as the organiser redacted them' }) redacted!: string | null;
  @TextField({
    nullable: true, description: 'why it was admitted out of time; null where it was not, for an arbitrator, and after erasure',
  }) admitted!: string | null;
}

class AppealsQuery extends PageQuery {
  @IdField({ optional: true }) contest?: string;
  @EnumField(outcomes, { optional: true }) is?: (typeof outcomes)[number];
}

@ApiTags('appeals')
@Controller()
export class AppealController {
  constructor(
    private readonly transactions: Transactions,
    private readonly reader: Reader,
    private readonly vault: Vault,
    private readonly db: DataSource,
  ) {}

  @Post('entries/:id/appeals')
  @Roles('worker', 'organiser')
  @ApiOperation({
    summary: 'Appeal against the provisional result of an entry',
    description: 'By a member of the entry, or by the organiser in its name, while appeals are open. Judging hears it by code.',
  })
  @Produces(DoneAnswer, { status: 201 })
  file(@IdParam('id') id: string, @Body() body: AppealBody, @TheCaller() caller: Caller) {
    return this.filed(id, body, caller);
  }

  @Post('entries/:id/late-appeals')
  @Roles('organiser')
  @ApiOperation({
    summary: 'Admit an appeal that is out of time 受理逾期申诉',
    description: 'For an entry, once the time to appeal is over, also after the result is final: with the reasons why, and an ' +
      'instant by which it is to be decided. Judging hears it as any other; upheld, it leads to a further final revision, and ' +
      'all that followed is decided again.',
  })
  @Produces(DoneAnswer, { status: 201 })
  fileLate(@IdParam('id') id: string, @Body() { reasons, until, ...body }: LateAppealBody, @TheCaller() caller: Caller) {
    return this.filed(id, body, caller, { reasons, until });
  }

  private async filed(
    id: string, { contested, grounds }: AppealBody, caller: Caller, late?: { reasons: string; until: string },
  ) {
    const { state, as } = await entryFor(this.reader, id, caller);
    const [appealId, textId, reasonsId] = [caller.newId(), caller.newId(), caller.newId()];
    return this.transactions.run(as, async (work) => {
      const { state: ours } = await work.load(contest, state.contest);
      const { state: opened } = await work.load(seal, state.contest);
      const hasCode = opened.is === 'opened' && !opened.voided.includes(id);
      const { state: appellant } = await work.load(entry, id);
      const before = await work.loadMany(appeal, appellant.is === 'none' ? [] : appellant.appeals);
      await this.vault.put(work.query, `entry:${id}`, grounds, textId);
      if (late !== undefined) await this.vault.put(work.query, `entry:${id}`, late.reasons, reasonsId);
      const done = await work.decide(appeal, appealId, {
        type: 'File', contest: state.contest, organisation: state.organisation, entry: id, contested, grounds: textId,
        at: work.at, code: hasCode ? (opened.codes[id] ?? null) : null, result: published(ours),
        earlier: [...before.values()].flatMap(({ state: each }) => (each.is === 'none' ? [] : [each])),
        ...(late === undefined ? {} : { late: { reasons: reasonsId, until: late.until } }),
      });
      return latest(appealId, done, await work.decide(entry, id, { type: 'Appeal', appeal: appealId }));
    });
  }

  @Get('appeals')
  @Roles('organiser', 'auditor')
  @ApiOperation({
    summary: 'The appeals of your organisation',
    description: 'Of one contest, or in one state, where asked. Grounds are not in the list.',
  })
  @Produces(AppealAnswer, { page: true })
  async list(@Query() { limit = 50, cursor, contest: of, is }: AppealsQuery, @TheCaller() caller: Caller) {
    const [after] = readCursor(cursor, 1) ?? [];
    const query = this.db.getRepository(AppealRow).createQueryBuilder('a').where(
      'a.organisation = :org', { org: caller.organisation },
    );
    if (after !== undefined) query.andWhere('a.id::text > :after', { after: String(after) });
    if (of !== undefined) query.andWhere('a.contest = :of', { of });
    if (is !== undefined) query.andWhere('a.is = :is', { is });
    const page = pageOf(await query.orderBy('a.id').limit(limit + 1).getMany(), limit, (last) => [last.id]);
    return { ...page, items: page.items.map((row) => answer(row, true)) };
  }

  @Get('appeals/:id')
  @Roles('organiser', 'auditor', 'arbitrator', 'worker')
  @ApiOperation({ summary: 'An appeal', description: 'An arbitrator sees those assigned to them, without the entry.' })
  @Produces(AppealAnswer)
  async one(@IdParam('id') id: string, @TheCaller() caller: Caller) {
    const { seesEntry } = await this.known(id, caller);
    const row = await this.db.manager.findOneBy(AppealRow, { id });
    if (row === null) throw new NotFound('appeal', id);
    return answer(row, seesEntry);
  }

  @Get('appeals/:id/grounds')
  @Roles('organiser', 'arbitrator', 'worker')
  @ApiOperation({
    summary: 'The grounds of an appeal',
    description: 'The organiser and the entry read them as filed, the assigned arbitrator as redacted.',
  })
  @Produces(GroundsAnswer)
  async grounds(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<GroundsAnswer> {
    const { state, seesEntry } = await this.known(id, caller);
    if (!seesEntry && state.redacted === null)
      throw new WrongState(
        'grounds-not-redacted', text('组织者尚未遮蔽申诉理由', 'the organiser has not redacted the grounds yet'),
        text('组织者：PUT /appeals/{id}/redaction', 'the organiser: PUT /appeals/{id}/redaction'),
      );
    const { grounds, redacted, admitted } = state;
    const texts = await this.vault.readMany(queryOn(this.db), [grounds, redacted, admitted].filter((each) => each !== null));
    const read = (id: string | null): string | null => (id === null ? null : (texts.get(id) ?? null));
    return {
      grounds: seesEntry ? read(grounds) : null, redacted: read(redacted), admitted: seesEntry ? read(admitted) : null,
    };
  }

  @Put('appeals/:id/redaction')
  @Roles('organiser')
  @ApiOperation({
    summary: 'Redact the grounds for the arbitrator', description: 'Whoever hears the appeal must not learn who filed it.',
  })
  @Produces(DoneAnswer)
  async redact(@IdParam('id') id: string, @Body() body: RedactionBody, @TheCaller() caller: Caller) {
    const { state } = await this.reader.load(appeal, id, caller);
    if (state.is === 'none') throw new NotFound('appeal', id);
    const textId = caller.newId();
    return this.transactions.run(caller, async (work) => {
      await this.vault.put(work.query, `entry:${state.entry}`, body.text, textId);
      return work.decide(appeal, id, { type: 'Redact', redacted: textId });
    });
  }

  @Post('appeals/:id/withdraw')
  @HttpCode(200)
  @Roles('worker', 'organiser')
  @ApiOperation({
    summary: 'Take an appeal back',
    description: 'By the entry or the organiser, until it is decided; judging closes the hearing.',
  })
  @Produces(DoneAnswer)
  async withdraw(@IdParam('id') id: string, @TheCaller() caller: Caller) {
    const { state, seesEntry } = await this.known(id, caller);
    if (!seesEntry) throw new Forbidden(['worker', 'organiser']);
    return this.transactions.run(within(caller, state.organisation), (work) => work.decide(appeal, id, { type: 'Withdraw' }));
  }

  /** An appeal for whoever may know of it: its arbitrator, its entry, the staff of its organisation. */
  private async known(id: string, caller: Caller) {
    const { state } = await this.reader.peek(appeal, id);
    if (state.is === 'none') throw new NotFound('appeal', id);
    const isOurs = state.organisation === caller.organisation;
    if (isOurs && caller.roles.some((role) => role === 'organiser' || role === 'auditor')) return { state, seesEntry: true };
    if (isOurs && caller.roles.includes('arbitrator') && state.arbitrator === caller.subject) return { state, seesEntry: false };
    const { state: appellant } = await this.reader.peek(entry, state.entry);
    if (!isMember(appellant, caller)) throw new NotFound('appeal', id);
    return { state, seesEntry: true };
  }
}

const published = (ours: Contest): Published => {
  if (ours.is === 'final') return { is: 'final' };
  if (ours.is !== 'provisional') return { is: 'none' };
  return { is: 'provisional', appealsUntil: ours.notice.appealsUntil, until: ours.notice.until };
};

const answer = (row: AppealRow, seesEntry: boolean): AppealAnswer => {
  const { id, contest: of, entry: appellant, is, contested, redacted, arbitrator, outOfTime, filedAt, until } = row;
  return {
    id, contest: of, entry: seesEntry ? appellant : null, is, contested: [...contested], redacted, arbitrator, outOfTime, filedAt,
    until,
  };
};
