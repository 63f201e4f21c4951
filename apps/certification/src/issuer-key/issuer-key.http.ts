import { Body, Controller, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Done } from '#libs/event-store';
import { type Caller, DoneAnswer, NotFound, Produces, Public, Roles, TextField, TheCaller } from '#libs/web';
import { Site } from '../site.js';
import { IssuerKeys, SIGNING } from './issuer-keys.js';

/** So long a verifier may keep the keys; a new key is fetched when a credential names one that is not known. */
const KEPT = 'public, max-age=300';

export class JwksDto {
  @ApiProperty({
    type: 'array', items: { type: 'object', additionalProperties: true },
    description: 'public keys (JWK), the one that signs now first; those before verify on what they signed',
  })
  keys!: readonly object[];
}

export class ControllerDocumentDto {
  @TextField({ description: 'the issuer that credentials name' }) id!: string;
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true }, description: 'its keys' })
  verificationMethod!: readonly object[];
  @ApiProperty({ type: 'array', items: { type: 'string' }, description: 'the keys that credentials are signed with' })
  assertionMethod!: readonly string[];
}

export class RotatedDto extends DoneAnswer {
  @TextField({ description: 'the new key: its thumbprint (RFC 7638)', example: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' })
  kid!: string;
}

export class WithdrawKeyDto {
  @TextField({ max: 500, description: 'why; kept encrypted', example: '旧主机遗失 the old host was lost' }) reasons!: string;
}

@ApiTags('verifying 证书查验')
@Controller()
export class IssuerKeyController {
  constructor(private readonly keys: IssuerKeys, private readonly site: Site) {}

  @Get('.well-known/jwks.json')
  @Public()
  @Header('cache-control', KEPT)
  @ApiOperation({
    summary: 'The public keys that verify credentials and status lists 签发公钥',
    description: 'A JWK Set. Whoever keeps a copy verifies offline; old keys stay as long as what they signed is to be verified.',
  })
  @Produces(JwksDto)
  async jwks(): Promise<JwksDto> {
    return { keys: (await this.keys.verifying()).map((key) => ({ ...key, alg: SIGNING, use: 'sig' })) };
  }

  @Get('issuer')
  @Public()
  @Header('cache-control', KEPT)
  @ApiOperation({
    summary: 'The issuer that credentials name, with its keys 签发者',
    description: 'A controlled identifier document (W3C), for verifiers that follow the `issuer` of a credential.',
  })
  @Produces(ControllerDocumentDto)
  async issuer(): Promise<ControllerDocumentDto & { '@context': string[] }> {
    const id = this.site.issuer;
    const methods = (await this.keys.verifying()).map(({ kid, ...jwk }) => ({
      id: `${id}#${kid}`, type: 'JsonWebKey', controller: id, publicKeyJwk: { kid, ...jwk, alg: SIGNING },
    }));
    return {
      '@context': ['https://www.w3.org/ns/cid/v1'], id, verificationMethod: methods,
      assertionMethod: methods.map((method) => method.id),
    };
  }

  @Post('issuer-keys/rotate')
  @Roles('operator')
  @ApiOperation({
    summary: 'A new key signs from now on 轮换签发密钥',
    description: 'The private half of the one before is destroyed; its public half stays in the JWKS.',
  })
  @Produces(RotatedDto, { status: 201 })
  rotate(@TheCaller() caller: Caller): Promise<Done & { kid: string }> {
    return this.keys.rotate(caller);
  }

  @Post('issuer-keys/:kid/withdraw')
  @HttpCode(200)
  @Roles('operator')
  @ApiOperation({
    summary: 'A key that others may know: nothing that it signed is verified any more 停用密钥',
    description: 'It leaves the JWKS. Holders ask for their credentials again, signed by the new key. Rotate first.',
  })
  @Produces(DoneAnswer)
  withdraw(@Param('kid') kid: string, @Body() { reasons }: WithdrawKeyDto, @TheCaller() caller: Caller): Promise<Done> {
    if (!/^[\w-]{43}$/.test(kid)) throw new NotFound('issuer-key');
    return this.keys.withdraw(kid, reasons, caller);
  }
}
