import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Refusal, text, type Text } from '#libs/decider';
import type { Done } from '#libs/event-store';
import { Reader, Transactions } from '#libs/service';
import {
  type Caller, DecimalField, DoneAnswer, EnumField, IdField, IdParam, IntegerField, ListField, NotFound, type Page, PageQuery,
  pageOf, Produces,
  readCursor, RefField, Roles, TextPairField, TheCaller,
} from '#libs/web';
import type { HearingRow } from '../hearing/hearings.view.js';
import { Hearings } from '../hearing/hearings.js';
import { type Disagreement, marking, owed } from '../result/compute.js';
import { Closing } from '../result/closing.js';
import { byJudge, deskOf, sheetsOf } from '../result/revise.js';
import { scoresheet } from '../scoresheet/scoresheet.js';
import { listOf, SheetDto } from '../scoresheet/scoresheet.http.js';
import type { SheetKind } from '../scoresheet/sheet-id.js';
import { contest, known } from './contest.js';
import { counting, type Lacks } from './expected.js';
import { chiefOnly, MarkingDesk, unknownCode } from './marking-desk.js';

export class ContestDto {
  @IdField() id!: string;
  @RefField({ example: 'C-01' }) number!: string;
  @TextPairField() name!: Text;
  @IdField({ description: 'its marking scheme' }) scheme!: string;
  @EnumField(['announced', 'running', 'marked', 'cancelled']) state!: string;
}

export class MissingSheetDto {
  @IdField() id!: string;
  @RefField({ example: 'K07' }) code!: string;
  @RefField({ example: '1' }) part!: string;
  @EnumField(['J', 'M']) kind!: SheetKind;
  @EnumField(['marks', 'signature', 're-mark']) lacks!: Lacks;
}

export class MissingOfJudgeDto {
  @RefField({ example: 'judge-1' }) judge!: string;
  @ListField(() => MissingSheetDto) sheets!: readonly MissingSheetDto[];
}

export class MissingDto {
  @IdField() contest!: string;
  @IntegerField({ description: 'sheets that the contest needs' }) expected!: number;
  @IntegerField({ description: 'of these, submitted and signed' }) done!: number;
  @ListField(() => MissingOfJudgeDto) judges!: readonly MissingOfJudgeDto[];
}

export class DisagreementDto implements Disagreement {
  @RefField({ example: 'K07' }) code!: string;
  @RefField({ example: '1' }) part!: string;
  @RefField({ example: 'A1.2' }) aspect!: string;
  @DecimalField({ description: 'the highest score less the lowest', example: '2' }) spread!: string;
}

export class RemarkDto {
  @RefField({ example: 'K07', max: 50 }) code!: string;
  @ListField('string', { min: 1, max: 100, description: 'judgement aspects of one part', example: ['A1.2'] }) aspects!: string[];
}

export class RemarkedDto {
  @IntegerField({ description: 'sheets that are to be marked again' }) sheets!: number;
}

export class SheetsOfCodeQuery extends PageQuery {
  @RefField({ description: 'the sealed code', example: 'K07', max: 50 }) code!: string;
}

@ApiTags('contests 赛项')
@Controller('contests')
export class ContestController {
  constructor(
    private readonly reader: Reader,
    private readonly transactions: Transactions,
    private readonly desk: MarkingDesk,
    private readonly closing: Closing,
    private readonly hearings: Hearings,
  ) {}

  @Get()
  @Roles('organiser', 'chief-judge', 'judge', 'arbitrator', 'auditor')
  @ApiOperation({
    summary: 'The contests that were announced 赛项清单',
    description: 'What registration announced, with how far the marking is.',
  })
  @Produces(ContestDto, { page: true })
  async list(@Query() query: PageQuery, @TheCaller() caller: Caller): Promise<Page<ContestDto>> {
    const { items, next } = await this.desk.contests(query, caller);
    return { items: items.map(({ id, number, name, scheme, state }) => ({ id, number, name, scheme, state })), next };
  }

  @Get(':id/missing')
  @Roles('organiser', 'chief-judge')
  @ApiOperation({
    summary: 'Every sheet and signature that is missing, by judge 缺少的评分表与签名',
    description: 'Locking and finalising refuse with the same list.',
  })
  @Produces(MissingDto)
  async missing(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<MissingDto> {
    const { expected, missing } = marking(await this.desk.desk(id, caller), await this.desk.states(id));
    return { contest: id, expected: expected.length, done: expected.length - missing.length, judges: byJudge(missing) };
  }

  @Get(':id/disagreements')
  @Roles('chief-judge')
  @ApiOperation({
    summary: 'Judgements so far apart that they are to be marked again 评判分歧',
    description: 'By code and aspect, as the marking scheme says; for the chief judge alone.',
  })
  @Produces(DisagreementDto, { list: true })
  async disagreements(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<readonly DisagreementDto[]> {
    const desk = await this.desk.desk(id, caller);
    chiefOnly(desk.panel, caller);
    return marking(desk, await this.desk.states(id)).disagreements;
  }

  @Get(':id/sheets')
  @Roles('chief-judge', 'arbitrator', 'auditor')
  @ApiOperation({
    summary: 'All sheets of one code 一个编号的全部评分表',
    description: 'For the chief judge, an auditor once marking is locked, and the arbitrator who hears an appeal of this code.',
  })
  @Produces(SheetDto, { page: true })
  async sheets(
    @IdParam('id') id: string, @Query() { code, limit = 50, cursor }: SheetsOfCodeQuery, @TheCaller() caller: Caller,
  ): Promise<Page<SheetDto>> {
    const { contest: of, panel, frozen } = await this.desk.desk(id, caller);
    if (!(await this.maySee(id, code, of.is === 'marked', panel.chief === caller.subject, caller))) throw new NotFound('code');
    const [after = ''] = readCursor(cursor, 1) ?? [];
    const rows = (await this.desk.sheets(id, { code })).filter((row) => row.id > String(after));
    const { items, next } = pageOf(rows, limit, (row) => [row.id]);
    return {
      items: items.map(({ id: sheet, part, kind, judge, state, asked, marks, version }) => ({
        id: sheet, contest: id, code, part, kind, judge, state, asked, version, marks: listOf(marks),
        aspects: frozen.aspects(part, kind).map((aspect) => aspect.id),
      })),
      next,
    };
  }

  @Post(':id/re-mark')
  @HttpCode(200)
  @Roles('chief-judge')
  @ApiOperation({
    summary: 'Ask every judge to mark some judgements of a code again; nobody is told what the others gave 要求重评',
    description: 'Their sheets open again for these aspects, and are submitted and signed once more.',
  })
  @Produces(RemarkedDto)
  async remark(
    @IdParam('id') id: string, @Body() { code, aspects }: RemarkDto, @TheCaller() caller: Caller
  ): Promise<RemarkedDto> {
    known((await this.reader.load(contest, id, caller)).state);
    return this.transactions.run(caller, async (work) => {
      const desk = await deskOf(work, id);
      chiefOnly(desk.panel, caller);
      if (!desk.contest.codes.includes(code)) throw unknownCode(code);
      const sheets = await sheetsOf(work, desk);
      const judgements = owed(desk).filter((expected) => expected.code === code && expected.kind === 'J');
      const asked = judgements.flatMap((expected) => {
        const found = counting(expected, sheets);
        const given = found ? aspects.filter((aspect) => Object.hasOwn(found.sheet.marks, aspect)) : [];
        if (!found || given.length === 0) return [];
        return [{ id: found.id, command: { type: 'AskRemark', aspects: given, by: caller.subject } as const }];
      });
      if (asked.length === 0)
        throw new Refusal(
          'nothing-to-re-mark', text('没有可重评的评分', 'no judgement of these was submitted'),
          text('请指明已提交评分表中的评判项', 'name judged aspects of submitted sheets'),
        );
      await work.decideMany(scoresheet, asked);
      return { sheets: asked.length };
    });
  }

  @Post(':id/lock')
  @HttpCode(200)
  @Roles('chief-judge')
  @ApiOperation({
    summary: 'Lock every sheet; the result follows by itself 锁定评分',
    description: 'Refused with the list of what is missing. From then on only an upheld hearing changes a mark.',
  })
  @Produces(DoneAnswer)
  async lock(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<Done> {
    await this.reader.load(contest, id, caller);
    return this.closing.lock(id, caller);
  }

  @Post(':id/finalise')
  @HttpCode(200)
  @Roles('chief-judge')
  @ApiOperation({
    summary: 'Make the result final 成绩生效',
    description: 'Refused while a sheet is missing, an appeal is open, or the public notice or the time to appeal is not over.',
  })
  @Produces(DoneAnswer)
  async finalise(@IdParam('id') id: string, @TheCaller() caller: Caller): Promise<Done> {
    await this.reader.load(contest, id, caller);
    return this.closing.finalise(id, caller);
  }

  private async maySee(id: string, code: string, marked: boolean, chief: boolean, caller: Caller): Promise<boolean> {
    if (chief || (marked && caller.roles.includes('auditor'))) return true;
    const hears = (row: HearingRow): boolean => row.code === code && row.arbitrator === caller.subject;
    return caller.roles.includes('arbitrator') && (await this.hearings.of(id)).some(hears);
  }
}
