import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Refusal } from '#libs/decider';
import {
  BooleanField, type Caller, DateField, DecimalField, IdField, IntegerField, ListField, ObjectField, Produces, RefField, Roles,
  TextField, TheCaller,
  Upload,
} from '#libs/web';
import { type BadRow, type DrillRowIn, Imports, type RowOutcome, toError, type TrainingRow } from './imports.js';
import { type Columns, dateCell, decimalCell, readTable, type TableRow, textCell, yesNoCell } from './table.js';

class PersonRowDto {
  @TextField({ max: 40, description: 'ID number (身份证号)', example: '34052419800101001X' }) idNumber!: string;
  @TextField({
    max: 100, optional: true, description: 'name; not needed where your organisation knows the person', example: '张卫国',
  })
  name?: string;
}

export class TrainingRowDto extends PersonRowDto {
  @RefField({ max: 50, description: "the programme's code", example: 'turning-2026' }) programme!: string;
  @DecimalField({ description: 'hours attended', example: '40' }) hours!: string;
  @RefField({
    max: 100, optional: true, description: 'names what was attended; `import` where not given', example: 'spring course',
  })
  session?: string;
  @DateField({ optional: true, description: 'the day of the pass, where the worker passed' }) passedOn?: string;
}

export class DrillRowDto extends PersonRowDto {
  @RefField({ max: 20, description: 'occupation, a 大典 code', example: '6-18-01-01' }) occupation!: string;
  @DateField({ description: 'the day' }) on!: string;
  @DecimalField({ description: 'what was reached', example: '86.5' }) score!: string;
  @BooleanField({ description: 'whether that passes' }) passed!: boolean;
}

export class TrainingRowsDto {
  @ListField(() => TrainingRowDto, { min: 1, max: 5000, description: 'one a worker and programme' }) rows!: TrainingRowDto[];
}

export class DrillRowsDto {
  @ListField(() => DrillRowDto, { min: 1, max: 5000, description: 'one a worker, occupation and day' }) rows!: DrillRowDto[];
}

export class SaidDto {
  @TextField({ example: '学时不足，还差2学时' }) zh!: string;
  @TextField({ example: '2 hours are missing' }) en!: string;
}

export class RowErrorDto {
  @RefField({ description: 'the rule that was broken', example: 'hours-short' }) rule!: string;
  @ObjectField(() => SaidDto, { description: 'why, for people' }) text!: SaidDto;
  @ObjectField(() => SaidDto, { optional: true, description: 'what may be done' }) next?: SaidDto;
}

export class RowOutcomeDto implements RowOutcome {
  @IntegerField({ min: 1, description: 'line of the file; for JSON the row, counted from 1', example: 2 }) line!: number;
  @IdField({ nullable: true, description: 'the worker' }) worker!: string | null;
  @IdField({ nullable: true, description: 'the enrolment or drill; null where the row was not taken' }) id!: string | null;
  @ObjectField(() => RowErrorDto, { nullable: true, description: 'why the row was not taken' }) error!: RowErrorDto | null;
}

export class ImportAnswer {
  @IntegerField({ min: 0, description: 'rows that are recorded now', example: 62 }) taken!: number;
  @IntegerField({ min: 0, description: 'rows in error', example: 1 }) refused!: number;
  @ListField(() => RowOutcomeDto, { max: 5000, description: 'one a row, in the order of lines' }) rows!: readonly RowOutcome[];
}

const person: Columns = { idNumber: ['身份证号', '身份证号码', '公民身份号码'], name: ['姓名'] };
const trainingColumns: Columns = { ...person, programme: ['培训项目', '项目'], hours: ['学时'], session: ['课次'], passedOn: ['合格日期'] };
const drillColumns: Columns = { ...person, occupation: ['职业编码', '职业'], on: ['日期'], score: ['成绩'], passed: ['合格', '是否合格'] };
const csv = { types: ['text/csv', 'application/octet-stream'], maxBytes: 20 * 2 ** 20 };

@ApiTags('imports')
@Controller()
export class ImportController {
  constructor(private readonly imports: Imports) {}

  @Post('training-records')
  @HttpCode(200)
  @Roles('organiser', 'trainer')
  @ApiOperation({
    summary: 'Import training records',
    description: 'Enrols, records hours and passes (培训记录导入) for many workers, by ID number. A row that a rule refuses is ' +
      'told with its reason and leaves the others alone; sent again, nothing is recorded twice.',
  })
  @Produces(ImportAnswer)
  async training(@Body() { rows }: TrainingRowsDto, @TheCaller() caller: Caller): Promise<ImportAnswer> {
    return answer(await this.imports.training(rows.map((row, n) => ({ line: n + 1, ...row })), caller));
  }

  @Post('training-records/file')
  @HttpCode(200)
  @Roles('organiser', 'trainer')
  @Upload(csv)
  @ApiOperation({
    summary: 'Import training records from CSV',
    description: 'The same from a file (CSV, UTF-8 or GB18030) with the columns idNumber, programme, hours, and where known ' +
      'name, session, passedOn; or 身份证号, 培训项目, 学时, 姓名, 课次, 合格日期.',
  })
  @Produces(ImportAnswer)
  async trainingFile(@Body() file: Buffer, @TheCaller() caller: Caller): Promise<ImportAnswer> {
    const rows = readTable(file, trainingColumns, ['idNumber', 'programme', 'hours']).map((row) => read(row, toTraining));
    return answer(await this.imports.training(rows, caller));
  }

  @Post('drills/import')
  @HttpCode(200)
  @Roles('organiser', 'trainer')
  @ApiOperation({
    summary: 'Import drills',
    description: 'Drill results (练兵成绩导入) of many workers, by ID number; the same rules as for training records.',
  })
  @Produces(ImportAnswer)
  async drills(@Body() { rows }: DrillRowsDto, @TheCaller() caller: Caller): Promise<ImportAnswer> {
    return answer(await this.imports.drills(rows.map((row, n) => ({ line: n + 1, ...row })), caller));
  }

  @Post('drills/file')
  @HttpCode(200)
  @Roles('organiser', 'trainer')
  @Upload(csv)
  @ApiOperation({
    summary: 'Import drills from CSV',
    description: 'The same from a file (CSV, UTF-8 or GB18030) with the columns idNumber, occupation, on, score, passed, ' +
      'and where known name; or 身份证号, 职业编码, 日期, 成绩, 合格, 姓名.',
  })
  @Produces(ImportAnswer)
  async drillFile(@Body() file: Buffer, @TheCaller() caller: Caller): Promise<ImportAnswer> {
    const rows =
      readTable(file, drillColumns, ['idNumber', 'occupation', 'on', 'score', 'passed']).map((row) => read(row, toDrill));
    return answer(await this.imports.drills(rows, caller));
  }
}

const toTraining = ({ line, cells }: TableRow): TrainingRow => ({
  line,
  ...personOf(cells),
  programme: textCell(cells['programme'] ?? '', 'programme', 50),
  hours: decimalCell(cells['hours'] ?? '', 'hours'),
  ...(cells['session'] ? { session: textCell(cells['session'], 'session', 100) } : {}),
  ...(cells['passedOn'] ? { passedOn: dateCell(cells['passedOn'], 'passedOn') } : {}),
});

const toDrill = ({ line, cells }: TableRow): DrillRowIn => ({
  line,
  ...personOf(cells),
  occupation: cells['occupation'] ?? '',
  on: dateCell(cells['on'] ?? '', 'on'),
  score: decimalCell(cells['score'] ?? '', 'score'),
  passed: yesNoCell(cells['passed'] ?? '', 'passed'),
});

const personOf = (cells: TableRow['cells']) => ({
  idNumber: textCell(cells['idNumber'] || '-', 'idNumber', 40), // people says what is wrong with an empty one
  ...(cells['name'] ? { name: textCell(cells['name'], 'name', 100) } : {}),
});

const read = <R>(row: TableRow, to: (row: TableRow) => R): R | BadRow => {
  try {
    return to(row);
  } catch (error) {
    if (error instanceof Refusal) return { line: row.line, error: toError(error) };
    throw error;
  }
};

const answer = (rows: readonly RowOutcome[]): ImportAnswer => {
  const refused = rows.filter((row) => row.error !== null).length;
  return { taken: rows.length - refused, refused, rows };
};
