import { given } from '#libs/decider';
import { unit, type UnitEvent, unitOfCode } from './unit.js';

const registered: UnitEvent = { type: 'UnitRegistered', organisation: 'o1', name: '沪东机床厂', code: '91350100M000100Y43' };
const { type: _, ...terms } = registered;

describe('a unit', () => {
  it('is registered once, whoever names it again', () => {
    expect(given(unit.decider).when({ type: 'Register', ...terms })).toEqual([registered]);
    expect(given(unit.decider, registered).when({ type: 'Register', ...terms, organisation: 'o2' })).toEqual([]);
  });

  it('is renamed by the organisation that registered it', () => {
    expect(given(unit.decider, registered).when({ type: 'Rename', organisation: 'o1', name: '沪东重机' })).toEqual([{
      type: 'UnitRenamed', name: '沪东重机',
    }]);
    expect(() => given(unit.decider, registered).when({ type: 'Rename', organisation: 'o2', name: 'x' })).toThrow(
      expect.objectContaining({ rule: 'unit-of-another-organisation' }),
    );
    expect(() => given(unit.decider).when({ type: 'Rename', organisation: 'o1', name: 'x' })).toThrow(
      expect.objectContaining({ rule: 'unit-unknown' }),
    );
  });

  it('has the id that follows from its code', () => {
    expect(unitOfCode('91350100M000100Y43')).toBe(unitOfCode('91350100M000100Y43'));
    expect(unitOfCode('91350100M000100Y43')).not.toBe(unitOfCode('91350100M000100Y44'));
  });
});
