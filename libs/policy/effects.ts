import { text } from '#libs/decider';
import type { Facts, Level, LevelEffect, MoneyEffect, Reason } from './facts.js';
import { levelName, statusName, yuan } from './names.js';
import type { Effect, Pack, Rule } from './pack.js';

type Pay = Extract<Effect, { pay: unknown }>['pay'];

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

/** Money of one rule: the amount, times the part for the person's status. */
export const payment = (
  pay: Pay, rule: Rule, id: string, facts: Facts, place: number | null, given: LevelEffect | null,
): { money: MoneyEffect } | { reason: Reason } => {
  const no = (code: string, zh: string, en: string) =>
    ({ reason: { code, effect: 'money', by: rule.id, text: text(zh, en), cite: rule.cite } as const satisfies Reason });
  if (pay.needsCertificate && given === null)
    return no(
      'needs-certificate', `“${rule.title.zh}”以取得证书为前提，本次未授予等级`, `"${rule.title.en}" needs a certificate, and no level is given`,
    );
  const amount = 'fixed' in pay.amount ? pay.amount.fixed
    : 'byRank' in pay.amount ? pay.amount.byRank.find(({ from, to }) => place !== null && place >= from && place <= to)?.fen
    : pay.amount.byLevel.find(({ level }) => level === given?.to)?.fen;
  if (amount === undefined)
    return no('no-amount', `“${rule.title.zh}”未规定此情形的金额`, `"${rule.title.en}" names no amount for this case`);
  const part = pay.factor === undefined
    ? { numerator: 1, denominator: 1 }
    : pay.factor.find(({ status }) => status === facts.person.status)?.part;
  if (part === undefined) {
    const status = statusName[facts.person.status];
    return no(
      'no-factor', `“${rule.title.zh}”未规定${status.zh}人员的比例`, `"${rule.title.en}" names no part for a person who is ${status.en}`,
    );
  }
  const product = BigInt(amount) * BigInt(part.numerator);
  if (product % BigInt(part.denominator) !== 0n)
    throw new Error(`${id}: ${amount} × ${part.numerator}/${part.denominator} is no whole fen`);
  const fen = Number(product / BigInt(part.denominator));
  return {
    money: { rule: id, fen, payee: pay.payee, needsCertificate: pay.needsCertificate, claimWithinMonths: pay.claimWithinMonths },
  };
};

export const moneyText = ({ fen }: MoneyEffect) => text(`${yuan(fen)} 元`, `CNY ${yuan(fen)}`);
export const levelText = ({ from, to }: LevelEffect) =>
  text(`${levelName(from).zh} → ${levelName(to).zh}`, `${levelName(from).en} → ${levelName(to).en}`);
