import { type CivilDate, type Text, text } from '#libs/decider';
import {
  BooleanField, DateField, EnumField, type FieldError, IdField, InstantField, IntegerField, LevelField, ListField, ObjectField,
  RefField, TextPairField,
  ValidationFailed,
} from '#libs/web';
import type { Condition, Level } from './conditions.js';
import type { ContestTerms } from './contest.js';
import type { ContestRow } from './contest.view.js';

export const stages = ['draft', 'announced', 'open', 'closed', 'running', 'provisional', 'final', 'cancelled'] as const;
const conditionKinds = ['age', 'status', 'level-held', 'drill-passed', 'programme-passed', 'one-event'] as const;

export class ConditionBody {
  @EnumField(conditionKinds, { example: 'level-held' }) is!: Condition['is'];
  @IntegerField({
    min: 0, max: 150, optional: true, nullable: true, description: 'age: at least', example: 16,
  }) min?: number | null;
  @IntegerField({
    min: 0, max: 150, optional: true, nullable: true, description: 'age: at most', example: 60,
  }) max?: number | null;
  @EnumField(
    ['worker', 'student'], { optional: true, description: 'status: which', example: 'worker' },
  ) status?: 'worker' | 'student';
  @LevelField({ optional: true, description: 'level-held: at least (五级 = 5 … 一级 = 1)' }) level?: Level;
  @IntegerField({
    min: 0, max: 600, optional: true, description: 'level-held: since so many months', example: 12,
  }) months?: number;
  @ListField(
    'string', { max: 20, optional: true, description: 'level-held: related occupations that count too', example: ['6-18-01-02'] },
  )
  related?: string[];
  @IdField({ optional: true, nullable: true, description: 'programme-passed: which; without one, any of the occupation' })
  programme?: string | null;
}

export class PackBody {
  @RefField({ example: 'shanghai-special-2024' }) id!: string;
  @RefField({ max: 20, example: '1' }) version!: string;
}

export class NoticeBody {
  @IntegerField({ min: 0, max: 60, description: 'working days of the public notice', example: 5 }) workingDays!: number;
  @IntegerField({
    min: 0, max: 720, description: 'hours to appeal, from the start of the notice', example: 24,
  }) appealHours!: number;
}

export class ContestBody {
  @RefField({ max: 40, example: 'A01' }) number!: string;
  @TextPairField({ example: { zh: '车工', en: 'Turning' } }) name!: Text;
  @RefField({ max: 40, description: 'code in the national catalogue (大典)', example: '6-18-01-01' }) occupation!: string;
  @EnumField(['worker', 'student']) group!: 'worker' | 'student';
  @LevelField({ nullable: true, description: 'level of the paper, where it has one' }) level!: Level | null;
  @IntegerField({ min: 1, max: 20, example: 1 }) teamSize!: number;
  @IntegerField({ min: 1, max: 100_000, nullable: true, description: 'entries that may take part; null: any', example: 45 })
  quota!: number | null;
  @RefField({ description: 'the name that packs apply to', example: 'shanghai-special-2024' }) series!: string;
  @RefField({ example: 'municipal-special' }) class!: string;
  @EnumField(['award', 'selection']) purpose!: 'award' | 'selection';
  @ObjectField(() => PackBody) pack!: PackBody;
  @IdField({ description: 'a marking scheme, frozen in judging before the announcement' }) scheme!: string;
  @ObjectField(() => NoticeBody) notice!: NoticeBody;
  @DateField({ description: 'last day of registration; ages and months held are counted to it', example: '2026-03-20' })
  closesOn!: CivilDate;
  @DateField({ example: '2026-03-28' }) startsOn!: CivilDate;
  @ListField(() => ConditionBody, { max: 20 }) conditions!: ConditionBody[];
}

export class ContestAnswer extends ContestBody {
  @IdField() id!: string;
  @IdField() competition!: string;
  @EnumField(stages) is!: string;
  @BooleanField({ description: 'the pack was used by a recorded override' }) overridden!: boolean;
  @RefField({ nullable: true, description: 'SHA-256 of the frozen pack' }) packDigest!: string | null;
  @IntegerField({ nullable: true, description: 'revision of the result on notice' }) revision!: number | null;
  @InstantField({ nullable: true }) appealsUntil!: string | null;
  @InstantField({ nullable: true }) noticeUntil!: string | null;
}

export const contestAnswer = (row: ContestRow): ContestAnswer => {
  const { conditions, notice, pack, ...terms } = row.terms;
  const { id, competition, is, overridden, revision, appealsUntil, noticeUntil } = row;
  return {
    id, competition, is, ...terms, pack: { ...pack }, notice: { ...notice },
    conditions: conditions.map((c) => ({ ...c }) as ConditionBody),
    overridden, packDigest: row.pack?.digest ?? null, revision, appealsUntil, noticeUntil,
  };
};

/** From a body whose fields are right one by one to terms that are right as a whole. */
export const termsOf = (body: ContestBody): ContestTerms => {
  const errors: FieldError[] = [];
  const conditions = body.conditions.map((c, n) => conditionOf(c, (field) => {
    errors.push({ field: `conditions[${n}].${field}`, text: text(`条件 ${c.is} 需要此项`, `is needed for ${c.is}`) });
  }));
  if (errors.length > 0) throw new ValidationFailed(errors);
  const { number, name, occupation, group, level, teamSize, quota, series, purpose, scheme, closesOn, startsOn } = body;
  const { pack: { id, version }, notice: { workingDays, appealHours } } = body;
  return {
    number, name, occupation, group, level, teamSize, quota, series, class: body.class, purpose, pack: { id, version }, scheme,
    notice: { workingDays, appealHours }, closesOn, startsOn, conditions,
  };
};

const conditionOf = (c: ConditionBody, missing: (field: string) => void): Condition => {
  switch (c.is) {
    case 'age':
      if ((c.min ?? null) === null && (c.max ?? null) === null) missing('min');
      return { is: 'age', min: c.min ?? null, max: c.max ?? null };
    case 'status':
      if (c.status === undefined) missing('status');
      return { is: 'status', status: c.status ?? 'worker' };
    case 'level-held':
      if (c.level === undefined) missing('level');
      return { is: 'level-held', level: c.level ?? 5, months: c.months ?? 0, related: c.related ?? [] };
    case 'programme-passed': return { is: 'programme-passed', programme: c.programme ?? null };
    case 'drill-passed': case 'one-event': return { is: c.is };
  }
};
