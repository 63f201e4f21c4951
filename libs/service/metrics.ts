import { setTimeout as delay } from 'node:timers/promises';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EventStore } from '#libs/event-store';
import type { Runners } from './runners.js';

/** A part that does not answer is left out, and must not cost the others. */
const PATIENCE_MS = 3_000;
/** Of the watch that measures how late the event loop is; nobody needs it finer. */
const LOOP_PRECISION_MS = 100;

/**
 * What Prometheus reads. What happens is counted as it happens; what is the case is asked when somebody reads, so that a
 * service that nobody watches pays nothing. Labels are routes, topics and names of ours: never an id.
 */
export class Metrics {
  private readonly registry = new Registry();
  private readonly registers = [this.registry];
  private readonly http = new Histogram({
    name: 'jinji_http_request_duration_seconds', help: 'requests answered, by route and status', registers: this.registers,
    labelNames: ['method', 'route', 'status'] as const, buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  private readonly appends = new Histogram({
    name: 'jinji_append_duration_seconds', help: 'calls of append, by whether they rode alone or in a transaction of a reaction',
    labelNames: ['how'] as const, buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: this.registers,
  });
  private readonly events = new Counter({
    name: 'jinji_appended_events_total', help: 'events recorded', labelNames: ['how'] as const, registers: this.registers,
  });
  private readonly retries = new Counter({
    name: 'jinji_message_retries_total', help: 'how often a message had to be tried again', registers: this.registers,
  });
  private readonly backlog = this.gauge('jinji_relay_backlog_events', 'recorded events that the relay has not passed yet, counted up to 100000');
  private readonly age = this.gauge('jinji_relay_oldest_unsent_seconds', 'age of the oldest of them; 0 where there is none');
  private readonly active = this.gauge('jinji_relay_active', '1 where this instance holds the lease to send');
  private readonly lag = this.gauge('jinji_consumer_lag_messages', 'messages of a partition that the group has not read', [
    'topic', 'partition',
  ]);
  private readonly held = this.gauge('jinji_consumer_partitions', 'partitions that this instance reads');
  private readonly parked = this.gauge('jinji_parked_messages', 'messages parked, which wait for a person');
  private readonly views = this.gauge('jinji_view_lag_events', 'recorded events that a view has not applied', ['view']);
  private readonly crashed = this.gauge('jinji_view_crashed', '1 where a view stands still at an event', ['view']);
  private readonly timers = this.gauge('jinji_timers_due', 'timers that are due and have not fired');
  private readonly jobs = this.gauge('jinji_job_failing', '1 where a job fails and is tried again', ['job']);
  private counted = 0;
  private watched = false;

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  readonly answered = (method: string, route: string, status: number, seconds: number): void => {
    this.http.observe({ method, route, status: String(status) }, seconds);
  };

  readonly appending = async <T>(how: 'alone' | 'in-transaction', events: number, work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const outcome = await work();
    this.appends.observe({ how }, (performance.now() - began) / 1_000);
    this.events.inc({ how }, events);
    return outcome;
  };

  async read(runners: Runners, store: EventStore): Promise<string> {
    if (!this.watched) collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: LOOP_PRECISION_MS });
    this.watched = true;
    await Promise.all([
      part(() => this.readRelay(runners, store)), part(() => this.readConsumer(runners)), part(() => this.readParked(runners)),
      part(() => this.readViews(runners)), part(async () => this.timers.set((await runners.timers.state()).due)),
    ]);
    for (const { name, failing } of runners.jobs.map((job) => job.state())) this.jobs.set({ job: name }, failing === null ? 0 : 1);
    this.retries.inc(runners.reactor.retries - this.counted);
    this.counted = runners.reactor.retries;
    this.held.set(runners.reactor.health().partitions);
    return this.registry.metrics();
  }

  private async readRelay({ relay }: Runners, store: EventStore): Promise<void> {
    this.backlog.reset();
    this.age.reset();
    const { active, checkpoint } = await relay.state();
    this.active.set(active ? 1 : 0);
    const { events, oldest } = await store.backlog(checkpoint);
    this.backlog.set(events);
    this.age.set(oldest === null ? 0 : Math.max(0, (Date.now() - oldest.getTime()) / 1_000));
  }

  private async readConsumer({ reactor }: Runners): Promise<void> {
    this.lag.reset();
    for (const { topic, partition, lag } of await reactor.lag()) this.lag.set({ topic, partition: String(partition) }, lag);
  }

  private async readParked({ reactor }: Runners): Promise<void> {
    this.parked.set(await reactor.parked.count());
  }

  private async readViews({ views }: Runners): Promise<void> {
    for (const { name, position, head, crashed } of await views.state()) {
      this.views.set({ view: name }, Math.max(0, head - position));
      this.crashed.set({ view: name }, crashed === null ? 0 : 1);
    }
  }

  private gauge<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
    return new Gauge({ name, help, labelNames: [...labelNames], registers: this.registers });
  }
}

const part = async (read: () => Promise<void>): Promise<void> => {
  const late = new AbortController();
  await Promise.race([read(), delay(PATIENCE_MS, undefined, { signal: late.signal })]).catch(() => undefined);
  late.abort();
};
