import { Body, Controller, Get, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { Refusal, text, WrongState } from '#libs/decider';
import { type Caller, Reader, Transactions } from '#libs/service';
import { Vault } from '#libs/vault';
import { queryOn } from '#libs/views';
import { DoneAnswer, IdParam, IntegerField, ListField, Produces, RefField, Roles, TheCaller } from '#libs/web';
import { contest, requires } from '../contest/contest.js';
import { roster } from '../roster/roster.js';
import { newEnvelopes, sealed, unsealed } from './envelopes.js';
import { seal } from './seal.js';

class CodesBody {
  @IntegerField({
    min: 1, max: 5_000, optional: true, nullable: true, example: 45,
    description: 'how many envelopes; without it, one for each entry with a place, one for each that waits, and a tenth more',
  })
  envelopes?: number | null;
}

class LabelAnswer {
  @IntegerField({ description: 'number of the envelope', example: 17 }) envelope!: number;
  @RefField({ description: 'code that lies in it', example: 'K7Q2-9F' }) code!: string;
}

class LabelsAnswer {
  @ListField(() => LabelAnswer) labels!: LabelAnswer[];
}

@ApiTags('seal')
@Controller('contests')
export class SealController {
  constructor(
    private readonly transactions: Transactions,
    private readonly reader: Reader,
    private readonly vault: Vault,
    private readonly db: DataSource,
  ) {}

  @Post(':id/codes')
  @Roles('custodian')
  @ApiOperation({
    summary: 'Draw the sealed codes (密封编号)',
    description: "Random, each in a numbered envelope, independent of the draw's seed; encrypted until the seal opens.",
  })
  @Produces(DoneAnswer, { status: 201 })
  async drawCodes(@IdParam('id') id: string, @Body() { envelopes = null }: CodesBody, @TheCaller() caller: Caller) {
    await this.reader.load(contest, id, caller);
    const textId = caller.newId();
    return this.transactions.run(caller, async (work) => {
      requires((await work.load(contest, id)).state, 'closed', 'registration-not-closed');
      const { entries } = (await work.load(roster, id)).state;
      const placed = entries.filter((e) => e.is === 'placed').length;
      const count = envelopes ?? entries.filter((e) => e.is === 'placed' || e.is === 'waiting').length + Math.ceil(placed / 10);
      if (count < placed)
        throw new Refusal(
          'too-few-envelopes', text(`至少需要${placed}个信封`, `there must be at least ${placed} envelopes`),
          text('请多要一些', 'ask for more'),
        );
      await this.vault.put(work.query, `contest:${id}/envelopes`, sealed(newEnvelopes(count)), textId);
      return work.decide(seal, id, { type: 'DrawCodes', organisation: caller.organisation, labels: textId, count });
    });
  }

  @Get(':id/labels')
  @Roles('custodian')
  @ApiOperation({
    summary: 'What to print into the envelopes',
    description: 'Envelope and code, for the custodian alone. Nothing here tells which entry drew which envelope.',
  })
  @Produces(LabelsAnswer)
  async labels(@IdParam('id') id: string, @TheCaller() caller: Caller) {
    if (caller.roles.includes('organiser'))
      throw new WrongState(
        'labels-need-another-person', text('组织者不得查看标签', 'an organiser, who checks entries in, may not read the labels'),
        text('请由非组织者的保管人打印', 'let a custodian who is no organiser print them'),
      );
    const { state } = await this.reader.load(seal, id, caller);
    const plain = state.is === 'none' ? null : await this.vault.read(queryOn(this.db), state.labels);
    return { labels: plain === null ? [] : [...unsealed(plain).envelopes] };
  }
}
