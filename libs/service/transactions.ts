import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { derivedId, type Instant } from '#libs/decider';
import { type Aggregates, type EventStore, VersionConflict } from '#libs/event-store';
import type { Tracing } from '#libs/tracing';
import { Vault } from '#libs/vault';
import { queryIn } from '#libs/views';
import { type Caller, seededId } from '#libs/web';
import { sameOrganisation } from './decide.js';
import { Outcomes } from './outcomes.js';
import { Recordings } from './recordings.js';
import { correlationOf } from './request.js';
import { Signals } from './signals.js';
import { AGGREGATES, STORE, TRACING } from './tokens.js';
import { traceOf } from './traces.js';
import { type Work, workIn, type WorkOrder } from './work.js';

/** In whose name work is done that no caller asks for: a run, a job. */
export interface Task {
  readonly actor: string;
  readonly organisation: string | null;
  readonly at: Instant;
  readonly correlation: string;
  readonly causation: string | null;
  /** The ids of its events follow from this, their stream and their number in it. */
  readonly seed: string;
}

const ATTEMPTS = 10;

/** Commands over several aggregates, the vault and own tables: all of it happens, or nothing. */
@Injectable()
export class Transactions {
  /** Of each transaction under way: TypeORM gives each a manager of its own. */
  private readonly recordings = new WeakMap<EntityManager, Recordings>();

  constructor(
    private readonly db: DataSource,
    @Inject(STORE) readonly store: EventStore,
    @Inject(AGGREGATES) readonly aggregates: Aggregates,
    readonly vault: Vault,
    private readonly outcomes: Outcomes,
    private readonly signals: Signals,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {}

  /** A retry with the same Idempotency-Key answers what the first try came to. */
  async run<T>(caller: Caller, work: (w: Work) => Promise<T>): Promise<T> {
    const { seed } = caller;
    const nth = seed?.next('transaction') ?? 0;
    const before = await this.doneBefore<T>(caller, nth);
    if (before) return before.value;
    const base = seed?.id ?? caller.newId();
    const order: WorkOrder = {
      actor: caller.subject,
      organisation: caller.organisation,
      at: caller.at,
      correlation: correlationOf(caller),
      causation: null,
      eventId: (stream, n) => seededId(base, `event/transaction/${nth}/${stream}/${n}`),
      guard: sameOrganisation(caller),
      ...(caller.ifMatch === undefined || caller.addressed === undefined
        ? {}
        : { expected: { id: caller.addressed, version: caller.ifMatch } }),
    };
    return this.tracing.goOn('transaction', {}, () => this.attempt(order, caller.ifMatch === undefined, async (w) => {
      const value = await work(w);
      if (seed?.kept) await this.outcomes.keep(w.query, seed.id, nth, value);
      return value;
    }));
  }

  /**
   * What the first (or nth) transaction of this very request came to, where the request is told again and its answer was lost:
   * asked by a route that looks at other things before it, which may have moved on since and would refuse what was done.
   */
  async doneBefore<T>({ seed }: Caller, nth = 0): Promise<{ readonly value: T } | undefined> {
    return seed?.kept && seed.again ? this.outcomes.find<T>(seed.id, nth) : undefined;
  }

  async runAs<T>(task: Task, work: (w: Work) => Promise<T>): Promise<T> {
    const order = { ...task, eventId: (stream: string, n: number) => derivedId(task.seed, stream, n) };
    const parent = await traceOf(this.tracing, this.store, task.causation);
    return this.tracing.goOn(task.actor, { parent }, () => this.attempt(order, true, work));
  }

  /** A transaction for reactions, which each work in it by `workIn`, beside the mark of their message. */
  async together<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const { value, types } = await this.db.transaction(async (manager) => {
      const done = await work(manager);
      const recordings = this.recordingsOf(manager);
      await recordings.flush(queryIn(manager));
      return { value: done, types: recordings.types };
    });
    this.signals.appended(types);
    return value;
  }

  workIn(manager: EntityManager, task: Task): Work {
    return this.work(manager, { ...task, eventId: (stream, n) => derivedId(task.seed, stream, n) });
  }

  private work(manager: EntityManager, order: WorkOrder): Work {
    return workIn(manager, this, order, this.recordingsOf(manager));
  }

  private recordingsOf(manager: EntityManager): Recordings {
    const known = this.recordings.get(manager) ?? new Recordings(this.store);
    this.recordings.set(manager, known);
    return known;
  }

  private async attempt<T>(order: WorkOrder, again: boolean, work: (w: Work) => Promise<T>): Promise<T> {
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await this.together((manager) => work(this.work(manager, order)));
      } catch (error) {
        if (attempts === ATTEMPTS || !(isCollision(error) || (again && error instanceof VersionConflict))) throw error;
      }
    }
  }
}

/** Deadlock, or a serialization failure: nothing was done, and the next try may find the way free. */
const isCollision = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === '40P01' || error.code === '40001');

