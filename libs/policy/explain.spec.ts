import { factsOf, type ShortFacts } from './cases.js';
import { guangzhouType, shandongType } from './hypothetical.js';
import { decide, explain, findPack, outcomeText, type Pack } from './index.js';

const shipped = (id: string): Pack => {
  const found = findPack(id, '1');
  if (found === undefined) throw new Error(id);
  return found.pack;
};
const english = (pack: Pack, short: ShortFacts) => {
  const { outcome, changes, reasons } = explain(pack, factsOf(short));
  return {
    outcome: outcome.en, reasons: reasons.map(({ text }) => text.en),
    changes: changes.map(({ change, then }) => `${change.en}: ${then.en}`),
  };
};

describe('an explanation', () => {
  it('says why the 21st of 41 got nothing, with the source, and what would have changed it', () => {
    const pack = shipped('shanghai-special-2024');
    const short: ShortFacts = { series: 'shanghai-special-2024', rank: 21, field: 41, holds: 3 };
    expect(english(pack, short)).toEqual({
      outcome: 'nothing',
      reasons: ['"Training subsidy for the certificate" needs a certificate, and no level is given'],
      changes: ['rank 20 instead of 21: level 3 → level 2; CNY 2400.00'],
    });
    const [rule] = explain(pack, factsOf(short)).rules;
    expect(rule).toMatchObject({
      rule: 'shanghai-special-2024/top-half', verification: 'recalled',
      citations: [{ quote: expect.stringContaining('top 50 %') as string }],
      condition: {
        holds: false, value: '21',
        text: { en: 'rank is within 1–20 (the first 1/2 of 41 ranked)', zh: expect.stringContaining('第 1–20 名') as string },
      },
    });
  });

  it('says what a promotion hung on, in both directions', () => {
    expect(
      english(shipped('national-workers-1-2021'), { series: 'national-workers-2021', class: 'national-1', rank: 4, holds: 3 }),
    ).toEqual({
      outcome: 'level 3 → level 2; National technical expert (to be approved)', reasons: [],
      changes: [
        'rank 3 instead of 4: level 3 → level 2; National technical expert (to be approved); ' +
          'National May Day labour medal (recommended)',
        'rank 6 instead of 4: level 3 → level 2',
        'level 2 held instead of level 3: level 2 → level 1; National technical expert (to be approved)',
      ],
    });
  });

  it('finds the cap', () => {
    const facts: ShortFacts = {
      series: 'tianjin-municipal', class: 'municipal-1', rank: 5, holds: 3, finalAt: '2026-10-10',
      promoted: [{ contest: 'june', level: 3, finalAt: '2026-06-10' }],
    };
    expect(english(shipped('tianjin-municipal-1'), facts)).toMatchObject({
      reasons: ['One competition promotion a person a year; promoted already by the contest that was final on 2026-06-10'],
      changes: ['no earlier promotion by a contest: level 3 → level 2'],
    });
  });

  it('finds the gate', () => {
    const { pack } = guangzhouType();
    const told = (marks: ShortFacts) => {
      const facts = factsOf({ rank: null, unranked: 'pass-gate', field: 3, holds: 3, ...marks });
      const { changes } = explain(pack, { ...facts, placing: { ...facts.placing, ifPassed: { rank: 2, field: 4 } } });
      return changes.map(({ change, then }) => [change.en, change.zh, then.en]);
    };
    expect(told({ theory: '58', practical: '80' })).toEqual([
      ['theory 60 instead of 58', '理论达到 60（现为 58）', 'level 3 → level 2'],
    ]);
    expect(told({ theory: '58', practical: '59.5' })).toEqual([[
      'theory 60 and practical 60 instead of 58 and 59.5', '理论达到 60、实操达到 60（现为 58、59.5）', 'level 3 → level 2',
    ]]);
  });

  it('finds the gate also where it stands before the effects, and the rank is kept', () => {
    const { passGate, ...rest } = guangzhouType().pack;
    if (passGate === undefined) throw new Error('the pack has a gate');
    const pack = { ...rest, passGate: { ...passGate, before: 'effect' as const } };
    const facts: ShortFacts = { rank: 2, field: 4, theory: '90', practical: '59.99', holds: 3 };
    expect(english(pack, facts)).toMatchObject({ outcome: 'nothing', reasons: ['theory must reach 60 and practical 60'] });
    expect(english(pack, facts).changes).toEqual(['practical 60 instead of 59.99: level 3 → level 2']);
  });

  it('finds the field that was too small', () => {
    expect(english(shandongType().pack, { rank: 1, field: 27, holds: 3 })).toMatchObject({
      outcome: 'nothing', changes: ['30 ranked instead of 27: level 3 → level 2'],
    });
  });

  it('claims no change that deciding again does not confirm', () => {
    const pack = shipped('tianjin-municipal-1');
    const facts = factsOf({ series: 'tianjin-municipal', class: 'municipal-1', rank: 12, holds: 1 });
    expect(outcomeText(pack, decide(pack, facts)).en).toBe('nothing');
    // Above the target: no rank would have helped, and no single other level at rank 12.
    expect(explain(pack, facts).changes).toEqual([]);
  });
});
