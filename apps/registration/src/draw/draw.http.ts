import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource, In } from 'typeorm';
import { text, WrongState } from '#libs/decider';
import { type Caller, Reader, Transactions } from '#libs/service';
import { Vault } from '#libs/vault';
import {
  DoneAnswer, IdField, IdParam, IntegerField, ListField, NotFound, Produces, Public, RefField, Roles, TextField, TheCaller,
} from '#libs/web';
import { contest, requires } from '../contest/contest.js';
import { EntryRow } from '../entry/entry.view.js';
import { roster } from '../roster/roster.js';
import { takeTurn } from '../turn.js';
import { draw } from './draw.js';
import { DrawRow } from './draw.view.js';

class RevealBody {
  @TextField({
    max: 200, optional: true, nullable: true, description: 'the public value, where one was named with the hash',
    example: '3012.45',
  })
  publicValue?: string | null;
}

class DrawnAnswer {
  @IntegerField({ example: 1 }) place!: number;
  @IdField() entry!: string;
  @RefField({ example: '007' }) number!: string;
}

class DrawAnswer {
  @IdField() contest!: string;
  @RefField({ description: 'SHA-256 of the seed (32 bytes), published before the first entry' }) hash!: string;
  @TextField({ nullable: true, description: 'a public value that the order depends on as well', example: '上证指数2026-03-23收盘价' })
  publicValueName!: string | null;
  @RefField({ nullable: true, description: 'the seed in hex, once revealed' }) seed!: string | null;
  @RefField({ nullable: true, example: '3012.45' }) publicValue!: string | null;
  @RefField({
    nullable: true, description: 'SHA-256 of the entry ids in ascending order, joined by newlines',
  }) entries!: string | null;
  @ListField(() => DrawnAnswer) order!: DrawnAnswer[];
}

@ApiTags('draw')
@Controller('contests')
export class DrawController {
  constructor(
    private readonly transactions: Transactions,
    private readonly reader: Reader,
    private readonly vault: Vault,
    private readonly db: DataSource,
  ) {}

  @Post(':id/draw/reveal')
  @HttpCode(200)
  @Roles('organiser')
  @ApiOperation({
    summary: 'Reveal the draw',
    description: 'Once registration closed and all were screened: publishes the seed, and the order of those with a place.',
  })
  @Produces(DoneAnswer)
  async reveal(@IdParam('id') id: string, @Body() { publicValue = null }: RevealBody, @TheCaller() caller: Caller) {
    await this.reader.load(contest, id, caller);
    return this.transactions.run(caller, async (work) => {
      await takeTurn(work, id);
      requires((await work.load(contest, id)).state, 'closed', 'registration-not-closed');
      const list = (await work.load(roster, id)).state;
      if (list.entries.some((e) => e.is === 'listed'))
        throw new WrongState(
          'entries-unscreened', text('尚有未审查的报名', 'there are entries that were not screened'),
          text('请调用 POST /contests/{id}/screen', 'POST /contests/{id}/screen'),
        );
      const { state } = await work.load(draw, id);
      const seed = state.is === 'committed' ? ((await this.vault.read(work.query, state.seed)) ?? '') : '';
      const entries = list.entries.filter((e) => e.is === 'placed').map((e) => e.entry);
      return work.decide(draw, id, { type: 'Reveal', seed, publicValue, entries });
    });
  }

  @Get(':id/draw')
  @Public()
  @ApiOperation({
    summary: 'The draw: the commitment, and once revealed the seed and the order',
    description:
      'To check it: SHA-256(seed bytes) = hash; entries = SHA-256 of the sorted entry ids joined by "\\n"; ' +
      'key(e) = HMAC-SHA256(seed, contest + "\\n" + entries + "\\n" + publicValue (or nothing) + "\\n" + e) in hex; ' +
      'order = entries by key.',
  })
  @Produces(DrawAnswer)
  async one(@IdParam('id') id: string): Promise<DrawAnswer> {
    const row = await this.db.manager.findOneBy(DrawRow, { contest: id });
    if (row === null) throw new NotFound('draw', id);
    const numbers = await this.db.manager.find(
      EntryRow, { where: { id: In([...row.order]) }, select: { id: true, number: true } },
    );
    const numberOf = new Map(numbers.map((e) => [e.id, e.number]));
    const { contest: of, hash, publicValueName, seed, publicValue, entries } = row;
    const order = row.order.map((entry, n) => ({ place: n + 1, entry, number: numberOf.get(entry) ?? '' }));
    return { contest: of, hash, publicValueName, seed, publicValue, entries, order };
  }
}
