import { factsOf, inShort, type ShortFacts } from './cases.js';
import { chongmingType, guangzhouType, shandongType } from './hypothetical.js';
import { decide, findPack, type LoadedPack, type Placing, parsePack, placesOf } from './index.js';

/** The examples whose pack is not shipped, on hypothetical packs; the others are cases beside their pack. */
const decided = ({ pack }: LoadedPack, facts: ShortFacts) => inShort(decide(pack, factsOf(facts)));

const placing = (
  code: string, rank: number, theory = '80', practical = '80',
): Placing => ({ code, rank, unranked: null, theory, practical });

it('example 5: 27 in the group count for selection only', () => {
  expect(decided(shandongType(), { rank: 1, field: 27, holds: 3 })).toMatchObject({ level: null, reasons: ['field-too-small'] });
  expect(decided(shandongType(), { rank: 1, field: 30, holds: 3 })).toMatchObject({ level: '3→2' });
});

it('example 9: when the 8th is annulled, 40 are ranked and the 21st is the 20th', () => {
  const before = Array.from({ length: 41 }, (_, index) => placing(`c${index + 1}`, index + 1));
  const after = before.map((each): Placing => each.code === 'c8' ? { ...each, rank: null, unranked: 'annulled' }
    : each.rank !== null && each.rank > 8 ? { ...each, rank: each.rank - 1 } : each);
  const pack = findPack('shanghai-special-2024', '1')?.pack;
  if (pack === undefined) throw new Error('not shipped');
  const of = (placings: readonly Placing[], code: string) => {
    const place = placesOf(pack, placings).get(code);
    if (place === undefined) throw new Error(code);
    const facts = factsOf({ series: 'shanghai-special-2024', holds: 3 });
    return inShort(decide(pack, { ...facts, placing: { ...place, ruled: null } }));
  };
  expect(of(before, 'c8')).toMatchObject({ level: '3→2', yuan: ['2400'] });
  expect(of(before, 'c21')).toMatchObject({ level: null });
  expect(of(after, 'c8')).toMatchObject({ level: null, yuan: [], reasons: ['not-ranked'] });
  expect(of(after, 'c21')).toMatchObject({ level: '3→2', yuan: ['2400'] });
});

it('example 10: an occupation outside the catalogue: no level, cash withheld, the medal only', () => {
  expect(decided(chongmingType(), { rank: 1, paper: 3, holds: 4, occupation: '6-31-01-03' })).toEqual({
    level: null, honours: ['medal (award)'], yuan: [], held: [],
    reasons: ['occupation-outside', 'needs-certificate', 'needs-certificate'],
  });
});

it('example 11: the pack that was frozen at the announcement decides, not a newer one', () => {
  const old = findPack('chongming-2025', '1');
  if (old === undefined) throw new Error('not shipped');
  const { pack } = old;
  const newer = parsePack({
    ...pack, version: '2', valid: { from: '2026-05-01', to: null }, ceilings: [{ id: 'students', group: 'student', level: 4, cite: ['chongming'] }],
  });
  const first: ShortFacts = {
    series: 'chongming', class: 'district', rank: 1, paper: 3, group: 'student', status: 'student', holds: 4,
  };
  expect(decided(old, first)).toMatchObject({ level: '4→3', yuan: ['3000', '2000'], reasons: ['ceiling'] });
  expect(decided(newer, first)).toMatchObject({ level: null, yuan: [] });
  expect(old.digest).not.toBe(newer.digest);
});

it('example 12: a gate before the ranking: the second with 58 in theory is not ranked, the old fourth is third', () => {
  const { pack } = guangzhouType();
  const places = placesOf(pack, [placing('a', 1), placing('b', 2, '58'), placing('c', 3), placing('d', 4, '60', '60')]);
  expect(places.get('b')).toMatchObject({ rank: null, unranked: 'pass-gate', ifPassed: { rank: 2, field: 4 } });
  expect(places.get('d')).toMatchObject({ rank: 3, field: 3 });
});
