import { given } from '#libs/decider';
import { decisionRun, type RunEvent } from './decision-run.js';

const started: RunEvent = { type: 'RunStarted', contest: 'c1', revision: 2, codes: 150 };
const after = (...history: readonly RunEvent[]) => given(decisionRun.decider, ...history);

describe('a decision run', () => {
  it('goes on where its cursor stands, and ends with the last chunk', () => {
    expect(after(started).when({ type: 'DecideChunk', from: 0, upTo: 100 })).toEqual([{ type: 'ChunkDecided', upTo: 100 }]);
    expect(after(started, { type: 'ChunkDecided', upTo: 100 }).when({ type: 'DecideChunk', from: 100, upTo: 150 })).toEqual([
      { type: 'ChunkDecided', upTo: 150 }, { type: 'RunCompleted' },
    ]);
  });

  it('never decides a chunk twice: the slower of two throws its work away', () => {
    expect(
      () => after(started, { type: 'ChunkDecided', upTo: 100 }).when({ type: 'DecideChunk', from: 0, upTo: 100 }),
    ).toThrow('chunk-decided');
  });

  it('starts once, and is over at once where there is nobody', () => {
    const start = { type: 'Start', contest: 'c1', revision: 2, codes: 150 } as const;
    expect(after().when(start)).toEqual([started]);
    expect(after(started).when(start)).toEqual([]);
    expect(after().when({ ...start, codes: 0 })).toEqual([{ ...started, codes: 0 }, { type: 'RunCompleted' }]);
  });

  it('is overtaken by a later revision, unless it is over', () => {
    expect(after(started).when({ type: 'Overtake' })).toEqual([{ type: 'RunOvertaken' }]);
    expect(after(started, { type: 'RunCompleted' }).when({ type: 'Overtake' })).toEqual([]);
  });
});
