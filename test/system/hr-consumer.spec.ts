import { jest } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PublicData } from '#libs/contracts';
import { derivedId } from '#libs/decider';
import {
  kafkaAccess, KafkaBus, PROBE_TYPE, type Publication, publication, toWire, type WireRecord,
} from '#libs/messaging';
import { describeKafka, testKafka, until } from '#libs/testing';

jest.setTimeout(60_000);

const [zhang, li, wang] = [derivedId('zhang'), derivedId('li'), derivedId('wang')];
const contest = derivedId('contest');
const decided = (worker: string) => ({ decision: derivedId('decision', worker), worker, contest, occupation: '6-18-01-01' });
const approved = (worker: string, to: PublicData<'jinji.promotion.approved.v1'>['to']) =>
  publication('jinji.promotion.approved.v1', {
    ...decided(worker), organisation: 'org-1', by: 'person', from: null, to, honours: [], money: [], on: '2026-03-02',
  });

describeKafka('the HR system of the examples', () => {
  let folder: string;
  let brokers: string;
  let bus: KafkaBus;
  const topic = `promotions-${process.pid}-${Date.now()}`;
  let running: ChildProcess | undefined;
  let printed = '';

  /** A record as certification's relay writes it, on a topic of this test's own. */
  const wire = (position: number, said: Publication): WireRecord => ({
    ...toWire(said, {
      id: derivedId('event', position), position, stream: 'decision:1', aggregate: 'decision', aggregateId: '1', version: 1,
      event: { type: 'Any' }, recordedAt: '2026-03-02T01:00:00.000Z',
      metadata: { actor: 'a', organisation: 'org-1', correlation: 'c', causation: null, at: '2026-03-02T01:00:00.000Z' },
    }, 'certification/1'),
    topic,
  });
  const start = (): void => {
    printed = '';
    running = spawn(process.execPath, [path.resolve('examples/hr-consumer/index.js')], {
      cwd: folder, stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH, KAFKA_BROKERS: brokers, HR_TOPIC: topic, HR_GROUP: topic },
    });
    running.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
  };
  const stop = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
    if (!running || running.exitCode !== null) return null;
    const ended = once(running, 'exit') as Promise<[number | null]>;
    running.kill(signal);
    return (await ended)[0];
  };
  /** Until it has remembered this position of this worker's. */
  const saw = async (worker: string, position: number): Promise<void> => {
    await until(async () => {
      const told = await readFile(path.join(folder, 'hr-seen.json'), 'utf8').catch(() => '{}');
      const seen = JSON.parse(told) as Record<string, number>;
      return (seen[`certification/1 ${topic} ${worker}`] ?? 0) >= position;
    }, () => `it sees ${position} of ${worker}; it printed: ${printed}`);
  };
  const lines = (): string[] => printed.trim().split('\n').map((line) => line.split(/[:(]/)[0]?.trim() ?? '').sort();

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'jinji-hr-'));
    brokers = await testKafka();
    bus = new KafkaBus({ access: kafkaAccess(brokers) });
    await bus.createTopics([topic], 4);
  }, 600_000);
  afterAll(async () => {
    await stop('SIGKILL');
    await bus?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('prints promotions and what was revoked once, whatever is repeated and however often it is started', async () => {
    const first = [
      wire(1, approved(zhang, 3)), wire(2, approved(li, 2)), wire(3, approved(wang, null)),
      wire(4, publication('jinji.promotion.without-effect.v1', decided(wang))),
    ];
    const probe: WireRecord = {
      ...wire(0, approved(li, 2)), key: 'probe', value: Buffer.from('{}'),
      headers: { ce_id: '1', ce_source: 'certification/probe', ce_type: PROBE_TYPE, ce_sequence: '0' },
    };
    const noise = { ...wire(5, approved(li, 2)), headers: {}, value: Buffer.from('no event') };
    await bus.publish([probe, ...first, ...first, noise]);
    start();
    await Promise.all([saw(zhang, 1), saw(li, 2), saw(wang, 3)]);
    expect(await readFile(path.join(folder, 'hr-seen.json'), 'utf8')).not.toContain('probe');
    expect(lines()).toEqual([`promoted ${zhang}`, `promoted ${li}`].sort());
    expect(printed).toContain(`6-18-01-01 from level none to 3 (decision ${decided(zhang).decision})`);

    expect(await stop('SIGKILL')).toBeNull();
    const second = [
      wire(6, publication('jinji.promotion.revoked.v1', decided(zhang))),
      wire(7, publication('jinji.promotion.superseded.v1', decided(li))),
    ];
    await bus.publish([...first, ...second, ...first, ...second]);
    start();
    await Promise.all([saw(zhang, 6), saw(li, 7)]);
    expect(lines()).toEqual([`revoked ${zhang}`, `revoked ${li}`].sort());
    expect(await stop('SIGTERM')).toBe(0);

    await bus.rewind(topic, [topic]); // all of it once more, as after a year
    await bus.publish([wire(8, approved(wang, 4))]);
    start();
    await saw(wang, 8);
    await stop('SIGTERM');
    expect(lines()).toEqual([`promoted ${wang}`]);
  });
});
