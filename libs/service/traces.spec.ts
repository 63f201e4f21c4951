import { derivedId } from '#libs/decider';
import { published } from '#libs/messaging';
import { type TestService, testService, until } from '#libs/testing';
import { type Collector, openCollector } from '../tracing/testing/collector.js';
import { on, type ServiceDefinition } from './index.js';
import { toy, toyService } from './toy.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';

/** Hears of workers and makes a toy of its own for each. */
const next: ServiceDefinition = {
  ...toyService,
  name: 'training',
  timers: [],
  published: published(),
  reactions: [on('jinji.worker.registered.v1', async ({ data, time }, work) => {
    const command = { type: 'Make', name: 'copy', organisation: 'org-1', dueAt: time } as const;
    await work.decide(toy, derivedId('copy', data.worker), command, { organisation: 'org-1' });
  })],
};

describe('one trace', () => {
  let there: Collector;
  const services: TestService[] = [];
  beforeEach(async () => void (there = await openCollector()));
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.close()));
    await there.close();
  });
  const start = async (definition: ServiceDefinition, env: Record<string, string> = {}): Promise<TestService> => {
    const service = await testService(definition, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: there.url, ...env } });
    services.push(service);
    return service;
  };

  const spansAfter = (what: string) => (): string => `${what}: ${JSON.stringify(there.spans, null, 1)}`;

  it('leads from a request in one service to what the next one records', async () => {
    const people = await start(toyService);
    const training = await start(next, { BUS_URL: people.database.url });
    const made = await people.request<{ id: string }>('POST', '/toys', {
      body: { name: 'secret tram' }, headers: { traceparent: `00-${TRACE}-${CALLER}-01` },
    });
    const recorded = async () => training.database.query<{ traceparent?: string }>(
      `SELECT metadata->>'traceparent' AS traceparent FROM events WHERE stream = $1`, [`toy:${derivedId('copy', made.body.id)}`],
    );
    await until(async () => (await recorded()).length === 1, spansAfter('the event in the next service'));
    expect((await recorded())[0]?.traceparent).toContain(TRACE);
    await people.request('GET', '/health/ready', { as: null });
    const chain = (): string[] => there.downTo(
      there.spans.find((span) => span.service === 'training' && span.name === 'append' && span.trace === TRACE),
    ).map(({ service, name }) => `${service}: ${name}`);
    const whole = [
      'people: POST /toys', 'people: decide toy Make', 'people: append', 'people: publish jinji.worker.registered.v1',
      'training: react jinji.worker.registered.v1', 'training: append',
    ];
    await until(() => chain().length === whole.length, spansAfter('all spans'));
    expect(chain()).toEqual(whole);
    expect(there.spans.find(({ name }) => name === 'POST /toys')).toMatchObject({ trace: TRACE, parent: CALLER });
    expect(there.spans.every(({ trace }) => trace === TRACE)).toBe(true); // no trace begins in the middle, none for health
    expect(there.raw()).not.toMatch(new RegExp(`secret tram|${made.body.id}`));
  });

  it('is kept beside the event, for a relay that sends it after a restart', async () => {
    const people = await start(toyService);
    await people.service.runners.relay.stop(); // as if it had died before it sent
    const { id } = (await people.request<{ id: string }>('POST', '/toys', {
      body: { name: 'tram' }, headers: { traceparent: `00-${TRACE}-${CALLER}-01` },
    })).body;
    const [event] = await people.database.query<{ traceparent: string }>(
      `SELECT metadata->>'traceparent' AS traceparent FROM events WHERE stream = $1`, [`toy:${id}`],
    );
    expect(event?.traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
    const { events } = await people.service.store.read(0, 10);
    expect(events[0]?.metadata.traceparent).toBe(event?.traceparent);
  });
});

describe('traces that nobody collects', () => {
  it('leave nothing behind', async () => {
    const people = await testService(toyService);
    await people.request('POST', '/toys', { body: { name: 'tram' }, headers: { traceparent: `00-${TRACE}-${CALLER}-01` } });
    await people.settled();
    const [row] = await people.database.query<{ n: string }>(`SELECT count(*) AS n FROM events WHERE metadata ? 'traceparent'`);
    expect(row?.n).toBe('0');
    await people.close();
  });
});
