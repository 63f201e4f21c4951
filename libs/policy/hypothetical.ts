import { type LoadedPack, parsePack } from './packs.js';
import type { Pack } from './pack.js';

/** Packs for specs only, for worked examples whose pack is not shipped: `hypothetical`, so nothing else may use them. */
const hypothetical = (id: string, parts: Partial<Pack>): LoadedPack => parsePack({
  id, version: '1', title: { zh: '测试用政策包', en: 'a pack for specs' }, jurisdiction: 'CN', authority: { zh: '无', en: 'none' },
  verification: 'hypothetical',
  citations: [{ id: 'facts', document: 'facts', title: 'facts', quote: 'as the worked example says', quoted: 'summary' }],
  valid: { from: null, to: null }, anchor: 'announced', factsAsOf: 'registrationClosed',
  applies: { series: [], classes: [], groups: [], purposes: [] }, ranking: { tieAtCut: 'panel', cite: [] }, ceilings: [],
  holes: [], rules: [], caps: [],
  process: {
    basis: 'operator', cite: [], calendar: 'china', publicityWorkingDays: 5, approval: 'person', codeScheme: 'national-22',
    issuer: { name: { zh: '测试', en: 'test' }, kind: 'assessor', code: '0001', province: '31', site: '000001' },
  },
  reversal: { basis: 'operator', rerank: true, certificates: 'revoke', money: 'recover', promoteNext: true },
  ...parts,
});

const cite = ['facts'];
const title = (en: string) => ({ zh: en, en });

/** Top 3 → technician. */
export const topThree = (parts: Partial<Pack> = {}): LoadedPack => hypothetical('top-three', {
  rules: [
    { id: 'top-3', title: title('top 3'), cite, when: { rank: [{ from: 1, to: 3 }] }, effects: [{ grantOrStep: { level: 2 } }] },
  ],
  ...parts,
});

export const shandongType = (): LoadedPack => topThree({ fieldMinimum: { count: 30, below: 'selectionOnly', cite } });

export const guangzhouType = (): LoadedPack => topThree({ passGate: { theory: '60', practical: '60', before: 'ranking', cite } });

export const onePromotionAYear = (): LoadedPack => topThree({
  caps: [{ id: 'one-a-year', title: title('one promotion a year'), per: 'year', count: 1, of: 'level', cite }],
});

const yuan = (level: number, amount: number) => ({ level, fen: amount * 100 });

/** An occupation rule beside Chongming's: one level above the event's; cash only with a certificate, the medal always. */
export const chongmingType = (): LoadedPack => hypothetical('chongming-type', {
  occupations: { catalogue: ['6-18-01-01'], onMissing: 'noLevel', cite },
  rules: [
    {
      id: 'first', title: title('first place'), cite, when: { rank: [{ from: 1, to: 1 }] },
      effects: [{ grantContestLevel: { offset: 1 } }],
    },
    {
      id: 'medal', title: title('medal'), cite, when: { rank: [{ from: 1, to: 3 }] },
      effects: [{ honour: { honour: 'medal', title: title('medal'), mode: 'award', unlessHeld: false } }],
    },
    {
      id: 'medal-cash', title: title('medal cash'), cite, when: { rank: [{ from: 1, to: 3 }] },
      effects: [{
        pay: {
          amount: {
            byRank: [{ from: 1, to: 1, fen: 300_000 }, { from: 2, to: 2, fen: 200_000 }, { from: 3, to: 3, fen: 100_000 }],
          },
          payee: 'person', needsCertificate: true, claimWithinMonths: null,
        },
      }],
    },
    {
      id: 'certificate-subsidy', title: title('certificate subsidy'), cite, when: { rank: [{ from: 1, to: 1 }] },
      effects: [
        {
          pay: {
            amount: { byLevel: [yuan(5, 500), yuan(4, 1000), yuan(3, 2000)] }, payee: 'person', needsCertificate: true,
            claimWithinMonths: null,
          },
        },
      ],
    },
  ],
});
