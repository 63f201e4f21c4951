import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Refusal } from '#libs/decider';
import type { Done } from '#libs/event-store';
import { explain } from '#libs/policy';
import { type Because, Reader, Transactions, type Work } from '#libs/service';
import { Vault } from '#libs/vault';
import {
  type Caller, DoneAnswer, IdParam, NotFound, type Page, Produces, Roles, TheCaller, versioned, type Versioned,
} from '#libs/web';
import { contest, runId } from '../contest/contest.js';
import { file } from '../file/file.js';
import { decisionRun } from '../run/decision-run.js';
import { frozenPack } from '../run/results.js';
import { apart } from './apart.js';
import { decision, type DecisionCommand, type DecisionState } from './decision.js';
import {
  BulkDto, ContestDecisionsQuery, DecisionDto, DecisionRunDto, DecisionsQuery, DecisionWithNotesDto, explained, ExplanationDto,
  ObjectionDto,
  ReasonsDto, RulingDto, shown,
} from './decision.dto.js';
import { Decisions } from './decisions.js';
import { FactsDto } from './facts.dto.js';
import { factsUsed } from './facts-used.js';
import { originsOf } from './origins.js';

/** One transaction; more would keep it open too long. */
const BATCH = 200;

type Known = Exclude<DecisionState, { is: 'none' }>;

@ApiTags('decisions 晋级决定')
@Controller()
export class DecisionController {
  constructor(
    private readonly reader: Reader,
    private readonly transactions: Transactions,
    private readonly decisions: Decisions,
    private readonly vault: Vault,
  ) {}

  @Get('decisions')
  @Roles('certifier', 'organiser', 'auditor')
  @ApiOperation({
    summary: 'Decisions of the organisation, oldest first 晋级决定清单',
    description: 'Of one contest or worker, or in one state, where asked.',
  })
  @Produces(DecisionDto, { page: true })
  async list(@Query() query: DecisionsQuery, @TheCaller() caller: Caller): Promise<Page<DecisionDto>> {
    return this.page(query, caller);
  }

  @Get('contests/:id/decisions')
  @Roles('certifier', 'organiser', 'auditor')
  @ApiOperation({
    summary: 'Decisions of a contest: everyone who was placed has one 赛项的晋级决定',
    description: 'Also those that are without effect; the explanation says why.',
  })
  @Produces(DecisionDto, { page: true })
  async ofContest(
    @IdParam('id') id: string, @Query() query: ContestDecisionsQuery, @TheCaller() caller: Caller,
  ): Promise<Page<DecisionDto>> {
    return this.page({ ...query, contest: id }, caller);
  }

  @Get('contests/:id/decision-run')
  @Roles('certifier', 'organiser', 'auditor')
  @ApiOperation({
    summary: 'How far the decisions of a contest have come 决定进度',
    description: 'Decisions are made in the background after the result is final; here is what is left.',
  })
  @Produces(DecisionRunDto)
  async run(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<DecisionRunDto> {
    const { state } = await this.reader.load(contest, id, caller);
    const { state: run } = await this.reader.peek(decisionRun, runId(id, state.run));
    const counts = run.is === 'none' ? { codes: 0, decided: 0 } : { codes: run.codes, decided: run.cursor };
    return { contest: id, revision: state.run, state: run.is, ...counts };
  }

  @Get('decisions/:id')
  @Roles('certifier', 'worker')
  @ApiOperation({
    summary: 'One decision, with what was written about it: objections, rulings, reasons 决定与意见',
    description: 'A worker sees only the own decisions.',
  })
  @Produces(DecisionWithNotesDto)
  async one(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<Versioned<DecisionWithNotesDto>> {
    const { state, version } = await this.visible(id, caller);
    const texts = await this.vault.readMany(this.decisions.query, state.notes.map(({ text }) => text));
    const notes = state.notes.map(({ what, by, text }) => ({ what, by, text: texts.get(text) ?? null }));
    return versioned({ ...shown(await this.decisions.one(id)), notes }, version);
  }

  @Get('decisions/:id/explanation')
  @Roles('certifier', 'organiser', 'auditor', 'worker')
  @ApiOperation({
    summary: 'Why: rules, citations, facts, and what would have changed it 决定理由',
    description: 'In the language of Accept-Language. A worker sees only the own decisions.',
  })
  @Produces(ExplanationDto)
  async explanation(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<Versioned<ExplanationDto>> {
    const { state, version } = await this.visible(id, caller);
    const pack = frozenPack(state.about.pack);
    const { facts } = state.found;
    const used = factsUsed(facts, await originsOf(this.decisions.query, state));
    return versioned(explained(id, state, pack, pack === null ? null : explain(pack, facts), used, caller), version);
  }

  @Get('decisions/:id/facts')
  @Roles('certifier', 'organiser', 'auditor', 'worker')
  @ApiOperation({
    summary: 'The facts, as anyone may decide by them again offline 决定所依据的事实',
    description: 'Of the published schema: save them, and `npm run -s policy -- decide PACK FACTS.json --explain` comes to ' +
      'the same. A worker sees only the own decisions.',
  })
  @Produces(FactsDto)
  async facts(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<Versioned<FactsDto>> {
    const { state, version } = await this.visible(id, caller);
    return versioned(state.found.facts, version);
  }

  @Post('decisions/:id/approve')
  @HttpCode(200)
  @Roles('certifier')
  @ApiOperation({
    summary: 'Approve after the notice; never of someone you trained 批准',
    description: 'A level then gets its certificate by itself.',
  })
  @Produces(DoneAnswer)
  approve(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<Done> {
    return this.transactions.run(caller, (work) => approve(work, id, caller));
  }

  @Post('contests/:id/decisions/approve')
  @HttpCode(200)
  @Roles('certifier')
  @ApiOperation({
    summary: 'Approve all of a contest that await it 批量批准',
    description: 'So many at a time; ask again while `left` is not 0. Each that cannot be approved is told with its rule.',
  })
  @Produces(BulkDto)
  approveAll(@IdParam('id') of: string, @TheCaller() caller: Caller): Promise<BulkDto> {
    return this.transactions.run(caller, async (work) => {
      const { ids, left } = await this.decisions.awaiting(of, caller, BATCH, work.manager);
      const [decisions, refused] = [await work.loadMany(decision, ids), [] as BulkDto['refused']];
      const workers = [...decisions.values()].flatMap(({ state }) => (state.is === 'none' ? [] : [state.about.worker]));
      const files = await work.loadMany(file, [...new Set(workers)]);
      const approvals = [...decisions].flatMap(([id, { state }]) => {
        if (state.is === 'none') return [];
        const command = approval(caller, files.get(state.about.worker)?.state.trainers ?? []);
        try {
          decision.decider.decide(command, state);
          return [{ id, command, because: becauseOf(state) }];
        } catch (error) {
          if (!(error instanceof Refusal)) throw error; // a rule said no to this one; the others are not its business
          refused.push({ decision: id, rule: error.rule, why: error.text[caller.language] });
          return [];
        }
      });
      const approved = (await work.decideMany(decision, approvals)).filter(({ events }) => events.length > 0).length;
      return { approved, refused, left };
    });
  }

  @Post('decisions/:id/reject')
  @HttpCode(200)
  @Roles('certifier')
  @ApiOperation({
    summary: 'Reject what is proposed or held, with reasons 驳回',
    description: 'The reasons are kept encrypted. The decision has no effect, and stays so.',
  })
  @Produces(DoneAnswer)
  reject(@IdParam('id') id: string, @Body() { reasons }: ReasonsDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.transactions.run(caller, async (work) => {
      const state = await load(work, id);
      const { worker, contest: of } = state.about;
      const kept = await this.vault.put(work.query, worker, reasons, caller.newId());
      const done = await work.decide(decision, id, { type: 'Reject', by: caller.subject, reasons: kept });
      if (done.events.length === 0 || !('proposed' in state) || state.proposed === null) return done;
      const made = (await work.load(file, worker)).state.contests[of]?.made;
      if (made?.decision !== id) return done;
      const { effects } = made;
      // What was rejected counts for nothing in later contests: those are decided again, by a job.
      await work.record(
        file, worker, [{ type: 'EffectsRejected', contest: of, effects }, { type: 'RefoldAsked', because: 'rejected' }],
        { organisation: null },
      );
      return done;
    });
  }

  @Post('decisions/:id/object')
  @HttpCode(200)
  @Roles('worker')
  @ApiOperation({
    summary: 'Object to your own decision while it is on notice 异议',
    description: 'The grounds are kept encrypted. The decision is held until a certifier rules on them.',
  })
  @Produces(DoneAnswer)
  async object(@IdParam('id') id: string, @Body() { grounds }: ObjectionDto, @TheCaller() caller: Caller): Promise<Done> {
    const { state } = await this.visible(id, caller);
    const seed = caller.newId();
    const kept = caller.newId();
    const { organisation, worker } = state.about;
    // In the decision's organisation, whatever the worker's own is.
    const task = { actor: caller.subject, organisation, at: caller.at, correlation: seed, causation: null, seed };
    return this.transactions.runAs(task, async (work) => {
      await this.vault.put(work.query, worker, grounds, kept);
      return work.decide(decision, id, { type: 'Object', by: caller.subject, grounds: kept, at: caller.at });
    });
  }

  @Post('decisions/:id/dismiss-objection')
  @HttpCode(200)
  @Roles('certifier')
  @ApiOperation({
    summary: 'Dismiss an objection, with reasons: the decision goes on 异议不成立',
    description: 'Where the objection is right, reject the decision instead.',
  })
  @Produces(DoneAnswer)
  dismissObjection(@IdParam('id') id: string, @Body() { reasons }: ReasonsDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.transactions.run(caller, async (work) => {
      const { worker } = await forCertifier(work, id, caller);
      const kept = await this.vault.put(work.query, worker, reasons, caller.newId());
      return work.decide(decision, id, { type: 'DismissObjection', by: caller.subject, reasons: kept, at: caller.at });
    });
  }

  @Post('decisions/:id/settle')
  @HttpCode(200)
  @Roles('certifier')
  @ApiOperation({
    summary: 'Settle a shared rank at a cut: the place that the panel gave 并列裁定',
    description: 'It is then decided again with this place, which no other entry of the shared rank can get.',
  })
  @Produces(DoneAnswer)
  settle(@IdParam('id') id: string, @Body() { place, reasons }: RulingDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.transactions.run(caller, async (work) => {
      const { worker, contest: of, entryNumber } = await forCertifier(work, id, caller);
      const kept = await this.vault.put(work.query, worker, reasons, caller.newId());
      const done = await work.decide(decision, id, { type: 'RulePlace', by: caller.subject, place, reasons: kept });
      await work.decide(contest, of, { type: 'GivePlace', entryNumber, place });
      await work.record(
        file, worker,
        [
          { type: 'PlaceRuled', contest: of, place, by: caller.subject, reasons: kept },
          { type: 'RefoldAsked', because: 'ruled' },
        ],
        { organisation: null },
      );
      return done;
    });
  }

  private async page(asked: DecisionsQuery, caller: Caller): Promise<Page<DecisionDto>> {
    const { items, next } = await this.decisions.page(asked, caller);
    return { items: items.map(shown), next };
  }

  /** A worker sees the own decisions, of whichever organisation; others those of their organisation. */
  private async visible(id: string, caller: Caller): Promise<{ state: Known; version: number }> {
    const own = caller.worker;
    const { state, version } = own === undefined
      ? await this.reader.load(decision, id, caller)
      : await this.reader.peek(decision, id);
    if (state.is === 'none' || (own !== undefined && state.about.worker !== own)) throw new NotFound('decision', id);
    return { state, version };
  }
}

const load = async (work: Work, id: string): Promise<Known> => {
  const { state } = await work.load(decision, id);
  if (state.is === 'none') throw new NotFound('decision', id);
  return state;
};

/** What the decision is about, for a certifier who is apart from the candidate. */
const forCertifier = async (work: Work, id: string, { subject }: Caller): Promise<Known['about']> => {
  const { about } = await load(work, id);
  apart(subject, about.worker, (await work.load(file, about.worker)).state.trainers);
  return about;
};

const approval = (
  { subject, at }: Caller, trainers: readonly string[],
): DecisionCommand => ({ type: 'Approve', by: subject, trainers, at });

/** A person acts, but on what the placing led to: whoever follows the chain from the result comes past here to the grant. */
const becauseOf = ({ found }: Known): Because => ({ causation: found.sources[0] ?? null });

const approve = async (work: Work, id: string, caller: Caller): Promise<Done> => {
  const state = await load(work, id);
  const { trainers } = (await work.load(file, state.about.worker)).state;
  return work.decide(decision, id, approval(caller, trainers), becauseOf(state));
};
