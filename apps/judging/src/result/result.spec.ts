import { given } from '#libs/decider';
import { digestOf } from '../marking-scheme/scheme.js';
import type { Placing } from './compute.js';
import { resultDecider as decider, type ResultCommand, type ResultEvent } from './result.js';

const placing: Placing = {
  code: 'K7', rank: 1, unranked: null, total: '88.50', criteria: [{ id: 'A', mark: '88.5' }], theory: null, practical: '88.50',
  tied: false
};
const shared = { organisation: 'o1', contest: 'c1', scheme: 'd1', placings: [placing], by: 'chief' };
const publish: ResultCommand = { type: 'Publish', ...shared, because: { kind: 'marking-completed' } };
const notice = { appealsUntil: '2026-03-06T00:00:00.000Z', until: '2026-03-05T16:00:00.000Z' };
const finalise = { type: 'Finalise', ...shared, at: '2026-03-06T00:00:00.000Z', openAppeals: [], openRecusals: [], notice } as const;

const first = decider.decide(publish, { is: 'none' });
const after = (...more: readonly ResultEvent[]) => given(decider, ...first, ...more);

describe('a result', () => {
  it('begins with a provisional revision that says what it holds', () => {
    expect(first).toEqual([
      { type: 'ResultOpened', organisation: 'o1', contest: 'c1', revision: 1, stage: 'provisional', count: 1,
        digest: digestOf([placing]),
        scheme: 'd1', firstFinalAt: null,
        because: { kind: 'marking-completed' }, by: 'chief' },
      { type: 'ResultPlaced', contest: 'c1', revision: 1, ...placing },
      { type: 'ResultClosed', contest: 'c1', revision: 1, stage: 'provisional' },
    ]);
    expect(after().when(publish)).toEqual([]);
  });

  it('is corrected by the next revision', () => {
    const corrected = after().when({ ...publish, because: { kind: 'hearing-upheld', appeal: 'a1' } });
    expect(corrected[0]).toMatchObject({ revision: 2, stage: 'provisional', firstFinalAt: null });
  });

  it('is final when the notice is over and every appeal decided, and not before', () => {
    const refusal = (
      change: Partial<Extract<ResultCommand, { type: 'Finalise' }>>
    ) => () => after().when({ ...finalise, ...change });
    expect(after().when(finalise)[0]).toMatchObject(
      { revision: 2, stage: 'final', firstFinalAt: finalise.at, because: { kind: 'finalised' } }
    );
    expect(refusal({ openAppeals: ['a1'] })).toThrow(
      expect.objectContaining({ rule: 'hearings-open', detail: { appeals: ['a1'] } })
    );
    expect(refusal({ at: '2026-03-05T23:59:59.999Z' })).toThrow(expect.objectContaining({ rule: 'notice-not-over' }));
    expect(refusal({ notice: null })).toThrow(expect.objectContaining({ rule: 'not-noticed' }));
    expect(() => given(decider).when(finalise)).toThrow(expect.objectContaining({ rule: 'result-not-computed' }));
  });

  it('keeps its first finalisation through later corrections', () => {
    const final = after().when(finalise);
    const annulled = after(...final).when({ ...publish, because: { kind: 'code-voided', code: 'K7' } });
    expect(annulled[0]).toMatchObject({ revision: 3, stage: 'final', firstFinalAt: finalise.at });
    expect(after(...final).when(finalise)).toEqual([]);
  });
});
