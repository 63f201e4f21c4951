import { given } from '#libs/decider';
import fc from 'fast-check';
import { contest, type ContestCommand, type ContestEvent, type ContestTerms } from './contest.js';

const terms: ContestTerms = {
  competition: 'k1', organisation: 'org-1', number: 'A', name: { zh: '车工', en: 'Turning' }, occupation: '6-18-01-01',
  group: 'worker', level: 2, teamSize: 1,
  series: 's', class: 'c', purpose: 'award', pack: { id: 'p', version: '1', digest: 'd' }, overridden: false,
  startsOn: '2026-05-20',
};
const at = '2026-05-01T01:00:00.000Z';
const announced: ContestEvent = { type: 'ContestAnnounced', at, ...terms };
const closed: ContestEvent = { type: 'RegistrationClosed', at };
const sealed: readonly ContestEvent[] = [
  { type: 'SealOpened', count: 1 },
  {
    type: 'SealEntryRead', code: 'AAA', entry: 'e1', entryNumber: '001',
    members: [{ worker: 'w1', age: 30, status: 'worker', unit: null }], message: 'm1',
  },
];
const placed = (revision: number, code = 'AAA'): readonly ContestEvent[] => [
  { type: 'ResultOpened', revision, count: 1, firstFinalAt: '2026-06-01T01:00:00.000Z' },
  { type: 'CodePlaced', revision, code, rank: 1, unranked: null, theory: null, practical: null, message: 'm2' },
];
const started = (revision: number): ContestEvent => ({ type: 'DecisionRunStarted', revision, codes: 1 });
const after = (...history: readonly ContestEvent[]) => given(contest.decider, ...structuredClone(history));

describe('a contest, as certification remembers it', () => {
  it('starts its decisions when result and seal are both complete, whichever comes last', () => {
    expect(
      after(announced, closed, ...sealed, { type: 'SealClosed' }, ...placed(2)).when({ type: 'CloseResult', revision: 2 }),
    ).toEqual([
      { type: 'ResultClosed', revision: 2 }, started(2),
    ]);
    expect(
      after(announced, closed, ...sealed, ...placed(2), { type: 'ResultClosed', revision: 2 }).when({ type: 'CloseSeal' }),
    ).toEqual([
      { type: 'SealClosed' }, started(2),
    ]);
    expect(
      after(
        ...sealed, { type: 'SealClosed' }, ...placed(2), { type: 'ResultClosed', revision: 2 }, closed,
      ).when({ type: 'Announce', at, terms }),
    ).toEqual([
      announced, started(2),
    ]);
  });

  it('fails a message that closes what is not complete, so that it is parked', () => {
    expect(
      () => after(announced, closed, { type: 'SealOpened', count: 1 }).when({ type: 'CloseSeal' }),
    ).toThrow('count-mismatch');
    expect(
      () => after({ type: 'ResultOpened', revision: 1, count: 2, firstFinalAt: at }).when({ type: 'CloseResult', revision: 1 }),
    ).toThrow('count-mismatch');
    expect(
      () => after(
        announced, closed, ...sealed, { type: 'SealClosed' }, ...placed(1, 'BBB')
      ).when({ type: 'CloseResult', revision: 1 }),
    )
      .toThrow('code-without-entry');
  });

  it('starts again for a later revision, and never for an older one', () => {
    const first = [
      announced, closed, ...sealed, { type: 'SealClosed' } as const, ...placed(2), { type: 'ResultClosed', revision: 2 } as const,
      started(2),
    ];
    expect(
      after(...first, ...placed(3)).when({ type: 'CloseResult', revision: 3 }),
    ).toEqual([{ type: 'ResultClosed', revision: 3 }, started(3)]);
    expect(after(...first, ...placed(1)).when({ type: 'CloseResult', revision: 1 })).toEqual([]);
    expect(after(...first).when({ type: 'CloseResult', revision: 2 })).toEqual([]);
  });

  it('starts nothing for a cancelled contest', () => {
    expect(
      after(
        announced, closed, { type: 'ContestCancelled' }, ...sealed, { type: 'SealClosed' }, ...placed(2)
      ).when({ type: 'CloseResult', revision: 2 }),
    )
      .toEqual([{ type: 'ResultClosed', revision: 2 }]);
  });

  it('gives each place of a shared rank to one entry, as long as they share it', () => {
    const two = (ranks: readonly [number, number]): ContestEvent[] => [
      announced, closed, ...sealed,
      { type: 'SealEntryRead', code: 'BBB', entry: 'e2', entryNumber: '002', members: [], message: 'm3' },
      ...placed(2),
      ...(['AAA', 'BBB'] as const).map((code, n): ContestEvent => ({
        type: 'CodePlaced', revision: 2, code, rank: ranks[n] ?? null, unranked: null, theory: null, practical: null, message: 'm4',
      })),
      { type: 'PlaceGiven', entryNumber: '001', place: 2 },
    ];
    const give = (entryNumber: string, place: number) => ({ type: 'GivePlace', entryNumber, place }) as const;
    expect(() => after(...two([1, 1])).when(give('002', 2))).toThrow(expect.objectContaining({ rule: 'place-taken' }));
    expect(after(...two([1, 1])).when(give('002', 1))).toEqual([{ type: 'PlaceGiven', entryNumber: '002', place: 1 }]);
    expect(after(...two([1, 1])).when(give('001', 1))).toEqual([{ type: 'PlaceGiven', entryNumber: '001', place: 1 }]);
    expect(after(...two([1, 1])).when(give('001', 2))).toEqual([]);
    // A correction put the other elsewhere: what it was given there binds nobody.
    expect(after(...two([3, 2])).when(give('002', 2))).toEqual([{ type: 'PlaceGiven', entryNumber: '002', place: 2 }]);
  });

  it('starts exactly once, in whichever order the topics arrive', () => {
    const topics: readonly (readonly (ContestEvent | ContestCommand)[])[] = [
      [{ type: 'Announce', at, terms }, { type: 'CloseRegistration', at }], [...sealed, { type: 'CloseSeal' }],
      [...placed(1), { type: 'CloseResult', revision: 1 }],
    ];
    const commands = new Set(['Announce', 'CloseRegistration', 'CloseSeal', 'CloseResult']);
    // Which topic speaks next: each in its own order.
    const order = fc.shuffledSubarray(topics.flatMap((topic, index) => topic.map(() => index)), { minLength: 8, maxLength: 8 });
    fc.assert(fc.property(order, (turns) => {
      const rest = topics.map((topic) => [...structuredClone(topic)]);
      let state = structuredClone(contest.decider.initial);
      let runs = 0;
      for (const turn of turns) {
        const next = rest[turn]?.shift();
        if (next === undefined) continue;
        const events = commands.has(next.type) ? contest.decider.decide(next as ContestCommand, state) : [next as ContestEvent];
        runs += events.filter(({ type }) => type === 'DecisionRunStarted').length;
        state = events.reduce(contest.decider.evolve, state);
      }
      expect(runs).toBe(1);
    }));
  });
});
