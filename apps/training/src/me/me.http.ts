import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource, In } from 'typeorm';
import { decimal, isId, sum } from '#libs/decider';
import { type Caller, DecimalField, IdField, IdParam, ListField, NotFound, Produces, Roles, TheCaller } from '#libs/web';
import { CreditRow } from '../credit-account/credit-account.view.js';
import { DrillDto, drillDto } from '../drill/drill.http.js';
import { DrillRow } from '../drill/drill.view.js';
import { EnrolmentDto, enrolmentDto } from '../enrolment/enrolment.http.js';
import { EnrolmentRow } from '../enrolment/enrolment.view.js';
import { MergeRow } from '../trainee/trainee.view.js';

export class TrainingFileDto {
  @IdField({ description: 'the worker' }) worker!: string;
  @ListField(() => EnrolmentDto, { description: 'programmes (培训)' }) enrolments!: EnrolmentDto[];
  @ListField(() => DrillDto, { description: 'drills (练兵)' }) drills!: DrillDto[];
  @DecimalField({ description: 'credits (学分) in all', example: '8.5' }) credits!: string;
}

@ApiTags('training files')
@Controller()
export class TrainingFileController {
  constructor(private readonly db: DataSource) {}

  @Get('me')
  @Roles('worker')
  @ApiOperation({
    summary: 'My training and drills',
    description: 'My own file (我的培训与练兵): programmes with hours and credits, drill results; also what was recorded before my ' +
      'records were merged.',
  })
  @Produces(TrainingFileDto)
  async me(@TheCaller() caller: Caller): Promise<TrainingFileDto> {
    if (!caller.worker || !isId(caller.worker)) throw new NotFound('worker', caller.worker);
    return this.file(caller.worker, {});
  }

  @Get('workers/:worker')
  @Roles('organiser', 'trainer', 'certifier', 'auditor')
  @ApiOperation({
    summary: "A worker's training and drills", description: "What your organisation recorded of a worker (培训档案), ids only.",
  })
  @Produces(TrainingFileDto)
  async one(@IdParam('worker') worker: string, @TheCaller() caller: Caller): Promise<TrainingFileDto> {
    return this.file(worker, { organisation: caller.organisation });
  }

  private async file(worker: string, within: { organisation?: string }): Promise<TrainingFileDto> {
    const absorbed = await this.db.manager.findBy(MergeRow, { goesOnAs: worker });
    const where = { worker: In([worker, ...absorbed.map((row) => row.worker)]), ...within };
    const enrolments = await this.db.manager.find(EnrolmentRow, { where, order: { enrolment: 'ASC' } });
    const drills = await this.db.manager.find(DrillRow, { where, order: { on: 'ASC', drill: 'ASC' } });
    const credits = await this.db.manager.findBy(CreditRow, where);
    return {
      worker, enrolments: enrolments.map(enrolmentDto), drills: drills.map(drillDto),
      credits: decimal(sum(credits.map((row) => row.credits))),
    };
  }
}
