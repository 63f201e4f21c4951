import { given } from '#libs/decider';
import { worker, type WorkerEvent } from './worker.js';

const registered: WorkerEvent = {
  type: 'WorkerRegistered', organisation: 'o1', unit: 'u1', status: 'worker', name: 't1', idNumber: 't2', staffNumber: null,
};
const { type: _, ...terms } = registered;
const person = (...history: WorkerEvent[]) => given(worker.decider, ...history);

describe('a worker', () => {
  it('is registered once; another organisation is linked to the same record', () => {
    expect(person().when({ type: 'Register', ...terms })).toEqual([registered]);
    expect(person(registered).when({ type: 'Register', ...terms })).toEqual([]);
    expect(person(registered).when({ type: 'Register', ...terms, organisation: 'o2' })).toEqual([{
      type: 'WorkerLinked', organisation: 'o2',
    }]);
  });

  it('changes unit and status, and nothing when nothing changes', () => {
    expect(person(registered).when({ type: 'ChangeUnit', unit: null })).toEqual([{ type: 'WorkerUnitChanged', unit: null }]);
    expect(person(registered).when({ type: 'ChangeUnit', unit: 'u1' })).toEqual([]);
    expect(person(registered).when({ type: 'ChangeStatus', status: 'student' })).toEqual([{
      type: 'WorkerStatusChanged', status: 'student',
    }]);
    expect(person(registered).when({ type: 'ChangeStatus', status: 'worker' })).toEqual([]);
  });

  it('goes on as the survivor once merged', () => {
    const merged: WorkerEvent = { type: 'WorkerMerged', into: 'w2' };
    expect(person(registered).when({ type: 'Merge', worker: 'w1', into: 'w2' })).toEqual([merged]);
    expect(person(registered, merged).when({ type: 'Merge', worker: 'w1', into: 'w2' })).toEqual([]);
    const refusal = expect.objectContaining({ rule: 'worker-merged', detail: { into: 'w2' } });
    expect(() => person(registered, merged).when({ type: 'Merge', worker: 'w1', into: 'w3' })).toThrow(refusal);
    expect(() => person(registered, merged).when({ type: 'ChangeUnit', unit: 'u2' })).toThrow(refusal);
  });

  it('cannot be merged into itself, nor absorb once it is merged itself', () => {
    expect(() => person(registered).when({ type: 'Merge', worker: 'w1', into: 'w1' })).toThrow(expect.objectContaining({
      rule: 'merge-into-itself',
    }));
    const merged = person(registered, { type: 'WorkerMerged', into: 'w2' });
    expect(() => merged.when({ type: 'Absorb', workers: ['w2'], organisations: [] })).toThrow(
      expect.objectContaining({ rule: 'worker-merged' }),
    );
  });

  it('takes over, as the survivor, who may see the absorbed record', () => {
    const absorb = { type: 'Absorb', workers: ['w0', 'w00'], organisations: ['o1', 'o2'] } as const;
    const [absorbed] = person(registered).when(absorb);
    expect(absorbed).toEqual({ type: 'WorkerAbsorbed', workers: ['w0', 'w00'], organisations: ['o2'] });
    expect(person(registered, absorbed as WorkerEvent).when(absorb)).toEqual([]);
    expect(person(registered, absorbed as WorkerEvent).state).toMatchObject({
      organisations: ['o1', 'o2'], absorbed: ['w0', 'w00'],
    });
  });

  it('is erased once, from every state but none, and then holds nothing', () => {
    expect(person(registered).when({ type: 'Erase' })).toEqual([{ type: 'WorkerErased' }]);
    expect(person(registered, { type: 'WorkerMerged', into: 'w2' }).when({ type: 'Erase' })).toEqual([{ type: 'WorkerErased' }]);
    expect(person(registered, { type: 'WorkerErased' }).when({ type: 'Erase' })).toEqual([]);
    expect(person(registered, { type: 'WorkerErased' }).state).toEqual({ is: 'erased', organisations: ['o1'] });
    expect(() => person(registered, { type: 'WorkerErased' }).when({ type: 'Link', organisation: 'o2' })).toThrow(
      expect.objectContaining({ rule: 'worker-erased' }),
    );
    expect(() => person().when({ type: 'Erase' })).toThrow(expect.objectContaining({ rule: 'worker-unknown' }));
  });
});
