import { text } from '#libs/decider';
import { type Finding, nameOf } from './lint.js';
import type { Pack } from './pack.js';

/** Two packs that are valid at once and speak about the same contest: which one decides would be chance. */
export const lintTogether = (packs: readonly Pack[]): readonly Finding[] =>
  deciding(packs).flatMap((a, index) => deciding(packs).slice(index + 1).filter((b) => atOnce(a, b) && sameContest(a, b)).map((b): Finding => ({
    is: 'error', check: 'packs-valid-at-once', pack: nameOf(a), rule: nameOf(b),
    says: text(`${nameOf(a)} 与 ${nameOf(b)} 同时有效，且适用于同一赛项`, `${nameOf(a)} and ${nameOf(b)} are valid at once for the same contest`),
    todo: text('缩小适用范围（applies），或使有效期不重叠；同一政策包的新版本须有更晚的 valid.from',
      'narrow `applies`, or let one end before the other begins; a new version of a pack needs a later `valid.from`'),
  })));

/** One certificate may lead to several things at once: what excludes another, the rules themselves say. */
const deciding = (packs: readonly Pack[]): readonly Pack[] => packs.filter(({ occasion }) => occasion === undefined);

/** Versions of one pack follow each other: a later one takes over from its first day, and the published one is not touched. */
const atOnce = (a: Pack, b: Pack): boolean => {
  if (a.id === b.id && (a.valid.from ?? '') !== (b.valid.from ?? '')) return false;
  return (a.valid.from ?? '') <= (b.valid.to ?? '9999') && (b.valid.from ?? '') <= (a.valid.to ?? '9999');
};

const sameContest = ({ applies: a }: Pack, { applies: b }: Pack): boolean =>
  meet(a.series, b.series) && meet(a.classes, b.classes) && meet(a.groups, b.groups) && meet(a.purposes, b.purposes);

/** An empty list does not restrict. */
const meet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === 0 || b.length === 0 || a.some((each) => b.includes(each));
