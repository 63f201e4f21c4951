import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { civilDate, Refusal } from '#libs/decider';
import { Transactions, type Work } from '#libs/service';
import {
  BooleanField, type Caller, DateField, DoneAnswer, EnumField, IdField, IntegerField, ListField, ObjectField, Produces, RefField,
  Roles, TextField,
  TheCaller,
} from '#libs/web';
import { AccessLog } from '../access-log/log.js';
import { RowError } from '../lookup/lookup.dto.js';
import { worker, type WorkerStatus } from '../worker/worker.js';
import { type Outcome, Register } from './mint-or-find.js';

export class PersonDto {
  @TextField({ max: 40, description: 'ID number (身份证号, GB 11643)', example: '34052419800101001X' }) idNumber!: string;
  @TextField({
    max: 100, optional: true,
    description: 'name as on the identity card; not needed where your organisation knows the person', example: '张卫国',
  })
  name?: string;
  @TextField({ max: 50, optional: true, description: 'staff number (工号) in the unit', example: 'HD-0412' }) staffNumber?: string;
  @EnumField(['worker', 'student'], { optional: true, description: 'worker where not given' }) status?: WorkerStatus;
  @RefField({
    max: 40, optional: true, description: "organisation code (统一社会信用代码) of a registered unit", example: '91350100M000100Y43',
  })
  unitCode?: string;
}

export class RegisterDto extends PersonDto {
  @IdField({ optional: true, description: 'unit (单位) by its id, where it has no code' }) unit?: string;
}

export class RegisteredAnswer extends DoneAnswer {
  @BooleanField({ description: 'true: a new id; false: this person was registered before' }) minted!: boolean;
}

export class ResolveDto {
  @DateField({ description: 'ages are in whole years at this date' }) asOf!: string;
  @TextField({ max: 100, description: 'what for; it is logged, so name no person', example: 'import of entries' })
  purpose!: string;
  @BooleanField({
    optional: true, example: true,
    description: 'false: a dry run; a person who is not known yet gets no id, and nothing is written',
  })
  mint?: boolean;
  @ListField(() => PersonDto, { min: 1, max: 5000, description: 'people as in the file, one a row' }) rows!: PersonDto[];
}

export class ResolvedRow {
  @IntegerField({ min: 0, description: 'the row in the request, from 0', example: 0 }) row!: number;
  @IdField({ nullable: true, description: 'the worker id; null where the row is in error, and for a new person in a dry run' })
  worker!: string | null;
  @IntegerField({ min: 0, nullable: true, description: 'whole years at `asOf`', example: 34 }) age!: number | null;
  @EnumField(['worker', 'student'], { nullable: true }) status!: WorkerStatus | null;
  @IdField({ nullable: true, description: 'unit (单位)' }) unit!: string | null;
  @BooleanField({ description: 'true: a new id' }) minted!: boolean;
  @ObjectField(() => RowError, { nullable: true, description: 'why the row was not taken' }) error!: RowError | null;
}

export class ResolveAnswer {
  @ListField(() => ResolvedRow, { max: 5000, description: 'one a row of the request, in its order' }) rows!: ResolvedRow[];
}

/** So many people a transaction: well under a second. */
const CHUNK = 250;

@ApiTags('workers')
@Controller('workers')
export class RegisterController {
  constructor(
    private readonly register: Register,
    private readonly transactions: Transactions,
    private readonly log: AccessLog,
  ) {}

  @Post()
  @Roles('organiser', 'trainer')
  @ApiOperation({
    summary: 'Register a worker',
    description: 'Registers a person (登记劳动者). The same ID number gives the same worker id, whichever organisation registers ' +
      'it: 201 for a new person, 200 for a known one.',
  })
  @Produces(RegisteredAnswer, { status: 201 })
  @ApiResponse({ status: 200, description: 'The person was registered before; your organisation may see the record now.' })
  async one(
    @Body() person: RegisterDto, @TheCaller() caller: Caller, @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RegisteredAnswer> {
    const answer = await this.transactions.run(caller, async (work) => {
      const [outcome] = await this.register.mintOrFind(work, caller.organisation, [person], civilDate(work.at));
      if (outcome?.is !== 'found' || outcome.worker === null) throw asRefusal(outcome);
      // Decided again it changes nothing, and tells the version and position.
      const done = await work.decide(worker, outcome.worker, { type: 'Link', organisation: caller.organisation });
      return { id: outcome.worker, version: done.version, position: done.position, minted: outcome.minted };
    });
    void reply.status(answer.minted ? 201 : 200);
    return answer;
  }

  @Post('resolve')
  @HttpCode(200)
  @Roles('organiser', 'trainer', 'certifier', 'incentive-officer')
  @ApiOperation({
    summary: 'Turn a file of people into worker ids',
    description:
      'For imports of entries, training and certificates (批量登记): finds each person by ID number or registers them, and ' +
      'answers ids and derived facts (age in whole years, worker or student, unit), never a birth date. A row in error ' +
      'leaves the others alone. What is known of a person is not overwritten.',
  })
  @Produces(ResolveAnswer)
  async resolve(@Body() { rows, asOf, purpose, mint = true }: ResolveDto, @TheCaller() caller: Caller): Promise<ResolveAnswer> {
    await this.log.note(caller, 'POST /workers/resolve', rows.length, purpose);
    const outcomes: Outcome[] = [];
    for (let from = 0; from < rows.length; from += CHUNK) {
      const chunk = rows.slice(from, from + CHUNK);
      const step = (work: Work) =>
        mint
          ? this.register.mintOrFind(work, caller.organisation, chunk, asOf)
          : this.register.rehearse(work, caller.organisation, chunk, asOf);
      outcomes.push(...(await this.transactions.run(caller, step)));
    }
    return { rows: outcomes.map(toRow) };
  }
}

const toRow = (outcome: Outcome, row: number): ResolvedRow => {
  if (outcome.is === 'found') {
    const { worker: id, age, status, unit, minted } = outcome;
    return { row, worker: id, age, status, unit, minted, error: null };
  }
  const { rule, text, next } = outcome;
  const error = { rule, text, ...(next === undefined ? {} : { next }) };
  return { row, worker: null, age: null, status: null, unit: null, minted: false, error };
};

const asRefusal = (outcome: Outcome | undefined): Error =>
  outcome?.is === 'refused' ? new Refusal(outcome.rule, outcome.text, outcome.next) : new Error('a person without an outcome');
