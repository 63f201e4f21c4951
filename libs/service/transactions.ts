import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { derivedId, type Instant } from '#libs/decider';
import { type Aggregates, type EventStore, VersionConflict } from '#libs/event-store';
import { Vault } from '#libs/vault';
import { type Caller, seededId } from '#libs/web';
import { sameOrganisation } from './decide.js';
import { Outcomes } from './outcomes.js';
import { correlationOf } from './request.js';
import { Signals } from './signals.js';
import { AGGREGATES, STORE } from './tokens.js';
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
  constructor(
    private readonly db: DataSource,
    @Inject(STORE) readonly store: EventStore,
    @Inject(AGGREGATES) readonly aggregates: Aggregates,
    readonly vault: Vault,
    private readonly outcomes: Outcomes,
    private readonly signals: Signals,
  ) {}

  /** A retry with the same Idempotency-Key answers what the first try came to. */
  async run<T>(caller: Caller, work: (w: Work) => Promise<T>): Promise<T> {
    const { seed } = caller;
    const nth = seed?.next('transaction') ?? 0;
    if (seed?.kept && seed.again) {
      const before = await this.outcomes.find<T>(seed.id, nth);
      if (before) return before.value;
    }
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
    return this.attempt(order, caller.ifMatch === undefined, async (w) => {
      const value = await work(w);
      if (seed?.kept) await this.outcomes.keep(w.query, seed.id, nth, value);
      return value;
    });
  }

  async runAs<T>(task: Task, work: (w: Work) => Promise<T>): Promise<T> {
    return this.attempt({ ...task, eventId: (stream, n) => derivedId(task.seed, stream, n) }, true, work);
  }

  /** For reactions: in the transaction that also marks the message. */
  workIn(manager: EntityManager, task: Task): Work {
    return workIn(manager, this, { ...task, eventId: (stream, n) => derivedId(task.seed, stream, n) });
  }

  private async attempt<T>(order: WorkOrder, again: boolean, work: (w: Work) => Promise<T>): Promise<T> {
    for (let attempts = 1; ; attempts += 1) {
      try {
        const value = await this.db.transaction((manager) => work(workIn(manager, this, order)));
        this.signals.appended();
        return value;
      } catch (error) {
        if (attempts === ATTEMPTS || !(isCollision(error) || (again && error instanceof VersionConflict))) throw error;
      }
    }
  }
}

/** Deadlock, or a serialization failure: nothing was done, and the next try may find the way free. */
const isCollision = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === '40P01' || error.code === '40001');

