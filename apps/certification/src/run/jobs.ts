import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { newId, WrongState } from '#libs/decider';
import { type Job, Reader, Transactions, type Work } from '#libs/service';
import { Vault } from '#libs/vault';
import { queryOn } from '#libs/views';
import { issue } from '../certificate/issue.js';
import { codesOf } from '../contest/codes.js';
import { contest } from '../contest/contest.js';
import { file } from '../file/file.js';
import { decisionRun } from './decision-run.js';
import { type Asked, carryOut, foldAll, type Refold, refold } from './refold.js';
import { type Frame, frameOf, resultsOf } from './results.js';
import { type Task, Tasks, tasksView } from './tasks-view.js';

/** Codes of one chunk, and certificates of one transaction: well under a second, also for teams. */
const CHUNK = 250;
const CERTIFICATES = 100;

const taskOf = (row: Task, name: string, seed: string) =>
  ({
    actor: `job:${name}`, organisation: row.organisation, at: row.at, correlation: row.correlation, causation: row.cause, seed,
  });

interface Chunk { readonly workers: readonly Refold[]; readonly asked: Asked; readonly upTo: number }

/** Decides all workers of a final revision, chunk by chunk. */
@Injectable()
export class DecisionRunJob implements Job {
  readonly name = 'decision-run';
  readonly view = tasksView.name;
  /** Of the run that is going on: its rankings are not read again for every chunk. */
  private current: { readonly run: string; readonly frame: Frame } | undefined;

  private ahead: { readonly run: string; readonly from: number; readonly chunk: Promise<Chunk> } | undefined;

  constructor(
    private readonly tasks: Tasks, private readonly transactions: Transactions, private readonly reader: Reader,
    private readonly db: DataSource,
  ) {}

  async step(): Promise<boolean> {
    for (const row of await this.tasks.open('run', 10)) if (await this.chunk(row)) return true;
    return false;
  }

  private async chunk(row: Task): Promise<boolean> {
    const { state: run } = await this.reader.peek(decisionRun, row.id);
    if (run.is !== 'running') return false;
    const frame = await this.frameOf(row.id, run.contest, run.revision);
    if (frame === 'behind') return false;
    const task = taskOf(row, this.name, `${row.cause}/${run.cursor}`);
    if (frame === 'overtaken') {
      await this.transactions.runAs(task, (work) => work.decide(decisionRun, row.id, { type: 'Overtake' }));
      return true;
    }
    const { workers, asked, upTo } = await this.read(row.id, frame, run.cursor);
    this.readAhead(row.id, frame, upTo, run.codes);
    let attempts = 0;
    try {
      await this.transactions.runAs(task, async (work) => {
        // Who has changed since it was read makes a conflict, and then all is read again.
        attempts += 1;
        await (attempts === 1 ? carryOut(work, asked) : refold(work, workers));
        await work.decide(decisionRun, row.id, { type: 'DecideChunk', from: run.cursor, upTo });
      });
    } catch (error) {
      if (!(error instanceof WrongState)) throw error; // another process did this chunk
    }
    return true;
  }

  private async read(run: string, frame: Frame, from: number): Promise<Chunk> {
    const { ahead } = this;
    this.ahead = undefined;
    if (ahead?.run === run && ahead.from === from) return ahead.chunk;
    const codes = await codesOf(queryOn(this.db), frame.facts.id, [...frame.rankings.keys()], { from, limit: CHUNK });
    // The cause of a worker's decision is the message that placed this worker's code.
    const workers = codes.flatMap((code) => resultsOf(frame, code)).map(
      ({ worker, placed, result }) => ({ worker, result, because: { causation: placed } }));
    return { workers, asked: await foldAll(this.reader, workers), upTo: from + codes.length };
  }

  /** While the database writes one chunk, the next one is folded. */
  private readAhead(run: string, frame: Frame, from: number, codes: number): void {
    if (from >= codes) return;
    const chunk = this.read(run, frame, from);
    chunk.catch(() => undefined); // whoever takes it is told
    this.ahead = { run, from, chunk };
  }

  /** Overtaken: a later revision has come, and its own run decides. Behind: the view of the codes is. */
  private async frameOf(run: string, id: string, revision: number): Promise<Frame | 'overtaken' | 'behind'> {
    if (this.current?.run !== run) {
      const { state } = await this.reader.peek(contest, id);
      if (state.result?.number !== revision || !state.result.closed) return 'overtaken';
      const frame = await frameOf(queryOn(this.db), id, state);
      if (frame === undefined) return 'behind';
      this.current = { run, frame };
    }
    return this.current.frame;
  }
}

/** Decides workers again whose earlier facts changed: an import, a ruling, a rejection, a merge. */
@Injectable()
export class RefoldJob implements Job {
  readonly name = 'refold';
  readonly view = tasksView.name;

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
  readonly view = tasksView.name;

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
  readonly view = tasksView.name;

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
