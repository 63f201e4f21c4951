import { Standstill, type Look } from './standstill.js';

describe('a partition with lag that does not move', () => {
  const options = { windowMs: 60_000, gapMs: 15_000, hungMs: 600_000 };
  const at = (committed: number, head: number, held?: boolean) => ({
    topic: 't', partition: 0, committed, head, lag: head - committed, ...(held === undefined ? {} : { held }),
  });
  const mine = { holds: () => true, workingSince: () => undefined };
  /** Looks every five seconds; tells when the partition was first found standing. */
  const firstTold = (seconds: number, look: (second: number) => Partial<Look>): number | undefined => {
    const standstill = new Standstill(options);
    for (let second = 0; second <= seconds; second += 5)
      if (standstill.look({ lag: [at(3, 9)], ...mine, now: second * 1_000, ...look(second) }).length > 0) return second;
    return undefined;
  };

  it('is told after the window, with how long it has stood', () => {
    expect(firstTold(300, () => ({}))).toBe(65);
    const standstill = new Standstill({ ...options, gapMs: 120_000 });
    standstill.look({ lag: [at(3, 9)], ...mine, now: 0 });
    expect(standstill.look({ lag: [at(3, 9)], ...mine, now: 70_000 })).toEqual([{ ...at(3, 9), seconds: 70 }]);
  });

  it('is none that moves, however slowly, and none that is empty', () => {
    expect(firstTold(900, (second) => ({ lag: [at(Math.floor(second / 55), 1_000)] }))).toBeUndefined();
    expect(firstTold(900, () => ({ lag: [at(9, 9)] }))).toBeUndefined();
    expect(firstTold(900, (second) => ({ lag: [at(9, second < 300 ? 9 : 10)] }))).toBe(360); // and not before it had lag
  });

  it('is none while a message of it is at work, unless that hangs', () => {
    expect(firstTold(500, () => ({ workingSince: () => 0 }))).toBeUndefined();
    expect(firstTold(1_200, () => ({ workingSince: () => 0 }))).toBe(660);
    expect(firstTold(500, (second) => ({ workingSince: () => (second < 100 ? 0 : undefined) }))).toBe(160);
  });

  it('is told by who holds it, or by all where nobody does', () => {
    expect(firstTold(300, () => ({ holds: () => false, lag: [at(3, 9, true)] }))).toBeUndefined();
    expect(firstTold(300, () => ({ holds: () => false, lag: [at(3, 9, false)] }))).toBe(65);
    expect(firstTold(300, () => ({ holds: () => false }))).toBeUndefined(); // the bus does not tell
  });

  it('begins anew after a time in which the bus told nothing', () => {
    const standstill = new Standstill(options);
    const look = (second: number) => standstill.look({ lag: [at(3, 9)], ...mine, now: second * 1_000 }).length;
    expect([0, 10, 20, 30].map(look)).toEqual([0, 0, 0, 0]);
    expect([100, 110, 120, 130, 140, 150].map(look)).toEqual([0, 0, 0, 0, 0, 0]); // the broker was away from 30 to 100
    expect([160, 165].map(look)).toEqual([0, 1]);
  });
});
