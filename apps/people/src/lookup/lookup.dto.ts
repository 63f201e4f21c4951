import {
  BooleanField, DateField, EnumField, IdField, IntegerField, ListField, ObjectField, PageQuery, RefField, TextField,
} from '#libs/web';
import type { WorkerStatus } from '../worker/worker.js';
import type { Identity, WorkerFacts } from './lookups.js';

const nobody = 'null once the worker is erased';

export class IdentityDto implements Identity {
  @IdField({ description: 'the id that was asked for' }) worker!: string;
  @TextField({ nullable: true, description: `name; ${nobody}, and for auditors`, example: '张卫国' }) name!: string | null;
  @TextField({ nullable: true, description: `as a public list (公示) shows it; ${nobody}`, example: '张*国' })
  maskedName!: string | null;
  @TextField({ nullable: true, description: `ID number as a public list shows it; ${nobody}`, example: '310115********001X' })
  maskedIdNumber!: string | null;
  @TextField({ nullable: true, description: 'staff number (工号) where known', example: 'HD-0412' }) staffNumber!: string | null;
  @EnumField(['worker', 'student'], { nullable: true, description: `worker or student; ${nobody}` }) status!: WorkerStatus | null;
  @IdField({ nullable: true, description: 'unit (单位)' }) unit!: string | null;
  @TextField({ nullable: true, description: 'its name', example: '沪东机床厂' }) unitName!: string | null;
  @BooleanField({ description: 'the person was erased; only ids remain', example: false }) erased!: boolean;
  @IdField({ nullable: true, description: 'the record that this one goes on as, after a merge' }) mergedInto!: string | null;
}

export class NamesDto {
  @ListField('id', { max: 2000, description: 'worker ids' }) ids!: string[];
  @TextField({ max: 100, description: 'what they are read for; it is logged, so name no person', example: 'entry list' })
  purpose!: string;
}

export class NamesAnswer {
  @ListField(() => IdentityDto, { description: 'those of the workers that you may see' }) workers!: readonly Identity[];
}

export class FactsDto extends NamesDto {
  @DateField({ description: 'ages are in whole years at this date' }) asOf!: string;
}

export class WorkerFactsDto implements WorkerFacts {
  @IdField({ description: 'the id that was asked for' }) worker!: string;
  @IntegerField({ min: 0, description: 'whole years at `asOf`', example: 34 }) age!: number;
  @EnumField(['worker', 'student'], { description: 'worker or student' }) status!: WorkerStatus;
  @IdField({ nullable: true, description: 'unit (单位)' }) unit!: string | null;
  @IdField({ nullable: true, description: 'the record that this one goes on as, after a merge' }) mergedInto!: string | null;
}

export class FactsAnswer {
  @ListField(() => WorkerFactsDto, { description: 'those of the workers that you may see and who were not erased' })
  workers!: readonly WorkerFacts[];
}

export class FindDto {
  @TextField({
    max: 40, description: 'ID number (身份证号), in the body so that it is in no log of URLs', example: '34052419800101001X',
  })
  idNumber!: string;
}

export class WorkersQuery extends PageQuery {
  @IdField({ optional: true, description: 'only workers of this unit' }) unit?: string;
}

export class RowText {
  @TextField({ example: '身份证号校验位不符' }) zh!: string;
  @TextField({ example: 'the check digit of the ID number does not fit' }) en!: string;
}

export class RowError {
  @RefField({ description: 'the rule that was broken', example: 'id-number-check-digit' }) rule!: string;
  @ObjectField(() => RowText, { description: 'why, for people' }) text!: RowText;
  @ObjectField(() => RowText, { optional: true, description: 'what may be done' }) next?: RowText;
}
