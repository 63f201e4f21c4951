import type { Facts } from '#libs/policy';

/** For specs: facts of an ordinary single contest. */
export const factsForSpecs = ({ rank = 1, tied = 1 }: { rank?: number; tied?: number } = {}): Facts => ({
  contest: {
    id: 'c1', occupation: '6-18-01-01', group: 'worker', teamSize: 1, level: 2, series: 's', class: 'c', purpose: 'award',
    overridden: true,
    firstFinalAt: '2026-06-01T01:00:00.000Z', factsAt: '2026-05-01T01:00:00.000Z',
  },
  placing: { rank, unranked: null, tied, ruled: null, field: 40, theory: null, practical: null, ifPassed: null },
  person: { age: 30, status: 'employed' },
  held: { level: { level: 3, since: '2020-01-01' }, honours: [], promotions: [] },
});
