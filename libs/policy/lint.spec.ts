import { topThree } from './hypothetical.js';
import { lint, type Pack } from './index.js';

const rules = (pack: Pack) => [...new Set(lint(pack).filter(({ is }) => is === 'error').map(({ rule }) => rule))];
const { pack } = topThree();
const [rule] = pack.rules;
if (rule === undefined) throw new Error('the pack has a rule');

describe('the linter', () => {
  it.each<[string, Partial<Pack>]>([
    ['rule-without-citation', { rules: [{ ...rule, cite: [] }] }],
    ['unknown-citation', { rules: [{ ...rule, cite: ['elsewhere'] }] }],
    ['repeated-id', { rules: [rule, { ...rule, when: { all: [] } }] }],
    ['level-above-1', { rules: [{ ...rule, effects: [{ grant: { level: 0 } }] }] }],
    ['share-without-rounding', { rules: [{ ...rule, when: { not: { share: { upTo: { numerator: 1, denominator: 2 } } } } }] }],
    ['overlapping-bands', { rules: [rule, { ...rule, id: 'second', when: { rank: [{ from: 3, to: 6 }] } }] }],
    ['undeclared-hole', { rules: [rule, { ...rule, id: 'second', when: { rank: [{ from: 5, to: 6 }] } }] }],
    ['undeclared-hole', { rules: [{ ...rule, when: { rank: [{ teamSize: 2, from: 1, to: 3 }] } }] }],
    ['inexact-fraction', {
      rules: [rule, {
        ...rule, id: 'pay', when: { all: [] },
        effects: [{
          pay: {
            amount: { fixed: 100 }, payee: 'person', needsCertificate: false, claimWithinMonths: null,
            factor: [{ status: 'employed', part: { numerator: 1, denominator: 3 } }],
          },
        }],
      }],
    }],
  ])('finds %s', (name, parts) => expect(rules({ ...pack, ...parts })).toEqual([name]));

  it('is content with a sound pack', () => expect(lint(pack)).toEqual([]));

  it('warns of a declared hole', () => {
    const holes: Pack['holes'] = [
      {
        id: 'teams', title: { zh: '团体', en: 'teams' }, cite: ['facts'], when: { teamSize: { from: 2, to: null } },
        effects: ['level'], then: 'hold',
      },
    ];
    expect(lint({ ...pack, holes })).toEqual([{ is: 'warning', rule: 'declared-hole', where: 'teams', says: 'teams' }]);
  });
});
