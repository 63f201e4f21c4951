import { type Text, text } from '#libs/decider';
import { carried } from './carried.js';
import { type Checked, evaluate } from './conditions.js';
import { atLeast, decide, effectsDigest, fieldNeeded } from './decide.js';
import { conditionsOf } from './coverage.js';
import { levelText, moneyText, otherText } from './effects.js';
import type { Decision, Facts, Level } from './facts.js';
import { effectName, factName, levelName, medalName, modeName, statusName } from './names.js';
import type { Pack, Status, Verification } from './pack.js';

export interface Cited {
  readonly document: string; readonly title: string; readonly quote: string; readonly quoted: 'verbatim' | 'summary'
}

export interface ExplainedRule {
  readonly rule: string;
  readonly title: Text;
  readonly verification: Verification;
  readonly citations: readonly Cited[];
  readonly note: Text | null;
  readonly condition: Checked;
}

export const changeFacts = [
  'rank', 'field-size', 'theory-and-practical', 'level-held', 'earlier-promotions', 'status', 'person', 'medal', 'claim',
] as const;

/** A change that would have led elsewhere; found by deciding again, so it is never a guess. */
export interface Change {
  readonly fact: (typeof changeFacts)[number];
  readonly change: Text;
  readonly then: Text;
}

export interface Explanation {
  readonly outcome: Text;
  readonly reasons: readonly { readonly code: string; readonly text: Text; readonly citations: readonly Cited[] }[];
  readonly rules: readonly ExplainedRule[];
  readonly changes: readonly Change[];
}

export const explain = (pack: Pack, facts: Facts): Explanation => {
  const decision = decide(pack, facts);
  const cited = (ids: readonly string[]): Cited[] =>
    pack.citations.filter(({ id }) => ids.includes(id)).map(
      ({ document, title, quote, quoted }) => ({ document, title, quote, quoted }),
    );
  const place = facts.placing.decidedAs ?? facts.placing.ruled ?? facts.placing.rank;
  return {
    outcome: outcomeText(pack, decision),
    reasons: carried(decision).reasons.map(({ code, text: why, cite }) => ({ code, text: why, citations: cited(cite) })),
    rules: [...(pack.entry ?? []), ...pack.rules].map((rule) => ({
      rule: `${pack.id}/${rule.id}`, title: rule.title, verification: rule.verification ?? pack.verification,
      citations: cited(rule.cite),
      note: rule.note ?? null, condition: evaluate(rule.when, facts, place),
    })),
    changes: changes(pack, facts, decision),
  };
};

/** One sentence of what follows. */
export const outcomeText = (pack: Pack, { level, honours, money, held, others }: Decision): Text => {
  const titleOf = (honour: string): Text => {
    for (const { effects } of pack.rules)
      for (const effect of effects) if ('honour' in effect && effect.honour.honour === honour) return effect.honour.title;
    return text(honour, honour);
  };
  const said: Text[] = [
    ...(level === null ? [] : [levelText(level)]),
    ...honours.map(
      ({ honour, mode }) => text(`${titleOf(honour).zh}（${modeName[mode].zh}）`, `${titleOf(honour).en} (${modeName[mode].en})`),
    ),
    ...money.map(moneyText), ...(others ?? []).map(otherText),
    ...held.map((kind) => text(`${effectName[kind].zh}：待裁定`, `${effectName[kind].en}: held`)),
  ];
  return said.length === 0 ? text('无', 'nothing') : text(said.map(({ zh }) => zh).join('；'), said.map(({ en }) => en).join('; '));
};

const markName = { theory: text('理论', 'theory'), practical: text('实操', 'practical') } as const;
const levels: readonly (Level | null)[] = [null, 5, 4, 3, 2, 1];
/** Those that every deployment knows, and those that the pack names. */
const statusesOf = (pack: Pack): readonly Status[] => {
  const named = pack.rules.flatMap(({ when, effects }) => [
    ...conditionsOf(when).flatMap((each) => ('status' in each ? [each.status] : [])),
    ...effects.flatMap((effect) => ('pay' in effect ? (effect.pay.factor ?? []).flatMap(({ status }) => status ?? []) : [])),
  ]);
  return [...new Set<Status>(['employed', 'unemployed', 'student', ...named])];
};

/** Decides again with one fact changed, nearest first, until the consequences differ. */
const changes = (pack: Pack, facts: Facts, decision: Decision): readonly Change[] => {
  const digest = effectsDigest(decision);
  const found: Change[] = [];
  const attempt = (fact: Change['fact'], changed: Facts, change: Text): boolean => {
    const other = decide(pack, changed);
    if (effectsDigest(other) === digest) return false;
    found.push({ fact, change, then: outcomeText(pack, other) });
    return true;
  };
  const { held, person } = facts;
  const { decidedAs, ...placing } = facts.placing;
  const at = (rank: number): Facts => ({ ...facts, placing: { ...placing, rank, unranked: null, tied: 1, ruled: null } });
  const instead = (rank: number, was: number) => text(`名次为第 ${rank} 名（现为第 ${was} 名）`, `rank ${rank} instead of ${was}`);
  const rank = decidedAs ?? placing.ruled ?? placing.rank;
  if (rank !== null) {
    for (let better = rank - 1; better >= 1; better -= 1) if (attempt('rank', at(better), instead(better, rank))) break;
    for (let worse = rank + 1; worse <= placing.field; worse += 1) if (attempt('rank', at(worse), instead(worse, rank))) break;
  }
  const least = fieldNeeded(pack, facts);
  if (rank !== null && placing.field < least)
    attempt('field-size', { ...facts, placing: { ...facts.placing, field: least } },
      text(`参与排名 ${least}（现为 ${placing.field}）`, `${least} ranked instead of ${placing.field}`));
  const gate = pack.passGate;
  const short = gate === undefined
    ? []
    : (['theory', 'practical'] as const).filter((mark) => !atLeast(placing[mark], gate[mark]));
  if (gate !== undefined && short.length > 0) {
    const raised = Object.fromEntries(short.map((mark) => [mark, gate[mark]]));
    // Before the ranking the gate took the rank; before the effects it only took what follows.
    const ranked = placing.ifPassed === null ? placing : { ...placing, ...placing.ifPassed, unranked: null, tied: 1 };
    const each = short.map((mark) => ({ name: markName[mark], to: gate[mark], is: placing[mark] ?? '—' }));
    attempt('theory-and-practical', { ...facts, placing: { ...ranked, ...raised } }, text(
      `${each.map(({ name, to }) => `${name.zh}达到 ${to}`).join('、')}（现为 ${each.map(({ is }) => is).join('、')}）`,
      `${each.map(({ name, to }) => `${name.en} ${to}`).join(' and ')} instead of ${each.map(({ is }) => is).join(' and ')}`,
    ));
  }
  if (held.promotions.length > 0)
    attempt(
      'earlier-promotions', { ...facts, held: { ...held, promotions: [] } },
      text('此前没有竞赛晋升', 'no earlier promotion by a contest'),
    );
  const current = held.level?.level ?? null;
  const since = held.level?.since ?? facts.contest.factsAt.slice(0, 10);
  // One step at a time away from the level held, lower first: "if only 三级 had been held".
  for (const level of nearest(current)) {
    const was = levelName(current);
    if (attempt('level-held', { ...facts, held: { ...held, level: level === null ? null : { level, since } } },
      text(`原有等级为${levelName(level).zh}（现为${was.zh}）`, `${levelName(level).en} held instead of ${was.en}`))) break;
  }
  for (const status of statusesOf(pack))
    if (status !== person.status)
      attempt('status', { ...facts, person: { ...person, status } },
        text(
          `身份为${statusName[status].zh}（现为${statusName[person.status].zh}）`,
          `${statusName[status].en} instead of ${statusName[person.status].en}`,
        ));
  for (const { fact, changed, change } of personalChanges(pack, facts)) attempt(fact, changed, change);
  return found;
};

const numbers = ['age', 'occupationMonths', 'insuredMonths', 'entries'] as const;
const medals = ['gold', 'silver', 'bronze', 'excellence', 'none'] as const;

/** The borders that the pack draws through what is known of the person, the medal or not. */
const personalChanges = (pack: Pack, facts: Facts): readonly { fact: Change['fact']; changed: Facts; change: Text }[] => {
  const { person, placing } = facts;
  const all = [...pack.rules, ...(pack.entry ?? [])].flatMap(({ when }) => conditionsOf(when));
  const borders = numbers.flatMap((fact) => {
    const is = person[fact];
    if (is === null || is === undefined) return [];
    const ranges = all.flatMap(
      (each) => (fact in each ? [(each as Record<typeof fact, { from: number; to: number | null }>)[fact]] : []),
    );
    const values = [...new Set(ranges.flatMap(({ from, to }) => [from, from - 1, ...(to === null ? [] : [to, to + 1])]))]
      .filter((value) => value >= 0 && value !== is).sort((a, b) => Math.abs(a - is) - Math.abs(b - is));
    return values.map((value) => ({
      fact: 'person' as const, changed: { ...facts, person: { ...person, [fact]: value } },
      change: text(`${factName(fact).zh}为 ${value}（现为 ${is}）`, `${factName(fact).en} ${value} instead of ${is}`),
    }));
  });
  const { medal } = placing;
  const other = medal === undefined ? [] : medals.filter((each) => each !== medal).map((each) => ({
    fact: 'medal' as const, changed: { ...facts, placing: { ...placing, medal: each } },
    change: text(`奖项为${medalName[each].zh}（现为${medalName[medal].zh}）`, `${medalName[each].en} instead of ${medalName[medal].en}`),
  }));
  const post = person.postMatches === undefined ? [] : [{
    fact: 'person' as const, changed: { ...facts, person: { ...person, postMatches: !person.postMatches } },
    change: person.postMatches ? text('证书与岗位不符', 'a certificate that does not match the post')
      : text('证书与岗位相符', 'a certificate that matches the post'),
  }];
  const { certificate } = facts;
  const claim = certificate === undefined || certificate.claimedOn === certificate.issuedOn ? [] : [{
    fact: 'claim' as const, changed: { ...facts, certificate: { ...certificate, claimedOn: certificate.issuedOn } },
    change: text(`在发证当日（${certificate.issuedOn}）申领`, `claimed on the day of issue, ${certificate.issuedOn}`),
  }];
  return [...borders, ...other, ...post, ...claim];
};

const nearest = (current: Level | null): readonly (Level | null)[] => {
  const index = levels.indexOf(current);
  return levels.filter((level) => level !== current)
    .sort(
      (a, b) =>
        Math.abs(levels.indexOf(a) - index) - Math.abs(levels.indexOf(b) - index) || levels.indexOf(a) - levels.indexOf(b),
    );
};
