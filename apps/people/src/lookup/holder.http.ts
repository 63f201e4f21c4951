import { Controller, Get, Headers } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import type { ServiceConfig } from '#libs/service';
import {
  BooleanField, type Caller, EnumField, IdField, IdParam, NotFound, Produces, Public, Roles, TextField, TheCaller, Unavailable,
} from '#libs/web';
import { AccessLog } from '../access-log/log.js';
import { type Holder, Lookup } from './lookups.js';

export class HolderDto implements Holder {
  @IdField() worker!: string;
  @TextField({ nullable: true, description: 'null once the worker is erased', example: '张卫国' }) name!: string | null;
  @EnumField(['resident-identity-card'], { description: 'the document (证件类型): 居民身份证' }) idType!: 'resident-identity-card';
  @TextField({ nullable: true, description: 'its number, for the holder and a certifier alone', example: '34052419800101001X' })
  idNumber!: string | null;
  @TextField({ nullable: true, description: 'as a public list shows it', example: '340524********001X' })
  maskedIdNumber!: string | null;
  @BooleanField({ description: 'the person was erased; only ids remain', example: false }) erased!: boolean;
}

export class MaskedNameDto {
  @TextField({ nullable: true, description: 'as a public list (公示) shows it; null once the worker is erased', example: '张*国' })
  maskedName!: string | null;
}

/** Who a certificate is about, for the service that makes certificates. */
@ApiTags('workers')
@Controller('workers/:worker')
export class HolderController {
  private readonly keys: JWTVerifyGetKey;

  constructor(private readonly lookup: Lookup, private readonly log: AccessLog, config: ConfigService<ServiceConfig, true>) {
    const certification = config.get('PEERS_URL', { infer: true }).replace('{service}', 'certification');
    this.keys = createRemoteJWKSet(new URL(`${certification}/.well-known/jwks.json`), {
      timeoutDuration: 5_000, cooldownDuration: 1_000,
    });
  }

  @Get('certificate-holder')
  @Roles('worker', 'certifier', 'hr')
  @ApiOperation({
    summary: 'What a certificate says of its holder',
    description:
      'Name and ID number (持证人信息), for a credential or a paper certificate: the worker themself and a certifier of their ' +
      'organisation get the whole number, an HR system the masked number of its own unit’s workers. The read is logged.',
  })
  @Produces(HolderDto)
  async holder(@IdParam('worker') worker: string, @TheCaller() caller: Caller): Promise<Holder> {
    const found = await this.lookup.holder(worker, caller);
    if (!found) throw new NotFound('worker', worker);
    await this.log.note(caller, 'GET /workers/{worker}/certificate-holder', 1, 'certificate');
    return found;
  }

  /** No login is behind a public page: certification proves by its issuer key that it asks, and about whom. */
  @Get('masked-name')
  @Public({ limited: false })
  @ApiOperation({
    summary: 'The masked name for the public page of a certificate',
    description:
      'For certification alone (证书查验页的脱敏姓名), which proves itself by a token of a minute, signed with a key of its JWKS and ' +
      'made out for this one worker. Whoever else asks finds nobody.',
  })
  @Produces(MaskedNameDto)
  async maskedName(
    @IdParam('worker') worker: string, @Headers('authorization') proof: string | undefined,
  ): Promise<MaskedNameDto> {
    if (!(await this.isProved(worker, proof))) throw new NotFound('worker', worker);
    const found = await this.lookup.self(worker);
    if (!found) throw new NotFound('worker', worker);
    return { maskedName: found.maskedName };
  }

  private async isProved(worker: string, proof: string | undefined): Promise<boolean> {
    const token = /^Bearer ([\w.-]{1,2000})$/.exec(proof ?? '')?.[1];
    if (token === undefined) return false;
    try {
      // By its `typ` no credential, which the same key has signed, can stand for such a token.
      await jwtVerify(token, this.keys, {
        issuer: 'urn:jinji:certification', audience: 'urn:jinji:people', subject: worker, typ: 'holder-request+jwt',
        algorithms: ['ES256'], requiredClaims: ['exp'], maxTokenAge: '2 minutes', clockTolerance: 30,
      });
      return true;
    } catch (error) {
      if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) throw new Unavailable('certification');
      return false;
    }
  }
}
