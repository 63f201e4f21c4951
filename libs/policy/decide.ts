/**
 * The policy engine (政策引擎): a pack and the facts about one person in one contest → a decision, with reasons.
 * Pure: the same pack and facts always decide the same, offline as in the service.
 */
import { civilDate, exact, text } from '#libs/decider';
import { appliesTo, needsOverride } from './applies.js';
import { canonical, digestOf } from './canonical.js';
import { evaluate } from './conditions.js';
import { factMissing, isLevel, isLevelEffect, otherOf, payment, target, underCeilings } from './effects.js';
import type { Decision, Effects, Facts, HeldKind, HonourEffect, LevelEffect, MoneyEffect, OtherEffect, Reason } from './facts.js';
import { levelName, yuan } from './names.js';
import type { Effect, EffectKind, Hole, Pack, Rule } from './pack.js';
import { throughRevisions } from './reversal.js';

const kinds: readonly EffectKind[] = ['level', 'honours', 'money'];
const allKinds: readonly HeldKind[] = [...kinds, 'others'];

export const decide = (pack: Pack, facts: Facts): Decision =>
  throughRevisions(pack, facts, (each) => decideRevision(pack, each));

/** One final revision by itself. */
const decideRevision = (pack: Pack, facts: Facts): Decision => {
  const barred = bar(pack, facts);
  if (barred !== undefined) return barred;
  const places = possiblePlaces(pack, facts);
  const [first, ...others] = places.map((place) => decideAt(pack, facts, place));
  if (first === undefined) throw new Error('there is always one place, even none');
  const { decidedAs } = facts.placing;
  if (decidedAs !== undefined)
    return { ...first, reasons: [...first.reasons, reason('decided-in-person', 'all', null,
      `本人拒绝自动化决定，由人工按第 ${decidedAs} 名决定`, `automation was refused; a named person decided as for rank ${decidedAs}`)] };
  return others.length === 0 ? first : settleTie(first, others, facts, pack);
};

/** Do two decisions have the same consequences? What the person held before is no consequence. */
export const effectsOf = ({ level, honours, money, held, others }: Effects): unknown =>
  ({ to: level?.to ?? null, honours, money, held, others });
export const effectsDigest = (effects: Effects): string => digestOf(effectsOf(effects));

/** The contest is frozen to a pack that this deployment does not have, or not with that content: nobody may guess. */
export const withoutPack = (): Decision =>
  held(
    kinds, reason('pack-not-available', 'all', null, '未找到公布时冻结的政策包', 'the pack that the contest is frozen to is not available'),
  );

/** What stands before every rule: nothing follows, or all is held. */
const bar = (pack: Pack, facts: Facts): Decision | undefined => {
  const { contest, placing, certificate } = facts;
  if (needsOverride(pack) && !contest.overridden)
    return held(kinds, reason('override-missing', 'all', null, '政策包未经核实，且没有启用它的人工确认记录',
      'the pack is not verified, and no override was recorded'));
  if (pack.occasion === undefined && !appliesTo(pack, contest))
    return none(
      reason('pack-does-not-apply', 'all', null, '该政策包不适用于本赛项（系列、类别、组别或性质）', 'the pack does not speak about this contest'),
    );
  const barred = barEntry(pack, facts);
  if (barred !== undefined) return barred;
  if (pack.occasion === 'certificate')
    return certificate === undefined ? held(kinds, factMissing(['certificate'], 'all', null)) : undefined;
  if (placing.rank === null)
    return none(reason('not-ranked', 'all', null, `未参与排名：${placing.unranked ?? ''}`, `not ranked: ${placing.unranked ?? ''}`));
  const minimum = pack.fieldMinimum;
  const least = fieldNeeded(pack, facts);
  if (minimum !== undefined && placing.field < least) {
    const why = reason('field-too-small', 'all', 'fieldMinimum',
      `参与排名 ${placing.field}，少于规定的 ${least}`,
      `${placing.field} ranked, fewer than the ${least} that the rule demands`, minimum.cite);
    return minimum.below === 'hold' ? held(kinds, why) : none(why);
  }
  const listed = occupationOf(pack, facts);
  if (listed === 'unknown' && pack.occupations?.onMissing === 'reject')
    return held(kinds, factMissing(['standard'], 'all', 'occupations', pack.occupations.cite));
  if (listed === 'outside' && pack.occupations?.onMissing === 'reject')
    return none(
      reason(
        'occupation-outside', 'all', 'occupations', '职业不在目录内', 'the occupation is outside the catalogue', pack.occupations.cite,
      ),
    );
  return undefined;
};

/** How many must be ranked; a selection may need fewer. */
export const fieldNeeded = ({ fieldMinimum }: Pack, { contest }: Facts): number =>
  (contest.purpose === 'selection' ? fieldMinimum?.forSelection : undefined) ?? fieldMinimum?.count ?? 0;

/** Who does not fulfil a condition of entry gets nothing; where nobody knows, all waits. */
const barEntry = (pack: Pack, facts: Facts): Decision | undefined => {
  for (const { id, title, cite, when } of pack.entry ?? []) {
    const { holds, missing } = evaluate(when, facts, facts.placing.rank);
    if (missing !== undefined) return held(kinds, factMissing(missing, 'all', id, cite));
    if (!holds)
      return none(
        reason('entry-not-met', 'all', id, `不符合报名条件：${title.zh}`, `a condition of entry is not met: ${title.en}`, cite),
      );
  }
  return undefined;
};

const occupationOf = ({ occupations }: Pack, { contest }: Facts): 'listed' | 'outside' | 'unknown' => {
  if (occupations === undefined) return 'listed';
  if (occupations.catalogue !== undefined && !occupations.catalogue.includes(contest.occupation)) return 'outside';
  if (occupations.requireStandard !== true || contest.standard === true) return 'listed';
  return contest.standard === undefined ? 'unknown' : 'outside';
};

/** The rank; or, where it is shared and nobody ruled, every place that a panel could give. */
const possiblePlaces = (pack: Pack, { placing }: Facts): readonly (number | null)[] => {
  const { rank, tied, ruled, decidedAs } = placing;
  if (decidedAs !== undefined) return [decidedAs];
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
  const differs = (kind: HeldKind): boolean =>
    others.some((other) => canonical(part(other, kind)) !== canonical(part(first, kind)));
  const open = allKinds.filter(differs);
  if (open.length === 0) return first;
  const why = reason('tie-at-the-cut', kinds.every((kind) => open.includes(kind)) ? 'all' : (open[0] ?? 'all'), 'ranking',
    `第 ${placing.rank} 名由 ${placing.tied} 人（队）并列，所有并列规则用尽，须由评审组裁定`,
    `rank ${placing.rank} is shared by ${placing.tied} after every key: a panel must settle it`, pack.ranking.cite);
  return conclude({
    level: open.includes('level') ? null : first.level,
    honours: open.includes('honours') ? [] : first.honours,
    money: open.includes('money') ? [] : first.money,
    held: allKinds.filter((kind) => open.includes(kind) || first.held.includes(kind)),
    ...(open.includes('others') || first.others === undefined ? {} : { others: first.others }),
  }, [...first.reasons, why], first.rules);
};

const part = (decision: Decision, kind: HeldKind): unknown =>
  [kind === 'level' ? (decision.level?.to ?? null) : (decision[kind] ?? []), decision.held.includes(kind)];

/** The decision for one place. */
const decideAt = (pack: Pack, facts: Facts, place: number | null): Decision => {
  const reasons: Reason[] = [];
  const holding = new Set<HeldKind>();
  const gated = failsGate(pack, facts);
  if (gated !== undefined) return none(gated);

  // Where nobody can say whether a hole or a rule's condition holds, what hangs on it waits.
  const holes = pack.holes.filter((hole) => {
    const { holds, missing } = evaluate(hole.when, facts, place);
    if (missing === undefined) return holds;
    for (const kind of hole.effects) holding.add(kind);
    reasons.push(factMissing(missing, hole.effects[0] ?? 'level', hole.id, hole.cite));
    return false;
  });
  const inHole = (rule: Rule, kind: EffectKind): boolean => {
    const hole = holes.find((each) => each.effects.includes(kind) && (each.rule === undefined || each.rule === rule.id));
    if (hole === undefined) return false;
    if (!reasons.some(({ by }) => by === hole.id)) reasons.push(holeReason(hole, kind));
    if (hole.then === 'hold') holding.add(kind);
    return true;
  };
  // A hole stands even where no rule's condition can hold in it: a band that the source does not name.
  for (const hole of holes) {
    for (const kind of hole.effects) if (hole.then === 'hold') holding.add(kind);
    reasons.push(holeReason(hole, hole.effects[0] ?? 'level'));
  }

  let waiting = false;
  const met = pack.rules.filter((rule) => {
    const { holds, missing } = evaluate(rule.when, facts, place);
    if (missing === undefined) return holds;
    const waits = allKinds.filter((kind) => rule.effects.some((effect) => kindOf(effect) === kind));
    for (const kind of waits) holding.add(kind);
    waiting = true;
    reasons.push(factMissing(missing, waits[0] ?? 'all', rule.id, rule.cite));
    return false;
  });
  const found = levelOf(pack, facts, met.filter((rule) => !inHole(rule, 'level')), reasons, holding);
  const levelWaits = reasons.some(({ code, effect }) => code === 'fact-missing' && effect === 'level');
  const level = levelWaits ? null : found;
  const honours: HonourEffect[] = [];
  const money: MoneyEffect[] = [];
  const others: OtherEffect[] = [];
  const given = pack.occasion === 'certificate' && facts.certificate !== undefined ? { to: facts.certificate.level } : level;
  for (const rule of met) {
    let payments = 0;
    for (const effect of rule.effects) {
      const id = `${pack.id}/${rule.id}`;
      const kind = kindOf(effect);
      const other = kind !== 'others' && inHole(rule, kind) ? null : otherOf(effect, rule, id, facts, place, given);
      if (other !== null && 'due' in other) others.push(other.due);
      else if (other !== null) {
        if (levelWaits && 'points' in effect && 'byLevel' in effect.points.amount) holding.add('others');
        reasons.push(other.reason);
      }
      if ('honour' in effect && effect.honour.payee === undefined && !inHole(rule, 'honours')) {
        const { honour, title, mode, unlessHeld } = effect.honour;
        if (unlessHeld && facts.held.honours.includes(honour))
          reasons.push(
            reason('honour-held', 'honours', rule.id, `已获${title.zh}，不重复授予`, `${title.en} is held already`, rule.cite),
          );
        else honours.push({ honour, mode, rule: id });
      }
      if ('pay' in effect && !inHole(rule, 'money')) {
        payments += 1;
        const paid = payment(pack, effect.pay, rule, payments === 1 ? id : `${id}/${payments}`, facts, place, given);
        if (!('due' in paid)) {
          if (paid.hold || (levelWaits && effect.pay.needsCertificate)) holding.add('money');
          reasons.push(paid.reason);
        } else if (effect.pay.payee !== 'expertTeam') money.push(paid.due);
        else
          others.push({
            is: 'money', rule: paid.due.rule, what: rule.id, title: rule.title, for: 'expertTeam', amount: yuan(paid.due.fen),
            ...(paid.due.atMost === undefined ? {} : { atMost: paid.due.atMost }),
          });
      }
    }
  }
  if (met.length === 0 && holes.length === 0 && !waiting)
    reasons.push(reason('no-rule-holds', 'all', null, '没有规则的条件成立', 'the conditions of no rule hold'));
  return conclude({
    level, honours, money, held: allKinds.filter((kind) => holding.has(kind)),
    ...(others.length === 0 ? {} : { others }),
  }, reasons, met.map(({ id }) => id));
};

/** What a hole says of it: a coach's honour is an honour, and the experts' money is money. */
const kindOf = (effect: Effect): HeldKind =>
  isLevelEffect(effect) ? 'level' : 'honour' in effect ? 'honours' : 'pay' in effect ? 'money' : 'others';

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

export const atLeast = (mark: string | null, minimum: string): boolean => mark !== null && exact(mark).gte(minimum);

/** The best level that the rules give, under ceilings, occupation and caps. */
const levelOf = (
  pack: Pack, facts: Facts, rules: readonly Rule[], reasons: Reason[], holding: Set<HeldKind>,
): LevelEffect | null => {
  const from = facts.held.level?.level ?? null;
  let best: LevelEffect | null = null;
  for (const rule of rules) {
    for (const effect of rule.effects.filter(isLevelEffect)) {
      if ('grantContestLevel' in effect && facts.contest.level === null) {
        holding.add('level');
        reasons.push(factMissing(['paper'], 'level', rule.id, rule.cite));
        continue;
      }
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
  const listed = occupationOf(pack, facts);
  if (listed === 'unknown') {
    holding.add('level');
    reasons.push(factMissing(['standard'], 'level', 'occupations', pack.occupations?.cite ?? []));
    return null;
  }
  if (listed === 'outside' && pack.occupations !== undefined) {
    reasons.push(
      reason(
        'occupation-outside', 'level', 'occupations', '职业不在目录内，不授予等级', 'the occupation is outside the catalogue: no level',
        pack.occupations.cite,
      ),
    );
    if (pack.occupations.onMissing === 'hold') holding.add('level');
    return null;
  }
  const capped = pack.caps.find((cap) => cap.of === 'level' && counted(cap, facts, best).length >= cap.count);
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
      case 'lowerLevel': return promotion.occupation === contest.occupation && promotion.level < level.to;
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
  const some = effects.level !== null || effects.honours.length > 0 || effects.money.length > 0 || effects.others !== undefined;
  return { is: some ? 'effects' : effects.held.length > 0 ? 'held' : 'none', ...effects, reasons, rules };
};

const none = (why: Reason): Decision => conclude({ level: null, honours: [], money: [], held: [] }, [why], []);
const held = (effects: readonly EffectKind[], why: Reason): Decision =>
  conclude({ level: null, honours: [], money: [], held: effects }, [why], []);
