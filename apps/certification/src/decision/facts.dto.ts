import { ApiProperty } from '@nestjs/swagger';
import type { Facts } from '#libs/policy';

const part = (description: string): PropertyDecorator => ApiProperty({ type: 'object', additionalProperties: true, description });

/** As docs/policy/facts.schema.json has it, so that `npm run policy -- decide` takes it as it is. */
export class FactsDto {
  @part('the contest: occupation, group, class, level of the paper, and when its facts are read') contest!: Facts['contest'];
  @part('rank, field, marks') placing!: Facts['placing'];
  @part('age and status') person!: Facts['person'];
  @part('level, honours and promotions that were held before') held!: Facts['held'];
  @ApiProperty({
    type: 'array', items: { type: 'object', additionalProperties: true }, required: false,
    description: 'what earlier final revisions said, where the pack lets something of them stand',
  })
  earlier?: Facts['earlier'];
}
