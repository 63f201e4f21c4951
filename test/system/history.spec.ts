import { type Chain, playChain } from './support/chain.js';
import { type Platform, startPlatform } from './support/platform.js';

interface Event {
  service: string;
  id: string;
  aggregate: string;
  aggregateId: string;
  what: string;
  who: string;
  when: string;
  cause: string | null;
  story: string;
}
interface History {
  events: (Event & { effects: string[] })[];
  followed?: Event[];
  truncated?: boolean;
  missing?: string[];
}

/** An auditor walks from a mark to the money, through the services, by causes and effects. */
describe('the history of a chain', () => {
  let platform: Platform;
  let chain: Chain;
  beforeAll(async () => {
    platform = await startPlatform();
    chain = await playChain(platform);
  }, 600_000);
  afterAll(() => platform?.stop());

  const history = (path: string): Promise<History> => platform.ok<History>('GET', path, { as: 'auditor' });
  const reached = ({ followed = [] }: History, service: string, id: string): Event[] =>
    followed.filter((event) => event.service === service && event.aggregateId === id);

  const marks = ({ id, service, aggregate, aggregateId, story }: Event): string[] => [
    id,
    `${service}/${aggregate}/${aggregateId}`,
    story,
  ];

  it('tells who, when, what and why of one thing', async () => {
    const { events } = await history(`/judging/history/scoresheet/${chain.sheet}`);
    expect(events.map(({ what }) => what)).toEqual(expect.arrayContaining(['SheetSubmitted']));
    expect(events[0]).toMatchObject({ who: 'judge-3', service: 'judging', aggregate: 'scoresheet', cause: null });
    expect(events.every(({ when }) => /^2026-0[34]-\d\dT/.test(when))).toBe(true);
  });

  it.each([
    ['a scoresheet', () => `/judging/history/scoresheet/${chain.sheet}`],
    ['the contest', () => `/registration/history/contest/${chain.contest}`],
    ['an entry', () => `/registration/history/entry/${chain.entries[0]}`],
  ])('leads from %s to the decisions and the grants', async (_, path) => {
    const whole = await history(`${path()}?follow=true`);
    expect([whole.missing, whole.truncated]).toEqual([[], false]);
    // Nothing stands there by itself: each event was caused by one that was shown, or is of the same thing or the same request.
    const known = new Set(whole.events.flatMap(marks));
    for (const event of whole.followed ?? []) {
      expect([
        event.what,
        event.cause === null
          ? marks(event)
              .slice(1)
              .some((mark) => known.has(mark))
          : known.has(event.cause),
      ]).toEqual([event.what, true]);
      for (const mark of marks(event)) known.add(mark);
    }
    expect(reached(whole, 'certification', chain.decisions[0] ?? '').map(({ what }) => what)).not.toEqual([]);
    expect(reached(whole, 'incentives', chain.grants[0] ?? '').map(({ what }) => what)).not.toEqual([]);
  });

  it('stays within what belongs together, and ends where nothing followed', async () => {
    const { followed, missing } = await history(`/incentives/history/grant/${chain.grants[0]}?follow=true`);
    expect([followed, missing]).toEqual([[], []]);
    const one = await history(`/certification/history/decision/${chain.decisions[0]}?follow=true`);
    expect(reached(one, 'incentives', chain.grants[0] ?? '')).not.toEqual([]);
    expect(reached(one, 'certification', chain.decisions[1] ?? '')).toEqual([]);
  });
});
