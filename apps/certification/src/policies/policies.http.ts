import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiProperty, ApiTags } from '@nestjs/swagger';
import { findPack, needsOverride, packs, type LoadedPack } from '#libs/policy';
import {
  BooleanField, type Caller, EnumField, NotFound, Produces, Public, RefField, Roles, TextField, TheCaller, TheLanguage,
  type Language,
} from '#libs/web';

export class PackSummaryDto {
  @RefField({ example: 'tianjin-municipal-1' }) id!: string;
  @RefField({ example: '1' }) version!: string;
  @TextField({ description: 'SHA-256 of its canonical JSON: what a contest is frozen to' }) digest!: string;
  @TextField({ example: 'Tianjin municipal class-1 skills contest' }) title!: string;
  @EnumField(['primary', 'secondary', 'recalled', 'hypothetical'], {
    description: 'how sure its source is',
  }) verification!: string;
  @BooleanField({
    description: 'something in it is recalled or hypothetical: a contest needs a recorded override',
  }) needsOverride!: boolean;
}

export class PackDto extends PackSummaryDto {
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'the whole pack, as it decides' })
  pack!: Record<string, unknown>;
}

const summary = ({ pack, digest }: LoadedPack, language: 'zh' | 'en'): PackSummaryDto => ({
  id: pack.id, version: pack.version, digest, title: pack.title[language], verification: pack.verification,
  needsOverride: needsOverride(pack),
});

@ApiTags('policy packs 政策包')
@Controller('policies')
export class PoliciesController {
  @Get()
  @Roles('organiser', 'certifier', 'auditor', 'worker', 'incentive-officer', 'hr', 'operator')
  @ApiOperation({
    summary: 'Policy packs that contests can be decided by 政策包清单',
    description: 'With where each is from, what it applies to, and how sure its text is.',
  })
  @Produces(PackSummaryDto, { list: true })
  list(@TheCaller() { language }: Caller): PackSummaryDto[] {
    return packs().map((loaded) => summary(loaded, language));
  }

  @Get(':id/:version')
  @Public()
  @ApiParam({ name: 'id', schema: { type: 'string', example: 'tianjin-municipal-1' } })
  @ApiParam({ name: 'version', schema: { type: 'string', example: '1' } })
  @ApiOperation({
    summary: 'One pack, with every rule and its source: anyone may read by what is decided 政策包全文',
    description: 'Without a login. A version never changes.',
  })
  @Produces(PackDto)
  one(@Param('id') id: string, @Param('version') version: string, @TheLanguage() language: Language): PackDto {
    const loaded = findPack(id, version);
    if (loaded === undefined) throw new NotFound('policy', `${id} ${version}`.slice(0, 100));
    return { ...summary(loaded, language), pack: loaded.pack };
  }
}
