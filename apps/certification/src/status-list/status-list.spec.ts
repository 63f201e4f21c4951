import { given } from '#libs/decider';
import { FULL, isFull, isTaken, LENGTH, type PlaceTaken, statusList } from './status-list.js';

const taken = (index: number): PlaceTaken => ({ type: 'PlaceTaken', certificate: `of ${index}`, index });
const { initial, evolve } = statusList.decider;

describe('a status list', () => {
  it('gives each place once', () => {
    const after = given(statusList.decider, taken(7), taken(LENGTH - 1));
    expect(after.when({ type: 'Take', certificate: 'c', index: 8 })).toEqual([{ ...taken(8), certificate: 'c' }]);
    for (const index of [7, LENGTH - 1])
      expect(() => after.when({ type: 'Take', certificate: 'c', index })).toThrow(
        expect.objectContaining({ rule: 'status-place-taken' }),
      );
  });

  it('has places 0 to 131071', () => {
    for (const index of [-1, LENGTH, 0.5])
      expect(() => given(statusList.decider).when({ type: 'Take', certificate: 'c', index })).toThrow(RangeError);
    expect(LENGTH).toBe(131_072);
  });

  it('knows what is taken after a snapshot too', () => {
    const state = JSON.parse(JSON.stringify([0, 9, 131_071].map(taken).reduce(evolve, initial))) as typeof initial;
    expect([0, 1, 8, 9, 10, 131_070, 131_071].filter((index) => isTaken(state, index))).toEqual([0, 9, 131_071]);
    expect(state.count).toBe(3);
  });

  it('is full long before free places are rare', () => {
    expect([isFull({ count: FULL - 1, taken: '' }), isFull({ count: FULL, taken: '' })]).toEqual([false, true]);
    expect(FULL).toBeLessThan(LENGTH * 0.8);
  });
});
