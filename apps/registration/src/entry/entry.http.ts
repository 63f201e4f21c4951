import { Body, Controller, Get, HttpCode, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { Refusal, text, WrongState } from '#libs/decider';
import { type Caller, Reader, Transactions } from '#libs/service';
import { tableFile } from '#libs/spreadsheet';
import { Vault } from '#libs/vault';
import { queryOn } from '#libs/views';
import {
  DoneAnswer, IdParam, NotFound, pageOf, Produces, ProducesFile, readCursor, Roles, TheCaller, Upload,
} from '#libs/web';
import { latest } from '../answers.js';
import { contest, requires } from '../contest/contest.js';
import { ContestRow } from '../contest/contest.view.js';
import { EntriesImport } from '../import/import-entries.js';
import { templateHeader } from '../import/columns.js';
import { People } from '../people.js';
import { tagOf, unsealed } from '../seal/envelopes.js';
import { seal } from '../seal/seal.js';
import { takeTurn } from '../turn.js';
import { entryFor } from './access.js';
import { entry } from './entry.js';
import {
  CheckInBody, EntriesQuery, EntryAnswer, entryAnswer, EntryBody, EntryReasonBody, ImportAnswer, ImportQuery, OptionalReasonBody,
  ReasonAnswer,
} from './entry.dto.js';
import { EntryRow } from './entry.view.js';
import { factsOf } from './facts.js';
import { leave } from './leave.js';
import { submitEntries } from './submit.js';

const tables = ['text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'application/octet-stream'];

@ApiTags('entries')
@Controller()
export class EntryController {
  constructor(
    private readonly transactions: Transactions,
    private readonly reader: Reader,
    private readonly people: People,
    private readonly importer: EntriesImport,
    private readonly vault: Vault,
    private readonly db: DataSource,
  ) {}

  @Get('entries/template.csv')
  @Roles('organiser', 'worker')
  @ApiOperation({
    summary: 'An empty entries table',
    description: 'Team contests group their rows by 队号. Save it as CSV (UTF-8 or GB18030) or xlsx.',
  })
  @ProducesFile('text/csv')
  async template() {
    const { content, type } = await tableFile('csv', templateHeader, []);
    return new StreamableFile(content, { type, disposition: 'attachment; filename="entries.csv"' });
  }

  @Post('contests/:id/entries/import')
  @HttpCode(200)
  @Roles('organiser')
  @Upload({ types: tables })
  @ApiOperation({
    summary: 'Import entries from a table',
    description: 'CSV (UTF-8 or GB18030) or xlsx, headers in Chinese or English. Reports every bad row with line and reason.',
  })
  @Produces(ImportAnswer)
  import(
    @IdParam('id') id: string, @Body() file: Buffer, @Query() { mode = 'good', dryRun = false }: ImportQuery,
    @TheCaller() caller: Caller,
  ) {
    return this.importer.run(id, file, { mode, dryRun }, caller);
  }

  @Post('contests/:id/entries')
  @Roles('organiser', 'worker')
  @ApiOperation({
    summary: 'Enter a worker or a team by worker ids',
    description: 'A worker may enter only themselves, or a team that they belong to.',
  })
  @Produces(DoneAnswer, { status: 201 })
  async submit(@IdParam('id') id: string, @Body() { members }: EntryBody, @TheCaller() caller: Caller): Promise<DoneAnswer> {
    const before = await this.transactions.doneBefore<DoneAnswer>(caller);
    if (before) return before.value;
    const { state: ours } = await this.reader.load(contest, id, caller);
    if (!caller.roles.includes('organiser') && !members.includes(caller.worker ?? ''))
      throw new Refusal(
        'enters-only-themselves', text('只能为本人或本人所在的队报名', 'a worker enters only themselves, or their own team'),
        text('请把自己列入成员', 'name yourself among the members'),
      );
    requires(ours, 'open', 'registration-not-open');
    if (members.length !== ours.terms.teamSize || new Set(members).size !== members.length)
      throw new Refusal(
        'team-size', text(`须为${ours.terms.teamSize}名不同成员`, `the entry needs ${ours.terms.teamSize} different members`),
        text('请改正成员', 'correct the members'),
      );
    const facts = await factsOf(members, ours.terms.closesOn, this.people, caller);
    const entryId = caller.newId();
    return this.transactions.run(caller, async (work) => {
      const { position } = await submitEntries(id, [{ entry: entryId, members: facts }], work);
      return { id: entryId, version: 1, position };
    });
  }

  @Get('contests/:id/entries')
  @Roles('organiser', 'auditor')
  @ApiOperation({ summary: 'The entries of a contest, by number', description: 'Ids only; codes are null until the seal opens.' })
  @Produces(EntryAnswer, { page: true })
  async list(@IdParam('id') id: string, @Query() { limit = 50, cursor, is }: EntriesQuery, @TheCaller() caller: Caller) {
    if ((await this.db.manager.findOneBy(ContestRow, { id, organisation: caller.organisation })) === null) throw new NotFound(
      'contest', id,
    );
    const [after] = readCursor(cursor, 1) ?? [];
    const query = this.db.getRepository(EntryRow).createQueryBuilder('e').where('e.contest = :id', { id });
    if (after !== undefined) query.andWhere('e.number > :after', { after: String(after) });
    if (is !== undefined) query.andWhere('e.is = :is', { is });
    const page = pageOf(await query.orderBy('e.number').limit(limit + 1).getMany(), limit, (last) => [last.number]);
    return { ...page, items: page.items.map(entryAnswer) };
  }

  @Get('entries/:id')
  @Roles('organiser', 'auditor', 'worker')
  @ApiOperation({ summary: 'An entry', description: 'A worker sees only entries that they belong to.' })
  @Produces(EntryAnswer)
  async one(@IdParam('id') id: string, @TheCaller() caller: Caller) {
    await entryFor(this.reader, id, caller);
    const row = await this.db.manager.findOneBy(EntryRow, { id });
    if (row === null) throw new NotFound('entry', id);
    return entryAnswer(row);
  }

  @Get('entries/:id/reason')
  @Roles('organiser', 'auditor', 'worker')
  @ApiOperation({
    summary: 'Why an entry was withdrawn, disqualified or annulled', description: 'Null where nobody said, and after erasure.',
  })
  @Produces(ReasonAnswer)
  async reason(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<ReasonAnswer> {
    const { state } = await entryFor(this.reader, id, caller);
    return { reason: state.reason === null ? null : await this.vault.read(queryOn(this.db), state.reason) };
  }

  @Post('entries/:id/withdraw')
  @HttpCode(200)
  @Roles('organiser', 'worker')
  @ApiOperation({
    summary: 'Withdraw an entry', description: 'Its place goes to the next on the waiting list, until the contest starts.',
  })
  @Produces(DoneAnswer)
  async withdraw(@IdParam('id') id: string, @Body() { reason = null }: OptionalReasonBody, @TheCaller() caller: Caller) {
    const { state, as } = await entryFor(this.reader, id, caller);
    const textId = reason === null ? null : caller.newId();
    return this.transactions.run(as, async (work) => {
      await takeTurn(work, state.contest);
      if (reason !== null && textId !== null) await this.vault.put(work.query, `entry:${id}`, reason, textId);
      const withdrawn = await work.decide(entry, id, { type: 'Withdraw', reason: textId });
      return latest(id, withdrawn, ...(await leave(id, state.contest, 'withdrawn', work)));
    });
  }

  @Post('entries/:id/check-in')
  @HttpCode(200)
  @Roles('organiser')
  @ApiOperation({
    summary: 'Check an entry in, with the envelope that it drew',
    description: 'Write-only: until the seal opens, no route shows which envelope or code an entry has.',
  })
  @Produces(DoneAnswer)
  async checkIn(@IdParam('id') id: string, @Body() { envelope }: CheckInBody, @TheCaller() caller: Caller) {
    const { state } = await this.reader.load(entry, id, caller);
    if (state.is === 'none') throw new NotFound('entry', id);
    if (caller.roles.includes('custodian')) throw custodianApart();
    return this.transactions.run(caller, async (work) => {
      await takeTurn(work, state.contest);
      requires((await work.load(contest, state.contest)).state, 'closed', 'registration-not-closed');
      const checkedIn = await work.decide(entry, id, { type: 'CheckIn' });
      const { state: drawn } = await work.load(seal, state.contest);
      const labels = drawn.is === 'none' ? null : await this.vault.read(work.query, drawn.labels);
      const { key, envelopes } = labels === null ? { key: '', envelopes: [] } : unsealed(labels);
      const { number, members } = state;
      await work.decide(seal, state.contest, {
        type: 'TakeEnvelope', entry: id, number, members, tag: tagOf(key, envelope),
        exists: envelopes.some((e) => e.envelope === envelope),
      });
      return checkedIn;
    });
  }

  @Post('entries/:id/disqualify')
  @HttpCode(200)
  @Roles('organiser')
  @ApiOperation({ summary: 'Disqualify an entry', description: 'Its code is voided: while the seal is closed, once it opens.' })
  @Produces(DoneAnswer)
  disqualify(@IdParam('id') id: string, @Body() { reason }: EntryReasonBody, @TheCaller() caller: Caller) {
    return this.strike(id, reason, 'disqualified', caller);
  }

  @Post('entries/:id/annul')
  @HttpCode(200)
  @Roles('organiser')
  @ApiOperation({
    summary: "Annul an entry's result",
    description: 'For what was found out later. Its code is voided, and all that followed is decided again.',
  })
  @Produces(DoneAnswer)
  annul(@IdParam('id') id: string, @Body() { reason }: EntryReasonBody, @TheCaller() caller: Caller) {
    return this.strike(id, reason, 'annulled', caller);
  }

  private async strike(id: string, reason: string, because: 'disqualified' | 'annulled', caller: Caller) {
    const { state } = await this.reader.load(entry, id, caller);
    if (state.is === 'none') throw new NotFound('entry', id);
    const textId = caller.newId();
    return this.transactions.run(caller, async (work) => {
      await takeTurn(work, state.contest);
      await this.vault.put(work.query, `entry:${id}`, reason, textId);
      const type = because === 'annulled' ? 'Annul' : 'Disqualify';
      const struck = await work.decide(entry, id, { type, reason: textId });
      return latest(id, struck, ...(await leave(id, state.contest, because, work)));
    });
  }
}

/** Whoever knows which envelope holds which code must not learn who drew which envelope. */
const custodianApart = (): WrongState =>
  new WrongState(
    'custodian-may-not-check-in', text('保管员不得办理检录', 'a custodian may not check entries in'),
    text('请由另一人检录', 'let another person check in'),
  );
