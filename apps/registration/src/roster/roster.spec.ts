import { given } from '#libs/decider';
import { roster as aggregate, type RosterEvent } from './roster.js';

const decider = aggregate.decider;
const listed = (n: number): RosterEvent => ({
  type: 'EntryListed', organisation: 'o1', entry: `e${n}`, number: `00${n}`, workers: [`w${n}`]
});
const three = [listed(1), listed(2), listed(3)];

describe('a roster', () => {
  it('numbers entries on, in the order given', () => {
    const entries = [{ entry: 'e2', workers: ['w2'] }, { entry: 'e3', workers: ['w3'] }];
    expect(given(decider, listed(1)).when({ type: 'List', organisation: 'o1', entries })).toEqual([listed(2), listed(3)]);
  });

  it('takes a person once, in one file or two, but again after they left', () => {
    const again = { type: 'List', organisation: 'o1', entries: [{ entry: 'e9', workers: ['w1'] }] } as const;
    expect(() => given(decider, listed(1)).when(again)).toThrow(
      expect.objectContaining({ rule: 'worker-already-entered' }) as Error
    );
    expect(given(decider, listed(1), { type: 'EntryLeft', entry: 'e1' }).when(again)).toMatchObject(
      [{ entry: 'e9', number: '002' }]
    );
  });

  it('fills the quota by number, then the waiting list, and turns the unfit away', () => {
    const verdicts = [{ entry: 'e3', fit: true }, { entry: 'e2', fit: true }, { entry: 'e1', fit: false }];
    expect(given(decider, ...three).when({ type: 'Screen', verdicts, quota: 1 })).toEqual([
      { type: 'TurnedAway', entry: 'e1' }, { type: 'PlaceGiven', entry: 'e2' }, { type: 'WaitingListed', entry: 'e3' },
    ]);
  });

  describe('when one leaves', () => {
    const history: RosterEvent[] = [
      ...three, { type: 'PlaceGiven', entry: 'e1' }, { type: 'WaitingListed', entry: 'e2' },
      { type: 'WaitingListed', entry: 'e3' },
    ];
    it('gives the place to the next who waits', () => {
      expect(given(decider, ...history).when({ type: 'Leave', entry: 'e1', refill: true })).toEqual([
        { type: 'EntryLeft', entry: 'e1' }, { type: 'PlaceGiven', entry: 'e2' },
      ]);
    });
    it('gives no place that was none, and none once the contest runs', () => {
      expect(given(decider, ...history).when({ type: 'Leave', entry: 'e2', refill: true })).toEqual(
        [{ type: 'EntryLeft', entry: 'e2' }]
      );
      expect(given(decider, ...history).when({ type: 'Leave', entry: 'e1', refill: false })).toEqual(
        [{ type: 'EntryLeft', entry: 'e1' }]
      );
    });
  });

  it('knows the survivor of a merge', () => {
    const merged: RosterEvent = { type: 'WorkerMerged', worker: 'w1', into: 'w7' };
    expect(() =>
      given(decider, listed(1), merged).when({ type: 'List', organisation: 'o1', entries: [{ entry: 'e9', workers: ['w7'] }] }),
    ).toThrow(expect.objectContaining({ rule: 'worker-already-entered' }) as Error);
  });
});
