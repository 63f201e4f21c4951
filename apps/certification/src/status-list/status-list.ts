/**
 * Status list (证书状态表): which place in a public list belongs to which certificate. Places are drawn at random, so that a
 * place tells neither when a certificate was issued nor beside whom; each is given once.
 *
 *   open ──places are taken──▶ full (the next list begins)
 */
import { derivedId, text, WrongState } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';

/** The least that the standard allows: who asks for a list hides the one certificate that they mean among so many. */
export const LENGTH = 131_072;
/** Beyond this, free places become rare to draw. */
export const FULL = 100_000;

export interface PlaceTaken { readonly type: 'PlaceTaken'; readonly certificate: string; readonly index: number }
export interface Take { readonly type: 'Take'; readonly certificate: string; readonly index: number }

/** `taken`: the bits in base64, as snapshots are plain JSON. */
export interface StatusListState { readonly count: number; readonly taken: string }

export const statusListId = (list: number): string => derivedId('status-list', list);

const bits = (taken: string): Buffer => (taken === '' ? Buffer.alloc(LENGTH / 8) : Buffer.from(taken, 'base64'));
const isSet = (of: Buffer, index: number): boolean => ((of[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;

export const isTaken = ({ taken }: StatusListState, index: number): boolean => isSet(bits(taken), index);
export const isFull = ({ count }: StatusListState): boolean => count >= FULL;

export const statusList: Aggregate<Take, StatusListState, PlaceTaken> = {
  name: 'status-list',
  organisation: () => undefined,
  snapshotEvery: 200,
  decider: {
    initial: { count: 0, taken: '' },
    decide: ({ certificate, index }, state) => {
      if (!Number.isInteger(index) || index < 0 || index >= LENGTH) throw new RangeError(`${index} is no place of a list`);
      if (isTaken(state, index))
        throw new WrongState(
          'status-place-taken', text('该状态位已被占用', 'this place of the status list is taken'), text('请另抽', 'draw another'),
        );
      return [{ type: 'PlaceTaken', certificate, index }];
    },
    evolve: ({ count, taken }, { index }) => {
      const next = bits(taken);
      next[index >> 3] = (next[index >> 3] ?? 0) | (1 << (index & 7));
      return { count: count + 1, taken: next.toString('base64') };
    },
  },
};
