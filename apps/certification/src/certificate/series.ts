/**
 * Number series (证书编号段): the n-th event is the n-th number. It is drawn in the transaction that issues the certificate,
 * so a number is used or was never drawn: no gap, none twice.
 */
import { derivedId } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';

export interface NumberDrawn { readonly type: 'NumberDrawn'; readonly certificate: string }
export interface Draw { readonly type: 'Draw'; readonly certificates: readonly string[] }

export const seriesId = (name: string): string => derivedId('number-series', name);

export const series: Aggregate<Draw, { readonly drawn: number }, NumberDrawn> = {
  name: 'number-series',
  organisation: () => undefined,
  snapshotEvery: 200,
  decider: {
    initial: { drawn: 0 },
    decide: ({ certificates }) => certificates.map((certificate) => ({ type: 'NumberDrawn', certificate })),
    evolve: ({ drawn }) => ({ drawn: drawn + 1 }),
  },
};
