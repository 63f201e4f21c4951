import { Injectable } from '@nestjs/common';
import { type CivilDate, civilDate, type DecimalString, Refusal, type Text } from '#libs/decider';
import { Peers, Transactions, type Work } from '#libs/service';
import type { Caller } from '#libs/web';
import { recordDrill } from '../drill/recording.js';
import { record } from '../enrolment/learning.js';
import { programmeOf } from '../programme/programme.js';

interface PersonRow {
  /** Where the row stood in the file. */
  readonly line: number;
  readonly idNumber: string;
  readonly name?: string;
}

export interface TrainingRow extends PersonRow {
  /** The programme's code. */
  readonly programme: string;
  readonly hours: DecimalString;
  readonly session?: string;
  readonly passedOn?: CivilDate;
}

export interface DrillRowIn extends PersonRow {
  readonly occupation: string;
  readonly on: CivilDate;
  readonly score: DecimalString;
  readonly passed: boolean;
}

export interface RowError {
  readonly rule: string;
  readonly text: Text;
  readonly next?: Text;
}

/** What became of a row: the id of what it recorded, or why not. */
export interface RowOutcome {
  readonly line: number;
  readonly worker: string | null;
  readonly id: string | null;
  readonly error: RowError | null;
}

/** A row that could not even be read. */
export interface BadRow {
  readonly line: number;
  readonly error: RowError;
}

interface Resolved {
  readonly rows: readonly { readonly worker: string | null; readonly error: RowError | null }[];
}

/** So many rows a transaction: well under a second. */
const CHUNK = 50;

/** Imports: people turns ID numbers into worker ids first; where it does not answer, nothing is done. */
@Injectable()
export class Imports {
  constructor(
    private readonly peers: Peers,
    private readonly transactions: Transactions,
  ) {}

  async training(rows: readonly (TrainingRow | BadRow)[], caller: Caller): Promise<readonly RowOutcome[]> {
    return this.each(rows, caller, 'import of training records', (work, row, worker) =>
      record(work, {
        worker, programme: programmeOf(caller.organisation, row.programme), session: row.session ?? 'import', hours: row.hours,
        on: row.passedOn ?? civilDate(caller.at), passed: row.passedOn !== undefined,
      }),
    );
  }

  async drills(rows: readonly (DrillRowIn | BadRow)[], caller: Caller): Promise<readonly RowOutcome[]> {
    return this.each(rows, caller, 'import of drills', async (work, { occupation, on, score, passed }, worker) => {
      return (await recordDrill(work, { organisation: caller.organisation, worker, occupation, on, score, passed })).id;
    });
  }

  private async each<R extends PersonRow>(
    rows: readonly (R | BadRow)[], caller: Caller, purpose: string, take: (work: Work, row: R, worker: string) => Promise<string>,
  ): Promise<readonly RowOutcome[]> {
    const good = rows.filter((row): row is R => !('error' in row));
    const workers = await this.resolve(good, caller, purpose);
    const outcomes: RowOutcome[] =
      rows.flatMap((row) => ('error' in row ? [{ line: row.line, worker: null, id: null, error: row.error }] : []));
    for (let from = 0; from < good.length; from += CHUNK) {
      const chunk = good.slice(from, from + CHUNK);
      outcomes.push(
        ...(await this.transactions.run(caller, (work) => takeAll(work, chunk, workers.slice(from, from + CHUNK), take))),
      );
    }
    return outcomes.sort((a, b) => a.line - b.line);
  }

  private async resolve(rows: readonly PersonRow[], caller: Caller, purpose: string): Promise<Resolved['rows']> {
    if (rows.length === 0) return [];
    const people = rows.map(({ idNumber, name }) => ({ idNumber, ...(name ? { name } : {}) }));
    const body = { asOf: civilDate(caller.at), purpose, rows: people };
    const answer = await this.peers.need<Resolved>('people', '/workers/resolve', caller, body);
    return answer.rows;
  }
}

const takeAll = async <R extends PersonRow>(
  work: Work, rows: readonly R[], resolved: Resolved['rows'], take: (work: Work, row: R, worker: string) => Promise<string>,
): Promise<readonly RowOutcome[]> => {
  const outcomes: RowOutcome[] = [];
  for (const [n, row] of rows.entries()) {
    const { worker = null, error = null } = resolved[n] ?? {};
    if (worker === null) outcomes.push({ line: row.line, worker: null, id: null, error: error ?? unresolved });
    else outcomes.push(await takeOne(row.line, worker, () => take(work, row, worker)));
  }
  return outcomes;
};

/** A row that a rule refuses leaves the others alone. It refuses before anything of the row is written. */
const takeOne = async (line: number, worker: string, take: () => Promise<string>): Promise<RowOutcome> => {
  try {
    return { line, worker, id: await take(), error: null };
  } catch (error) {
    if (error instanceof Refusal) return { line, worker, id: null, error: toError(error) };
    throw error;
  }
};

export const toError = ({ rule, text, next }: Refusal): RowError => ({ rule, text, ...(next === undefined ? {} : { next }) });

const unresolved: RowError = { rule: 'worker-unresolved', text: { zh: '无法确定该人员', en: 'the person could not be resolved' } };
