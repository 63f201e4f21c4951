import { type CivilDate, text } from '#libs/decider';
import type { Facts, Level, LevelEffect, MoneyEffect, OtherEffect, Reason } from './facts.js';
import { factName, levelName, modeName, statusName, yuan } from './names.js';
import type { Effect, Pack, Rule } from './pack.js';

type Pay = Extract<Effect, { pay: unknown }>['pay'];
type Points = Extract<Effect, { points: unknown }>['points'];
/** Whose certificate it is, whichever contest or school gave it. */
export type Given = Pick<LevelEffect, 'to'> | null;
export type Due<T> = { due: T } | { reason: Reason; hold: boolean };

export const isLevelEffect = (effect: Effect): boolean =>
  'grant' in effect || 'grantOrStep' in effect || 'step' in effect || 'grantContestLevel' in effect;

/** The level that one effect aims at, before ceilings; null where it gives none to this person. */
export const target = (effect: Effect, { contest, held }: Facts): number | null => {
  const holds = held.level?.level ?? null;
  const below = (level: number) => holds === null || holds > level;
  if ('grantOrStep' in effect) {
    const { level } = effect.grantOrStep;
    return below(level) ? level : holds === level ? level - 1 : null;
  }
  if ('grant' in effect) return below(effect.grant.level) ? effect.grant.level : null;
  if ('step' in effect) {
    if (holds === null) return effect.step.fromNone ?? null;
    return holds - 1 >= (effect.step.cap ?? 1) ? holds - 1 : null;
  }
  if ('grantContestLevel' in effect) {
    if (contest.level === null) return null;
    const level = contest.level - effect.grantContestLevel.offset;
    return below(level) ? Math.max(level, 1) : null;
  }
  return null;
};

/** A contest writes at most 一级, and no more than the ceiling of its group. */
export const underCeilings = (
  pack: Pack, facts: Facts, level: number,
): { level: number; by: Pack['ceilings'][number] | null } => {
  const by = pack.ceilings.filter(({ group }) => group === facts.contest.group).find((ceiling) => ceiling.level > level) ?? null;
  return { level: by === null ? level : by.level, by };
};

export const isLevel = (level: number): level is Level => level >= 1 && level <= 5;

const refuse = (
  rule: Rule, code: string, zh: string, en: string, cite = rule.cite, effect: Reason['effect'] = 'money',
): { reason: Reason; hold: boolean } =>
  ({ reason: { code, effect, by: rule.id, text: text(zh, en), cite }, hold: false });

/** Nobody may guess a fact: what hangs on it waits. */
export const factMissing = (
  facts: readonly string[], effect: Reason['effect'], by: string | null, cite: readonly string[] = [],
): Reason => ({
  code: 'fact-missing', effect, by, cite, text: text(`缺少事实：${facts.map((fact) => factName(fact).zh).join('、')}`,
    `not known: ${facts.map((fact) => factName(fact).en).join(', ')}`),
});

/** Money of one rule: the amount, times the part for the person's status or the contest's class. */
export const payment = (
  pack: Pack, pay: Pay, rule: Rule, id: string, facts: Facts, place: number | null, given: Given,
): Due<MoneyEffect> => {
  if (pay.needsCertificate && given === null)
    return refuse(rule, 'needs-certificate',
      `“${rule.title.zh}”以取得证书为前提，本次未授予等级`, `"${rule.title.en}" needs a certificate, and no level is given`);
  const amount = 'fixed' in pay.amount ? pay.amount.fixed
    : 'byRank' in pay.amount ? pay.amount.byRank.find(({ from, to }) => place !== null && place >= from && place <= to)?.fen
    : pay.amount.byLevel.find(({ level }) => level === given?.to)?.fen;
  if (amount === undefined)
    return refuse(rule, 'no-amount', `“${rule.title.zh}”未规定此情形的金额`, `"${rule.title.en}" names no amount for this case`);
  const part = partOf(pay.factor, facts);
  if (part === undefined) {
    const status = statusName[facts.person.status];
    return refuse(rule, 'no-factor', `“${rule.title.zh}”未规定${status.zh}人员的比例`,
      `"${rule.title.en}" names no part for a person who is ${status.en}`);
  }
  const barred = excluded(pack, pay, rule, facts, given);
  if (barred !== null) return barred;
  const fen = times(amount, part, id);
  return {
    due: {
      rule: id, fen, payee: pay.payee === 'expertTeam' ? 'team' : pay.payee, needsCertificate: pay.needsCertificate,
      claimWithinMonths: pay.claimWithinMonths, ...(pay.atMost === undefined ? {} : { atMost: pay.atMost }),
    },
  };
};

const partOf = (factors: Pay['factor'], { person, contest }: Facts) =>
  factors === undefined
    ? { numerator: 1, denominator: 1 }
    : factors.find(({ status, class: of }) =>
      (status === undefined || status === person.status) && (of === undefined || of === contest.class))?.part;

const times = (amount: number, { numerator, denominator }: { numerator: number; denominator: number }, id: string): number => {
  const product = BigInt(amount) * BigInt(numerator);
  if (product % BigInt(denominator) !== 0n) throw new Error(`${id}: ${amount} × ${numerator}/${denominator} is no whole number`);
  return Number(product / BigInt(denominator));
};

/** What was paid before, and when the claim is made. */
const excluded = (pack: Pack, pay: Pay, rule: Rule, facts: Facts, given: Given): { reason: Reason; hold: boolean } | null => {
  const { certificate, contest: { occupation, firstFinalAt }, held: { payments } } = facts;
  if (certificate !== undefined && pay.claimWithinMonths !== null) {
    const last = addMonths(certificate.issuedOn, pay.claimWithinMonths);
    if (certificate.claimedOn > last)
      return refuse(rule, 'claim-expired', `申领期限至 ${last}，已逾期`, `the claim window ended on ${last}`);
  }
  const caps = pack.caps.filter((cap) => cap.of === 'money' && (cap.rules === undefined || cap.rules.includes(rule.id)));
  if (pay.exclusive === undefined && caps.length === 0) return null;
  if (payments === undefined) return { reason: factMissing(['payments'], 'money', rule.id, rule.cite), hold: true };
  const same = payments.filter((each) => each.occupation === occupation && each.level === given?.to);
  const other = same.find(({ exclusive }) => pay.exclusive !== undefined && exclusive === pay.exclusive);
  if (other !== undefined)
    return refuse(rule, 'exclusive', `同一证书已于 ${other.on} 享受 ${other.rule}，不得重复享受`,
      `${other.rule} was paid for the same certificate on ${other.on}`);
  const ids = new Set((caps.flatMap(({ rules }) => rules ?? pack.rules.map(({ id }) => id))).map((id) => `${pack.id}/${id}`));
  const mine = payments.filter((each) => ids.has(each.rule));
  const year = (certificate?.claimedOn ?? firstFinalAt).slice(0, 4);
  const counted = (per: Pack['caps'][number]['per']) => mine.filter((each) => {
    switch (per) {
      case 'life': return true;
      case 'year': return each.on.slice(0, 4) === year;
      case 'occupationLevel': return same.includes(each);
      case 'lowerLevel': return each.occupation === occupation && given !== null && each.level < given.to;
    }
  });
  const cap = caps.find((each) => counted(each.per).length >= each.count);
  return cap === undefined ? null : { ...refuse(rule, 'cap-reached', cap.title.zh, cap.title.en, cap.cite) };
};

/** Points of one rule; at most to the cap. */
const points = (of: Points, rule: Rule, facts: Facts, place: number | null, given: Given): string | null => {
  const amount = 'byRank' in of.amount
    ? of.amount.byRank.find(({ from, to }) => place !== null && place >= from && place <= to)?.points
    : of.amount.byLevel.find(({ level }) => level === given?.to)?.points;
  const part = partOf(of.factor, facts);
  return amount === undefined || part === undefined ? null : String(Math.min(times(amount, part, rule.id), of.cap ?? Infinity));
};

/**
 * What is neither a level nor the person's own honours or money: it is given with the decision, for whoever keeps it to act
 * on.
 */
export const otherOf = (
  effect: Effect, rule: Rule, id: string, facts: Facts, place: number | null, given: Given,
): Due<OtherEffect> | null => {
  if ('honour' in effect && effect.honour.payee !== undefined) {
    const { honour, title, mode, payee } = effect.honour;
    return { due: { is: 'honour', rule: id, what: honour, title, for: payee, amount: null, mode } };
  }
  if ('points' in effect) {
    const { scheme, title, payee } = effect.points;
    const amount = points(effect.points, rule, facts, place, given);
    return amount === null
      ? refuse(rule, 'no-amount', `“${rule.title.zh}”未规定此情形的积分`, `"${rule.title.en}" names no points for this case`,
        rule.cite, 'others')
      : { due: { is: 'points', rule: id, what: scheme, title, for: payee, amount } };
  }
  if ('credit' in effect) {
    const { institution, courses, credits, title } = effect.credit;
    return {
      due: { is: 'credit', rule: id, what: `${institution}: ${courses.join(', ')}`, title, for: 'person', amount: credits },
    };
  }
  if ('applyFor' in effect)
    return {
      due: { is: 'applyFor', rule: id, what: effect.applyFor.what, title: effect.applyFor.title, for: 'person', amount: null },
    };
  return null;
};

const payees: Readonly<Record<OtherEffect['for'], ReturnType<typeof text>>> = {
  person: text('本人', 'the person'), coach: text('教练', 'the coach'), team: text('团队', 'the team'),
  expertTeam: text('专家团队', 'the expert team'),
};
/** One effect in words, as people read it. */
export const otherText = ({ is, title, for: whom, amount, mode, atMost }: OtherEffect) => {
  if (is === 'applyFor') return text(`可申报${title.zh}`, `may apply for ${title.en}`);
  const unit = is === 'money' ? text(' 元', 'CNY ') : text('', '');
  const most = atMost === true ? text('最高 ', 'up to ') : text('', '');
  const said = amount === null ? text('', '') : text(` ${most.zh}${amount}${unit.zh}`, ` ${most.en}${unit.en}${amount}`);
  const how = mode === undefined ? text('', '') : text(`${modeName[mode].zh}，`, `${modeName[mode].en}, `);
  return text(`${title.zh}${said.zh}（${how.zh}${payees[whom].zh}）`, `${title.en}${said.en} (${how.en}${payees[whom].en})`);
};

/** The same day some months later, or the last of that month. */
const addMonths = (date: CivilDate, months: number): CivilDate => {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(day, last))).toISOString().slice(0, 10);
};

export const moneyText = ({ fen, atMost }: MoneyEffect) =>
  text(`${atMost === true ? '最高 ' : ''}${yuan(fen)} 元`, `${atMost === true ? 'up to ' : ''}CNY ${yuan(fen)}`);
export const levelText = ({ from, to }: LevelEffect) =>
  text(`${levelName(from).zh} → ${levelName(to).zh}`, `${levelName(from).en} → ${levelName(to).en}`);
