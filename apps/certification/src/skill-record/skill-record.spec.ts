import { given } from '#libs/decider';
import { highest, skillRecord, type SkillRecordEvent } from './skill-record.js';

const whose = { worker: 'w1', occupation: '6-18-01-01', organisation: 'org-1' };
const imported: SkillRecordEvent = {
  type: 'LevelImported', ...whose, level: 3, since: '2020-01-01', source: 'register', certificate: null,
};
const granted: SkillRecordEvent = {
  type: 'LevelGranted', ...whose, level: 2, since: '2026-06-09', decision: 'd1', certificate: 'n1',
};
const after = (...history: readonly SkillRecordEvent[]) => given(skillRecord.decider, ...history);

describe('a skill record', () => {
  it('takes a level once, however often it is imported', () => {
    const { type: _, ...level } = imported;
    expect(after().when({ ...level, type: 'Import' })).toEqual([imported]);
    expect(after(imported).when({ ...level, type: 'Import' })).toEqual([]);
    expect(
      after(imported).when({ ...level, type: 'Import', since: '2021-01-01' }),
    ).toEqual([{ ...imported, since: '2021-01-01' }]);
  });

  it('shows the highest rung, and loses a granted one with its decision, never an imported one', () => {
    expect(highest(after(imported, granted).state)).toMatchObject({ level: 2, source: 'd1' });
    expect(
      after(imported, granted).when({ type: 'Withdraw', decision: 'd1' }),
    ).toEqual([{ type: 'LevelWithdrawn', decision: 'd1' }]);
    expect(
      highest(after(imported, granted, { type: 'LevelWithdrawn', decision: 'd1' }).state),
    ).toMatchObject({ level: 3, source: 'register' });
    expect(after(imported).when({ type: 'Withdraw', decision: 'd1' })).toEqual([]);
  });

  it('remembers who may look at it', () => {
    expect(after(imported, { ...granted, organisation: 'org-2' }).state.organisations).toEqual(['org-1', 'org-2']);
  });
});
