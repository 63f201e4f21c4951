/** A shorter schedule that still fails: first halves are left out, then less and less, in the end single faults. */
import type { Schedule } from './schedule.js';

export interface Shrunk { readonly schedule: Schedule; readonly tried: number; readonly finished: boolean }

/** `fails` plays a schedule; `more` says whether there is time for another try. */
export const shrink = async (
  from: Schedule, fails: (candidate: Schedule) => Promise<boolean>, more: () => boolean,
): Promise<Shrunk> => {
  let { faults } = from;
  let tried = 0;
  for (let size = Math.ceil(faults.length / 2); size >= 1 && faults.length > 1; ) {
    let shorter = false;
    for (let at = 0; at < faults.length && faults.length > 1; ) {
      if (!more()) return { schedule: { ...from, faults }, tried, finished: false };
      const rest = [...faults.slice(0, at), ...faults.slice(at + size)];
      tried += 1;
      if (rest.length > 0 && (await fails({ ...from, faults: rest }))) {
        faults = rest;
        shorter = true;
      } else at += size;
    }
    if (size === 1 && !shorter) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return { schedule: { ...from, faults }, tried, finished: true };
};
