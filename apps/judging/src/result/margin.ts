import type { DecimalString } from '#libs/decider';
import { minus, parse, shown } from '../scoring/fraction.js';
import type { Placing } from './compute.js';

/** By how much a code missed the next better rank, criterion by criterion: what an entrant asks first. */
export interface Margin {
  readonly to: string;
  readonly total: DecimalString;
  readonly criteria: readonly { readonly id: string; readonly mark: DecimalString }[];
}

/** `better` is the last code of the next better rank; the winner has none. */
export const margin = (
  placing: Pick<Placing, 'total' | 'criteria'>, better: Pick<Placing, 'code' | 'total' | 'criteria'>
): Margin => ({
  to: better.code,
  total: shown(minus(parse(better.total), parse(placing.total))),
  criteria: placing.criteria.map(({ id, mark }) => ({
    id, mark: shown(minus(parse(better.criteria.find((one) => one.id === id)?.mark ?? '0'), parse(mark))),
  })),
});
