/** The business facts, as the demo tells them, are those of the run without faults. */
import type { Facts } from '../competition.js';
import { letters, type Played } from '../wave.js';
import { type Problems, some } from './sources.js';

export const factsAreAlike = (played: readonly Played[], without: readonly Played[]): Problems =>
  some(played.flatMap(({ wave, outcomes }) => outcomes.flatMap((outcome, n) => {
    const wanted = without.find((one) => one.wave === wave)?.outcomes[n];
    const name = `wave ${wave}${letters[n] ?? ''}`;
    return wanted === undefined ? [`${name} was not played without faults`] : differing(name, outcome, wanted);
  })));

const differing = (name: string, is: Facts, was: Facts): Problems =>
  (Object.keys(was) as (keyof Facts)[]).flatMap((part) => {
    const [found, wanted] = [listed(is[part]), listed(was[part])];
    return [
      ...found.filter((one) => !wanted.includes(one)).map((one) => `${name}, ${part}: with faults ${one.slice(0, 400)}`),
      ...wanted.filter((one) => !found.includes(one)).map((one) => `${name}, ${part}: without faults ${one.slice(0, 400)}`),
      ...(found.length === wanted.length ? [] : [`${name}, ${part}: ${found.length} with faults, ${wanted.length} without`]),
    ];
  });

const listed = (part: unknown): readonly string[] => (Array.isArray(part) ? part : [part]).map((one) => JSON.stringify(one));
