/** The facts that a decision was read with, in words, each with the events that it came from. Pure. */
import { civilDate, type Text, text } from '#libs/decider';
import { factName, type Facts, levelName, medalName, statusName } from '#libs/policy';

/** Ids of events, as others published them or we did. */
export interface Origins {
  /** Where the code was placed, and the seal told who is behind it. */
  readonly placed: readonly string[];
  readonly sealed: readonly string[];
  readonly announced: readonly string[];
  readonly registrationClosed: readonly string[];
  /** The level held, where it was imported. */
  readonly imported: readonly string[];
  /** What earlier contests of the person gave, by contest. */
  readonly given: ReadonlyMap<string, readonly string[]>;
}

export interface UsedFact {
  readonly fact: string;
  readonly text: Text;
  readonly value: Text;
  readonly from: readonly string[];
}

const same = (value: string | number): Text => text(String(value), String(value));

export const factsUsed = ({ contest, placing, person, held }: Facts, from: Origins): readonly UsedFact[] => {
  const { rank, tied, field, unranked, theory, practical, medal } = placing;
  const climbed = held.promotions
    .filter(({ occupation, level }) => occupation === contest.occupation && level === held.level?.level)
    .flatMap((promotion) => from.given.get(promotion.contest) ?? []);
  const shared = tied > 1 ? text(`，${tied} 人（队）并列`, `, shared by ${tied}`) : text('', '');
  const known = (fact: string, value: string | number | null | undefined, events: readonly string[]): UsedFact[] =>
    (value === null || value === undefined ? [] : [{ fact, text: factName(fact), value: same(value), from: events }]);
  return [
    {
      fact: 'rank', text: text('名次', 'rank'), from: from.placed,
      value: rank === null
        ? text(`未参与排名（${unranked ?? ''}）`, `not ranked (${unranked ?? ''})`)
        : text(`第 ${rank} 名，共 ${field}${shared.zh}`, `${rank} of ${field}${shared.en}`),
    },
    ...known('theory', theory, from.placed), ...known('practical', practical, from.placed),
    ...(medal === undefined ? [] : [{ fact: 'medal', text: factName('medal'), value: medalName[medal], from: from.placed }]),
    ...known('age', person.age, from.sealed),
    { fact: 'status', text: text('身份', 'status'), value: statusName[person.status], from: from.sealed },
    {
      fact: 'level-held', text: text('原有等级', 'level held'), from: from.imported.length > 0 ? from.imported : climbed,
      value: held.level === null
        ? levelName(null)
        : text(
          `${levelName(held.level.level).zh}，自 ${held.level.since}`,
          `${levelName(held.level.level).en} since ${held.level.since}`,
        ),
    },
    ...(held.honours.length === 0 ? [] : [{
      fact: 'honours-held', text: text('已获荣誉', 'honours held'), value: same(held.honours.join(', ')),
      from: [...from.given.values()].flat(),
    }]),
    ...held.promotions.map((promotion) => ({
      fact: 'earlier-promotion', text: text('此前竞赛晋升', 'earlier promotion by a contest'),
      value: text(`${levelName(promotion.level).zh}，${civilDate(promotion.firstFinalAt)}`,
        `${levelName(promotion.level).en}, ${civilDate(promotion.firstFinalAt)}`),
      from: from.given.get(promotion.contest) ?? [],
    })),
    {
      fact: 'contest', text: text('赛项', 'contest'), from: from.announced,
      value: text(
        `${statusName[contest.group].zh}组，每队 ${contest.teamSize} 人，${contest.series} ${contest.class}`,
        `${contest.group}s, teams of ${contest.teamSize}, ${contest.series} ${contest.class}`,
      ),
    },
    ...(contest.level === null
      ? []
      : [{ fact: 'paper', text: factName('paper'), value: levelName(contest.level), from: from.announced }]),
    {
      fact: 'facts-as-of', text: text('事实截至', 'facts as of'), value: same(civilDate(contest.factsAt)),
      from: from.registrationClosed,
    },
  ];
};
