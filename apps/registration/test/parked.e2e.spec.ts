import { newId } from '#libs/decider';
import { testService, type TestService, until } from '#libs/testing';
import { registration } from '../src/definition.js';
import { Others } from './others.js';

interface Parked { id: string; type: string; key: string; because: string; attempts: number; state: string; decidedBy: string | null }

/** A message that cannot be worked off waits for an operator, and those of its key behind it; others flow on. */
describe('parked messages', () => {
  let test: TestService;
  let others: Others;
  let [broken, sound] = ['', ''];

  beforeAll(async () => {
    test = await testService(registration);
    others = new Others(test);
    await others.prepare();
    const { id } = await post('/competitions', { number: 'P-2026', name: { zh: '大赛', en: 'Competition' }, year: 2026 });
    const draft = async (number: string): Promise<string> => (await post(`/competitions/${id}/contests`, { ...terms, number })).id;
    [broken, sound] = [await draft('S01'), await draft('S02')];
  }, 120_000);
  afterAll(async () => {
    await others?.close();
    await test?.close();
  });

  const terms = {
    name: { zh: '钳工', en: 'Fitting' }, occupation: '6-20-01-01', group: 'worker', level: 3, teamSize: 1, quota: null,
    series: 'tianjin-municipal', class: 'municipal-1', purpose: 'award', pack: { id: 'tianjin-municipal-1', version: '1' },
    scheme: newId(), notice: { workingDays: 1, appealHours: 2 }, closesOn: '2026-03-20', startsOn: '2026-03-28', conditions: [],
  };
  const post = async (path: string, body: object): Promise<{ id: string }> => {
    const answer = await test.request<{ id: string }>('POST', path, { body });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.raw.toString()}`);
    return answer.body;
  };
  const parked = async (state = 'parked'): Promise<Parked[]> =>
    (await test.request<{ items: Parked[] }>('GET', `/admin/parked?state=${state}`, { as: 'operator' })).body.items;
  const opened = (contest: string, revision: number, count: number) => others.say('jinji.result.opened.v1', {
    contest, revision, stage: 'provisional', count, digest: 'd', firstFinalAt: null,
  });
  const closed = (contest: string, revision: number) =>
    others.say('jinji.result.closed.v1', { contest, revision, stage: 'provisional' });
  const parkedAre = async (count: number): Promise<void> => {
    await until(async () => (await parked()).length >= count, `${count} parked messages`);
    await test.settled();
  };

  it('wait in their order, told with the reason, while another contest goes on', async () => {
    await opened(broken, 1, 1); // one placing is promised, and none comes
    await closed(broken, 1);
    await opened(broken, 2, 0);
    await opened(sound, 1, 0);
    await parkedAre(2);
    expect((await test.request('GET', `/history/contest-result/${sound}`, { as: 'auditor' })).status).toBe(200);
    expect((await test.request('GET', `/history/contest-result/${broken}`, { as: 'auditor' })).body.events).toHaveLength(1);
    expect((await parked()).map(({ type, key, state }) => [type, key, state])).toEqual([
      ['jinji.result.closed.v1', broken, 'parked'], ['jinji.result.opened.v1', broken, 'parked'],
    ]);
    expect((await parked())[0]?.because).toContain('has 0 placings, not 1');
    expect((await test.request('GET', '/admin/parked')).status).toBe(403);
  }, 120_000);

  it('are tried again, and stay where it fails again', async () => {
    const [first] = await parked();
    const retry = (body: object) => test.request('POST', `/admin/parked/${first?.id}/retry`, { as: 'operator', body });
    expect((await retry({})).status).toBe(400);
    const retried = await retry({ reason: 'the missing placing may have come' });
    expect(retried).toMatchObject({ status: 200, body: { released: 0, stoppedAt: { id: first?.id } } });
    expect((await parked())[0]?.attempts).toBe((first?.attempts ?? 0) + 1);
  });

  it('are given up for a reason only, and let go those that waited behind', async () => {
    const [first] = await parked();
    const discard = (body: object) => test.request('POST', `/admin/parked/${first?.id}/discard`, { as: 'operator', body });
    expect((await discard({})).status).toBe(400);
    expect(await discard({ reason: 'withdrawn revision' })).toMatchObject({ status: 200, body: { released: 1, stoppedAt: null } });
    expect(await parked()).toEqual([]);
    expect((await parked('discarded')).map(({ id }) => id)).toEqual([first?.id]);
    expect(await discard({ reason: 'again' })).toMatchObject({ status: 422, body: { rule: 'not-parked' } });
  });
});
