import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import type { Instant } from '#libs/decider';
import {
  BooleanField, type Caller, DecimalField, EnumField, IdField, IdParam, InstantField, IntegerField, ListField, NotFound,
  ObjectField, Produces,
  RefField, Roles, TheCaller,
} from '#libs/web';
import { Hearings } from '../hearing/hearings.js';
import { margin } from './margin.js';
import type { Because, Stage } from './result.js';
import { PlacingRow, ResultRow } from './results.view.js';

const resultStates = ['provisional', 'appealed', 'corrected', 'final', 'annulled-in-part'] as const;
type ResultState = (typeof resultStates)[number];

export class ResultQuery {
  @IntegerField({ min: 1, max: 100_000, optional: true, description: 'the latest where not given' }) revision?: number;
}

export class CriterionMarkDto {
  @RefField({ example: 'A' }) id!: string;
  @DecimalField({ example: '56.25' }) mark!: string;
}

export class MarginDto {
  @RefField({ description: 'the code of the next better rank', example: 'K12' }) to!: string;
  @DecimalField({ example: '0.75' }) total!: string;
  @ListField(
    () => CriterionMarkDto, { description: 'negative where this code was the better one' }
  ) criteria!: readonly CriterionMarkDto[];
}

export class PlacingDto {
  @RefField({ example: 'K07' }) code!: string;
  @IntegerField({ nullable: true, description: 'null: not ranked' }) rank!: number | null;
  @BooleanField({ description: 'no key of the scheme told it from another: the rank is shared', example: false }) tied!: boolean;
  @RefField({ nullable: true, description: 'why it is not ranked', example: null }) unranked!: string | null;
  @DecimalField({ example: '88.50' }) total!: string;
  @ListField(() => CriterionMarkDto) criteria!: readonly CriterionMarkDto[];
  @DecimalField({ nullable: true, description: 'theory out of 100', example: '80.00' }) theory!: string | null;
  @DecimalField({ nullable: true, description: 'practice out of 100', example: '90.10' }) practical!: string | null;
  @ObjectField(
    () => MarginDto, { nullable: true, description: 'what it lacked of the next better rank' }
  ) margin!: MarginDto | null;
}

export class ResultDto {
  @IdField() contest!: string;
  @IntegerField({ min: 1 }) revision!: number;
  @EnumField(['provisional', 'final']) stage!: Stage;
  @EnumField(resultStates, { description: 'where it is in its life' }) state!: ResultState;
  @EnumField(
    ['marking-completed', 'hearing-upheld', 'code-voided', 'judge-recused', 'finalised'], { description: 'why there is this revision' }
  ) because!: Because['kind'];
  @RefField({ description: 'SHA-256 over the placings' }) digest!: string;
  @InstantField(
    { nullable: true, description: 'when the contest was first finalised; no correction changes it' }
  ) firstFinalAt!: Instant | null;
  @ListField(() => PlacingDto) placings!: readonly PlacingDto[];
}

@ApiTags('results 成绩')
@Controller('contests/:id/result')
export class ResultController {
  constructor(
    private readonly db: DataSource,
    private readonly hearings: Hearings,
  ) {}

  @Get()
  @Roles('organiser', 'chief-judge', 'judge', 'arbitrator', 'auditor')
  @ApiOperation({
    summary: 'The result by code, with margins by criterion 成绩',
    description: 'None exists before all sheets are locked: no judge sees a total while marking. By code alone.',
  })
  @Produces(ResultDto)
  async one(
    @IdParam('id') contest: string, @Query() { revision }: ResultQuery, @TheCaller() { organisation }: Caller
  ): Promise<ResultDto> {
    const [row] = await this.db.manager.find(ResultRow, {
      where: { contest, organisation, ...(revision === undefined ? {} : { revision }) }, order: { revision: 'DESC' }, take: 1,
    });
    if (!row) throw new NotFound('result', contest);
    const rows = await this.db.manager.find(PlacingRow, {
      where: { contest, revision: row.revision }, order: { rank: { direction: 'ASC', nulls: 'LAST' }, code: 'ASC' },
    });
    const appealed = (await this.hearings.of(contest)).some(({ state }) => state === 'filed' || state === 'assigned');
    return {
      contest, revision: row.revision, stage: row.stage, state: stateOf(row, appealed), because: row.because.kind,
      digest: row.digest, firstFinalAt: row.firstFinalAt,
      placings: rows.map(({ contest: _c, revision: _r, ...placing }) => ({ ...placing, margin: marginOf(placing, rows) })),
    };
  }
}

const stateOf = ({ stage, because: { kind } }: ResultRow, appealed: boolean): ResultState => {
  if (stage === 'final') return kind === 'code-voided' ? 'annulled-in-part' : 'final';
  return appealed ? 'appealed' : kind === 'marking-completed' ? 'provisional' : 'corrected';
};

const marginOf = (placing: Pick<PlacingRow, 'rank' | 'total' | 'criteria'>, rows: readonly PlacingRow[]): MarginDto | null => {
  const { rank } = placing;
  if (rank === null) return null;
  const better = rows.findLast((row) => row.rank !== null && row.rank < rank);
  return better ? margin(placing, better) : null;
};
