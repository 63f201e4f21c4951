import { derivedId } from '#libs/decider';
import { VersionConflict } from '#libs/event-store';
import { Reader, Transactions, type Work } from '#libs/service';
import { testService, type TestService } from '#libs/testing';
import { certification } from '../definition.js';
import { file, type Result } from '../file/file.js';
import { certify } from '../spec-contest.js';
import { Others } from '../spec-messages.js';
import { carryOut, foldAll, refold } from './refold.js';

const [contest, first, second, unit] = ['contest', 'first', 'second', 'unit'].map((name) => derivedId('ahead', name)) as
  [string, string, string, string];
const finalAt = '2026-06-01T01:00:00.000Z';
const task = (seed: string) =>
  ({ actor: 'spec', organisation: null, at: finalAt, correlation: derivedId('ahead', 'story'), causation: null, seed });

describe('a fold that was read ahead of its transaction', () => {
  let service: TestService;
  let others: Others;
  const reader = () => service.service.app.get(Reader);
  const inTransaction = <T>(seed: string, work: (work: Work) => Promise<T>) =>
    service.service.app.get(Transactions).runAs(task(seed), work);
  beforeAll(async () => {
    service = await testService(certification, { clock: '2026-05-01T01:00:00.000Z' });
    others = new Others(service.database.url);
    await certify(service, others, { contest, workers: [first, second], finalAt }, '2026-06-09T01:00:00.000Z');
  });
  afterAll(async () => {
    await others.close();
    await service.close();
  });

  it('is not carried out where the person has changed since; read again, both the change and the result count', async () => {
    const { state: { contests } } = await reader().peek(file, second);
    const known = contests[contest];
    if (known === undefined) throw new Error('not decided');
    const { made: _1, ruled: _2, rejected: _3, ...before } = known;
    const result: Result = { ...before, revision: 2, placing: { ...before.placing, rank: 1 } };
    const workers = [{ worker: second, result, because: {} }];
    const ahead = await foldAll(reader(), workers);
    await inTransaction('moved', (work) => work.record(file, second, [{ type: 'UnitKnown', unit }]));

    let attempts = 0;
    const conflicts: unknown[] = [];
    await inTransaction('decided', async (work) => {
      attempts += 1;
      if (attempts > 1) return refold(work, workers);
      await carryOut(work, ahead).catch((error: unknown) => {
        conflicts.push(error);
        throw error;
      });
    });
    expect(attempts).toBe(2);
    expect(conflicts).toEqual([expect.any(VersionConflict)]);
    const { state } = await reader().peek(file, second);
    expect(state).toMatchObject({ unit, contests: { [contest]: { revision: 2, placing: { rank: 1 }, made: { nth: 2 } } } });
  });
});
