/**
 * The policy engine (政策引擎): a pack and the facts about one person in one contest → a decision, with reasons.
 * Pure: the same pack and facts always decide the same, offline as in the service.
 */
import { civilDate, exact, text } from '#libs/decider';
import { appliesTo, needsOverride } from './applies.js';
import { canonical, digestOf } from './canonical.js';
import { evaluate } from './conditions.js';
import { isLevel, payment, target, underCeilings } from './effects.js';
import type { Decision, Effects, Facts, HonourEffect, LevelEffect, MoneyEffect, Reason } from './facts.js';
import { levelName } from './names.js';
import type { EffectKind, Hole, Pack, Rule } from './pack.js';

const kinds: readonly EffectKind[] = ['level', 'honours', 'money'];

export const decide = (pack: Pack, facts: Facts): Decision => {
  const barred = bar(pack, facts);
  if (barred !== undefined) return barred;
  const places = possiblePlaces(pack, facts);
  const [first, ...others] = places.map((place) => decideAt(pack, facts, place));
  if (first === undefined) throw new Error('there is always one place, even none');
  return others.length === 0 ? first : settleTie(first, others, facts, pack);
};

/** Do two decisions have the same consequences? What the person held before is no consequence. */
export const effectsOf = ({ level, honours, money, held }: Effects): unknown => ({ to: level?.to ?? null, honours, money, held });
export const effectsDigest = (effects: Effects): string => digestOf(effectsOf(effects));

/** The contest is frozen to a pack that this deployment does not have, or not with that content: nobody may guess. */
export const withoutPack = (): Decision =>
  held(
    kinds, reason('pack-not-available', 'all', null, '未找到公布时冻结的政策包', 'the pack that the contest is frozen to is not available'),
  );

/** What stands before every rule: nothing follows, or all is held. */
const bar = (pack: Pack, { contest, placing }: Facts): Decision | undefined => {
  if (needsOverride(pack) && !contest.overridden)
    return held(kinds, reason('override-missing', 'all', null, '政策包未经核实，且没有启用它的人工确认记录',
      'the pack is not verified, and no override was recorded'));
  if (!appliesTo(pack, contest))
    return none(
      reason('pack-does-not-apply', 'all', null, '该政策包不适用于本赛项（系列、类别、组别或性质）', 'the pack does not speak about this contest'),
    );
  if (placing.rank === null)
    return none(reason('not-ranked', 'all', null, `未参与排名：${placing.unranked ?? ''}`, `not ranked: ${placing.unranked ?? ''}`));
  const minimum = pack.fieldMinimum;
  if (minimum !== undefined && placing.field < minimum.count) {
    const why = reason('field-too-small', 'all', 'fieldMinimum',
      `参与排名 ${placing.field}，少于规定的 ${minimum.count}`,
      `${placing.field} ranked, fewer than the ${minimum.count} that the rule demands`, minimum.cite);
    return minimum.below === 'hold' ? held(kinds, why) : none(why);
  }
  const missing = pack.occupations !== undefined && !pack.occupations.catalogue.includes(contest.occupation);
  if (missing && pack.occupations?.onMissing === 'reject')
    return none(
      reason(
        'occupation-outside', 'all', 'occupations', '职业不在目录内', 'the occupation is outside the catalogue', pack.occupations.cite,
      ),
    );
  return undefined;
};

/** The rank; or, where it is shared and nobody ruled, every place that a panel could give. */
const possiblePlaces = (pack: Pack, { placing }: Facts): readonly (number | null)[] => {
  const { rank, tied, ruled } = placing;
  if (rank === null || tied <= 1) return [rank];
  if (ruled !== null) return [ruled];
  switch (pack.ranking.tieAtCut) {
    case 'share':
    case 'includeAll': return [rank];
    case 'excludeAll': return [rank + tied - 1];
    case 'panel': return Array.from({ length: tied }, (_, n) => rank + n);
  }
};

/** A shared rank matters only where the places within it have different consequences: exactly those are held. */
const settleTie = (first: Decision, others: readonly Decision[], { placing }: Facts, pack: Pack): Decision => {
  const differs = (kind: EffectKind): boolean =>
    others.some((other) => canonical(part(other, kind)) !== canonical(part(first, kind)));
  const open = kinds.filter(differs);
  if (open.length === 0) return first;
  const why = reason('tie-at-the-cut', open.length === kinds.length ? 'all' : (open[0] ?? 'all'), 'ranking',
    `第 ${placing.rank} 名由 ${placing.tied} 人（队）并列，所有并列规则用尽，须由评审组裁定`,
    `rank ${placing.rank} is shared by ${placing.tied} after every key: a panel must settle it`, pack.ranking.cite);
  return conclude({
    level: open.includes('level') ? null : first.level,
    honours: open.includes('honours') ? [] : first.honours,
    money: open.includes('money') ? [] : first.money,
    held: kinds.filter((kind) => open.includes(kind) || first.held.includes(kind)),
  }, [...first.reasons, why], first.rules);
};

const part = (decision: Decision, kind: EffectKind): unknown =>
  [kind === 'level' ? (decision.level?.to ?? null) : decision[kind], decision.held.includes(kind)];

/** The decision for one place. */
const decideAt = (pack: Pack, facts: Facts, place: number | null): Decision => {
  const reasons: Reason[] = [];
  const holding = new Set<EffectKind>();
  const gated = failsGate(pack, facts);
  if (gated !== undefined) return none(gated);

  const holes = pack.holes.filter((hole) => evaluate(hole.when, facts, place).holds);
  const inHole = (rule: Rule, kind: EffectKind): boolean => {
    const hole = holes.find((each) => each.effects.includes(kind) && (each.rule === undefined || each.rule === rule.id));
    if (hole === undefined) return false;
    if (!reasons.some(({ by }) => by === hole.id)) reasons.push(holeReason(hole, kind));
    if (hole.then === 'hold') holding.add(kind);
    return true;
  };
  // A hole stands even where no rule's condition can hold in it: a band that the source does not name.
  for (const hole of holes) {
    if (hole.rule !== undefined) continue;
    for (const kind of hole.effects) if (hole.then === 'hold') holding.add(kind);
    reasons.push(holeReason(hole, hole.effects[0] ?? 'level'));
  }

  const met = pack.rules.filter((rule) => evaluate(rule.when, facts, place).holds);
  const level = levelOf(pack, facts, met.filter((rule) => !inHole(rule, 'level')), reasons, holding);
  const honours: HonourEffect[] = [];
  const money: MoneyEffect[] = [];
  for (const rule of met) {
    let payments = 0;
    for (const effect of rule.effects) {
      const id = `${pack.id}/${rule.id}`;
      if ('honour' in effect && !inHole(rule, 'honours')) {
        const { honour, title, mode, unlessHeld } = effect.honour;
        if (unlessHeld && facts.held.honours.includes(honour))
          reasons.push(
            reason('honour-held', 'honours', rule.id, `已获${title.zh}，不重复授予`, `${title.en} is held already`, rule.cite),
          );
        else honours.push({ honour, mode, rule: id });
      }
      if ('pay' in effect && !inHole(rule, 'money')) {
        payments += 1;
        const paid = payment(effect.pay, rule, payments === 1 ? id : `${id}/${payments}`, facts, place, level);
        if ('money' in paid) money.push(paid.money);
        else reasons.push(paid.reason);
      }
    }
  }
  if (met.length === 0 && holes.length === 0)
    reasons.push(reason('no-rule-holds', 'all', null, '没有规则的条件成立', 'the conditions of no rule hold'));
  return conclude({ level, honours, money, held: kinds.filter((kind) => holding.has(kind)) }, reasons, met.map(({ id }) => id));
};

const failsGate = (pack: Pack, { placing }: Facts): Reason | undefined => {
  const gate = pack.passGate;
  if (gate === undefined || gate.before !== 'effect' || passes(pack, placing)) return undefined;
  return reason('gate-not-passed', 'all', 'passGate', `理论须达 ${gate.theory}、实操须达 ${gate.practical}`,
    `theory must reach ${gate.theory} and practical ${gate.practical}`, gate.cite);
};

/** A mark that is not known does not pass. */
export const passes = (pack: Pack, marks: { theory: string | null; practical: string | null }): boolean => {
  const gate = pack.passGate;
  if (gate === undefined) return true;
  return atLeast(marks.theory, gate.theory) && atLeast(marks.practical, gate.practical);
};

const atLeast = (mark: string | null, minimum: string): boolean => mark !== null && exact(mark).gte(minimum);

/** The best level that the rules give, under ceilings, occupation and caps. */
const levelOf = (
  pack: Pack, facts: Facts, rules: readonly Rule[], reasons: Reason[], holding: Set<EffectKind>,
): LevelEffect | null => {
  const from = facts.held.level?.level ?? null;
  let best: LevelEffect | null = null;
  for (const rule of rules) {
    const aims = rule.effects.filter(
      (effect) => 'grant' in effect || 'grantOrStep' in effect || 'step' in effect || 'grantContestLevel' in effect,
    );
    for (const effect of aims) {
      const aim = target(effect, facts);
      const { level, by } = aim === null ? { level: null, by: null } : underCeilings(pack, facts, aim);
      if (by !== null)
        reasons.push(
          reason(
            'ceiling', 'level', by.id, `本组别最高授予${levelName(by.level).zh}`,
            `this group is given at most ${levelName(by.level).en}`, by.cite,
          ),
        );
      if (level === null || !isLevel(level) || (from !== null && from <= level))
        reasons.push(reason('held-already', 'level', rule.id, `已具有${levelName(from).zh}，“${rule.title.zh}”不再晋升`,
          `${levelName(from).en} is held, so "${rule.title.en}" gives nothing more`, rule.cite));
      else if (best === null || level < best.to) best = { from, to: level, rule: `${pack.id}/${rule.id}` };
    }
  }
  if (best === null) return null;
  if (pack.occupations !== undefined && !pack.occupations.catalogue.includes(facts.contest.occupation)) {
    reasons.push(
      reason(
        'occupation-outside', 'level', 'occupations', '职业不在目录内，不授予等级', 'the occupation is outside the catalogue: no level',
        pack.occupations.cite,
      ),
    );
    if (pack.occupations.onMissing === 'hold') holding.add('level');
    return null;
  }
  const capped = pack.caps.find((cap) => counted(cap, facts, best).length >= cap.count);
  if (capped === undefined) return best;
  const earlier = counted(capped, facts, best).map(({ firstFinalAt }) => civilDate(firstFinalAt)).join(', ');
  reasons.push(reason('cap-reached', 'level', capped.id, `${capped.title.zh}；已于 ${earlier} 通过竞赛晋升`,
    `${capped.title.en}; promoted already by the contest that was final on ${earlier}`, capped.cite));
  return null;
};

const counted = (cap: Pack['caps'][number], { held, contest }: Facts, level: LevelEffect) =>
  held.promotions.filter((promotion) => {
    switch (cap.per) {
      case 'life': return true;
      case 'year': return civilDate(promotion.firstFinalAt).slice(0, 4) === civilDate(contest.firstFinalAt).slice(0, 4);
      case 'occupationLevel': return promotion.occupation === contest.occupation && promotion.level === level.to;
    }
  });

const holeReason = (hole: Hole, kind: EffectKind): Reason => ({
  code: 'hole-in-the-source', effect: kind, by: hole.id, text: hole.title, cite: hole.cite,
});

const reason = (
  code: string, effect: Reason['effect'], by: string | null, zh: string, en: string, cite: readonly string[] = [],
): Reason =>
  ({ code, effect, by, text: text(zh, en), cite });

/** What is held gives nothing yet. */
const conclude = (effects: Effects, reasons: readonly Reason[], rules: readonly string[]): Decision => {
  const some = effects.level !== null || effects.honours.length > 0 || effects.money.length > 0;
  return { is: some ? 'effects' : effects.held.length > 0 ? 'held' : 'none', ...effects, reasons, rules };
};

const none = (why: Reason): Decision => conclude({ level: null, honours: [], money: [], held: [] }, [why], []);
const held = (effects: readonly EffectKind[], why: Reason): Decision =>
  conclude({ level: null, honours: [], money: [], held: effects }, [why], []);
