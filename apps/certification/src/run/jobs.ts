import { Injectable } from '@nestjs/common';
import { newId, WrongState } from '#libs/decider';
import { type Job, Reader, Transactions, type Work } from '#libs/service';
import { Vault } from '#libs/vault';
import { issue } from '../certificate/issue.js';
import { contest } from '../contest/contest.js';
import { file } from '../file/file.js';
import { decisionRun } from './decision-run.js';
import { refold } from './refold.js';
import { type CodeResults, resultsOf } from './results.js';
import { type TaskRow, Tasks } from './tasks-view.js';

/** Codes of one chunk, and certificates of one transaction: well under a second, also for teams. */
const CHUNK = 100;
const CERTIFICATES = 100;

const taskOf = (row: TaskRow, name: string, seed: string) =>
  ({
    actor: `job:${name}`, organisation: row.organisation, at: row.at, correlation: row.correlation, causation: row.cause, seed,
  });

/** Decides all workers of a final revision, chunk by chunk. */
@Injectable()
export class DecisionRunJob implements Job {
  readonly name = 'decision-run';
  /** The joined result of the run that is going on; a large one is not read again for every chunk. */
  private current: { readonly run: string; readonly results: readonly CodeResults[] } | undefined;

  constructor(private readonly tasks: Tasks, private readonly transactions: Transactions, private readonly reader: Reader) {}

  async step(): Promise<boolean> {
    for (const row of await this.tasks.open('run', 10)) if (await this.chunk(row)) return true;
    return false;
  }

  private async chunk(row: TaskRow): Promise<boolean> {
    const { state: run } = await this.reader.peek(decisionRun, row.id);
    if (run.is !== 'running') return false;
    const results = await this.resultsOf(row.id, run.contest, run.revision);
    const task = taskOf(row, this.name, `${row.cause}/${run.cursor}`);
    if (results === undefined) {
      await this.transactions.runAs(task, (work) => work.decide(decisionRun, row.id, { type: 'Overtake' }));
      return true;
    }
    const upTo = Math.min(run.cursor + CHUNK, run.codes);
    try {
      await this.transactions.runAs(task, async (work) => {
        // The cause of a worker's decision is the message that placed this worker's code.
        await refold(work, results.slice(run.cursor, upTo).flatMap(({ members }) =>
          members.map(({ worker, placed, result }) => ({ worker, result, because: { causation: placed } }))));
        await work.decide(decisionRun, row.id, { type: 'DecideChunk', from: run.cursor, upTo });
      });
    } catch (error) {
      if (!(error instanceof WrongState)) throw error; // another process did this chunk
    }
    return true;
  }

  /** Undefined where a later revision has come: its own run decides. */
  private async resultsOf(run: string, id: string, revision: number): Promise<readonly CodeResults[] | undefined> {
    if (this.current?.run !== run) {
      const { state } = await this.reader.peek(contest, id);
      if (state.result?.number !== revision || !state.result.closed) return undefined;
      this.current = { run, results: resultsOf(id, state) };
    }
    return this.current.results;
  }
}

/** Decides workers again whose earlier facts changed: an import, a ruling, a rejection, a merge. */
@Injectable()
export class RefoldJob implements Job {
  readonly name = 'refold';

  constructor(private readonly tasks: Tasks, private readonly transactions: Transactions) {}

  async step(): Promise<boolean> {
    // One time and story each: a transaction each.
    for (const row of await this.tasks.open('refold', 20))
      if (await this.transactions.runAs(taskOf(row, this.name, row.cause), (work) => again(work, row.id))) return true;
    return false;
  }
}

/** False: done already, the view is only behind. */
const again = async (work: Work, worker: string): Promise<boolean> => {
  if (!(await work.load(file, worker)).state.stale) return false;
  await refold(work, [{ worker, result: null, because: {} }]);
  return true;
};

/** An approved decision that gives a level gets its certificate by itself. */
@Injectable()
export class CertificateJob implements Job {
  readonly name = 'certificates';

  constructor(private readonly tasks: Tasks, private readonly transactions: Transactions) {}

  async step(): Promise<boolean> {
    const rows = await this.tasks.open('certificate', CERTIFICATES);
    const [first] = rows;
    if (first === undefined) return false;
    // Ids of its own each time: a person's second certificate waits for the next transaction, whose rows may be the same
    // while the view is behind, and an event with an id that is there already would be taken for recorded.
    const seed = newId();
    return (await this.transactions.runAs(taskOf(first, this.name, seed), (work) => issue(work, rows))) > 0;
  }
}

/** Texts about a worker who was erased become unreadable, also those of records merged into this one. */
@Injectable()
export class ShredJob implements Job {
  readonly name = 'shred';

  constructor(
    private readonly tasks: Tasks, private readonly transactions: Transactions, private readonly reader: Reader,
    private readonly vault: Vault,
  ) {}

  async step(): Promise<boolean> {
    for (const row of await this.tasks.open('shred', 20)) {
      const { state } = await this.reader.peek(file, row.id);
      if (!state.erased) continue;
      await this.transactions.runAs(taskOf(row, this.name, row.cause), async (work) => {
        for (const worker of [row.id, ...state.mergedFrom]) await this.vault.shred(work.query, worker);
        await work.record(file, row.id, [{ type: 'TextsShredded' }]);
      });
      return true;
    }
    return false;
  }
}
