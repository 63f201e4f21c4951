import { Controller, Get, Res, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { text, WrongState } from '#libs/decider';
import { Reader } from '#libs/service';
import { type Caller, IdParam, NotFound, ProducesFile, Roles, TheCaller } from '#libs/web';
import { certificate, type CertificateTerms, standing } from '../certificate/certificate.js';
import { Certificates } from '../certificate/certificates.js';
import { contest } from '../contest/contest.js';
import { IssuerKeys } from '../issuer-key/issuer-keys.js';
import { Site } from '../site.js';
import { VC_JWT } from '../status-list/status-list.http.js';
import { StatusLists } from '../status-list/status-lists.js';
import { credentialOf, type Facts } from './credential.js';
import { Holders } from './holders.js';
import { paperOf } from './paper.js';

const WHO =
  'For the holder, a certifier of the organisation that gave it, and the HR system of the holder’s unit. The name is asked ' +
  'from people each time and not kept: a 503 where people does not answer, a 410 once the holder was erased. The read is logged.';

/** What proves a certificate to others: made when it is asked for, and kept nowhere. */
@ApiTags('certificates 证书')
@Controller('certificates')
export class CredentialController {
  constructor(
    private readonly certificates: Certificates, private readonly reader: Reader, private readonly holders: Holders,
    private readonly lists: StatusLists, private readonly keys: IssuerKeys, private readonly site: Site,
  ) {}

  @Get(':id/credential')
  @Roles('worker', 'certifier', 'hr')
  @ApiOperation({
    summary: 'The certificate as a W3C Verifiable Credential 可验证凭证',
    description:
      'A VC-JWT (data model 2.0): anybody verifies it offline with the keys of /.well-known/jwks.json, and its status in the ' +
      `lists that it names. The ID number is masked. ${WHO}`,
  })
  @ProducesFile(VC_JWT)
  async credential(
    @IdParam('id') id: string, @TheCaller() caller: Caller, @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const facts = await this.facts(id, caller);
    const { number, worker } = facts.terms;
    const holder = await this.holders.of(worker, caller);
    const entry = await this.lists.entryOf(id);
    const { issuer } = this.site;
    const claims = credentialOf(facts, holder, entry, {
      issuer, verify: this.site.verify(number), statusList: (purpose) => this.site.statusList(entry.list, purpose),
    });
    const jwt = await this.keys.sign({
      typ: 'vc+jwt', cty: 'vc', claims: { ...claims, iss: issuer, iat: Math.floor(Date.now() / 1000) },
    });
    return file(reply, Buffer.from(jwt), VC_JWT, `${number}.vc.jwt`);
  }

  @Get(':id/pdf')
  @Roles('worker', 'certifier', 'hr')
  @ApiOperation({
    summary: 'The certificate to print 证书（PDF）',
    description:
      'One page with all that the law lists, and a QR code that leads to where anybody can verify it. The holder and the ' +
      `certifier get the whole ID number, an HR system a masked one. ${WHO}`,
  })
  @ProducesFile('application/pdf')
  async pdf(
    @IdParam('id') id: string, @TheCaller() caller: Caller, @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const facts = await this.facts(id, caller);
    const { number, worker } = facts.terms;
    const paper = await paperOf(facts, await this.holders.of(worker, caller), this.site.verify(number));
    return file(reply, paper, 'application/pdf', `${number}.pdf`);
  }

  /** Of a certificate that is valid now: none is made of one that nobody should rely on. */
  private async facts(id: string, caller: Caller): Promise<Facts> {
    await this.certificates.one(id, caller);
    const { state } = await this.reader.peek(certificate, id);
    if (state.is === 'none') throw new NotFound('certificate', id);
    standing(state);
    if (state.is === 'suspended')
      throw new WrongState('certificate-suspended', text('证书已暂停，正在核查', 'the certificate is suspended: an inquiry is under way'),
        text('请等待核查结束', 'wait until the inquiry has ended'));
    return { terms: state.terms, jobType: await this.jobType(state.terms) };
  }

  private async jobType({ contest: of }: CertificateTerms): Promise<Facts['jobType']> {
    return (await this.reader.peek(contest, of)).state.terms?.name ?? null;
  }
}

const file = (reply: FastifyReply, bytes: Buffer, type: string, name: string): StreamableFile => {
  void reply.header('cache-control', 'private, no-store');
  return new StreamableFile(bytes, { type, disposition: `attachment; filename="${name.replaceAll(/[^\w.-]/g, '_')}"` });
};
