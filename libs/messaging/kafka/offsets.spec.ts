import { Offsets } from './offsets.js';

type Told = Parameters<Parameters<Offsets['reached']>[3]>[0];

const offsetsThat = (commit: (told: Told) => Promise<void>) => {
  const over = new AbortController();
  const failures: unknown[] = [];
  const offsets = new Offsets(over.signal, (error) => failures.push(error));
  return { offsets, over, failures, reached: (partition: number, offset: number) => offsets.reached('t', partition, offset, commit) };
};

const refused = (): Error => Object.assign(new Error('not yours'), { name: 'KafkaJSProtocolError', type: 'ILLEGAL_GENERATION' });

describe('the places of a member of a group', () => {
  it('are told at once, and then together: of each partition the last', async () => {
    const told: Told[] = [];
    const { offsets, reached } = offsetsThat(async (places) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      told.push(places);
    });
    reached(0, 1);
    reached(1, 7);
    reached(0, 2);
    reached(0, 3);
    await offsets.settled();
    expect(told).toEqual([
      { topics: [{ topic: 't', partitions: [{ partition: 0, offset: '2' }] }] },
      { topics: [{ topic: 't', partitions: [{ partition: 1, offset: '8' }, { partition: 0, offset: '4' }] }] },
    ]);
  });

  it('are told again where that failed, unless something newer is known', async () => {
    const told: Told[] = [];
    let away = 2;
    const { offsets, reached, failures } = offsetsThat(async (places) => {
      if (away-- > 0) throw new Error('no broker');
      told.push(places);
    });
    reached(0, 1);
    reached(0, 2);
    await offsets.settled();
    expect(told).toEqual([{ topics: [{ topic: 't', partitions: [{ partition: 0, offset: '3' }] }] }]);
    expect(failures.map(String)).toEqual(['Error: no broker', 'Error: no broker', 'null']);
  });

  it('are forgotten where the group took the partitions away, and the member hears of it', async () => {
    const { offsets, reached, failures } = offsetsThat(() => Promise.reject(refused()));
    reached(0, 1);
    await offsets.settled();
    expect(offsets.refusal).toMatchObject({ message: 'not yours' });
    expect(failures).toEqual([]);
    offsets.joined();
    expect(offsets.refusal).toBeUndefined();
  });

  it('of a membership that ended are not told in the next', async () => {
    const told: Told[] = [];
    let fail: (error: Error) => void = () => undefined;
    const { offsets, reached } = offsetsThat((places) => {
      told.push(places);
      return told.length === 1 ? new Promise((_, reject) => (fail = reject)) : Promise.resolve();
    });
    reached(0, 1);
    reached(1, 1);
    offsets.joined();
    fail(refused());
    await offsets.settled();
    expect(told).toHaveLength(1);
    expect(offsets.refusal).toBeUndefined();
    reached(2, 5);
    await offsets.settled();
    expect(told.at(-1)).toEqual({ topics: [{ topic: 't', partitions: [{ partition: 2, offset: '6' }] }] });
  });
});
