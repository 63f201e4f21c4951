import type { Text } from '#libs/decider';
import {
  BooleanField, DoneAnswer, EnumField, IdField, InstantField, IntegerField, ListField, PageQuery, RefField, TextField,
  TextPairField,
} from '#libs/web';
import type { EntryStatus } from './entry.js';
import type { EntryRow } from './entry.view.js';

export const statuses: readonly EntryStatus[] = [
  'submitted', 'accepted', 'waitlisted', 'rejected', 'checked-in', 'drawn', 'competed', 'withdrawn', 'absent', 'disqualified',
  'annulled',
];

export class EntryBody {
  @ListField('id', { min: 1, max: 20, description: 'worker ids of the member, or of the team in order' }) members!: string[];
}

export class OptionalReasonBody {
  @TextField({
    max: 2000, optional: true, nullable: true, description: 'kept encrypted', example: '因病退赛 Ill',
  }) reason?: string | null;
}

export class EntryReasonBody {
  @TextField({ max: 2000, description: 'kept encrypted', example: '冒名顶替 Impersonation' }) reason!: string;
}

export class ReasonAnswer {
  @TextField({ nullable: true, max: 2000, example: '因病退赛 Ill' }) reason!: string | null;
}

export class CheckInBody {
  @IntegerField({ min: 1, max: 100_000, description: 'of the envelope that was drawn; not shown again', example: 17 })
  envelope!: number;
}

export class ImportQuery {
  @EnumField(['good', 'all-or-nothing'], { optional: true, description: 'take the good rows (default), or all or nothing' })
  mode?: 'good' | 'all-or-nothing';
  @BooleanField({ optional: true, description: 'only report; nothing is written', example: false }) dryRun?: boolean;
}

export class BadRowAnswer {
  @IntegerField({ description: 'line of the file', example: 7 }) line!: number;
  @RefField({ example: 'id-number-as-float' }) rule!: string;
  @TextPairField() reason!: Text;
}

export class ImportAnswer extends DoneAnswer {
  @BooleanField() dryRun!: boolean;
  @IntegerField({ example: 44 }) rows!: number;
  @IntegerField({ description: 'entries taken, or in a dry run: would be', example: 42 }) entries!: number;
  @ListField(() => BadRowAnswer, { max: 5000 }) bad!: BadRowAnswer[];
  @ListField('string', { description: 'headers that no column goes by', example: ['鞋码'] }) ignoredColumns!: string[];
}

export class MemberAnswer {
  @IdField() worker!: string;
  @IntegerField({
    nullable: true, description: 'age in whole years at the end of registration', example: 31,
  }) age!: number | null;
  @EnumField(['worker', 'student']) status!: string;
  @IdField({ nullable: true }) unit!: string | null;
}

export class FindingAnswer {
  @RefField({ example: 'level-held' }) condition!: string;
  @IdField() worker!: string;
  @BooleanField() met!: boolean;
  @TextPairField() reason!: Text;
}

export class EntryAnswer {
  @IdField() id!: string;
  @IdField() contest!: string;
  @RefField({ description: 'entry number (参赛号)', example: '007' }) number!: string;
  @EnumField(statuses) is!: string;
  @ListField(() => MemberAnswer) members!: MemberAnswer[];
  @ListField(() => FindingAnswer, { description: 'what screening found, with its reasons' }) findings!: FindingAnswer[];
  @IntegerField({ nullable: true, description: 'place in the order of the draw', example: 12 }) drawOrder!: number | null;
  @RefField({ nullable: true, description: 'sealed code; null until the seal opens', example: 'K7Q2-9F' }) code!: string | null;
  @InstantField() submittedAt!: string;
}

export class EntriesQuery extends PageQuery {
  @EnumField(statuses, { optional: true }) is?: EntryStatus;
}

export const entryAnswer = (
  { id, contest, number, is, members, findings, drawOrder, code, submittedAt }: EntryRow
): EntryAnswer => ({
  id, contest, number, is, members: [...members], findings: [...findings], drawOrder, code, submittedAt,
});
