import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource, MoreThan } from 'typeorm';
import {
  BooleanField, type Caller, EnumField, IdField, InstantField, IntegerField, type Page, pageOf, PageQuery, Produces, readCursor,
  RefField, Roles, TheCaller,
} from '#libs/web';
import { GrantRow } from '../grant/grants-view.js';
import { type Account, accounts, LedgerEntry } from './ledger-view.js';

export class LedgerQuery {
  @IdField({ optional: true, description: 'of one contest' }) contest?: string;
}

export class LedgerEntriesQuery extends PageQuery {
  @IdField({ optional: true, description: 'of one contest' }) contest?: string;
}

export class LedgerDto {
  @IntegerField({ min: 0, description: 'fen that were ever paid', example: 960_000 }) paid!: number;
  @IntegerField({ min: 0, description: 'fen that are paid and stand', example: 720_000 }) standing!: number;
  @IntegerField({ min: 0, description: 'fen that are owed back still', example: 0 }) owed!: number;
  @IntegerField({ min: 0, description: 'fen that came back', example: 240_000 }) recovered!: number;
  @IntegerField({ min: 0, description: 'fen that are expected back no more', example: 0 }) writtenOff!: number;
  @BooleanField({
    description: 'paid = standing + owed + recovered + writtenOff, and the grants say the same of what stands and is owed',
  }) balances!: boolean;
}

export class LedgerEntryDto {
  @IdField() grant!: string;
  @IdField() contest!: string;
  @EnumField(accounts) from!: Account;
  @EnumField(accounts) to!: Account;
  @IntegerField({ min: 0, description: 'integer fen, CNY', example: 240_000 }) fen!: number;
  @RefField({ nullable: true, example: 'PAY-2026-0001' }) reference!: string | null;
  @InstantField() at!: string;
}

@ApiTags('ledger 资金台账')
@Controller('ledger')
export class LedgerController {
  constructor(private readonly db: DataSource) {}

  @Get()
  @Roles('incentive-officer', 'auditor')
  @ApiOperation({
    summary: 'What was paid, stands, is owed back, came back, was written off 资金台账',
    description: 'Of the organisation, or of one contest. `balances` compares the movements with the grants as they are.',
  })
  @Produces(LedgerDto)
  async sums(@Query() { contest }: LedgerQuery, @TheCaller() { organisation }: Caller): Promise<LedgerDto> {
    return this.db.transaction('REPEATABLE READ', async (db) => {
      const where = { organisation, ...(contest === undefined ? {} : { contest }) };
      const sum = async (of: Partial<Pick<LedgerEntry, 'from_account' | 'to_account'>>): Promise<number> =>
        (await db.sum(LedgerEntry, 'fen', { ...where, ...of })) ?? 0;
      const balance = async (account: Account): Promise<number> =>
        Number(await sum({ to_account: account })) - Number(await sum({ from_account: account }));
      const [paid, standing, owed] = [-(await balance('fund')), await balance('granted'), await balance('owed')];
      const [recovered, writtenOff] = [await balance('recovered'), await balance('writtenOff')];
      const granted = Number((await db.sum(GrantRow, 'fen', { ...where, state: 'paid' })) ?? 0);
      const open = Number((await db.sum(GrantRow, 'owed', where)) ?? 0);
      return {
        paid, standing, owed, recovered, writtenOff,
        balances: paid === standing + owed + recovered + writtenOff && granted === standing && open === owed,
      };
    });
  }

  @Get('entries')
  @Roles('incentive-officer', 'auditor')
  @ApiOperation({
    summary: 'Every movement, oldest first 资金流水',
    description: 'From one account to another; the references are those of the payments and repayments.',
  })
  @Produces(LedgerEntryDto, { page: true })
  async entries(
    @Query() { contest, limit = 50, cursor }: LedgerEntriesQuery, @TheCaller() { organisation }: Caller,
  ): Promise<Page<LedgerEntryDto>> {
    const [after] = readCursor(cursor, 1) ?? [];
    const rows = await this.db.manager.find(LedgerEntry, {
      where: {
        organisation, ...(contest === undefined ? {} : { contest }), ...(typeof after === 'number' ? { position: MoreThan(after) } : {}),
      },
      order: { position: 'ASC' }, take: limit + 1,
    });
    const { items, next } = pageOf(rows, limit, (last) => [last.position]);
    return {
      next,
      items: items.map(({ grant_id: grant, contest: of, from_account: from, to_account: to, fen, reference, at }) =>
        ({ grant, contest: of, from, to, fen, reference, at })),
    };
  }
}
