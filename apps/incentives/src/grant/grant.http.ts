import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { civilDate, newId, Refusal } from '#libs/decider';
import type { Done } from '#libs/event-store';
import { decide, Reader, Transactions } from '#libs/service';
import { Vault } from '#libs/vault';
import {
  type Caller, DateField, DoneAnswer, EnumField, IdField, IdParam, IntegerField, type Page, PageQuery, Produces, RefField, Roles,
  TextField, TheCaller, versioned, type Versioned,
} from '#libs/web';
import { grant, type GrantCommand, type Payee } from './grant.js';
import { Grants, shown } from './grants.js';
import { type GrantState, grantStates } from './grants-view.js';

const payees = ['person', 'team', 'coach', 'employer'] as const satisfies Payee[];

export class GrantDto {
  @IdField() id!: string;
  @EnumField(grantStates, { description: 'where it is in its life' }) state!: GrantState;
  @IdField({ description: 'whom it belongs to' }) worker!: string;
  @IdField() contest!: string;
  @IdField({ description: 'the promotion decision that it follows from' }) decision!: string;
  @RefField({ description: 'the money rule of the policy pack', example: 'training-subsidy' }) rule!: string;
  @IntegerField({ min: 0, description: 'integer fen, CNY', example: 240000 }) fen!: number;
  @EnumField(payees, { description: 'who is paid' }) payee!: Payee;
  @DateField({ nullable: true, description: 'the last day on which it may be approved' }) claimBy!: string | null;
  @IntegerField({ min: 0, description: 'fen still owed back: its decision fell after payment', example: 0 }) owed!: number;
  @TextField({ nullable: true, description: "the payment's reference", example: 'PAY-2026-0001' }) reference!: string | null;
  @EnumField(['superseded', 'revoked', 'rejected'], { nullable: true, description: 'how its decision fell' }) because!: string | null;
}

export class GrantWithReasonDto extends GrantDto {
  @TextField({ nullable: true, description: 'why it was refused or written off; null where it was not, or the text is erased' })
  reason!: string | null;
}

export class GrantsQuery extends PageQuery {
  @EnumField(grantStates, { optional: true }) state?: GrantState;
  @IdField({ optional: true }) contest?: string;
  @IdField({ optional: true }) worker?: string;
}

export class RefuseGrantDto {
  @TextField({ max: 2000, description: 'why; kept encrypted', example: '重复申领：同一职业同一等级已享受培训补贴。' }) reason!: string;
}

export class PayGrantDto {
  @RefField({ description: "the payment's reference in the paying system", example: 'PAY-2026-0001' }) reference!: string;
}

export class RepayGrantDto {
  @RefField({ description: "the repayment's reference", example: 'REC-2026-0001' }) reference!: string;
  @IntegerField({ min: 1, description: 'fen that came back', example: 240000 }) fen!: number;
}

export class WriteOffDto {
  @TextField({ max: 2000, description: 'why nothing more is expected back; kept encrypted', example: '当事人下落不明，经批准核销。' }) reason!: string;
}

export class BulkApprovalDto {
  @IntegerField({ min: 0, description: 'approved by this call', example: 19 }) approved!: number;
  @IntegerField({ min: 0, description: 'refused by a rule: own grants, windows that are over', example: 0 }) passedOver!: number;
  @IntegerField({ min: 0, description: 'not looked at: call again', example: 0 }) left!: number;
}

/** A batch is one transaction; more would keep it open too long. */
const BATCH = 500;

@ApiTags('grants 奖补')
@Controller()
export class GrantController {
  constructor(
    private readonly bus: CommandBus,
    private readonly reader: Reader,
    private readonly transactions: Transactions,
    private readonly grants: Grants,
    private readonly vault: Vault,
  ) {}

  @Get('grants')
  @Roles('incentive-officer', 'auditor')
  @ApiOperation({
    summary: 'Grants of the organisation, oldest first 奖补清单',
    description: 'Of one contest, or in one state, where asked. Amounts are whole fen of CNY.',
  })
  @Produces(GrantDto, { page: true })
  list(@Query() query: GrantsQuery, @TheCaller() caller: Caller): Promise<Page<GrantDto>> {
    return this.grants.page(query, caller);
  }

  @Get('grants/:id')
  @Roles('incentive-officer', 'auditor')
  @ApiOperation({
    summary: 'One grant, with the reason of a refusal',
    description: 'The reason is null where there is none, and where it was erased.',
  })
  @Produces(GrantWithReasonDto)
  async one(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<Versioned<GrantWithReasonDto>> {
    const row = await this.grants.one(id, caller);
    const reason = row.reason === null ? null : await this.vault.read(this.grants.query, row.reason);
    return versioned({ ...shown(row), reason }, row.version);
  }

  @Post('grants/:id/approve')
  @HttpCode(200)
  @Roles('incentive-officer')
  @ApiOperation({
    summary: 'Approve a proposed grant; never your own 批准',
    description: 'Within the window for claiming, where the pack has one.',
  })
  @Produces(DoneAnswer)
  approve(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<Done> {
    return this.decide(id, { type: 'Approve', by: caller.subject, at: caller.at }, caller);
  }

  @Post('contests/:id/approve')
  @HttpCode(200)
  @Roles('incentive-officer')
  @ApiOperation({
    summary: 'Approve the proposed grants of a contest at once 批量批准',
    description: 'So many at a time; ask again while `left` is not 0. Your own are passed over.',
  })
  @Produces(BulkApprovalDto)
  approveAll(@IdParam('id') contest: string, @TheCaller() caller: Caller): Promise<BulkApprovalDto> {
    return this.transactions.run(caller, async (work) => {
      const { ids, left } = await this.grants.proposed(contest, caller, BATCH, work.manager);
      let approved = 0;
      for (const id of ids) {
        try {
          const { events } = await work.decide(grant, id, { type: 'Approve', by: caller.subject, at: caller.at });
          approved += events.length;
        } catch (error) {
          if (!(error instanceof Refusal)) throw error; // a rule said no to this one; the others are not its business
        }
      }
      return { approved, passedOver: ids.length - approved, left };
    });
  }

  @Post('grants/:id/refuse')
  @HttpCode(200)
  @Roles('incentive-officer')
  @ApiOperation({
    summary: 'Refuse a grant that is not paid yet, with the reason 不予发放',
    description: 'The reason is kept encrypted.',
  })
  @Produces(DoneAnswer)
  refuse(@IdParam('id') id: string, @Body() { reason }: RefuseGrantDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.withReason(id, 'Refuse', reason, caller);
  }

  @Post('grants/:id/pay')
  @HttpCode(200)
  @Roles('incentive-officer')
  @ApiOperation({
    summary: 'Record the payment of an approved grant 发放',
    description: 'Once: the reference of the bank or the finance system is kept with it.',
  })
  @Produces(DoneAnswer)
  pay(@IdParam('id') id: string, @Body() { reference }: PayGrantDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.decide(id, { type: 'Pay', by: caller.subject, reference, on: civilDate(caller.at) }, caller);
  }

  @Post('grants/:id/repay')
  @HttpCode(200)
  @Roles('incentive-officer')
  @ApiOperation({
    summary: 'Record that owed money came back, all or a part 追回',
    description: 'After the decision fell and recovery began; the grant is recovered when all is back.',
  })
  @Produces(DoneAnswer)
  repay(@IdParam('id') id: string, @Body() { reference, fen }: RepayGrantDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.decide(id, { type: 'Repay', by: caller.subject, reference, fen }, caller);
  }

  @Post('grants/:id/write-off')
  @HttpCode(200)
  @Roles('incentive-officer')
  @ApiOperation({
    summary: 'Expect no more of what is owed back, with the reason 核销',
    description: 'Ends the recovery: what came back stays recovered, the rest is written off. Never of your own grant.',
  })
  @Produces(DoneAnswer)
  writeOff(@IdParam('id') id: string, @Body() { reason }: WriteOffDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.withReason(id, 'WriteOff', reason, caller);
  }

  @Get('me')
  @Roles('worker')
  @ApiOperation({
    summary: 'My grants 我的奖补',
    description: 'Amount, state, and until when to claim.',
  })
  @Produces(GrantDto, { list: true })
  mine(@TheCaller() caller: Caller): Promise<GrantDto[]> {
    return this.grants.ofWorker(caller.worker ?? caller.subject);
  }

  private async withReason(id: string, type: 'Refuse' | 'WriteOff', reason: string, caller: Caller): Promise<Done> {
    await this.reader.load(grant, id, caller);
    return this.transactions.run(caller, async (work) => {
      const { state } = await work.load(grant, id);
      // Under the worker's key: what is said about a person goes with that person.
      const kept = state.is === 'none' ? newId() : await this.vault.put(work.query, state.terms.worker, reason);
      return work.decide(grant, id, { type, by: caller.subject, reason: kept });
    });
  }

  /** 404 first: that there is no such grant is not a matter of its state. */
  private async decide(id: string, command: GrantCommand, caller: Caller): Promise<Done> {
    await this.reader.load(grant, id, caller);
    return this.bus.execute(decide(grant, id, command, caller));
  }
}

