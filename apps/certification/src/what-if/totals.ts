import type { MoneyEffect, OtherEffect } from '#libs/policy';
import type { Difference } from './compare.js';

interface UpDown { gained: number; lost: number }

/** What all changes come to; kept while they are written, since nobody holds them. */
export class Totals {
  decided = 0;
  elsewhere = 0;
  readonly ranks: UpDown = { gained: 0, lost: 0 };
  readonly levels: UpDown = { gained: 0, lost: 0 };
  readonly honours: UpDown = { gained: 0, lost: 0 };
  readonly others: UpDown = { gained: 0, lost: 0 };
  readonly money = { before: 0, after: 0, gained: 0, lost: 0, recovery: 0 };

  add({ rank, before: { decision: was }, after: { decision: would } }: Difference): void {
    tell(this.ranks, (rank.before ?? Infinity) - (rank.after ?? Infinity));
    tell(this.levels, (was.level?.to ?? 6) - (would.level?.to ?? 6));
    differ(this.honours, was.honours.map(({ honour }) => honour), would.honours.map(({ honour }) => honour));
    differ(this.others, (was.others ?? []).map(named), (would.others ?? []).map(named));
    for (const rule of new Set([...was.money, ...would.money].map((each) => each.rule))) {
      const [from, to] = [fenOf(was.money, rule), fenOf(would.money, rule)];
      this.money.before += from;
      this.money.after += to;
      this.money.gained += Math.max(0, to - from);
      this.money.lost += Math.max(0, from - to);
    }
  }
}

const tell = (of: UpDown, difference: number): void => {
  if (difference > 0) of.gained += 1;
  if (difference < 0) of.lost += 1;
};

const differ = (of: UpDown, had: readonly string[], gets: readonly string[]): void => {
  of.gained += gets.filter((each) => !had.includes(each)).length;
  of.lost += had.filter((each) => !gets.includes(each)).length;
};

/** Another amount is another thing: one is lost and one gained. */
const named = ({ rule, what, for: whom, amount }: OtherEffect): string => JSON.stringify([rule, what, whom, amount]);

const fenOf = (money: readonly MoneyEffect[], rule: string): number => money.find((each) => each.rule === rule)?.fen ?? 0;
