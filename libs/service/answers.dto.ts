import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  BooleanField,
  EnumField,
  IdField,
  InstantField,
  IntegerField,
  ListField,
  ObjectField,
  RefField,
  TextField,
} from '#libs/web';

/** What the frame's own routes answer. */
export class HealthAnswer {
  @EnumField(['ok', 'error', 'shutting_down']) status!: string;
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'each part, with `status` up or down and what is wrong',
  })
  details?: Record<string, unknown>;
}

export class ClockAnswer {
  @InstantField() now!: string;
  @EnumField(['system', 'manual']) mode!: string;
}

export class CaughtUpAnswer {
  @BooleanField() idle!: boolean;
  @IntegerField({ min: 0, description: 'of the last event' }) position!: number;
  @ListField('string', { description: 'what is still busy' }) busy!: readonly string[];
}

export class ParkedAnswer {
  @IdField() id!: string;
  @RefField({ example: 'jinji.results' }) topic!: string;
  @IntegerField({ min: 0 }) partition!: number;
  @IntegerField({ min: 0 }) offset!: number;
  @RefField() key!: string;
  @RefField({ nullable: true, example: 'jinji.result.closed.v1' }) type!: string | null;
  @RefField({ nullable: true, description: 'null: no CloudEvent, so that nothing waits behind it' }) source!: string | null;
  @IntegerField({ nullable: true }) sequence!: number | null;
  @TextField({ description: 'why it could not be worked off' }) because!: string;
  @IntegerField({ min: 0 }) attempts!: number;
  @EnumField(['parked', 'retried', 'discarded']) state!: string;
  @InstantField() parkedAt!: string;
  @RefField({ nullable: true, description: 'the subject of whoever dealt with it' }) decidedBy!: string | null;
  @TextField({ nullable: true }) reason!: string | null;
  @InstantField({ nullable: true }) decidedAt!: string | null;
}

export class ParkedRecordAnswer extends ParkedAnswer {
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } }) headers!: Record<string, string>;
  @TextField({ nullable: true, description: 'as text' }) data!: string | null;
  @TextField({ nullable: true, description: 'the same as it came, in base64' }) bytes!: string | null;
}

class StoppedAt {
  @IdField() id!: string;
  @TextField() because!: string;
}

export class ReleasedAnswer {
  @IntegerField({ min: 0, description: 'so many messages were worked off' }) released!: number;
  @ObjectField(() => StoppedAt, { nullable: true, description: 'the one that still fails; those behind it wait on' })
  stoppedAt!: StoppedAt | null;
}

export class HistoryEventAnswer {
  @RefField({ example: 'judging' }) service!: string;
  @IdField() id!: string;
  @IntegerField({ min: 1 }) position!: number;
  @RefField({ example: 'scoresheet' }) aggregate!: string;
  @RefField() aggregateId!: string;
  @IntegerField({ min: 1 }) version!: number;
  @RefField({ example: 'SheetSubmitted' }) what!: string;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'as recorded; texts about people are ids here' })
  data!: unknown;
  @RefField({ description: 'the subject of whoever did it' }) who!: string;
  @InstantField({ description: 'domain time' }) when!: string;
  @InstantField({ description: "the machine's time" }) recordedAt!: string;
  @IdField({ nullable: true, description: 'the event or message that it followed from; null where a person began' }) cause!:
    string | null;
  @RefField({ description: 'what belongs together has the same' }) story!: string;
}

export class EffectsAnswer {
  @ListField(() => HistoryEventAnswer) items!: readonly HistoryEventAnswer[];
}

class EventWithEffects extends HistoryEventAnswer {
  @ListField('id', { description: 'the events of this service that followed from it' }) effects!: readonly string[];
}

export class HistoryAnswer {
  @RefField({ example: 'scoresheet' }) aggregate!: string;
  @RefField() id!: string;
  @ListField(() => EventWithEffects) events!: readonly EventWithEffects[];
  @ListField(() => HistoryEventAnswer, {
    optional: true,
    description: 'with follow: what came of them, here and in other services',
  })
  followed?: readonly HistoryEventAnswer[];
  @BooleanField({ optional: true, description: 'with follow: there is more than is shown' }) truncated?: boolean;
  @ListField('string', { optional: true, description: 'with follow: services that did not answer' }) missing?: readonly string[];
}
