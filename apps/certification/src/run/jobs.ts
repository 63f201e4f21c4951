import { Injectable } from '@nestjs/common';
import { civilDate, WrongState } from '#libs/decider';
import { type Job, Reader, Transactions } from '#libs/service';
import { Vault } from '#libs/vault';
import { certificate } from '../certificate/certificate.js';
import { numberSchemes } from '../certificate/number.js';
import { series, seriesId } from '../certificate/series.js';
import { contest } from '../contest/contest.js';
import { decision } from '../decision/decision.js';
import { file } from '../file/file.js';
import { skillRecord, skillRecordId } from '../skill-record/skill-record.js';
import { decisionRun } from './decision-run.js';
import { certificateId, refold } from './refold.js';
import { type CodeResults, frozenPack, resultsOf } from './results.js';
import { type TaskRow, Tasks } from './tasks-view.js';

/** Codes of one chunk: a transaction of well under a second, also for teams. */
const CHUNK = 20;

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
        for (const { members } of results.slice(run.cursor, upTo))
          // The cause of a worker's decision is the message that placed this worker's code.
          for (const { worker, placed, result } of members) await refold(work, worker, result, { causation: placed });
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

  constructor(private readonly tasks: Tasks, private readonly transactions: Transactions, private readonly reader: Reader) {}

  async step(): Promise<boolean> {
    for (const row of await this.tasks.open('refold', 20)) {
      const { state } = await this.reader.peek(file, row.id);
      if (!state.stale) continue; // done, the view is only behind
      await this.transactions.runAs(taskOf(row, this.name, row.cause), (work) => refold(work, row.id, null, {}));
      return true;
    }
    return false;
  }
}

/** An approved decision that gives a level gets its certificate by itself. */
@Injectable()
export class CertificateJob implements Job {
  readonly name = 'certificates';

  constructor(private readonly tasks: Tasks, private readonly transactions: Transactions, private readonly reader: Reader) {}

  async step(): Promise<boolean> {
    let any = false;
    for (const row of await this.tasks.open('certificate', 50)) any = (await this.issue(row)) || any;
    return any;
  }

  /** One transaction each: number, certificate, rung and decision together, so no number is lost. */
  private async issue(row: TaskRow): Promise<boolean> {
    if ((await this.reader.peek(decision, row.id)).state.is !== 'approved') return false;
    const id = certificateId(row.id);
    await this.transactions.runAs(taskOf(row, this.name, id), async (work) => {
      const { state } = await work.load(decision, row.id);
      if (state.is !== 'approved' || state.proposed.to === null) return;
      const { worker, contest: of, occupation, organisation, pack: ref } = state.about;
      const level = state.proposed.to;
      const pack = frozenPack(ref);
      if (pack === null) throw new Error(`decision ${row.id} was approved under a pack that is not available`);
      const scheme = numberSchemes[pack.process.codeScheme];
      const name = scheme.series(pack.process.issuer, level, row.at);
      const { version: serial } = await work.decide(series, seriesId(name), { type: 'Draw', certificate: id });
      const number = scheme.number(name, serial);
      const on = civilDate(row.at);
      await work.decide(certificate, id, {
        type: 'Issue', number, decision: row.id, worker, contest: of, occupation, organisation, level, on,
      });
      await work.decide(decision, row.id, { type: 'Issue', certificate: id, number });
      await work.decide(skillRecord, skillRecordId(worker, occupation), {
        type: 'Grant', worker, occupation, organisation, level, since: on, decision: row.id, certificate: number,
      });
      const { state: known } = await work.load(file, worker);
      if (!known.occupations.includes(occupation)) await work.record(file, worker, [{ type: 'SkillRecordOpened', occupation }]);
    });
    return true;
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
