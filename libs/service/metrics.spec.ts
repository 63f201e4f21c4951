import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '#libs/ports';
import { type TestService, testService, until } from '#libs/testing';
import { on, type ServiceDefinition } from './index.js';
import { toyService } from './toy.js';

describe('the metrics', () => {
  let toys: TestService;
  afterEach(() => toys.close());

  const read = async (): Promise<string> => {
    const { status, headers, raw } = await toys.request('GET', '/metrics', { as: 'operator' });
    expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/plain; version=0\.0\.4/)]);
    return raw.toString('utf8');
  };
  /** Of the one line with this name and these labels; undefined where there is none. */
  const valueIn = (text: string, name: string, labels: Record<string, string> = {}): number | undefined => {
    const lines = text.split('\n').filter((line) =>
      new RegExp(`^${name}[{ ]`).test(line) && Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)));
    return lines.length === 0 ? undefined : Number(lines[0]?.split(' ').at(-1));
  };

  it('tell what was done, and how far views, relay and consumers have come', async () => {
    toys = await testService(toyService);
    const { id } = (await toys.request<{ id: string }>('POST', '/toys', { body: { name: 'tram' } })).body;
    await toys.request('POST', '/toys', { body: { name: 'forbidden' } });
    await toys.request('GET', `/toys/${id}`);
    await toys.request('GET', '/nowhere/at/all');
    await toys.settled();
    const text = await read();
    const requests = 'jinji_http_request_duration_seconds_count';
    expect(valueIn(text, requests, { method: 'POST', route: '/toys', status: '201' })).toBe(1);
    expect(valueIn(text, requests, { method: 'POST', route: '/toys', status: '422' })).toBe(1);
    expect(valueIn(text, requests, { method: 'GET', route: '/toys/:id', status: '200' })).toBe(1);
    expect(valueIn(text, requests, { route: 'unknown', status: '404' })).toBe(1);
    expect(valueIn(text, 'jinji_append_duration_seconds_count', { how: 'alone' })).toBe(1);
    expect(valueIn(text, 'jinji_append_duration_seconds_bucket', { how: 'in-transaction', le: '+Inf' })).toBe(1); // the reaction
    expect(valueIn(text, 'jinji_appended_events_total', { how: 'alone' })).toBe(1);
    for (const name of ['relay_backlog_events', 'relay_oldest_unsent_seconds', 'parked_messages', 'timers_due'])
      expect([name, valueIn(text, `jinji_${name}`)]).toEqual([name, 0]);
    expect(valueIn(text, 'jinji_relay_active')).toBe(1);
    expect(valueIn(text, 'jinji_consumer_partitions')).toBe(4);
    for (const partition of ['0', '1', '2', '3'])
      expect(valueIn(text, 'jinji_consumer_lag_messages', { topic: 'jinji.people', partition })).toBe(0);
    expect(valueIn(text, 'jinji_view_lag_events', { view: 'toys' })).toBe(0);
    expect(valueIn(text, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(text).toContain('service="people"');
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-|tram|nowhere/); // no id, no name, no address
  });

  it('tell what waits: messages unread and parked, and those that were tried again', async () => {
    let hangs: () => void = () => undefined;
    const hearing: ServiceDefinition = {
      ...toyService,
      reactions: [on('jinji.worker.registered.v1', async () => {
        await new Promise<void>((resolve) => (hangs = resolve));
        throw new Error('poison');
      })],
    };
    toys = await testService(hearing);
    await toys.request('POST', '/toys', { body: { name: 'tram' } });
    const lag = async () => (await read()).split('\n').filter((line) => line.startsWith('jinji_consumer_lag'))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    await until(async () => (await lag()) >= 1, 'a message unread');
    const working = setInterval(() => hangs(), 20);
    await until(async () => valueIn(await read(), 'jinji_parked_messages') === 1, 'a message parked');
    clearInterval(working);
    await until(async () => (await lag()) === 0, 'all read');
    expect(valueIn(await read(), 'jinji_message_retries_total')).toBeGreaterThan(0);
  });

  it('tell how much is unsent, and for how long, while the broker is away', async () => {
    toys = await testService(toyService, { env: { KAFKA_BROKERS: '127.0.0.1:9' } });
    await toys.request('POST', '/toys', { body: { name: 'tram' } });
    await delay(1_100);
    const text = await read();
    expect(valueIn(text, 'jinji_relay_backlog_events')).toBe(1);
    expect(valueIn(text, 'jinji_relay_oldest_unsent_seconds')).toBeGreaterThan(1);
    expect(valueIn(text, 'jinji_consumer_lag_messages')).toBeUndefined(); // nobody knows
  });

  it('are for operators, and on a port of its own for Prometheus', async () => {
    const port = await freePort();
    toys = await testService(toyService, { env: { METRICS_PORT: String(port) } });
    expect((await toys.request('GET', '/metrics', { as: null })).status).toBe(401);
    expect((await toys.request('GET', '/metrics', { as: 'organiser' })).status).toBe(403);
    await toys.service.listen(0, '127.0.0.1');
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining('version=0.0.4')]);
    expect(await answer.text()).toMatch(/^jinji_relay_backlog_events\{service="people"\} 0$/m);
    expect((await fetch(`http://127.0.0.1:${port}/toys`)).status).toBe(404);
  });
});
