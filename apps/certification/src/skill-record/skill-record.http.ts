import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { civilDate, Refusal, text } from '#libs/decider';
import type { Level } from '#libs/policy';
import { Peers, Transactions, type Work } from '#libs/service';
import {
  BooleanField, type Caller, DateField, IdField, IdParam, IntegerField, LevelField, ListField, NotFound, Produces, RefField,
  Roles, TextField, TheCaller,
} from '#libs/web';
import { file } from '../file/file.js';
import { skillRecord, skillRecordId } from './skill-record.js';
import { SkillRecords } from './skill-records.js';

export class SkillRowDto {
  @IdField({ optional: true, description: 'the worker; or give the ID number' }) worker?: string;
  @TextField({
    max: 40, optional: true, description: 'ID number (身份证号); people turns it into the worker id', example: '34052419800101001X',
  }) idNumber?: string;
  @TextField({ max: 100, optional: true, description: 'name, where the person is not known yet', example: '张卫国' }) name?: string;
  @RefField({ description: '大典 code', example: '6-18-01-01' }) occupation!: string;
  @LevelField({ description: '五级 = 5 … 一级 = 1' }) level!: Level;
  @DateField({ description: 'date of issue' }) since!: string;
  @TextField({
    max: 200, optional: true, description: 'number of the certificate, where there is one', example: 'S000131000001233000001',
  }) certificate?: string;
}

export class ImportSkillsDto {
  @TextField({
    max: 200, description: 'where these records come from', example: 'municipal register of certificates, export of 2026-03-01',
  }) source!: string;
  @BooleanField({
    optional: true, description: 'true: one bad row, and none is taken; false where not given: the good ones are',
  }) allOrNothing?: boolean;
  @ListField(() => SkillRowDto, { min: 1, max: 2000 }) rows!: SkillRowDto[];
}

export class ImportedRowDto {
  @IntegerField({ min: 0, description: 'the row in the request, from 0', example: 0 }) row!: number;
  @IdField({ nullable: true }) worker!: string | null;
  @RefField({
    nullable: true, description: 'the rule that it breaks; null where it was taken', example: 'since-in-the-future',
  }) error!: string | null;
  @TextField({ nullable: true, example: 'the date of issue lies in the future' }) why!: string | null;
}

export class ImportedDto {
  @IntegerField({ min: 0, description: 'rows taken', example: 105 }) imported!: number;
  @ListField(() => ImportedRowDto, { max: 2000, description: 'rows that were not taken' }) refused!: ImportedRowDto[];
}

export class RungDto {
  @LevelField() level!: number;
  @DateField() since!: string;
  @TextField({ description: 'the import that it is known from, or the decision that gave it' }) source!: string;
  @BooleanField({ description: 'given by a decision here' }) granted!: boolean;
  @TextField({ nullable: true }) certificate!: string | null;
}

export class SkillRecordDto {
  @IdField() worker!: string;
  @RefField({ example: '6-18-01-01' }) occupation!: string;
  @LevelField({ nullable: true, description: 'the highest level held' }) level!: number | null;
  @ListField(() => RungDto, { description: 'every rung, from the lowest' }) rungs!: RungDto[];
}

interface Resolved {
  readonly rows: readonly {
    readonly worker: string | null; readonly error: { readonly rule: string; readonly text: { zh: string; en: string } } | null
  }[],
}

/** So many rows a transaction: well under a second. */
const CHUNK = 250;

@ApiTags('skill records 技能档案')
@Controller()
export class SkillRecordController {
  constructor(
    private readonly transactions: Transactions, private readonly peers: Peers,
    private readonly records: SkillRecords,
  ) {}

  @Post('skill-records/import')
  @HttpCode(200)
  @Roles('organiser', 'certifier')
  @ApiOperation({
    summary: 'Import levels that workers hold already, with their source 导入技能等级',
    description: 'Rows name a worker id, or an ID number that people resolves first. Contests that were decided without a ' +
      'level that dates from before are decided again.',
  })
  @Produces(ImportedDto)
  async import(@Body() { source, allOrNothing, rows }: ImportSkillsDto, @TheCaller() caller: Caller): Promise<ImportedDto> {
    const resolved = await this.resolve(rows, caller);
    const refused = resolved.filter(({ error }) => error !== null);
    if (allOrNothing === true && refused.length > 0)
      throw new Refusal(
        'rows-refused', text(`${refused.length} 行有误，未导入任何记录`, `${refused.length} rows are wrong, so none was taken`),
        text('请改正这些行', 'correct the rows'), { rows: refused },
      );
    const good = rows.flatMap((row, index) => {
      const { worker, error } = resolved[index] ?? { worker: null, error: null };
      return worker === null || error !== null ? [] : [{ ...row, worker }];
    });
    for (let from = 0; from < good.length; from += CHUNK) {
      const chunk = good.slice(from, from + CHUNK);
      await this.transactions.run(caller, (work) => importRows(work, chunk, source, caller.organisation));
    }
    return { imported: good.length, refused };
  }

  @Get('workers/:id/skill-record')
  @Roles('organiser', 'certifier', 'auditor', 'worker')
  @ApiOperation({
    summary: 'The ladder that a worker climbed, by occupation 技能档案',
    description: 'A worker sees the own one; others where their organisation has imported or granted.',
  })
  @Produces(SkillRecordDto, { list: true })
  async one(@IdParam('id') worker: string, @TheCaller() caller: Caller): Promise<SkillRecordDto[]> {
    if (caller.worker !== undefined && caller.worker !== worker) throw new NotFound('worker', worker);
    // Whoever has nothing here looks like nobody: other organisations must not learn who is known.
    return this.records.ofWorker(worker, caller.worker === undefined ? caller.organisation : null);
  }

  /** Ids from ID numbers, and what is wrong with a row. */
  private async resolve(rows: readonly SkillRowDto[], caller: Caller): Promise<ImportedRowDto[]> {
    const today = civilDate(caller.at);
    const asked = rows.flatMap(
      ({ worker, idNumber, name }, row) => (worker === undefined && idNumber !== undefined ? [{ row, idNumber, name }] : []),
    );
    const found = new Map<number, Resolved['rows'][number]>();
    if (asked.length > 0) {
      const body = {
        asOf: today, purpose: 'import of skill records',
        rows: asked.map(({ idNumber, name }) => ({ idNumber, ...(name === undefined ? {} : { name }) })),
      };
      const answer = await this.peers.need<Resolved>('people', '/workers/resolve', caller, body);
      asked.forEach(({ row }, index) => {
        const person = answer.rows[index];
        if (person !== undefined) found.set(row, person);
      });
    }
    return rows.map((row, index) => {
      const person = found.get(index);
      const worker = row.worker ?? person?.worker ?? null;
      const no = (error: string, why: { zh: string; en: string }) => ({ row: index, worker, error, why: why[caller.language] });
      if (person?.error) return no(person.error.rule, person.error.text);
      if (worker === null) return no('no-worker', text('须填写劳动者编号或身份证号', 'a worker id or an ID number is needed'));
      if (!/^\d-\d{2}-\d{2}-\d{2}$/.test(row.occupation))
        return no('no-occupation-code', text('职业编码格式应为 6-18-01-01', 'an occupation code looks like 6-18-01-01'));
      if (row.since > today) return no('since-in-the-future', text('发证日期晚于今天', 'the date of issue lies in the future'));
      return { row: index, worker, error: null, why: null };
    });
  }
}

type GoodRow = SkillRowDto & { readonly worker: string };

const importRows = async (work: Work, rows: readonly GoodRow[], source: string, organisation: string): Promise<number> => {
  // A worker at a time; who comes twice, comes after.
  const now = new Map(rows.map((row) => [row.worker, row]));
  const later = rows.filter((row) => now.get(row.worker) !== row);
  const here = [...now.values()];
  const done = await work.decideMany(skillRecord, here.map(({ worker, occupation, level, since, certificate = null }) => ({
    id: skillRecordId(worker, occupation),
    command: { type: 'Import', worker, occupation, organisation, level, since, source, certificate } as const,
  })));
  const taken = here.filter((_, index) => (done[index]?.events.length ?? 0) > 0);
  const files = await work.loadMany(file, taken.map(({ worker }) => worker));
  await work.decideMany(file, taken.map(({ worker, occupation }) => {
    const state = files.get(worker)?.state;
    // A level may come late but date from before: contests that were decided without it are decided again, by a job.
    const decided = Object.values(state?.contests ?? {}).some(({ contest }) => contest.occupation === occupation);
    const opened = state?.occupations.includes(occupation) === true ? [] : [{ type: 'SkillRecordOpened', occupation } as const];
    const events = [...opened, ...(decided ? [{ type: 'RefoldAsked', because: 'imported' } as const] : [])];
    return { id: worker, command: { type: 'Remember', events } as const };
  }), { organisation: null });
  return taken.length + (later.length === 0 ? 0 : await importRows(work, later, source, organisation));
};
