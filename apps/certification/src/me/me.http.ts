import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Peers, Reader } from '#libs/service';
import {
  BooleanField, type Caller, IdField, InstantField, ListField, ObjectField, Produces, Roles, TextField, TheCaller, Unavailable,
} from '#libs/web';
import { decision } from '../decision/decision.js';
import { DecisionDto, GivenOtherDto, inWords, outcomeOf, shown } from '../decision/decision.dto.js';
import { Decisions } from '../decision/decisions.js';
import type { DecisionRow } from '../decision/decisions-view.js';
import { frozenPack } from '../run/results.js';
import { SkillRecordDto } from '../skill-record/skill-record.http.js';
import { SkillRecords } from '../skill-record/skill-records.js';

export class ObjectionWayDto {
  @BooleanField({ description: 'an objection is possible now' }) open!: boolean;
  @InstantField({ nullable: true }) until!: string | null;
  @TextField({ description: 'how', example: 'POST /decisions/{id}/object' }) how!: string;
}

export class MyDecisionDto {
  @ObjectField(() => DecisionDto) decision!: DecisionDto;
  @TextField({ description: 'what follows for you', example: 'level 3 → level 2' }) outcome!: string;
  @ListField(() => 'string', { description: 'why not more', example: ['rank is outside the band'] }) reasons!: string[];
  @TextField({
    description: 'where every rule and value can be read', example: '/decisions/{id}/explanation',
  }) explanation!: string;
  @ObjectField(() => ObjectionWayDto) objection!: ObjectionWayDto;
}

export class EntitlementDto extends GivenOtherDto {
  @IdField({ description: 'the decision that gives it' }) decision!: string;
  @IdField() contest!: string;
}

export class MeDto {
  @IdField() worker!: string;
  @ListField(() => MyDecisionDto) decisions!: MyDecisionDto[];
  @ListField(() => EntitlementDto, {
    description: 'what you may use or apply for, and what your coach or team was given with you: of decisions that are approved and stand',
  }) entitlements!: EntitlementDto[];
  @ListField(() => SkillRecordDto) skillRecords!: SkillRecordDto[];
  @ApiProperty({
    type: 'object', nullable: true, additionalProperties: true,
    description: 'entries, ranks and appeals, as registration tells them; null where it does not answer',
  })
  registration!: Record<string, unknown> | null;
  @ApiProperty({
    type: 'object', nullable: true, additionalProperties: true,
    description: 'grants, as incentives tells them; null where it does not answer',
  })
  incentives!: Record<string, unknown> | null;
  @ListField(() => 'string', {
    description: 'services that did not answer: their part is missing here', example: [],
  }) missing!: string[];
}

/** Until it is approved nobody may rely on it, nor once it fell. */
const entitlementsOf = ({ id, contest, state, others }: DecisionRow, { language }: Caller): EntitlementDto[] =>
  (state === 'approved' || state === 'issued' ? inWords(others, language).map((other) => ({ ...other, decision: id, contest })) : []);

@ApiTags('me 我的')
@Controller('me')
export class MeController {
  constructor(
    private readonly decisions: Decisions, private readonly records: SkillRecords, private readonly reader: Reader,
    private readonly peers: Peers,
  ) {}

  @Get()
  @Roles('worker')
  @ApiOperation({
    summary: 'Where I stand and why: entries, decisions, reasons, how to object and until when 我的晋级',
    description: 'What other services add is named in `missing` where they do not answer.',
  })
  @Produces(MeDto)
  async me(@TheCaller() caller: Caller): Promise<MeDto> {
    const worker = caller.worker ?? caller.subject;
    const [registration, incentives, rows, skillRecords] = await Promise.all([
      this.part('registration', caller), this.part('incentives', caller), this.decisions.ofWorker(worker),
      this.records.ofWorker(worker, null),
    ]);
    const decisions: MyDecisionDto[] = [];
    for (const row of rows) decisions.push(await this.mine(row, caller));
    const parts = { registration, incentives };
    return {
      worker, decisions, entitlements: rows.flatMap((row) => entitlementsOf(row, caller)), skillRecords, ...parts,
      missing: Object.entries(parts).flatMap(([name, part]) => (part === null ? [name] : [])),
    };
  }

  private async part(service: string, caller: Caller): Promise<Record<string, unknown> | null> {
    const answer = await this.peers.get<Record<string, unknown>>(service, '/me', caller);
    return answer instanceof Unavailable ? null : answer;
  }

  private async mine(row: DecisionRow, { language, at }: Caller): Promise<MyDecisionDto> {
    const { state } = await this.reader.peek(decision, row.id);
    const pack = state.is === 'none' ? null : frozenPack(state.about.pack);
    return {
      decision: shown(row), outcome: outcomeOf(pack, row)[language],
      reasons: state.is === 'none' ? [] : state.found.reasons.map(({ text }) => text[language]),
      explanation: `/decisions/${row.id}/explanation`,
      objection: {
        open: row.state === 'onNotice' && row.noticeUntil !== null && at < row.noticeUntil, until: row.noticeUntil,
        how: `POST /decisions/${row.id}/object`,
      },
    };
  }
}
