import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Refusal, text } from '#libs/decider';
import type { Done } from '#libs/event-store';
import { Reader, Transactions, type Work } from '#libs/service';
import { Vault } from '#libs/vault';
import { type Caller, DoneAnswer, IdParam, NotFound, Produces, Roles, TheCaller } from '#libs/web';
import { certificate } from '../certificate/certificate.js';
import { file, type FileEvent } from '../file/file.js';
import { skillRecord, skillRecordId } from '../skill-record/skill-record.js';
import { decision, type DecisionState, type ReviewOutcome } from './decision.js';
import { InPersonDto, RefuseAutomationDto } from './decision.dto.js';

type Known = Exclude<DecisionState, { is: 'none' }>;

/** A person may refuse that automation alone decides about them (个人信息保护法第二十四条): then a named person does. */
@ApiTags('decisions 晋级决定')
@Controller('decisions/:id')
export class InPersonController {
  constructor(private readonly reader: Reader, private readonly transactions: Transactions, private readonly vault: Vault) {}

  @Post('refuse-automation')
  @HttpCode(200)
  @Roles('worker', 'certifier')
  @ApiOperation({
    summary: 'Refuse that it is decided by automation alone 拒绝仅由自动化方式作出决定',
    description: 'By the person, or by a certifier on their behalf; until a person has approved it. A named person then decides.',
  })
  @Produces(DoneAnswer)
  async refuse(
    @IdParam('id') id: string, @Body() { statement }: RefuseAutomationDto, @TheCaller() caller: Caller,
  ): Promise<Done> {
    const own = caller.worker;
    const { state } = own === undefined ? await this.reader.load(decision, id, caller) : await this.reader.peek(decision, id);
    if (state.is === 'none' || (own !== undefined && state.about.worker !== own)) throw new NotFound('decision', id);
    const [seed, kept] = [caller.newId(), caller.newId()];
    const { organisation, worker, contest } = state.about;
    // In the decision's organisation, whatever the worker's own is.
    const task = { actor: caller.subject, organisation, at: caller.at, correlation: seed, causation: null, seed };
    return this.transactions.runAs(task, async (work) => {
      await this.vault.put(work.query, worker, statement, kept);
      const done = await work.decide(decision, id, { type: 'RefuseAutomation', by: caller.subject, statement: kept });
      if (done.events.length > 0)
        await remember(work, worker, { type: 'AutomationRefused', contest, by: caller.subject, statement: kept });
      return done;
    });
  }

  @Post('decide-in-person')
  @HttpCode(200)
  @Roles('certifier')
  @ApiOperation({
    summary: 'Decide what the person would not have decided by automation, in your name and with reasons 人工决定',
    description: 'Confirmed, changed to what the pack gives for another place, or rejected. Never of someone you trained.',
  })
  @Produces(DoneAnswer)
  decide(
    @IdParam('id') id: string, @Body() { outcome, place, reasons }: InPersonDto, @TheCaller() caller: Caller,
  ): Promise<Done> {
    return this.transactions.run(caller, async (work) => {
      const { state: before, version } = await known(work, id);
      if ((outcome === 'changed') !== (place !== undefined))
        throw new Refusal(
          'place-of-a-change', text('变更须指明名次，其他决定不得', 'a change, and only a change, names a place'),
          text('请指明名次', 'name the place'),
        );
      const { worker, contest } = before.about;
      const { state: { trainers } } = await work.load(file, worker);
      const kept = await this.vault.put(work.query, worker, reasons, caller.newId());
      const done = await work.decide(decision, id, {
        type: 'DecideInPerson', by: caller.subject, trainers, outcome, reasons: kept, at: caller.at,
      }, { expected: version }); // a certificate that is issued in between must be seen: all is done again
      await remember(work, worker, {
        type: 'DecidedInPerson', contest, by: caller.subject, outcome, reasons: kept, place: place ?? null,
      });
      await this.follow(work, id, before, outcome);
      return done;
    });
  }

  /** A change is decided again, by a job; what is rejected counts for nothing, and its certificate is void. */
  private async follow(work: Work, id: string, before: Known, outcome: ReviewOutcome): Promise<void> {
    const { worker, contest, occupation } = before.about;
    if (outcome === 'confirmed') return;
    if (outcome === 'rejected' && before.is === 'issued') {
      await work.decide(certificate, before.certificate, { type: 'Revoke', because: 'decided-in-person' });
      await work.decide(skillRecord, skillRecordId(worker, occupation), { type: 'Withdraw', decision: id });
    }
    const made = (await work.load(file, worker)).state.contests[contest]?.made;
    if (outcome === 'rejected' && made?.decision === id)
      await remember(work, worker, { type: 'EffectsRejected', contest, effects: made.effects });
    await remember(work, worker, { type: 'RefoldAsked', because: 'decided-in-person' });
  }
}

const known = async (work: Work, id: string): Promise<{ state: Known; version: number }> => {
  const { state, version } = await work.load(decision, id);
  if (state.is === 'none') throw new NotFound('decision', id);
  return { state, version };
};

/** A file belongs to no organisation: it spans them. */
const remember = (work: Work, worker: string, event: FileEvent): Promise<void> =>
  work.record(file, worker, [event], { organisation: null });
