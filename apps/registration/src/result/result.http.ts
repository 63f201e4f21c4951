import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import type { Text } from '#libs/decider';
import type { Caller } from '#libs/service';
import {
  BooleanField, DecimalField, EnumField, IdField, IdParam, InstantField, IntegerField, ListField, NotFound, Produces, Public,
  RefField, Roles, TextPairField,
  TheCaller,
} from '#libs/web';
import { ContestRow } from '../contest/contest.view.js';
import { ReadStandings } from './standings.js';

class CriterionMark {
  @RefField({ example: 'A' }) id!: string;
  @DecimalField({ example: '18.50' }) mark!: string;
}

class PublicStanding {
  @RefField({ description: 'entry number (参赛号)', example: '007' }) number!: string;
  @IntegerField({ nullable: true, example: 1 }) rank!: number | null;
  @RefField({ nullable: true, description: 'why there is no rank' }) unranked!: string | null;
  @BooleanField({ description: 'shares its rank' }) tied!: boolean;
  @DecimalField({ example: '91.25' }) total!: string;
}

class StandingAnswer extends PublicStanding {
  @IdField() entry!: string;
  @RefField({ nullable: true, example: 'K7Q2-9F' }) code!: string | null;
  @ListField('id') workers!: string[];
  @ListField(() => CriterionMark) criteria!: CriterionMark[];
}

class ResultsAnswer {
  @IdField() contest!: string;
  @IntegerField() revision!: number;
  @EnumField(['provisional', 'final']) stage!: string;
  @ListField(() => StandingAnswer) standings!: StandingAnswer[];
}

class NoticeAnswer {
  @IdField() contest!: string;
  @RefField({ example: 'A01' }) number!: string;
  @TextPairField() name!: Text;
  @EnumField(['provisional', 'final']) stage!: string;
  @IntegerField() revision!: number;
  @InstantField({ nullable: true, description: 'appeals are open until then' }) appealsUntil!: string | null;
  @InstantField({ nullable: true, description: 'the public notice ends then' }) noticeUntil!: string | null;
  @TextPairField({ description: 'how to object' }) howToObject!: Text;
  @ListField(() => PublicStanding) standings!: PublicStanding[];
}

export const howToObject: Text = {
  zh: '对成绩有异议的，请在申诉截止前由参赛者本人登录提交申诉，或以书面形式向主办单位提出。',
  en: 'Whoever objects to a result files an appeal as the entrant before appeals end, or writes to the organiser.',
};

@ApiTags('results')
@Controller('contests')
export class ResultController {
  constructor(
    private readonly results: ReadStandings,
    private readonly db: DataSource,
  ) {}

  @Get(':id/results')
  @Roles('organiser', 'auditor', 'certifier')
  @ApiOperation({
    summary: 'The newest result of a contest, by entry',
    description: 'After the seal opened. Judging, which must not learn who is behind a code, may not read it.',
  })
  @Produces(ResultsAnswer)
  async one(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<ResultsAnswer> {
    if ((await this.db.manager.findOneBy(ContestRow, { id, organisation: caller.organisation })) === null) throw new NotFound(
      'contest', id,
    );
    const found = await this.results.of(id);
    if (found === undefined) throw new NotFound('result', id);
    const standings = found.standings.map(({ entry, rank, unranked, tied, total, criteria }): StandingAnswer => ({
      entry: entry.id, number: entry.number, code: entry.code, workers: entry.members.map((m) => m.worker), rank, unranked, tied,
      total,
      criteria: criteria.map(({ id: criterion, mark }) => ({ id: criterion, mark })),
    }));
    return { contest: id, revision: found.revision, stage: found.stage, standings };
  }

  @Get(':id/notice')
  @Public()
  @ApiOperation({
    summary: 'The public notice (公示) of a result',
    description: 'By entry number, without names (only people knows them, and only with a login) and without codes.',
  })
  @Produces(NoticeAnswer)
  async notice(@IdParam('id') id: string): Promise<NoticeAnswer> {
    const contest = await this.db.manager.findOneBy(ContestRow, { id });
    const found = contest === null ? undefined : await this.results.of(id);
    if (contest === null || found === undefined || (contest.is !== 'provisional' && contest.is !== 'final')) throw new NotFound(
      'notice', id,
    );
    const { appealsUntil, noticeUntil, terms: { number, name } } = contest;
    const standings = found.standings.map(
      ({ entry, rank, unranked, tied, total }) => ({ number: entry.number, rank, unranked, tied, total })
    );
    return {
      contest: id, number, name, stage: found.stage, revision: found.revision, appealsUntil, noticeUntil, howToObject, standings,
    };
  }
}
