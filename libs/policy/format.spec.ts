import { factsOf, inShort, type ShortFacts } from './cases.js';
import { topThree } from './hypothetical.js';
import { type Condition, decide, effectsDigest, explain, fold, lint, type Pack } from './index.js';

const cite = ['facts'];
const title = { zh: '规则', en: 'rule' };
const given: Pack['rules'][number]['effects'] = [{ grant: { level: 3 } }];
const rule = (when: Condition, effects = given, id = 'rule') => ({ id, title, cite, when, effects });
const packOf = (parts: Partial<Pack>): Pack => topThree(parts).pack;
const decided = (parts: Partial<Pack>, facts: ShortFacts) => inShort(decide(packOf(parts), factsOf({ rank: 1, ...facts })));
const level = (when: Condition, facts: ShortFacts) => {
  const { level: found, held, reasons } = decided({ rules: [rule(when)] }, facts);
  return held.length > 0 ? `held: ${reasons.join(', ')}` : found;
};
const pay = (parts: Partial<Extract<Pack['rules'][number]['effects'][number], { pay: unknown }>['pay']>) => [{
  pay: { amount: { fixed: 100_000 }, payee: 'person' as const, needsCertificate: false, claimWithinMonths: null, ...parts },
}];

describe('a condition on a fact that not every deployment has', () => {
  it.each<[string, Condition, ShortFacts, ShortFacts, string]>([
    ['months in the occupation', { occupationMonths: { from: 36, to: null } }, { person: { occupationMonths: 36 } },
      { person: { occupationMonths: 35 } }, 'months in the occupation'],
    ['months insured', { insuredMonths: { from: 12, to: null } }, { person: { insuredMonths: 12 } }, { person: { insuredMonths: 11 } },
      'months insured'],
    ['age', { age: { from: 16, to: null } }, { age: 16 }, { age: 15 }, 'age'],
    ['one event a person', { entries: { from: 1, to: 1 } }, { person: { entries: 1 } }, { person: { entries: 2 } },
      'number of events entered'],
    ['a title, for a year', { holdsQualification: { title: '初级职称', months: 12 } },
      { person: { qualifications: [{ title: '初级职称', since: '2025-05-01' }] } },
      { person: { qualifications: [{ title: '初级职称', since: '2025-06-01' }, { title: '中级职称', since: '2020-01-01' }] } },
      'titles and qualifications'],
    ['post matches', { postMatches: true }, { person: { postMatches: true } }, { person: { postMatches: false } },
      'whether the certificate matches the post'],
    ['a national standard', { hasStandard: true }, { standard: true }, { standard: false },
      'whether the occupation has a national standard'],
    ['a medal', { medal: ['gold', 'excellence'] }, { medal: 'excellence' }, { medal: 'silver' }, 'medal'],
    ['marks', { marks: { theory: '60', practical: '60' } }, { theory: '60', practical: '60' }, { theory: '59.99', practical: '60' },
      'theory mark, practical mark'],
    ['a level in a related occupation', { holds: { level: 3, orAbove: true, months: 12, related: true } },
      { related: [{ level: 3, since: '2024-01-01' }] }, { related: [{ level: 3, since: '2026-04-01' }] }, 'levels in related occupations'],
  ])('%s: holds, does not, and is not guessed', (_, when, yes, no, missing) => {
    expect(level(when, yes)).toBe('none→3');
    expect(level(when, no)).toBeNull();
    expect(level(when, {})).toBe('held: fact-missing');
    expect(level({ not: when }, {})).toBe('held: fact-missing');
    const explained = explain(packOf({ rules: [rule(when)] }), factsOf({ rank: 1 }));
    expect(explained.reasons.map(({ text }) => text.en)).toEqual([`not known: ${missing}`]);
    // What is known already decides: the missing fact does not matter then.
    expect(level({ all: [when, { rank: [{ from: 2, to: 3 }] }] }, {})).toBeNull();
    expect(level({ any: [when, { rank: [{ from: 1, to: 3 }] }] }, {})).toBe('none→3');
  });

  it('holds only what hangs on it', () => {
    const rules = [rule({ all: [] }), rule({ insuredMonths: { from: 12, to: null } }, pay({}), 'subsidy')];
    expect(decided({ rules }, {})).toMatchObject({ level: 'none→3', yuan: [], held: ['money'], reasons: ['fact-missing'] });
    expect(decided({ rules }, { person: { insuredMonths: 12 } })).toMatchObject({ yuan: ['1000'], held: [] });
  });

  it('gives no lower level for now, where a higher one waits', () => {
    const rules = [rule({ all: [] }), rule({ medal: ['gold'] }, [{ grant: { level: 2 } }], 'gold')];
    expect(decided({ rules }, {})).toMatchObject({ level: null, held: ['level'] });
    expect(decided({ rules }, { medal: 'none' })).toMatchObject({ level: 'none→3', held: [] });
  });

  it('holds money that needs a certificate while its level waits', () => {
    const rules = [rule({ medal: ['gold'] }), rule({ all: [] }, pay({ needsCertificate: true }), 'subsidy')];
    expect(decided({ rules }, {})).toMatchObject({ level: null, yuan: [], held: ['level', 'money'] });
  });

  it('is part of the explanation: what would have changed it', () => {
    const pack = packOf({ rules: [rule({ insuredMonths: { from: 12, to: null } }, pay({}))] });
    expect(explain(pack, factsOf({ rank: 1, person: { insuredMonths: 9 } })).changes.map(({ change, then }) => `${change.en}: ${then.en}`))
      .toEqual(['months insured 12 instead of 9: CNY 1000.00']);
  });
});

describe('who may enter', () => {
  const entry = [{ id: 'no-title-holders', title: { zh: '未获称号', en: 'no title yet' }, cite, when: { not: { holdsHonour: 'title' } } },
    { id: 'age', title: { zh: '年满十六', en: 'sixteen' }, cite, when: { age: { from: 16, to: null } } }];
  it('gets nothing where a condition of entry is not met, and waits where nobody knows', () => {
    expect(decided({ entry }, { age: 16 })).toMatchObject({ level: 'none→2' });
    expect(decided({ entry }, { age: 16, honours: ['title'] })).toMatchObject({ level: null, reasons: ['entry-not-met'] });
    expect(decided({ entry }, {})).toMatchObject({ level: null, held: ['level', 'honours', 'money'], reasons: ['fact-missing'] });
  });
  it('is checked for its citation', () => {
    expect(lint(packOf({ entry: [{ ...entry[0]!, cite: [] }] })).map(({ check }) => check)).toEqual(['rule-without-citation']);
  });
});

it('an occupation without a national standard: as the pack says', () => {
  const occupations = (onMissing: 'noLevel' | 'reject' | 'hold'): Partial<Pack> => ({ occupations: { requireStandard: true, onMissing, cite } });
  expect(decided(occupations('noLevel'), { standard: true })).toMatchObject({ level: 'none→2' });
  expect(decided(occupations('noLevel'), { standard: false })).toMatchObject({ level: null, held: [], reasons: ['occupation-outside'] });
  expect(decided(occupations('hold'), { standard: false })).toMatchObject({ level: null, held: ['level'] });
  expect(decided(occupations('reject'), { standard: false })).toMatchObject({ level: null, held: [] });
  expect(decided(occupations('noLevel'), {})).toMatchObject({ level: null, held: ['level'], reasons: ['fact-missing'] });
  expect(decided(occupations('reject'), {})).toMatchObject({ held: ['level', 'honours', 'money'], reasons: ['fact-missing'] });
});

describe('short fields, as in Moscow 2018', () => {
  const top = [
    { field: { from: 1, to: 4 }, top: 1 }, { field: { from: 5, to: 5 }, top: 2 }, { field: { from: 6, to: null }, top: 3 },
  ];
  const parts: Partial<Pack> = { fieldMinimum: { count: 4, below: 'void', cite }, rules: [rule({ rankByField: top })] };
  it.each([[3, 0], [4, 1], [5, 2], [6, 3], [80, 3]])('%i in the field: %i medals', (field, medals) => {
    const winners = [1, 2, 3, 4].filter((rank) => decided(parts, { rank, field }).level !== null);
    expect(winners).toHaveLength(medals);
  });
  it('pass the linter', () => expect(lint(packOf(parts))).toEqual([]));
});

it('a field minimum that is lower for a selection, as in Shandong', () => {
  const parts: Partial<Pack> = { fieldMinimum: { count: 30, forSelection: 15, below: 'selectionOnly', cite } };
  expect(decided(parts, { field: 29 })).toMatchObject({ level: null, reasons: ['field-too-small'] });
  expect(decided(parts, { field: 30 })).toMatchObject({ level: 'none→2' });
  expect(decided(parts, { field: 15, purpose: 'selection' })).toMatchObject({ level: 'none→2' });
  expect(decided(parts, { field: 14, purpose: 'selection' })).toMatchObject({ level: null });
});

it('a field that is too small: nothing, or held for a panel, as the pack says', () => {
  const parts = (below: 'void' | 'hold'): Partial<Pack> => ({ fieldMinimum: { count: 30, below, cite } });
  expect(decided(parts('void'), { field: 29 })).toMatchObject({ level: null, held: [], reasons: ['field-too-small'] });
  expect(decided(parts('hold'), { field: 29 })).toMatchObject({
    level: null, held: ['level', 'honours', 'money'], reasons: ['field-too-small'],
  });
  expect(decided(parts('hold'), { field: 30 })).toMatchObject({ level: 'none→2', held: [] });
});

it.each<[Pack['ranking']['tieAtCut'], string | null, readonly string[]]>([
  ['panel', null, ['level']], ['share', 'none→2', []], ['includeAll', 'none→2', []], ['excludeAll', null, []],
])('a tie at the cut, after every key: %s', (tieAtCut, given_, held) => {
  const parts: Partial<Pack> = { ranking: { tieAtCut, cite } };
  expect(decided(parts, { rank: 3, tied: 2 })).toMatchObject({ level: given_, held });
  // Within the cut all of them have it, whoever comes first; beyond it none.
  expect(decided(parts, { rank: 2, tied: 2 })).toMatchObject({ level: 'none→2', held: [] });
  expect(decided(parts, { rank: 4, tied: 2 })).toMatchObject({ level: null, held: [] });
});

it('a declared hole: nothing, or held, of the effects that it names', () => {
  const hole = (then: 'hold' | 'nothing'): Pack['holes'] =>
    [{ id: 'teams', title, cite, when: { teamSize: { from: 2, to: null } }, effects: ['level'], then }];
  const rules = [rule({ all: [] }), rule({ all: [] }, pay({}), 'subsidy')];
  expect(decided({ rules, holes: hole('hold') }, { teamSize: 2 })).toMatchObject({
    level: null, yuan: ['1000'], held: ['level'], reasons: ['hole-in-the-source'],
  });
  expect(decided({ rules, holes: hole('nothing') }, { teamSize: 2 })).toMatchObject({
    level: null, yuan: ['1000'], held: [], reasons: ['hole-in-the-source'],
  });
  expect(decided({ rules, holes: hole('nothing') }, { teamSize: 1 })).toMatchObject({ level: 'none→3', reasons: [] });
});

describe('the conditions of application for 三级 (2023), any of which suffices', () => {
  const years = (level_: 4, n: number): Condition => ({ holds: { level: level_, orAbove: false, months: 12 * n } });
  const when: Condition = {
    any: [
      { occupationMonths: { from: 120, to: null } }, years(4, 4),
      { holdsQualification: { title: '初级职称', months: 12 } },
      { all: [{ holds: { level: 4, orAbove: false } }, { holdsQualification: { title: '高职' } }] },
    ],
  };
  const known = { occupationMonths: 60, qualifications: [] };
  it.each<[string, ShortFacts, string | null]>([
    ['ten years in the trade', { person: { ...known, occupationMonths: 120 } }, 'none→3'],
    ['四级 for four years', { person: known, holds: 4, since: '2022-05-02' }, '4→3'],
    ['四级 for a day less', { person: known, holds: 4, since: '2022-05-03' }, null],
    ['初级职称 for a year', { person: { ...known, qualifications: [{ title: '初级职称', since: '2025-05-02' }] } }, 'none→3'],
    ['四级 and 高职', { person: { ...known, qualifications: [{ title: '高职', since: '2026-01-01' }] }, holds: 4, since: '2026-01-01' }, '4→3'],
    ['高职 alone', { person: { ...known, qualifications: [{ title: '高职', since: '2020-01-01' }] } }, null],
    ['nobody knows the years nor the titles', {}, 'held: fact-missing'],
  ])('%s', (_, facts, found) => expect(level(when, facts)).toBe(found));
});

describe('money', () => {
  const subsidy = (parts: Parameters<typeof pay>[0], more: Partial<Pack> = {}) => ({ rules: [rule({ all: [] }, pay(parts))], ...more });
  const payment = { rule: 'top-three/rule', exclusive: 'training', occupation: '6-18-01-01', level: 3 as const, on: '2026-02-01' };
  const certificate = { level: 3 as const, issuedOn: '2025-06-10', claimedOn: '2026-06-10' };
  const onCertificate = { occasion: 'certificate' as const };

  it('by the class of the contest: doubled at city level', () => {
    const factor = [{ class: 'city', part: { numerator: 2, denominator: 1 } }, { class: 'district', part: { numerator: 1, denominator: 1 } }];
    expect(decided(subsidy({ factor }), { class: 'city' }).yuan).toEqual(['2000']);
    expect(decided(subsidy({ factor }), { class: 'district' }).yuan).toEqual(['1000']);
    expect(decided(subsidy({ factor }), { class: 'other' }).reasons).toEqual(['no-factor']);
  });

  it('on a certificate, without any contest: within its window, and not after', () => {
    const parts = subsidy({ amount: { byLevel: [{ level: 3, fen: 200_000 }] }, needsCertificate: true, claimWithinMonths: 12, atMost: true }, onCertificate);
    expect(decided(parts, { rank: null, certificate }).yuan).toEqual(['2000']);
    expect(decided(parts, { rank: null, certificate: { ...certificate, claimedOn: '2026-06-11' } }).reasons).toEqual(['claim-expired']);
    expect(decided(parts, { rank: null }).reasons).toEqual(['fact-missing']);
  });

  it('of an exclusive group once for a certificate; without the earlier payments it waits', () => {
    const parts = subsidy({ exclusive: 'training' }, onCertificate);
    expect(decided(parts, { certificate, payments: [] }).yuan).toEqual(['1000']);
    expect(decided(parts, { certificate, payments: [{ ...payment, rule: 'another/subsidy' }] }).reasons).toEqual(['exclusive']);
    expect(decided(parts, { certificate, payments: [{ ...payment, level: 4 }] }).yuan).toEqual(['1000']);
    expect(decided(parts, { certificate })).toMatchObject({ yuan: [], held: ['money'], reasons: ['fact-missing'] });
  });

  it.each<['year' | 'life' | 'occupationLevel' | 'lowerLevel', Partial<typeof payment>, Partial<typeof payment>]>([
    ['year', {}, { on: '2025-12-31' }],
    ['life', { on: '2001-01-01' }, { rule: 'another/rule' }],
    ['occupationLevel', {}, { occupation: '6-31-01-03' }],
    ['lowerLevel', { level: 2 as 3 }, { level: 3 }],
  ])('is capped per %s', (per, counts, another) => {
    const caps: Pack['caps'] = [{ id: 'cap', title, per, count: 1, of: 'money', cite }];
    const parts = subsidy({}, { ...onCertificate, caps });
    expect(decided(parts, { certificate, payments: [{ ...payment, ...counts }] }).reasons).toEqual(['cap-reached']);
    expect(decided(parts, { certificate, payments: [{ ...payment, ...another }] }).yuan).toEqual(['1000']);
  });
});

describe('a promotion', () => {
  const promoted = { contest: 'before', level: 2 as 1 | 2, finalAt: '2026-02-01' };
  type Before = Partial<typeof promoted & { occupation: string }>;
  it.each<[Pack['caps'][number]['per'], Before, Before]>([
    ['year', {}, { finalAt: '2025-12-31' }],
    ['life', { finalAt: '2001-01-01' }, {}],
    ['occupationLevel', {}, { occupation: '6-31-01-03' }],
    ['lowerLevel', { level: 1 }, { level: 2 }],
  ])('is capped per %s', (per, counts, another) => {
    const caps: Pack['caps'] = [{ id: 'cap', title, per, count: 1, of: 'level', cite }];
    expect(decided({ caps }, { promoted: [{ ...promoted, ...counts }] })).toMatchObject({
      level: null, reasons: ['cap-reached'],
    });
    expect(decided({ caps }, { promoted: per === 'life' ? [] : [{ ...promoted, ...another }] })).toMatchObject({
      level: 'none→2',
    });
  });
});

describe('what is neither a level nor the own honours or money', () => {
  const rules: Pack['rules'] = [
    rule({ all: [] }, [...given, { honour: { honour: 'title', title, mode: 'award', unlessHeld: true, payee: 'coach' } }]),
    rule({ all: [] }, pay({ payee: 'expertTeam' }), 'experts'),
    rule({ all: [] }, [{
      points: {
        scheme: 'team-table', title: { zh: '团体积分', en: 'team points' }, payee: 'team', cap: 15, amount: { byRank: [{ from: 1, to: 1, points: 10 }] },
        factor: [{ class: 'city', part: { numerator: 2, denominator: 1 } }],
      },
    }], 'points'),
    rule({ all: [] }, [{ credit: { institution: 'bank', courses: ['a', 'b'], credits: '8', title: { zh: '学分', en: 'credits' } } }], 'credit'),
    rule({ all: [] }, [{ applyFor: { what: 'engineer', title: { zh: '工程师', en: 'engineer' } } }], 'apply'),
  ];
  const facts: ShortFacts = { class: 'city', rank: 1 };
  it('is decided and told, never given to the person instead', () => {
    expect(decided({ rules }, facts)).toEqual({
      level: 'none→3', honours: [], yuan: [], held: [], reasons: [], others: [
        'rule (awarded, the coach)', 'rule CNY 1000.00 (the expert team)', 'team points 15 (the team)', 'credits 8 (the person)', 'may apply for engineer',
      ],
    });
  });
  it('is given with the decision that the service records, as it is', () => {
    const { contest, placing, person } = factsOf(facts);
    const [folded] = fold([{ pack: packOf({ rules }), contest, placing, person, rejected: null }], []);
    expect(folded?.decision).toEqual(decide(packOf({ rules }), folded!.facts));
    expect(folded?.decision.others?.[0]).toEqual({
      is: 'honour', rule: 'top-three/rule', what: 'title', title, for: 'coach', amount: null, mode: 'award',
    });
  });
  it('is promised to nobody where the amount is "up to": how much of it, the authority says', () => {
    const { contest, placing, person } = factsOf(facts);
    const pack = packOf({ rules: [rule({ all: [] }, [...pay({ atMost: true }), ...given])] });
    expect(decide(pack, factsOf(facts)).money).toMatchObject([{ fen: 100_000, atMost: true }]);
    const [folded] = fold([{ pack, contest, placing, person, rejected: null }], []);
    expect(folded?.decision).toMatchObject({ level: { to: 3 }, money: [], reasons: [{ code: 'amount-not-fixed', effect: 'money' }] });
    expect(folded?.decision.reasons[0]?.text).toEqual({
      zh: '最高 1000.00 元：具体金额由主管部门核定', en: 'up to CNY 1000.00: the authority decides how much',
    });
    expect(explain(pack, factsOf(facts))).toMatchObject({
      outcome: { en: 'no level → level 3; up to CNY 1000.00' }, reasons: [{ code: 'amount-not-fixed' }],
    });
    const team = packOf({ rules: [rule({ all: [] }, [...pay({ atMost: true, payee: 'expertTeam' }), ...given])] });
    const [ofTeam] = fold([{ pack: team, contest, placing, person, rejected: null }], []);
    expect(ofTeam?.decision.others).toBeUndefined();
    expect(ofTeam?.decision.reasons[0]?.text.en).toBe('rule up to CNY 1000.00 (the expert team): the authority decides how much');
  });
  it('changes what a decision is', () => {
    const of = (points: Pack['rules']) => effectsDigest(decide(packOf({ rules: points }), factsOf(facts)));
    expect(of(rules)).not.toBe(of(rules.slice(0, 3)));
  });
  it('waits for a panel where a shared rank decides it', () => {
    expect(decided({ rules: [rules[2]!] }, { ...facts, tied: 2 })).toMatchObject({ held: ['others'], reasons: ['tie-at-the-cut'] });
    expect(decide(packOf({ rules: [rules[2]!] }), factsOf({ ...facts, tied: 2 }))).toMatchObject({ is: 'held', level: null });
    expect(decided({ rules: [rules[0]!, rules[2]!] }, { ...facts, tied: 2 })).toMatchObject({ level: 'none→3', held: ['others'] });
  });
  it('waits where a fact that it hangs on is not known, or the level', () => {
    const insured = { insuredMonths: { from: 12, to: null } };
    const hanging = rule(insured, rules[3]!.effects, 'credit');
    expect(decided({ rules: [hanging] }, facts)).toMatchObject({ held: ['others'], reasons: ['fact-missing'] });
    expect(decided({ rules: [hanging] }, { ...facts, person: { insuredMonths: 12 } })).toMatchObject({ held: [], others: ['credits 8 (the person)'] });
    const byLevel = rule({ all: [] }, [{ points: {
      scheme: 'residence', title: { zh: '积分', en: 'points' }, payee: 'person', amount: { byLevel: [{ level: 3, points: 60 }] },
    } }], 'points');
    expect(decided({ rules: [rule(insured), byLevel] }, facts)).toMatchObject({ held: ['level', 'others'] });
    expect(decided({ rules: [rule({ all: [] }), byLevel] }, facts)).toMatchObject({ held: [], others: ['points 60 (the person)'] });
  });
  it('is told with the nearest change that would have given it', () => {
    const { outcome, changes } = explain(packOf({ rules: [rules[2]!] }), factsOf({ ...facts, rank: 2 }));
    expect(outcome).toEqual({ zh: '无', en: 'nothing' });
    expect(changes.find(({ fact }) => fact === 'rank')).toEqual({
      fact: 'rank', change: { zh: '名次为第 1 名（现为第 2 名）', en: 'rank 1 instead of 2' },
      then: { zh: '团体积分 15（团队）', en: 'team points 15 (the team)' },
    });
  });
});

it('a level relative to the paper is not guessed where the contest has no paper level', () => {
  const rules = [rule({ all: [] }, [{ grantContestLevel: { offset: 1 } }])];
  expect(decided({ rules }, { paper: 3 })).toMatchObject({ level: 'none→2' });
  expect(decided({ rules }, {})).toMatchObject({ level: null, held: ['level'], reasons: ['fact-missing'] });
});

it('who advanced through another\'s error keeps it, where the pack says so: reversal is data', () => {
  const reversal = { ...packOf({}).reversal, basis: 'source' as const, advanced: 'keep' as const, certificates: 'suspend' as const, cite };
  expect(packOf({ reversal }).reversal.advanced).toBe('keep');
});

it('the linter finds a medal that no rule speaks about', () => {
  const rules = [rule({ medal: ['gold'] }), rule({ medal: ['excellence'] }, given, 'second')];
  const found = lint(packOf({ rules }));
  expect([...new Set(found.map(({ check }) => check))]).toEqual(['undeclared-hole']);
  expect(found[0]?.says.en).toBe('workers, teams of 1, 1 ranked, silver: no rule speaks about the level');
  const hole = { id: 'silver', title, cite, when: { medal: ['silver' as const, 'bronze' as const] }, effects: ['level' as const], then: 'hold' as const };
  expect(lint(packOf({ rules, holes: [hole] })).filter(({ is }) => is === 'error')).toEqual([]);
});
