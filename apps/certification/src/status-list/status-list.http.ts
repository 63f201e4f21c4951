import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { NotFound, ProducesFile, Public } from '#libs/web';
import { type Purpose, purposes } from '../site.js';
import { StatusLists, TTL_MS } from './status-lists.js';

export const VC_JWT = 'application/vc+jwt';

@ApiTags('verifying 证书查验')
@Controller('status-lists')
export class StatusListController {
  constructor(private readonly lists: StatusLists) {}

  @Get(':list/:purpose')
  @Public()
  @ApiOperation({
    summary: 'Which certificates are revoked or suspended, as a signed bit string 证书状态表',
    description:
      'A Bitstring Status List (W3C) as a VC-JWT: 131072 places or more, so that whoever asks does not tell which ' +
      'certificate they mean. A credential names its place in `credentialStatus`; a set bit means revoked, or suspended. Verifiers may keep ' +
      'it for five minutes.',
  })
  @ApiParam({ name: 'list', schema: { type: 'integer', minimum: 1, example: 1 } })
  @ApiParam({ name: 'purpose', schema: { type: 'string', enum: [...purposes] } })
  @ProducesFile(VC_JWT)
  async list(
    @Param('list') list: string, @Param('purpose') purpose: string, @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    if (!/^[1-9]\d{0,5}$/.test(list) || !isPurpose(purpose)) throw new NotFound('status-list');
    const { jwt, etag } = await this.lists.credential(Number(list), purpose);
    void reply.headers({ 'cache-control': `public, max-age=${TTL_MS / 1000}`, etag, 'access-control-allow-origin': '*' });
    if (known === etag) {
      void reply.status(304);
      return undefined;
    }
    void reply.type(VC_JWT);
    return jwt;
  }
}

const isPurpose = (value: string): value is Purpose => (purposes as readonly string[]).includes(value);
