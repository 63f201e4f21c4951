import { drawSchedule, type Fault, instancesOf, readSchedule, told, writeSchedule } from './schedule.js';
import { shrink } from './shrink.js';

describe('a schedule of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(drawSchedule(7, 200)).toEqual(drawSchedule(7, 200));
    expect(drawSchedule(7, 200).faults).not.toEqual(drawSchedule(8, 200).faults);
    expect(drawSchedule(7, 50, 800).faults).toEqual(drawSchedule(7, 200, 800).faults.slice(0, 50));
  });

  it('holds every kind of fault, of every service and instance', () => {
    const { faults } = drawSchedule(1, 500);
    const kinds = new Map<string, number>();
    for (const { is } of faults) kinds.set(is, (kinds.get(is) ?? 0) + 1);
    expect([...kinds.keys()].sort()).toEqual([
      'broker-killed', 'broker-restarted', 'cut', 'frozen', 'held', 'killed', 'poison', 'postgres-stopped', 'republished',
      'rolled', 'silenced',
    ]);
    expect(Math.min(...kinds.values())).toBeGreaterThan(3);
    const killed = new Set(faults.flatMap((fault) => (fault.is === 'killed' ? [`${fault.service} ${fault.instance}`] : [])));
    const all = Object.entries(instancesOf).flatMap(([service, n]) => Array.from({ length: n }, (_, i) => `${service} ${i + 1}`));
    expect([...killed].sort()).toEqual(all.sort());
    expect(faults.some((fault) => fault.is === 'postgres-stopped' && fault.mode === 'immediate')).toBe(true);
    expect(new Set(faults.map(told)).size).toBeGreaterThan(300);
  });

  it('is kept as a file and read again', () => {
    const drawn = drawSchedule(3, 60);
    expect(readSchedule(writeSchedule(drawn))).toEqual(drawn);
    expect(() => readSchedule('{ "seed": 1, "faults": [{ "is": "eaten", "afterMs": 1 }] }')).toThrow('no schedule');
  });
});

describe('a schedule that fails', () => {
  const { seed, faults } = drawSchedule(11, 64);
  const needs = (...needed: readonly Fault[]) => (candidate: { faults: readonly Fault[] }): Promise<boolean> =>
    Promise.resolve(needed.every((fault) => candidate.faults.includes(fault)));
  const [third, last] = [faults[2] as Fault, faults[63] as Fault];

  it('is made as short as what it needs, in its order', async () => {
    const shrunk = await shrink({ seed, faults }, needs(last, third), () => true);
    expect(shrunk).toMatchObject({ finished: true, schedule: { seed, faults: [third, last] } });
    expect(shrunk.tried).toBeLessThan(64);
  });

  it('is as short as the time allows', async () => {
    let tries = 2;
    const shrunk = await shrink({ seed, faults }, needs(third), () => (tries -= 1) >= 0);
    expect(shrunk.finished).toBe(false);
    expect(shrunk.schedule.faults.length).toBeLessThan(64);
    expect(shrunk.schedule.faults).toContain(third);
  });
});
