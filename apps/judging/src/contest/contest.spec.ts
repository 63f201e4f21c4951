import { given } from '#libs/decider';
import { contestDecider as decider, type ContestEvent } from './contest.js';

const announced: ContestEvent = {
  type: 'ContestAnnounced', organisation: 'o1', competition: 'p1', number: 'C-01', name: { zh: '车工', en: 'Turning' },
  scheme: { id: 's1', digest: 'd1' }, teamSize: 1,
};
const sealed = (code: string): ContestEvent => ({ type: 'CodeSealed', code });
const started: ContestEvent = { type: 'ContestStarted', codes: 2 };
const filed: ContestEvent = {
  type: 'AppealFiled', appeal: 'a1', code: 'K7', contested: ['A'], until: '2026-03-05T00:00:00.000Z'
};
const completed: ContestEvent = { type: 'MarkingCompleted', contest: 'c1', by: 'chief' };

describe('a contest, as judging remembers it', () => {
  it('is marked once, and only while it runs', () => {
    const complete = { type: 'CompleteMarking', contest: 'c1', by: 'chief' } as const;
    expect(given(decider, announced, sealed('K7'), started).when(complete)).toEqual([completed]);
    expect(given(decider, announced, started, completed).when(complete)).toEqual([]);
    expect(() => given(decider, announced).when(complete)).toThrow(
      expect.objectContaining({
        rule: 'contest-not-running', next: expect.objectContaining({ en: 'start the contest' }) as unknown,
      })
    );
    expect(
      () => given(decider, announced, started, { type: 'ContestCancelled' }).when(complete)
    ).toThrow(expect.objectContaining({ rule: 'contest-not-running' }));
    expect(() => given(decider).when(complete)).toThrow(expect.objectContaining({ rule: 'contest-unknown' }));
  });

  it('keeps its codes in the order of the seal, each once, and which are void', () => {
    const { state } = given(
      decider, announced, sealed('K9'), sealed('K7'), sealed('K9'), { type: 'CodeVoided', code: 'K7', because: 'absent' }
    );
    expect(state).toMatchObject({ codes: ['K9', 'K7'], voided: { K7: 'absent' } });
  });

  it('decides an appeal once', () => {
    const uphold = { type: 'DecideAppeal', appeal: 'a1', outcome: 'upheld' } as const;
    expect(given(decider, announced, filed).when(uphold)).toEqual([{ type: 'AppealDecided', appeal: 'a1', outcome: 'upheld' }]);
    expect(
      () => given(decider, announced, filed, { type: 'AppealWithdrawn', appeal: 'a1' }).when(uphold)
    ).toThrow(expect.objectContaining({ rule: 'appeal-closed' }));
    expect(() => given(decider, announced).when(uphold)).toThrow(expect.objectContaining({ rule: 'appeal-unknown' }));
  });
});
