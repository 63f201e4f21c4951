/** Entry conditions (报名条件) as data, and how an entrant is measured against them. */
import { type CivilDate, never, type Text, text, wholeMonths } from '#libs/decider';

/** 五级 = 5 … 一级 = 1: a smaller number is a higher level. */
export type Level = 5 | 4 | 3 | 2 | 1;

export type Condition =
  | { is: 'age'; min: number | null; max: number | null }
  | { is: 'status'; status: 'worker' | 'student' }
  /** At least this level, held so many months; in the contest's occupation or a related one. */
  | { is: 'level-held'; level: Level; months: number; related: readonly string[] }
  | { is: 'drill-passed' }
  /** One programme, or any of the contest's occupation. */
  | { is: 'programme-passed'; programme: string | null }
  /** One event a person within the competition. */
  | { is: 'one-event' };

/** What people says about a member: derived facts only, never a birth date. */
export interface MemberFacts {
  worker: string;
  age: number | null;
  status: 'worker' | 'student';
  unit: string | null;
}

export interface LevelHeld {
  occupation: string;
  level: Level;
  since: CivilDate;
}

/** What registration remembers of one worker from training and promotions. */
export interface Background {
  levels: readonly LevelHeld[];
  drills: readonly string[];
  programmes: readonly { programme: string; occupation: string }[];
  /** Other contests of this competition in which this worker already holds a place. */
  otherContests: readonly string[];
}

export interface Finding {
  condition: Condition['is'];
  worker: string;
  met: boolean;
  reason: Text;
}

export interface Measure {
  conditions: readonly Condition[];
  occupation: string;
  /** Registration's last day: ages and months are counted to it. */
  asOf: CivilDate;
}

/** Every condition for every member, met or not, with the value found. */
export const findings = (measure: Measure, members: readonly { facts: MemberFacts; background: Background }[]): Finding[] =>
  members.flatMap(({ facts, background }) =>
    measure.conditions.map((condition) => ({
      condition: condition.is, worker: facts.worker, ...measured(condition, measure, facts, background),
    })),
  );

type Measured = { met: boolean; reason: Text };

const measured = (condition: Condition, measure: Measure, facts: MemberFacts, background: Background): Measured => {
  switch (condition.is) {
    case 'age': return ageWithin(condition, facts.age);
    case 'status': return statusIs(condition.status, facts.status);
    case 'level-held': return levelHeld(condition, measure, background.levels);
    case 'drill-passed': return drillPassed(measure.occupation, background.drills);
    case 'programme-passed': return programmePassed(condition.programme, measure.occupation, background.programmes);
    case 'one-event': return onlyEvent(background.otherContests);
    default: return never(condition);
  }
};

const ageWithin = ({ min, max }: { min: number | null; max: number | null }, age: number | null): Measured => {
  const asked = `${min ?? 0}–${max ?? '∞'}`;
  if (age === null) return no(`要求年龄${asked}周岁，年龄未知`, `age ${asked} is asked; the age is not known`);
  const met = age >= (min ?? 0) && age <= (max ?? Infinity);
  return { met, reason: text(`要求年龄${asked}周岁，现为${age}周岁`, `age ${asked} is asked; found ${age}`) };
};

const statusNames = { worker: text('职工', 'worker'), student: text('学生', 'student') };

const statusIs = (asked: 'worker' | 'student', found: 'worker' | 'student'): Measured => ({
  met: asked === found,
  reason: text(
    `要求身份为${statusNames[asked].zh}，现为${statusNames[found].zh}`, `status ${asked} is asked; found ${found}`,
  ),
});

export const levelName = (level: Level): string => ['', '一级', '二级', '三级', '四级', '五级'][level] as string;

const levelHeld = (
  { level, months, related }: { level: Level; months: number; related: readonly string[] }, measure: Measure,
  levels: readonly LevelHeld[],
): Measured => {
  const occupations = [measure.occupation, ...related];
  // The longest held of those high enough: whoever stepped up last year has held 三级 since before.
  const [held] = levels
    .filter((l) => occupations.includes(l.occupation) && l.level <= level)
    .sort((a, b) => a.since.localeCompare(b.since));
  const asked = text(`要求取得${levelName(level)}及以上满${months}个月`, `level ${level} or higher for ${months} months is asked`);
  if (held === undefined) return no(`${asked.zh}，未见记录`, `${asked.en}; none on record`);
  const found = wholeMonths(held.since, measure.asOf);
  return {
    met: found >= months,
    reason: text(
      `${asked.zh}，自${held.since}起持有${levelName(held.level)}，满${found}个月`,
      `${asked.en}; level ${held.level} held since ${held.since}, ${found} months`,
    ),
  };
};

const drillPassed = (occupation: string, drills: readonly string[]): Measured =>
  drills.includes(occupation)
    ? yes('已通过本职业练兵', 'a drill of the occupation was passed')
    : no('要求通过本职业练兵，未见通过记录', 'a passed drill of the occupation is asked; none on record');

const programmePassed = (
  asked: string | null, occupation: string, passed: readonly { programme: string; occupation: string }[],
): Measured =>
  passed.some((p) => (asked === null ? p.occupation === occupation : p.programme === asked))
    ? yes('已通过培训项目', 'the programme was passed')
    : no('要求通过培训项目，未见通过记录', 'a passed programme is asked; none on record');

const onlyEvent = (others: readonly string[]): Measured =>
  others.length === 0
    ? yes('本届大赛未报其他赛项', 'no other event of this competition')
    : no(`每人限报一项，已在${others.length}个其他赛项取得名额`,
      `one event a person is allowed; already in ${others.length} other event(s) of this competition`);

const yes = (zh: string, en: string): Measured => ({ met: true, reason: text(zh, en) });
const no = (zh: string, en: string): Measured => ({ met: false, reason: text(zh, en) });
