import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { findPack, type Moment, type Pack } from '#libs/policy';
import type { Code, CodePlaced } from '../contest/codes.js';
import type { ContestState } from '../contest/contest.js';
import { packsForSpecs } from '../spec-world.js';
import { frameOf, frozenPack, resultsOf } from './results.js';

const shipped = JSON.parse(readFileSync('policies/tianjin-municipal-1/1.json', 'utf8')) as Pack;
const moments: readonly Moment[] = ['announced', 'registrationClosed', 'finalEnded', 'resultFinal'];
const nameOf = (moment: Moment): string => `spec-facts-${moment.toLowerCase()}`;
packsForSpecs(moments.map((factsAsOf) => ({ ...shipped, id: nameOf(factsAsOf), factsAsOf })));

const frozen = (moment: Moment) => {
  const found = findPack(nameOf(moment), '1');
  if (found === undefined) throw new Error(moment);
  return { id: nameOf(moment), version: '1', digest: found.digest };
};
const contest = (pack: { id: string; version: string; digest: string }): ContestState => ({
  terms: {
    competition: 'k1', organisation: 'org-1', number: 'A', name: { zh: '车工', en: 'Turning' }, occupation: '6-18-01-01',
    group: 'worker',
    level: 2, teamSize: 1, series: 'tianjin-municipal', class: 'municipal-1', purpose: 'award', pack, overridden: false,
    startsOn: '2026-05-20', at: '2026-03-01T01:00:00.000Z',
  },
  registrationClosedAt: '2026-04-01T01:00:00.000Z', cancelled: false,
  seal: {
    count: 1, closed: true, entries: { AAA: '001' },
  },
  result: { number: 1, count: 1, firstFinalAt: '2026-06-01T01:00:00.000Z', closed: true, ranks: { AAA: 1 } },
  run: 0, given: {},
});
const placing: CodePlaced = {
  code: 'AAA', revision: 1, rank: 1, unranked: null, theory: null, practical: null, own: null, message: 'm2',
};
const code: Code = {
  entry: { code: 'AAA', entryNumber: '001', members: [{ worker: 'w1', age: 30, status: 'worker', unit: null }], message: 'm1' },
  placings: new Map([[1, placing]]),
};
const frame = (state: ContestState, known: { entries: number; placings: readonly CodePlaced[] }) =>
  frameOf(<Row>() => Promise.resolve([{ count: known.entries }] as Row[]), 'c1', state, () => Readable.from(known.placings));

describe('what a worker is decided by', () => {
  it.each<[Moment, string]>([
    ['announced', '2026-03-01T01:00:00.000Z'], ['registrationClosed', '2026-04-01T01:00:00.000Z'],
    ['finalEnded', '2026-06-01T01:00:00.000Z'], ['resultFinal', '2026-06-01T01:00:00.000Z'],
  ])('is read as of the moment that the pack names: %s', async (moment, at) => {
    const found = await frame(contest(frozen(moment)), { entries: 1, placings: [placing] });
    if (found === undefined) throw new Error('all codes are known');
    expect(resultsOf(found, code)[0]?.result).toMatchObject({
      contest: { factsAt: at, firstFinalAt: '2026-06-01T01:00:00.000Z' }, placing: { rank: 1, field: 1 },
      person: { age: 30, status: 'unemployed' }, sources: ['m2', 'm1'],
    });
  });

  it('is not known while a code is missing in the view', async () => {
    const state = contest(frozen('announced'));
    expect(await frame(state, { entries: 0, placings: [placing] })).toBeUndefined();
    expect(await frame(state, { entries: 1, placings: [] })).toBeUndefined();
  });

  it('is the pack with the very content that was frozen, or none', () => {
    expect(frozenPack(frozen('announced'))).toMatchObject({ id: nameOf('announced') });
    expect(frozenPack({ ...frozen('announced'), digest: 'another' })).toBeNull();
    expect(frozenPack({ ...frozen('announced'), version: '2' })).toBeNull();
  });
});
