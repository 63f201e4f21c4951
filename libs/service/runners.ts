import type { Logger } from 'pino';
import type { DataSource, EntityManager } from 'typeorm';
import { type Aggregates, type EventStore, type OnAppended, Pulse, type Query } from '#libs/event-store';
import { type Bus, EmbeddedBus, type KafkaAccess, KafkaBus, type Message, published, Reactor, Relay } from '#libs/messaging';
import { type DueTimer, queryIn, TimerRunner, timersView, ViewRunner } from '#libs/views';
import type { Tracing } from '#libs/tracing';
import type { DomainClock } from './clock.js';
import type { Job, Reaction, ServiceDefinition } from './definition.js';
import { JobRunner } from './jobs.js';
import type { Signals } from './signals.js';
import { publishingOn, traceOf } from './traces.js';
import type { Transactions } from './transactions.js';

/** So often who follows the store looks by itself; before that it is woken, by what is appended here or elsewhere. */
const POLL_MS = 5_000;

interface Tx {
  readonly query: Query;
  readonly manager: EntityManager;
}

export interface RunnerParts {
  readonly definition: ServiceDefinition;
  /** Where the bus is: Kafka, or a database. */
  readonly busAt: KafkaAccess | string;
  /** Of the topics that it makes. */
  readonly partitions: number;
  readonly db: DataSource;
  readonly query: Query;
  readonly store: EventStore;
  readonly aggregates: Aggregates;
  readonly clock: DomainClock;
  readonly signals: Signals;
  readonly transactions: Transactions;
  readonly jobs: readonly Job[];
  readonly tracing: Tracing;
  readonly log: Logger;
  /** A partition with lag that stands still for so long fails `ready`. */
  readonly standingMs: number;
}

/** Whether everything that follows from what was recorded has happened; `position` changes whenever anything does. */
export interface CaughtUp {
  readonly idle: boolean;
  readonly position: number;
  /** What is still busy. */
  readonly busy: readonly string[];
}

/** Whatever follows the store and the bus in one service: views, timers, relay, reactions, jobs. */
export class Runners {
  readonly views: ViewRunner;
  readonly timers: TimerRunner;
  readonly relay: Relay;
  readonly reactor: Reactor<Tx>;
  readonly jobs: readonly JobRunner[];
  private readonly bus: Bus;
  private readonly pulse: Pulse;

  constructor(private readonly parts: RunnerParts) {
    const { definition, db, store, aggregates, clock, log, signals, query, tracing } = parts;
    const rules = definition.timers ?? [];
    const { busAt } = parts;
    const overKafka = typeof busAt !== 'string';
    this.bus = overKafka ? new KafkaBus({ access: busAt, clientId: definition.name }) : new EmbeddedBus({ url: busAt });
    this.views = new ViewRunner({
      store, db, views: [...definition.views, timersView(rules)], log, pollMs: POLL_MS, onMoved: (names) => this.viewsMoved(names),
    });
    this.timers = new TimerRunner({
      rules, views: this.views, store, aggregates, db, clock, log, onFired: () => signals.appended(),
      around: tracing.on ? (due, fire) => this.fireTraced(due, fire) : undefined,
    });
    this.relay = new Relay({
      service: definition.name, store, published: definition.published ?? published(), bus: this.bus, query,
      partitions: parts.partitions, publishing: publishingOn(tracing), pollMs: POLL_MS,
    });
    const reactions = reactionsByType(definition.reactions ?? []);
    this.reactor = new Reactor<Tx>({
      bus: this.bus,
      group: definition.name,
      standingMs: parts.standingMs,
      lookMs: Math.min(5_000, parts.standingMs / 6),
      types: [...reactions.keys()],
      transaction: (work) => parts.transactions.together((manager) => work({ query: queryIn(manager), manager })),
      react: async (message, { manager }) => {
        const work = parts.transactions.workIn(manager, taskOf(message));
        const react = async (): Promise<void> => {
          for (const each of reactions.get(message.type) ?? []) await each.react(message, work);
        };
        await tracing.goOn(`react ${message.type}`, { kind: 'consumer', parent: message.traceparent }, react);
      },
    });
    this.jobs = parts.jobs.map((job) => new JobRunner(job, log));
    const wake: OnAppended = (types) => {
      this.views.wake();
      this.relay.wake(types);
    };
    signals.onAppended(wake);
    store.onAppended(() => this.views.wake()); // the relay listens to it by itself
    this.pulse = new Pulse(store, wake);
  }

  private async viewsBefore(head: number): Promise<readonly string[]> {
    const behind = (await this.views.state()).filter(({ position }) => position < head);
    return behind.map(({ name, position, crashed }) => `view ${name} at ${position} of ${head}${crashed === null ? '' : ', crashed'}`);
  }

  /** Timers and jobs work off rows of views. */
  private viewsMoved(names: readonly string[]): void {
    if (names.includes('timers')) this.timers.wake();
    for (const job of this.jobs) if (names.includes(job.view)) job.wake();
  }

  /** Those that fire together mostly have one cause; of several, the first one's trace goes on. */
  private async fireTraced(due: readonly DueTimer[], fire: () => Promise<unknown>): Promise<unknown> {
    const { tracing, store } = this.parts;
    const parent = await traceOf(tracing, store, due[0]?.cause);
    return tracing.goOn(`timer ${due[0]?.name ?? ''}`, { parent, attributes: { timers: due.length } }, fire);
  }

  async start(): Promise<void> {
    await this.views.start();
    this.timers.start();
    this.relay.start();
    this.reactor.start();
    for (const job of this.jobs) job.start();
    this.pulse.start();
  }

  /** Takes on no further work of its own; views go on for those who read, the relay for what they record. */
  async leave(): Promise<void> {
    await Promise.all([this.timers.stop(), this.reactor.stop(), ...this.jobs.map((job) => job.stop())]);
  }

  async stop(): Promise<void> {
    await this.leave();
    await Promise.all([this.pulse.stop(), this.views.stop(), this.relay.stop()]);
    await this.bus.close();
  }

  async caughtUp(): Promise<CaughtUp> {
    const before = await this.parts.store.head();
    const busy: string[] = [];
    if (!(await this.views.reached(before, 2_000))) busy.push(...await this.viewsBefore(before));
    if ((await this.timers.state()).due > 0) busy.push('timers');
    if (!(await this.reactor.idle().catch(() => false))) busy.push('reactions'); // also while the bus is away
    const idle = await Promise.all(this.jobs.map((job) => job.idle()));
    this.jobs.forEach((job, n) => {
      if (!idle[n]) busy.push(`job ${job.state().name}`);
    });
    if (!(await this.relay.idle())) busy.push('relay');
    const position = await this.parts.store.head();
    if (position !== before && busy.length === 0) busy.push('new events');
    return { idle: busy.length === 0, position, busy };
  }
}

const reactionsByType = (reactions: readonly Reaction[]): Map<Reaction['type'], Reaction[]> => {
  const byType = new Map<Reaction['type'], Reaction[]>();
  for (const reaction of reactions) byType.set(reaction.type, [...(byType.get(reaction.type) ?? []), reaction]);
  return byType;
};

const taskOf = (message: Message) => ({
  actor: 'reaction', organisation: null, at: message.time, correlation: message.correlation, causation: message.id,
  seed: message.id,
});
