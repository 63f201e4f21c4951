import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource, In } from 'typeorm';
import type { Text } from '#libs/decider';
import type { Caller } from '#libs/service';
import {
  DecimalField, EnumField, IdField, InstantField, IntegerField, ListField, ObjectField, Produces, RefField, Roles, TextPairField,
  TheCaller,
} from '#libs/web';
import { AppealRow } from '../appeal/appeal.view.js';
import { ContestRow } from '../contest/contest.view.js';
import { FindingAnswer, statuses } from '../entry/entry.dto.js';
import { EntryMemberRow, EntryRow } from '../entry/entry.view.js';
import { howToObject } from '../result/result.http.js';
import { ReadStandings, type Standings } from '../result/standings.js';

class MyAppeal {
  @IdField() id!: string;
  @EnumField(['filed', 'heard', 'upheld', 'dismissed', 'withdrawn']) is!: string;
  @InstantField() filedAt!: string;
}

class MyResult {
  @EnumField(['provisional', 'final']) stage!: string;
  @IntegerField({ nullable: true, example: 7 }) rank!: number | null;
  @DecimalField({ example: '84.75' }) total!: string;
}

class MyEntry {
  @IdField() id!: string;
  @IdField() contest!: string;
  @TextPairField() contestName!: Text;
  @RefField({ description: 'entry number (参赛号)', example: '007' }) number!: string;
  @EnumField(statuses) is!: string;
  @ListField(() => FindingAnswer, { description: 'what screening found about you, with its reasons' }) findings!: FindingAnswer[];
  @IntegerField({ nullable: true, description: 'place in the order of the draw' }) drawOrder!: number | null;
  @ObjectField(() => MyResult, { nullable: true, description: 'once it is published' }) result!: MyResult | null;
  @TextPairField({ nullable: true, description: 'how to object, while you can' }) howToObject!: Text | null;
  @InstantField({ nullable: true, description: 'and until when' }) objectUntil!: string | null;
  @ListField(() => MyAppeal) appeals!: MyAppeal[];
}

class MyEntries {
  @ListField(() => MyEntry) entries!: MyEntry[];
}

@ApiTags('me')
@Controller('me')
export class MeController {
  constructor(
    private readonly results: ReadStandings,
    private readonly db: DataSource,
  ) {}

  @Get()
  @Roles('worker')
  @ApiOperation({
    summary: 'Your entries',
    description: 'With what was found at screening, your rank once it is published, how to object and until when.',
  })
  @Produces(MyEntries)
  async me(@TheCaller() caller: Caller): Promise<MyEntries> {
    const memberships = await this.db.manager.findBy(EntryMemberRow, { worker: caller.worker ?? caller.subject });
    const entries = await this.db.manager.find(
      EntryRow, { where: { id: In(memberships.map((m) => m.entry)) }, order: { submittedAt: 'ASC', id: 'ASC' } },
    );
    const contests = await this.db.manager.findBy(ContestRow, { id: In(entries.map((e) => e.contest)) });
    const appeals = await this.db.manager.findBy(AppealRow, { entry: In(entries.map((e) => e.id)) });
    const answers: MyEntry[] = [];
    for (const entry of entries) {
      const contest = contests.find((c) => c.id === entry.contest);
      if (contest === undefined) continue;
      const published = contest.is === 'provisional' || contest.is === 'final' ? await this.results.of(contest.id) : undefined;
      answers.push(myEntry(entry, contest, published, appeals.filter((a) => a.entry === entry.id), caller));
    }
    return { entries: answers };
  }
}

const myEntry = (
  entry: EntryRow, contest: ContestRow, published: Standings | undefined, appeals: readonly AppealRow[], caller: Caller
): MyEntry => {
  const standing = published?.standings.find((s) => s.entry.id === entry.id);
  const isOpen = contest.is === 'provisional' && contest.appealsUntil !== null && caller.at <= contest.appealsUntil;
  const mayObject = standing !== undefined && isOpen;
  return {
    id: entry.id, contest: entry.contest, contestName: contest.terms.name, number: entry.number, is: entry.is,
    drawOrder: entry.drawOrder,
    findings: entry.findings.filter((f) => f.worker === caller.worker),
    result: standing === undefined || published === undefined ? null : {
      stage: published.stage, rank: standing.rank, total: standing.total,
    },
    howToObject: mayObject ? howToObject : null,
    objectUntil: mayObject ? contest.appealsUntil : null,
    appeals: appeals.map(({ id, is, filedAt }) => ({ id, is, filedAt })),
  };
};
