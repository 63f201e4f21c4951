import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Done } from '#libs/event-store';
import { Transactions, type Work } from '#libs/service';
import {
  type Caller, DateField, DoneAnswer, EnumField, IdField, IdParam, InstantField, LevelField, NotFound, type Page, PageQuery,
  Produces, RefField, Roles, TextField, TheCaller, versioned, type Versioned,
} from '#libs/web';
import { apart } from '../decision/apart.js';
import { decision } from '../decision/decision.js';
import { file } from '../file/file.js';
import { Site } from '../site.js';
import { certificate, type CertificateStatus, inquiryOf, type IssuedCertificate, revocable, standing } from './certificate.js';
import { Certificates } from './certificates.js';
import type { CertificateRow } from './certificates-view.js';

export const certificateStates = ['valid', 'suspended', 'revoked'] as const satisfies CertificateStatus[];

export class CertificateDto {
  @IdField() id!: string;
  @RefField({ description: 'what is printed on it', example: 'S000131000001262000001' }) number!: string;
  @EnumField(certificateStates) state!: CertificateStatus;
  @InstantField({ description: 'in this state since' }) since!: string;
  @IdField({ description: 'whose it is; names are asked from people' }) worker!: string;
  @IdField() contest!: string;
  @IdField({ description: 'the decision that gave the level' }) decision!: string;
  @RefField({ example: '6-18-01-01' }) occupation!: string;
  @LevelField() level!: number;
  @DateField({ description: 'issued on' }) on!: string;
  @TextField({ description: 'where anybody can verify it', example: 'https://jinji.example/verify/S000131000001262000001' })
  verify!: string;
}

export class CertificatesQuery extends PageQuery {
  @EnumField(certificateStates, { optional: true }) state?: CertificateStatus;
  @IdField({ optional: true, description: 'of one contest' }) contest?: string;
  @IdField({ optional: true, description: 'of one worker' }) worker?: string;
}

export class CertificateReasonsDto {
  @TextField({ max: 2000, description: 'reasons; kept encrypted', example: '收到实名举报，正在核查 under inquiry' })
  reasons!: string;
}

export class EndInquiryDto extends CertificateReasonsDto {
  @IdField({ optional: true, description: 'which inquiry ends; the only one where it is left out' }) inquiry?: string;
}

@ApiTags('certificates 证书')
@Controller('certificates')
export class CertificateController {
  constructor(
    private readonly certificates: Certificates, private readonly transactions: Transactions, private readonly site: Site,
  ) {}

  @Get()
  @Roles('certifier', 'organiser', 'auditor', 'worker')
  @ApiOperation({
    summary: 'Certificates of the organisation, oldest first 证书清单',
    description: 'Of one contest or worker, or in one state, where asked. A worker sees the own ones.',
  })
  @Produces(CertificateDto, { page: true })
  async list(@Query() query: CertificatesQuery, @TheCaller() caller: Caller): Promise<Page<CertificateDto>> {
    const { items, next } = await this.certificates.page(query, caller);
    return { items: items.map((row) => this.shown(row)), next };
  }

  @Get(':id')
  @Roles('certifier', 'organiser', 'auditor', 'worker', 'hr')
  @ApiOperation({
    summary: 'One certificate: number, level, and whether it is valid 证书',
    description: 'For the organisation that gave it, the holder, and the HR system of the holder’s unit.',
  })
  @Produces(CertificateDto)
  async one(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<Versioned<CertificateDto>> {
    const row = await this.certificates.one(id, caller);
    return versioned(this.shown(row), row.version);
  }

  @Post(':id/suspend')
  @HttpCode(200)
  @Roles('certifier')
  @ApiOperation({
    summary: 'Suspend a certificate while it is inquired into 暂停证书',
    description: 'Several inquiries may go on at once; it is valid again when the last one has ended. Verifiers see it at once.',
  })
  @Produces(DoneAnswer)
  suspend(@IdParam('id') id: string, @Body() { reasons }: CertificateReasonsDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.decide(id, caller, async (work, state) => {
      standing(state);
      const inquiry = caller.newId();
      return { type: 'Suspend', inquiry, because: 'inquiry', reasons: await this.kept(work, state, reasons, caller) };
    });
  }

  @Post(':id/reinstate')
  @HttpCode(200)
  @Roles('certifier')
  @ApiOperation({
    summary: 'An inquiry ended in favour of the holder 恢复证书',
    description: 'Refused where the decision that it proves has fallen: such a certificate is revoked.',
  })
  @Produces(DoneAnswer)
  reinstate(@IdParam('id') id: string, @Body() { inquiry, reasons }: EndInquiryDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.decide(id, caller, async (work, state, holds) => {
      const ended = inquiryOf(state, inquiry, holds);
      return { type: 'Reinstate', inquiry: ended, reasons: await this.kept(work, state, reasons, caller) };
    });
  }

  @Post(':id/revoke')
  @HttpCode(200)
  @Roles('certifier')
  @ApiOperation({
    summary: 'Revoke a suspended certificate whose decision has fallen 撤销证书',
    description:
      'A certificate whose decision stands is not revoked by hand: it falls with the decision, by an appeal or annulment.',
  })
  @Produces(DoneAnswer)
  revoke(@IdParam('id') id: string, @Body() { reasons }: CertificateReasonsDto, @TheCaller() caller: Caller): Promise<Done> {
    return this.decide(id, caller, async (work, state, holds) => {
      revocable(state, holds);
      return { type: 'Revoke', because: 'inquiry', reasons: await this.kept(work, state, reasons, caller) };
    });
  }

  /** For a certifier who is apart from the holder (考培分离). `holds`: the decision that it proves stands. */
  private decide(
    id: string, caller: Caller,
    command: (work: Work, state: IssuedCertificate, holds: boolean) => Promise<Parameters<typeof certificate.decider.decide>[0]>,
  ): Promise<Done> {
    return this.transactions.run(caller, async (work) => {
      const { state } = await work.load(certificate, id);
      if (state.is === 'none') throw new NotFound('certificate', id);
      const { worker, decision: of } = state.terms;
      apart(caller.subject, worker, (await work.load(file, worker)).state.trainers);
      const { state: proved } = await work.load(decision, of);
      return work.decide(certificate, id, await command(work, state, proved.is === 'issued'));
    });
  }

  private kept(work: Work, { terms }: IssuedCertificate, reasons: string, caller: Caller): Promise<string> {
    return work.vault.put(work.query, terms.worker, reasons, caller.newId());
  }

  private shown(
    { id, number, state, since, worker, contest, decision: of, occupation, level, on }: CertificateRow,
  ): CertificateDto {
    return { id, number, state, since, worker, contest, decision: of, occupation, level, on, verify: this.site.verify(number) };
  }
}
