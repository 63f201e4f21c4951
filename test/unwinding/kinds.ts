import type { Pack } from '#libs/policy';

/** The kinds of packs that stories are played under: what the first three get, and each word of a reversal. */
const title = (en: string) => ({ zh: en, en });
const cite = ['spec'];
const topThree = { rank: [{ from: 1, to: 3 }] };

export const cash = [300_000, 200_000, 100_000] as const;
export const subsidy: Readonly<Record<number, number>> = { 2: 250_000, 1: 350_000 };

export interface Kind {
  readonly name: string;
  readonly reversal: Partial<Pack['reversal']>;
  readonly capped?: true;
  readonly approval?: 'person';
}

export const kinds: readonly Kind[] = [
  { name: 'falls', reversal: {} },
  { name: 'capped', reversal: {}, capped: true },
  { name: 'by-a-person', reversal: {}, approval: 'person' },
  { name: 'advanced-keeps', reversal: { advanced: 'keep' } },
  { name: 'level-keeps', reversal: { certificates: 'keep' } },
  { name: 'money-keeps', reversal: { money: 'keep' } },
  { name: 'nobody-next', reversal: { promoteNext: false } },
  { name: 'no-re-rank', reversal: { rerank: false } },
  { name: 'suspends', reversal: { certificates: 'suspend' }, capped: true },
];

export const packOf = ({ name, reversal, capped, approval = undefined }: Kind): Pack => ({
  id: `unwinding-${name}`, version: '1', title: title(name), jurisdiction: 'CN', authority: title('specs'),
  verification: 'hypothetical', citations: [{ id: 'spec', document: 'spec', title: 'spec', quote: 'a pack for specs', quoted: 'summary' }],
  valid: { from: null, to: null }, anchor: 'announced', factsAsOf: 'registrationClosed',
  applies: { series: [], classes: [], groups: [], purposes: [] }, ranking: { tieAtCut: 'panel', cite: [] }, ceilings: [], holes: [],
  rules: [
    { id: 'level', title: title('level'), cite, when: topThree, effects: [{ grantOrStep: { level: 2 } }] },
    {
      id: 'medal', title: title('medal'), cite, when: topThree,
      effects: [{ honour: { honour: 'medal', title: title('medal'), mode: 'award', unlessHeld: false } }],
    },
    {
      id: 'cash', title: title('cash'), cite, when: topThree,
      effects: [{
        pay: {
          amount: { byRank: cash.map((fen, index) => ({ from: index + 1, to: index + 1, fen })) }, payee: 'person', needsCertificate: false,
          claimWithinMonths: null,
        },
      }],
    },
    {
      id: 'subsidy', title: title('subsidy'), cite, when: topThree,
      effects: [{
        pay: {
          amount: { byLevel: Object.entries(subsidy).map(([level, fen]) => ({ level: Number(level), fen })) }, payee: 'person',
          needsCertificate: true, claimWithinMonths: null,
        },
      }],
    },
  ],
  caps: capped === undefined
    ? []
    : [{ id: 'one-a-year', title: title('one promotion a year'), per: 'year', count: 1, of: 'level', cite }],
  process: {
    basis: 'operator', cite: [], calendar: 'china', publicityWorkingDays: 0, approval: approval ?? 'pack', codeScheme: 'national-22',
    issuer: { name: title('spec'), kind: 'assessor', code: '0009', province: '31', site: '000009' },
  },
  reversal: {
    basis: 'operator', rerank: true, certificates: 'revoke', money: 'recover', promoteNext: true, cite, ...reversal,
  },
});
