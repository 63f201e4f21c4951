import { topThree } from './hypothetical.js';
import { lint, lintTogether, type Pack, packs } from './index.js';

const checks = (pack: Pack) => [...new Set(lint(pack).filter(({ is }) => is === 'error').map(({ check }) => check))];
const { pack } = topThree();
const [rule] = pack.rules;
if (rule === undefined) throw new Error('the pack has a rule');
type Parts = Partial<Pack>;
type Rules = Pack['rules'];
const share = (numerator: number, mode: 'truncate' | 'halfUp' = 'truncate') =>
  ({ upTo: { numerator, denominator: 5 }, rounding: { digits: 0 as const, mode } });
const title = { zh: '称号', en: 'the title' };
const honour = (id: string, when: Rules[number]['when']): Rules[number] =>
  ({ ...rule, id, when, effects: [{ honour: { honour: 'title', title, mode: 'approve', unlessHeld: true } }] });
const pay = (amount: Extract<Rules[number]['effects'][number], { pay: unknown }>['pay']['amount']): Rules[number] => ({
  ...rule, id: 'pay', effects: [{
    pay: {
      amount, payee: 'person', needsCertificate: false, claimWithinMonths: null,
      factor: [{ status: 'employed', part: { numerator: 1, denominator: 4 } }],
    },
  }],
});

describe('the linter', () => {
  it.each<[string, string, Parts]>([
    ['rule-without-citation', 'a rule', { rules: [{ ...rule, cite: [] }] }],
    ['rule-without-citation', 'a cap', {
      caps: [{ id: 'cap', title, per: 'life', count: 1, of: 'level', cite: [] }],
    }],
    ['unknown-citation', 'a rule', { rules: [{ ...rule, cite: ['elsewhere'] }] }],
    ['unknown-rule', 'a cap', { caps: [{ id: 'cap', title, per: 'life', count: 1, of: 'money', rules: ['elsewhere'], cite: ['facts'] }] }],
    ['repeated-id', 'a rule and a ceiling', { ceilings: [{ id: rule.id, group: 'student', level: 3, cite: ['facts'] }] }],
    ['facts-of-another-day', 'a condition', {
      factsAsOf: 'finalEnded', rules: [{ ...rule, when: { all: [rule.when, { not: { age: { from: 0, to: 35 } } }] } }],
    }],
    ['facts-of-another-day', 'an amount', { factsAsOf: 'announced', rules: [rule, pay({ fixed: 4 })] }],
    ['level-above-1', 'a rule', { rules: [{ ...rule, effects: [{ grant: { level: 0 } }] }] }],
    ['level-above-1', 'a ceiling', { ceilings: [{ id: 'students', group: 'student', level: -1, cite: ['facts'] }] }],
    ['share-without-rounding', 'within another condition', {
      rules: [{ ...rule, when: { any: [{ share: { upTo: { numerator: 1, denominator: 2 } } }] } }],
    }],
    ['inexact-fraction', 'a quarter of two fen', { rules: [rule, pay({ fixed: 2 })] }],
    ['inexact-fraction', 'half of seven points', {
      rules: [rule, {
        ...rule, id: 'points', effects: [{
          points: {
            scheme: 'table', title, payee: 'team', amount: { byRank: [{ from: 1, to: 3, points: 7 }] },
            factor: [{ class: 'city', part: { numerator: 1, denominator: 2 } }],
          },
        }],
      }],
    }],
    ['overlapping-bands', 'two bands', { rules: [rule, { ...rule, id: 'second', when: { rank: [{ from: 3, to: 6 }] } }] }],
    ['overlapping-bands', 'a band and a share, in large fields only', {
      rules: [rule, { ...rule, id: 'second', when: { all: [{ not: { rank: [{ from: 1, to: 2 }] } }, { share: share(1) }] } }],
    }],
    ['overlapping-bands', 'one honour by two rules', {
      rules: [honour('a', { rank: [{ from: 1, to: 2 }] }), honour('b', { rank: [{ from: 2, to: 3 }] })],
    }],
    ['overlapping-bands', 'field sizes of one list', {
      rules: [honour('a', { rankByField: [{ field: { from: 1, to: 10 }, top: 1 }, { field: { from: 10, to: null }, top: 2 }] })],
    }],
    ['overlapping-bands', 'amounts of one list', {
      rules: [rule, pay({ byRank: [{ from: 1, to: 2, fen: 400 }, { from: 2, to: 3, fen: 200 }] })],
    }],
    ['undeclared-hole', 'between two bands', { rules: [rule, { ...rule, id: 'second', when: { rank: [{ from: 5, to: 6 }] } }] }],
    ['undeclared-hole', 'a team size', { rules: [{ ...rule, when: { rank: [{ teamSize: 2, from: 1, to: 3 }] } }] }],
    ['undeclared-hole', 'a group', { rules: [{ ...rule, when: { all: [{ group: 'worker' }, rule.when] } }] }],
    ['undeclared-hole', 'a field size: exactly ten', {
      rules: [rule, honour('a', { rankByField: [{ field: { from: 1, to: 9 }, top: 1 }, { field: { from: 11, to: null }, top: 2 }] })],
    }],
    ['undeclared-hole', 'a place without an amount', { rules: [rule, pay({ byRank: [{ from: 1, to: 2, fen: 400 }] })] }],
  ])('finds %s: %s', (name, _, parts) => expect(checks({ ...pack, ...parts })).toEqual([name]));

  it('finds a gap that opens only where two cuts are rounded in different ways', () => {
    const rules: Rules = [
      { ...rule, when: { share: share(1) } },
      {
        ...rule, id: 'second',
        when: { share: { above: { numerator: 1, denominator: 5 }, ...share(2, 'halfUp') } },
      },
    ];
    expect(lint({ ...pack, rules }).map(({ check, says }) => `${check}: ${says.en}`)).toEqual(
      ['worker', 'student'].map((group) =>
        `undeclared-hole: ${group}s, teams of 1, 4 ranked: no band has rank 1, though later ranks have one, for the level`));
  });

  it('lets two rules for different people meet', () => {
    const of = (id: string, status: 'employed' | 'unemployed'): Rules[number] =>
      ({ ...rule, id, when: { all: [{ status }, { rank: [{ from: 1, to: 3 }] }] } });
    expect(checks({ ...pack, rules: [of('a', 'employed'), of('b', 'unemployed')] })).toEqual([]);
    expect(checks({ ...pack, rules: [of('a', 'employed'), of('b', 'employed')] })).toEqual(['overlapping-bands']);
  });

  it('says in which pack and rule, in both languages, and what to do', () => {
    expect(lint({ ...pack, rules: [{ ...rule, cite: [] }] })).toEqual([{
      is: 'error', check: 'rule-without-citation', pack: 'top-three@1', rule: 'top-3',
      says: { zh: '没有注明出处', en: 'says nothing of its source' },
      todo: { zh: '在 cite 中写明出处', en: 'name the citation in `cite`' },
    }]);
  });

  it('is content with a sound pack', () => expect(lint(pack)).toEqual([]));

  it('warns of a declared hole, which is no error any more', () => {
    const holes: Pack['holes'] = [
      {
        id: 'teams', title: { zh: '团体', en: 'teams' }, cite: ['facts'], when: { teamSize: { from: 2, to: null } },
        effects: ['level'], then: 'hold',
      },
    ];
    const single: Rules = [{ ...rule, when: { rank: [{ teamSize: 1, from: 1, to: 3 }] } }];
    expect(checks({ ...pack, rules: single })).toEqual(['undeclared-hole']);
    expect(lint({ ...pack, rules: single, holes })).toMatchObject([{ is: 'warning', check: 'declared-hole', rule: 'teams' }]);
  });
});

describe('packs that are valid at once for the same contest', () => {
  const other = (parts: Parts): Pack => ({ ...pack, id: 'other', ...parts });
  const both = (b: Pack) => lintTogether([pack, b]).map(({ check, pack: a, rule: with_ }) => `${check}: ${a}, ${with_}`);

  it('are found', () => expect(both(other({}))).toEqual(['packs-valid-at-once: top-three@1, other@1']));

  it('are none where series, group or time keep them apart', () => {
    const ending = { ...pack, valid: { from: null, to: '2025-12-31' } };
    expect(lintTogether([ending, other({ valid: { from: '2026-01-01', to: null } })])).toEqual([]);
    expect(lintTogether([ending, other({ valid: { from: '2025-12-31', to: null } })])).toHaveLength(1);
    expect(lintTogether([other({ valid: { from: '2025-12-31', to: null } }), ending])).toHaveLength(1);
    const of = (groups: Pack['applies']['groups'], series: string[]) => ({ applies: { ...pack.applies, groups, series } });
    expect(lintTogether([other(of(['worker'], ['a'])), { ...pack, ...of(['student'], ['a']) }])).toEqual([]);
    expect(lintTogether([other(of(['worker'], ['a'])), { ...pack, ...of([], ['a', 'b']) }])).toHaveLength(1);
  });

  it('are none where a later version takes over: what was published is not touched', () => {
    expect(both({ ...pack, version: '2', valid: { from: '2026-01-01', to: null } })).toEqual([]);
    expect(both({ ...pack, version: '2' })).toEqual(['packs-valid-at-once: top-three@1, top-three@2']);
  });

  it('are none among the shipped', () => expect(lintTogether(packs().map((each) => each.pack))).toEqual([]));
});
