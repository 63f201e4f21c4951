import fc from 'fast-check';
import { factsOf } from './cases.js';
import { topThree } from './hypothetical.js';
import { decide, effectsDigest, explain, type Facts, type Pack, type PlacingFacts } from './index.js';

const title = (en: string) => ({ zh: en, en });
const reversal: Pack['reversal'] = { basis: 'operator', rerank: true, certificates: 'revoke', money: 'recover', promoteNext: true };

/** Top 3: a level, a medal, and money by rank. */
const packOf = (parts: Partial<Pack['reversal']>): Pack => topThree({
  reversal: { ...reversal, ...parts },
  rules: [{
    id: 'top-3', title: title('top 3'), cite: ['facts'], when: { rank: [{ from: 1, to: 3 }] }, effects: [
      { grantOrStep: { level: 2 } }, { honour: { honour: 'medal', title: title('medal'), mode: 'award', unlessHeld: false } },
      {
        pay: {
          amount: { byRank: [{ from: 1, to: 1, fen: 300 }, { from: 2, to: 2, fen: 200 }, { from: 3, to: 3, fen: 100 }] },
          payee: 'person', needsCertificate: false, claimWithinMonths: null,
        },
      },
    ],
  }],
}).pack;

const placing = (rank: number | null, own = 'as it was', tied = 1): PlacingFacts =>
  ({ ...factsOf({ rank, tied, field: 30 }).placing, own });
/** The last is what counts now. */
const through = (...placings: readonly PlacingFacts[]): Facts => {
  const [now = placing(null)] = placings.slice(-1);
  const earlier = placings.slice(0, -1).map((each, index) => ({ revision: index + 1, placing: each }));
  return { ...factsOf({ holds: 3 }), placing: now, ...(earlier.length === 0 ? {} : { earlier }) };
};
const given = (pack: Pack, facts: Facts) => {
  const { level, honours, money, held, reasons } = decide(pack, facts);
  return {
    level: level?.to ?? null, medal: honours.length > 0, fen: money[0]?.fen ?? null, held,
    why: reasons.map(({ code }) => code).filter((code) => code !== 'no-rule-holds'),
  };
};
/** Points by rank, for the team. */
const pointsOf = (parts: Partial<Pack['reversal']>): Pack => ({
  ...packOf(parts),
  rules: [{
    id: 'points', title: title('points'), cite: ['facts'], when: { rank: [{ from: 1, to: 2 }] }, effects: [{
      points: {
        scheme: 'table', title: title('points'), payee: 'team',
        amount: { byRank: [{ from: 1, to: 1, points: 10 }, { from: 2, to: 2, points: 7 }] },
      },
    }],
  }],
});
const all = (fen: number) => ({ level: 2, medal: true, fen, held: [] });
const nothing = { level: null, medal: false, fen: null, held: [] };

describe('what stands of an earlier final revision', () => {
  it('is nothing where the pack takes back: the last revision alone decides', () => {
    expect(given(packOf({}), through(placing(3), placing(4)))).toEqual({ ...nothing, why: [] });
    expect(given(packOf({}), through(placing(4), placing(3)))).toEqual({ ...all(100), why: [] });
    const facts = through(placing(1), placing(9), placing(2));
    const { earlier: _, ...last } = facts;
    expect(decide(packOf({}), facts)).toEqual(decide(packOf({}), last));
  });

  it('reads points as what else is given: they stand for who advanced, in the amount that was given, and fall with the own error', () => {
    const points = (pack: Pack, facts: Facts) => decide(pack, facts).others?.map(({ amount }) => amount) ?? [];
    const down = through(placing(1), placing(2));
    expect([points(pointsOf({}), down), points(pointsOf({ advanced: 'keep' }), down)]).toEqual([['7'], ['10']]);
    const out = through(placing(1), placing(3));
    expect([points(pointsOf({}), out), points(pointsOf({ advanced: 'keep' }), out)]).toEqual([[], ['10']]);
    expect(points(pointsOf({ advanced: 'keep' }), through(placing(1), placing(3, 'corrected')))).toEqual([]);
    expect(points(pointsOf({ promoteNext: false }), through(placing(3), placing(1)))).toEqual([]);
  });

  it("is all of it for who advanced through another's error, and nothing for who lost by the own (WCA 9t)", () => {
    const pack = packOf({ advanced: 'keep' });
    const kept = ['advanced-kept', 'advanced-kept', 'advanced-kept'];
    expect(given(pack, through(placing(3), placing(4)))).toEqual({ ...all(100), why: kept });
    expect(given(pack, through(placing(3), placing(4, 'corrected')))).toEqual({ ...nothing, why: [] });
    expect(given(pack, through(placing(3), placing(4), placing(5)))).toEqual({ ...all(100), why: kept });
    expect(given(pack, through(placing(3), placing(4), placing(4, 'corrected')))).toEqual({ ...nothing, why: [] });
    // One place down: the amount that was given stands, the level and the medal are given as before.
    expect(given(pack, through(placing(2), placing(3)))).toEqual({ ...all(200), why: ['advanced-kept'] });
    expect(given(pack, through(placing(3), placing(2)))).toEqual({ ...all(200), why: [] });
  });

  it('keeps nothing where nobody knows whose result was corrected', () => {
    const { own: _, ...unknown } = placing(4);
    expect(given(packOf({ advanced: 'keep' }), through(placing(3), unknown))).toEqual({ ...nothing, why: [] });
  });

  it('is the level where certificates are kept, and the money where it is not recovered, also for who lost by the own', () => {
    const lost = through(placing(3), placing(null, 'annulled'));
    expect(given(packOf({ certificates: 'keep' }), lost)).toEqual({ ...nothing, level: 2, why: ['not-ranked', 'given-kept'] });
    expect(given(packOf({ money: 'keep' }), lost)).toEqual({ ...nothing, fen: 100, why: ['not-ranked', 'given-kept'] });
    expect(given(packOf({ certificates: 'suspend' }), lost)).toEqual({ ...nothing, why: ['not-ranked'] });
  });

  it('promotes nobody in the place of another where the pack says so, but who won the own appeal', () => {
    const pack = packOf({ promoteNext: false });
    expect(given(pack, through(placing(4), placing(3)))).toEqual({
      ...nothing, why: ['not-promoted-next', 'not-promoted-next', 'not-promoted-next'],
    });
    expect(given(pack, through(placing(3), placing(2)))).toEqual({ ...all(100), why: ['not-promoted-next'] });
    expect(given(pack, through(placing(4), placing(3, 'upheld')))).toEqual({ ...all(100), why: [] });
    expect(given(pack, through(placing(3), placing(4)))).toEqual({ ...nothing, why: [] });
  });

  it('leaves every other rank as it was where the pack does not re-rank', () => {
    const pack = packOf({ rerank: false });
    expect(given(pack, through(placing(4), placing(3)))).toEqual({ ...nothing, why: [] });
    expect(given(pack, through(placing(3), placing(4)))).toEqual({ ...all(100), why: [] });
    expect(given(pack, through(placing(3), placing(4), placing(9, 'corrected')))).toEqual({ ...nothing, why: [] });
  });

  it('holds nothing that stands, and nothing for who is passed over', () => {
    const shared = placing(3, 'as it was', 2);
    expect(given(packOf({}), through(placing(3), shared))).toMatchObject({ held: ['level', 'honours', 'money'] });
    expect(given(packOf({ advanced: 'keep' }), through(placing(3), shared))).toMatchObject(all(100));
    expect(given(packOf({ promoteNext: false }), through(placing(5), shared))).toMatchObject(nothing);
    // What was open is settled by the correction: that is nobody's place but the own.
    expect(given(packOf({ promoteNext: false }), through(shared, placing(3)))).toMatchObject(all(100));
  });

  it('is explained as it is decided', () => {
    const explained = explain(packOf({ advanced: 'keep' }), through(placing(3), placing(4)));
    expect(explained.outcome.en).toBe('level 3 → level 2; medal (awarded); CNY 1.00');
    expect(explained.reasons.map(({ code }) => code)).toContain('advanced-kept');
    expect(explained.changes[0]?.change.en).toBe('rank 2 instead of 4');
  });

  it('never is less than the last revision gives under keeps, nor more than ever was given', () => {
    const revision = fc.tuple(fc.option(fc.integer({ min: 1, max: 6 }), { nil: null }), fc.constantFrom('a', 'b'));
    const policy = fc.record({ advanced: fc.constantFrom('keep' as const, 'fall' as const), money: fc.constantFrom('keep' as const, 'recover' as const) });
    fc.assert(fc.property(fc.array(revision, { minLength: 1, maxLength: 5 }), policy, (revisions, words) => {
      const pack = packOf(words);
      const placings = revisions.map(([rank, own]) => placing(rank, own));
      const fens = placings.map((each) => given(pack, through(each)).fen ?? 0);
      const fen = given(pack, through(...placings)).fen ?? 0;
      expect(fen).toBeGreaterThanOrEqual(fens.at(-1) ?? 0);
      expect(fen).toBeLessThanOrEqual(Math.max(...fens));
      if (words.money === 'keep') expect(fen).toBe(Math.max(...fens));
    }));
  });

  it('does not count what a person rejected', () => {
    // The fold leaves such revisions out; here only that the digest it compares is of the effects alone.
    const pack = packOf({ advanced: 'keep' });
    expect(effectsDigest(decide(pack, through(placing(3), placing(4))))).toBe(effectsDigest(decide(pack, through(placing(3)))));
  });
});
