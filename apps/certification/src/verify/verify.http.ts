import { Controller, Get, Header, Headers, Param, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { toString as qrOf } from 'qrcode';
import { levelName } from '#libs/policy';
import { Reader } from '#libs/service';
import {
  DateField, EnumField, InstantField, type Language, LevelField, NotFound, ObjectField, Produces, Public, RefField, TextField,
  TheLanguage,
} from '#libs/web';
import type { CertificateStatus } from '../certificate/certificate.js';
import { Certificates } from '../certificate/certificates.js';
import type { CertificateRow } from '../certificate/certificates-view.js';
import { contest } from '../contest/contest.js';
import { Holders, type PublicName } from '../credential/holders.js';
import { Site } from '../site.js';
import { page, policy, type Shown, unknownPage } from './page.js';

const nameStates = ['name', 'erased', 'unavailable'] as const satisfies PublicName['is'][];

export class PublicNameDto {
  @EnumField(nameStates, { description: 'shown · the person was erased · people does not answer now' }) is!: PublicName['is'];
  @TextField({ optional: true, description: 'masked', example: '张*国' }) name?: string;
}

export class VerificationDto {
  @RefField({ example: 'S000131000001262000001' }) number!: string;
  @EnumField(['valid', 'suspended', 'revoked']) status!: CertificateStatus;
  @InstantField({ description: 'in this state since' }) since!: string;
  @ObjectField(() => PublicNameDto) name!: PublicName;
  @LevelField() level!: number;
  @TextField({ example: '技师（二级）' }) levelName!: string;
  @RefField({ example: '6-18-01-01' }) occupation!: string;
  @TextField({ nullable: true, description: 'the event (赛项)', example: '车工' }) jobType!: string | null;
  @TextField({ nullable: true, description: 'assessing body', example: '上海市职业技能鉴定中心' }) issuer!: string | null;
  @DateField({ description: 'issued on' }) on!: string;
  @TextField({
    description: 'the page for people, which its QR code holds', example: 'https://jinji.example/verify/S000131000001262000001',
  })
  url!: string;
}

@ApiTags('verifying 证书查验')
@Controller('verify')
export class VerifyController {
  constructor(
    private readonly certificates: Certificates, private readonly holders: Holders, private readonly reader: Reader,
    private readonly site: Site,
  ) {}

  @Get(':number')
  @Public()
  @Header('cache-control', 'no-store')
  @Header('vary', 'accept, accept-language')
  @ApiOperation({
    summary: 'Is this certificate valid? A page for anybody 证书查验',
    description:
      'For whoever holds the number, or scans the QR code: valid, suspended or revoked, with the masked name, level, ' +
      'occupation, body and date. A page in Chinese or English by Accept-Language; the same as data where Accept asks for JSON. Also at ' +
      '/verify/{number} of the gateway. It needs no login and is rate-limited.',
  })
  @ApiParam({ name: 'number', description: 'what is printed on the certificate', example: 'S000131000001262000001' })
  @Produces(VerificationDto)
  @ApiProduces('application/json', 'text/html')
  async verify(
    @Param('number') number: string, @Headers('accept') accept: string | undefined, @TheLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<VerificationDto | string> {
    const row = /^[\x21-\x7e]{1,64}$/.test(number) ? await this.certificates.byNumber(number.toUpperCase()) : null;
    if (row === null) {
      // Programs are told as everywhere; only who asks for a page gets one.
      if (!takes(accept, 'text/html')) throw new NotFound('certificate');
      void html(reply, language).status(404);
      return unknownPage(language);
    }
    const shown = await this.shown(row, language);
    if (takes(accept, 'application/json') && !takes(accept, 'text/html')) return dataOf(row, shown, language);
    void html(reply, language);
    return page(shown, language);
  }

  private async shown({ number, state: status, since, worker, level, occupation, contest: of, issuer, on }: CertificateRow,
    language: Language): Promise<Shown> {
    const url = this.site.verify(number);
    const [name, { state }, qr] = await Promise.all([
      this.holders.publicName(worker, language), this.reader.peek(contest, of), qrOf(url, { type: 'svg', margin: 2 }),
    ]);
    const labelled = qr.replace('<svg ', '<svg role="img" aria-label="QR" ').trim();
    return {
      number, status, since, name, level: levelName(level), occupation, jobType: state.terms?.name ?? null,
      issuer: issuer?.name ?? null, on, url, qr: labelled,
    };
  }
}

const dataOf = (
  { level }: CertificateRow, { qr: _, level: name, jobType, issuer, ...shown }: Shown, language: Language,
): VerificationDto => ({
  ...shown, level, levelName: name[language], jobType: jobType?.[language] ?? null, issuer: issuer?.[language] ?? null,
});

const takes = (accept: string | undefined, type: string): boolean =>
  (accept ?? '').slice(0, 1000).toLowerCase().split(',').some((range) => range.split(';')[0]?.trim() === type);

const html = (reply: FastifyReply, language: Language): FastifyReply => reply.type('text/html; charset=utf-8').headers({
  'content-security-policy': policy, 'content-language': language, 'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
});
