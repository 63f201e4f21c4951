import { contestKeys } from '../../apps/demo/src/examples.js';
import { factsAreAlike } from './checks/facts.js';
import type { Facts } from './competition.js';
import { Rendezvous } from './rendezvous.js';
import { small } from './small.js';
import { isPoison, poisonOf } from './topics.js';
import { poisons } from './schedule.js';
import { daysOf, letters } from './wave.js';

const of = (wave: number, letter: 'A' | 'B', seed = 3) =>
  small({ seed, wave, letter, closesOn: '2024-01-04', startsOn: '2024-01-05' });

describe('a small competition', () => {
  it('has people of its own, but for one who comes back a wave later', () => {
    const seen = new Map<string, number>();
    for (let wave = 0; wave < 30; wave += 1)
      for (const letter of letters)
        for (const { idNumber } of of(wave, letter).workers) seen.set(idNumber, (seen.get(idNumber) ?? 0) + 1);
    expect([...seen.values()].filter((times) => times > 1)).toHaveLength(29);
    expect(Math.max(...seen.values())).toBe(2);
  });

  it('is the same for the same seed, and has other marks for another', () => {
    const papers = (seed: number): readonly string[][] => contestKeys.map((key) => {
      const one = of(4, 'B', seed);
      return one.envelopes.filter(({ contest }) => contest === key).flatMap(({ envelope }) => [
        ...one.paper(key).measurement(envelope, '1'), ...one.paper(key).measurement(envelope, '2'),
        ...one.paper(key).judgement(envelope, '2', 3),
      ]);
    });
    expect(papers(3)).toEqual(papers(3));
    expect(papers(3)).not.toEqual(papers(4));
    expect(of(4, 'B').file('entries-fitting.csv')).toEqual(of(4, 'B').file('entries-fitting.csv'));
  });

  it('gives what it contests, and something else in the end', () => {
    for (const letter of letters) {
      const { appeal, annulled, dismissed, withdrawn } = of(1, letter);
      expect(appeal.given).toMatch(/^\d+(\.25|\.5|\.75)?$/);
      expect([appeal, dismissed, withdrawn].map(({ contest }) => contest)).toEqual(['turning', 'netsec', 'fitting']);
      expect(annulled).not.toBe(appeal.idNumber);
    }
  });

  it('has its days after those of the wave before', () => {
    const days = Array.from({ length: 8 }, (_, wave) => Object.values<string>({ ...daysOf(wave) }).sort());
    expect(days.flat()).toEqual([...days.flat()].sort());
    expect(new Set(days.flat()).size).toBe(48);
  });
});

describe('what is found at the end', () => {
  const facts = (fen: number) => ({ totals: { fen }, contests: [], promotions: [], refusals: [], grants: [] }) as unknown as Facts;
  const played = (fen: number) => [{ wave: 0, outcomes: [facts(fen)], contests: [] }];

  it('tells a fact that differs, and nothing where none does', () => {
    expect(factsAreAlike(played(7), played(7))).toEqual([]);
    expect(factsAreAlike(played(7), played(8))).toEqual([
      'wave 0A, totals: with faults {"fen":7}', 'wave 0A, totals: without faults {"fen":8}',
    ]);
    expect(factsAreAlike(played(7), [])).toEqual(['wave 0A was not played without faults']);
  });

  it('knows its own poison again', () => {
    for (const kind of poisons)
      for (let salt = 0; salt < 20; salt += 1) expect(isPoison(poisonOf(kind, salt))).toBe(true);
    expect(isPoison({ key: Buffer.from('0190'), value: Buffer.from('{}') })).toBe(false);
  });
});

describe('a rendezvous', () => {
  it('waits for all, works once, and waits for nobody who will not come', async () => {
    const meeting = new Rendezvous(2);
    let worked = 0;
    const work = (): Promise<number> => Promise.resolve((worked += 1));
    await Promise.all([meeting.meet(work), meeting.meet(work)]);
    expect(worked).toBe(1);
    const waiting = meeting.meet(work);
    meeting.fail(new Error('the other one fell'));
    await expect(waiting).rejects.toThrow('the other one fell');
    await expect(meeting.meet(work)).rejects.toThrow('the other one fell');
    expect(worked).toBe(1);
  });
});
