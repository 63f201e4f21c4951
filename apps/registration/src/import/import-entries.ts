/** Import of an entries table: judged as a whole first, and only then is anyone registered or entered. */
import { Injectable } from '@nestjs/common';
import { Refusal, text } from '#libs/decider';
import { type Caller, Reader, Transactions, type Work } from '#libs/service';
import { isXlsx, readCsv, readXlsx } from '#libs/spreadsheet';
import { contest, requires } from '../contest/contest.js';
import { submitEntries } from '../entry/submit.js';
import { People, type PersonRow } from '../people.js';
import { roster } from '../roster/roster.js';
import { type Table, tableOf } from './columns.js';
import { type Asked, type BadRow, type Candidate, factsIn, type Judged, judgeRows, questionOf } from './judge-rows.js';

export interface ImportOptions {
  mode: 'good' | 'all-or-nothing';
  dryRun: boolean;
}

export interface ImportReport {
  id: string;
  version: number;
  position: number;
  dryRun: boolean;
  rows: number;
  /** Entries that were taken, or in a dry run would be. */
  entries: number;
  bad: readonly BadRow[];
  ignoredColumns: readonly string[];
}

@Injectable()
export class EntriesImport {
  constructor(
    private readonly transactions: Transactions,
    private readonly reader: Reader,
    private readonly people: People,
  ) {}

  async run(id: string, file: Buffer, { mode, dryRun }: ImportOptions, caller: Caller): Promise<ImportReport> {
    const before = await this.transactions.doneBefore<ImportReport>(caller);
    if (before) return before.value;
    const { state: ours, version } = await this.reader.load(contest, id, caller);
    requires(ours, 'open', 'registration-not-open');
    const { teamSize, closesOn } = ours.terms;
    const table = tableOf(isXlsx(file) ? await readXlsx(file) : readCsv(file), teamSize);
    const trial = await this.judge(table, id, teamSize, (rows) => this.people.resolve(rows, closesOn, false, caller));
    const report = {
      id, version, position: 0, dryRun, rows: table.rows.length, entries: trial.good.length, bad: trial.bad,
      ignoredColumns: table.ignored,
    };
    if (mode === 'all-or-nothing' && trial.bad.length > 0 && !dryRun)
      throw new Refusal(
        'import-has-bad-rows', text(`有${trial.bad.length}行有误，未导入任何报名`, `${trial.bad.length} rows are bad; nothing was taken`),
        text('请改正这些行，或用 mode=good 导入', 'correct the rows, or import with mode=good'), { bad: trial.bad },
      );
    if (dryRun || trial.good.length === 0) return report;

    const known = await this.minted(trial.good, (rows) => this.people.resolve(rows, closesOn, true, caller));
    const entries = known.map((candidate) => ({ entry: caller.newId(), members: factsIn(candidate) }));
    return this.transactions.run(caller, async (work: Work) => ({ ...report, ...(await submitEntries(id, entries, work)) }));
  }

  private async judge(
    table: Table, id: string, teamSize: number, resolve: (rows: readonly PersonRow[]) => ReturnType<People['resolve']>,
  ): Promise<Judged> {
    const questions = table.rows.map((raw) => ({ raw, ask: questionOf(raw) }));
    const broken = questions.flatMap(({ ask }) => ('rule' in ask ? [ask] : []));
    const askable = questions.flatMap(({ raw, ask }) => ('rule' in ask ? [] : [{ raw, ask }]));
    const said = await resolve(askable.map(({ ask }) => ask));
    const asked = askable.map(({ raw, ask }, n): Asked => {
      const answer = said[n];
      if (answer === undefined) throw new Error('people answered fewer rows than it was asked');
      return { raw, ask, said: answer };
    });
    const { state } = await this.reader.peek(roster, id);
    const present = new Set(state.entries.filter((e) => e.is !== 'out').flatMap((e) => [...e.workers]));
    return judgeRows(asked, broken, present, teamSize);
  }

  /** Asked again, now in earnest: whoever is new gets a worker id. */
  private async minted(
    good: readonly Candidate[], resolve: (rows: readonly PersonRow[]) => ReturnType<People['resolve']>,
  ): Promise<readonly Candidate[]> {
    const said = (await resolve(good.flatMap(({ rows }) => rows.map(({ ask }) => ask)))).values();
    return good.map(({ rows }) => ({
      rows: rows.map((row) => {
        const answer = said.next().value;
        if (answer === undefined || answer.worker === null)
          throw new Refusal(
            'person-changed-meanwhile', text(`第${row.line}行的人员信息刚被更改`, `the person of line ${row.line} changed meanwhile`),
            text('请重新导入', 'import again'),
          );
        return { ...row, said: answer };
      }),
    }));
  }
}
