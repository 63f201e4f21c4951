import { type Background, type Condition, findings, type LevelHeld, type MemberFacts } from './conditions.js';

const facts: MemberFacts = { worker: 'w1', age: 24, status: 'worker', unit: null };
const nothing: Background = { levels: [], drills: [], programmes: [], otherContests: [] };
const turner = '6-18-01-01';

const measure = (condition: Condition, background: Partial<Background> = {}, more: Partial<MemberFacts> = {}) => {
  const [found] = findings(
    { conditions: [condition], occupation: turner, asOf: '2026-03-20' },
    [{ facts: { ...facts, ...more }, background: { ...nothing, ...background } }],
  );
  if (found === undefined) throw new Error('nothing found');
  return found;
};

describe('an entry condition', () => {
  it('measures the age in whole years, ends included, and says what it found', () => {
    expect(measure({ is: 'age', min: 24, max: 24 }).met).toBe(true);
    expect(measure({ is: 'age', min: 25, max: null })).toMatchObject({
      met: false, reason: { zh: '要求年龄25–∞周岁，现为24周岁', en: 'age 25–∞ is asked; found 24' },
    });
    expect(measure({ is: 'age', min: null, max: 23 }).met).toBe(false);
    expect(measure({ is: 'age', min: 16, max: null }, {}, { age: null }).met).toBe(false);
  });

  it('asks the status', () => {
    expect(measure({ is: 'status', status: 'worker' }).met).toBe(true);
    expect(measure({ is: 'status', status: 'student' }).met).toBe(false);
  });

  describe('level held', () => {
    const condition: Condition = { is: 'level-held', level: 3, months: 12, related: ['6-18-01-02'] };
    const held = (level: LevelHeld['level'], since: string, occupation = turner) => ({ levels: [{ occupation, level, since }] });

    it('counts to the last day of registration', () => {
      expect(measure(condition, held(3, '2025-03-20')).met).toBe(true);
      expect(measure(condition, held(3, '2025-03-21'))).toMatchObject({
        met: false, reason: { en: expect.stringContaining('since 2025-03-21, 11 months') as string },
      });
    });
    it('takes a higher level, not a lower one', () => {
      expect(measure(condition, held(2, '2024-01-01')).met).toBe(true);
      expect(measure(condition, held(4, '2010-01-01')).met).toBe(false);
    });
    it('takes a related occupation, no other', () => {
      expect(measure(condition, held(3, '2020-01-01', '6-18-01-02')).met).toBe(true);
      expect(measure(condition, held(3, '2020-01-01', '6-18-01-03')).met).toBe(false);
    });
    it('does not start anew for who stepped up since', () => {
      const levels = [
        { occupation: turner, level: 2 as const, since: '2026-01-01' },
        { occupation: turner, level: 3 as const, since: '2020-01-01' },
      ];
      expect(measure(condition, { levels }).met).toBe(true);
    });
  });

  it('asks for a drill or a programme of the occupation, or one programme', () => {
    const passed = { programmes: [{ programme: 'p1', occupation: turner }] };
    expect(measure({ is: 'drill-passed' }, { drills: [turner] }).met).toBe(true);
    expect(measure({ is: 'drill-passed' }, { drills: ['4-01-01-01'] }).met).toBe(false);
    expect(measure({ is: 'programme-passed', programme: null }, passed).met).toBe(true);
    expect(measure({ is: 'programme-passed', programme: 'p2' }, passed).met).toBe(false);
  });

  it('allows one event a person', () => {
    expect(measure({ is: 'one-event' }).met).toBe(true);
    expect(measure({ is: 'one-event' }, { otherContests: ['c2'] }).met).toBe(false);
  });

  it('measures every member of a team', () => {
    const members = [24, 15].map((age, n) => ({ facts: { ...facts, worker: `w${n}`, age }, background: nothing }));
    const found = findings({ conditions: [{ is: 'age', min: 16, max: null }], occupation: turner, asOf: '2026-03-20' }, members);
    expect(found.map((f) => [f.worker, f.met])).toEqual([['w0', true], ['w1', false]]);
  });
});
