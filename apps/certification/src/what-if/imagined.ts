import { Injectable } from '@nestjs/common';
import { Refusal, text, WrongState } from '#libs/decider';
import type { ImportedLevel } from '#libs/policy';
import { PeerRefused, Peers, Reading } from '#libs/service';
import { type Caller, NotFound, Unavailable } from '#libs/web';
import { type Code, type CodePlaced, codesOf, placingsOf } from '../contest/codes.js';
import { contest } from '../contest/contest.js';
import { file, type FileState, type Result } from '../file/file.js';
import { importedLevels } from '../run/refold.js';
import { type Frame, frameOf, resultsOf } from '../run/results.js';
import { type Difference, differences, side, told } from './compare.js';
import { type RankChange, type Tried, underPack, withRanking } from './supposed.js';
import { Totals } from './totals.js';
import type { GrantChangeDto, PersonChangeDto, StandingDecisionDto, WhatIfDto } from './what-if.dto.js';

/** So many codes are in hand at once. */
const CODES = 200;

/** A worker with what the contest says, and what it would say. */
interface Entrant { readonly worker: string; readonly now: Result; readonly would: Result }

export interface Supposed {
  readonly revision: number;
  readonly ranking: 'recorded' | 'judging' | 'given';
  readonly tried: Tried | null;
  readonly contest: string;
  readonly now: Frame;
  readonly would: Frame;
  /** What would be said of a code. */
  readonly supposed: (code: Code) => Code;
  /** In the order of the ranks that would be. */
  readonly codes: readonly string[];
}

interface Changed { readonly worker: string; readonly difference: Difference }

interface MoneyAnswer {
  readonly decisions: readonly { readonly changes: readonly GrantChangeDto[] }[];
  readonly sums: { readonly recovery: number };
}

/** Asks what would be, and folds every person of the contest with it: the very fold that decides. */
@Injectable()
export class Imagined {
  constructor(private readonly reading: Reading, private readonly peers: Peers) {}

  async suppose(whatIf: WhatIfDto, caller: Caller): Promise<Supposed> {
    const { state } = await this.reading.load(contest, whatIf.contest);
    if (state.terms?.organisation !== caller.organisation) throw new NotFound('contest', whatIf.contest);
    const { result } = state;
    if (result?.closed !== true || state.seal?.closed !== true || state.run < result.number)
      throw notFinal();
    const { ranking, changes } = await this.ranking(whatIf, result.number, caller);
    const { query } = this.reading;
    const recorded = (revision: number) => placingsOf(query, whatIf.contest, revision);
    const ranked = withRanking(state, changes, recorded);
    const under = whatIf.pack === undefined ? undefined : underPack(ranked.state, whatIf.pack.id, whatIf.pack.version);
    const now = await frameOf(query, whatIf.contest, state);
    const would = await frameOf(query, whatIf.contest, under?.state ?? ranked.state, ranked.read);
    if (now === undefined || would === undefined) throw notFinal();
    return {
      revision: result.number, ranking, tried: under?.tried ?? null, contest: whatIf.contest, now, would, supposed: ranked.code,
      codes: await inOrder(would, state.seal.entries, ranked.read),
    };
  }

  /** One after the other, so many at a time; `totals` and `missing` are complete when it ends. */
  async *changes(
    supposed: Supposed, caller: Caller, totals: Totals, missing: Set<string>,
  ): AsyncGenerator<PersonChangeDto> {
    const { codes } = supposed;
    // Who stands behind two codes counts by the better one, as in a run.
    const seen = new Set<string>();
    for (let from = 0; from < codes.length; from += CODES) {
      const entrants = await this.entrants(supposed, codes.slice(from, from + CODES));
      const found = await this.compared(entrants.filter(({ worker }) => seen.size < seen.add(worker).size), totals);
      const own = found.filter(({ difference: { known } }) => known.organisation === caller.organisation);
      totals.elsewhere += found.length - own.length;
      for (const { difference } of own) totals.add(difference);
      const [standing, grants] = await Promise.all([this.standing(own), this.grants(own, caller, totals, missing)]);
      for (const [index, { worker, difference }] of own.entries()) {
        const { known, rank, effects, packs } = difference;
        const of = known.made === null ? undefined : standing.get(known.made.decision);
        const falls = effects && of?.number !== null && of?.number !== undefined;
        yield {
          worker, contest: known.contest.id, entryNumber: known.entryNumber,
          before: { rank: rank.before, ...side(difference.before, packs.before, caller.language, effects) },
          after: { rank: rank.after, ...side(difference.after, packs.after, caller.language, effects) },
          decision: of === undefined
            ? null : { ...of, certificate: falls ? (packs.before?.reversal.certificates ?? null) : null },
          grants: grants.get(index) ?? null,
        } as PersonChangeDto;
      }
    }
  }

  private async ranking(
    { contest: of, voidAspects, recuse, tieBreak, ranking }: WhatIfDto, revision: number, caller: Caller,
  ): Promise<{ ranking: Supposed['ranking']; changes: readonly RankChange[] }> {
    const asked = voidAspects !== undefined || recuse !== undefined || tieBreak !== undefined;
    if (!asked && ranking === undefined) return { ranking: 'recorded', changes: [] };
    if (asked && ranking !== undefined)
      throw new Refusal('two-rankings', text('只能给出名次或评分变化之一', 'a ranking is given and another one asked for'),
        text('请给出排名，或不同的评分', 'give the ranking, or what would be marked otherwise'));
    const found = ranking ?? (await this.judging(
      { contest: of, ...(voidAspects && { voidAspects }), ...(recuse && { recuse }), ...(tieBreak && { tieBreak }) }, caller,
    ));
    if (found.revision !== revision)
      throw new WrongState('revision-differs', text(
        `名次依据第 ${found.revision} 版成绩，此处为第 ${revision} 版`,
        `the ranking departs from revision ${found.revision}, and ${revision} is known here`,
      ), text('请稍后就最新终局版本再问', 'ask again in a moment, of the last final revision'));
    return { ranking: ranking === undefined ? 'judging' : 'given', changes: found.changes };
  }

  private async judging(body: object, caller: Caller): Promise<{ revision: number; changes: readonly RankChange[] }> {
    const answer = await this.peers.ask<{ revision: number; changes: RankChange[] }>(
      'judging', '/what-if', caller, body, { question: true },
    );
    if (answer.is === 'refused') throw new PeerRefused(answer.status, answer.problem);
    if (answer.is === 'unavailable') throw new Unavailable('judging'); // without the ranking there is nothing to say
    return answer.value;
  }

  private async entrants({ contest: of, now, would, supposed }: Supposed, some: readonly string[]): Promise<readonly Entrant[]> {
    const byCode = new Map(
      (await codesOf(this.reading.query, of, [...now.rankings.keys(), ...would.rankings.keys()], some))
        .map((code) => [code.entry.code, code]),
    );
    return some.flatMap((each) => {
      const code = byCode.get(each);
      if (code === undefined) return [];
      const other = resultsOf(would, supposed(code));
      return resultsOf(now, code).flatMap(({ worker, result }, index) => {
        const there = other[index]?.result;
        return there === undefined ? [] : [{ worker, now: result, would: there }];
      });
    });
  }

  private async compared(entrants: readonly Entrant[], totals: Totals): Promise<readonly Changed[]> {
    const files = await this.files(entrants.map(({ worker }) => worker));
    const people = entrants.flatMap(({ worker, now, would }) => {
      const found = files.get(worker);
      if (found === undefined) return [];
      // The run may not have come to this person yet: what is compared is what it will find.
      const state = told(found.state, now);
      return [{ worker: found.worker, state, would: told(state, would) }];
    });
    totals.decided += people.length;
    const imported = await importedLevels(this.reading, people);
    const levels = (worker: string): readonly ImportedLevel[] => imported.get(worker) ?? [];
    return people.flatMap(({ worker, state, would }) =>
      differences(state, would, levels(worker)).map((difference) => ({ worker, difference })));
  }

  /** By the worker whom the seal names; a record that was merged away goes on in another. */
  private async files(workers: readonly string[]): Promise<ReadonlyMap<string, { worker: string; state: FileState }>> {
    const loaded = await this.reading.loadMany(file, workers);
    const found = new Map<string, { worker: string; state: FileState }>();
    for (const [named, { state: first }] of loaded) {
      let [worker, state] = [named, first];
      while (state.mergedInto !== null) {
        worker = state.mergedInto;
        ({ state } = await this.reading.load(file, worker));
      }
      found.set(named, { worker, state });
    }
    return found;
  }

  private async standing(own: readonly Changed[]): Promise<ReadonlyMap<string, Omit<StandingDecisionDto, 'certificate'>>> {
    const ids = own.flatMap(({ difference: { known } }) => known.made?.decision ?? []);
    if (ids.length === 0) return new Map();
    const rows = await this.reading.query<Omit<StandingDecisionDto, 'certificate'>>(
      'SELECT id, state, number FROM decisions WHERE id = ANY ($1)', [ids],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** By the index of the change. */
  private async grants(
    own: readonly Changed[], caller: Caller, totals: Totals, missing: Set<string>,
  ): Promise<ReadonlyMap<number, GrantChangeDto[]>> {
    const touched = own.flatMap(({ difference }, index) => {
      const [before, after] = [difference.before.decision.money, difference.after.decision.money];
      return difference.effects && before.length + after.length > 0 ? [{ index, difference, before, after }] : [];
    });
    const found = new Map<number, GrantChangeDto[]>();
    if (touched.length === 0 || missing.has('incentives')) return found;
    const promised = (money: Difference['before']['decision']['money']) =>
      money.map(({ rule, fen, payee }) => ({ rule, fen, payee }));
    const answer = await this.peers.ask<MoneyAnswer>('incentives', '/what-if', caller, {
      decisions: touched.map(({ difference: { known }, before, after }) =>
        ({ decision: known.made?.decision ?? null, before: promised(before), after: promised(after) })),
    }, { question: true });
    if (answer.is !== 'answer') {
      missing.add('incentives');
      return found;
    }
    totals.money.recovery += answer.value.sums.recovery;
    answer.value.decisions.forEach(({ changes }, nth) => {
      const of = touched[nth];
      if (of !== undefined) found.set(of.index, changes.map(grantChange));
    });
    return found;
  }
}

const grantChange = ({ rule, from, to, then, recovery, proposed }: GrantChangeDto): GrantChangeDto =>
  ({ rule, from, to, then, recovery, proposed });

/** By the rank that would be; the codes that the result does not name come last. */
const inOrder = async (
  would: Frame, entries: Readonly<Record<string, string>>, read: (revision: number) => AsyncIterable<CodePlaced>,
): Promise<readonly string[]> => {
  const ranks = new Map<string, number>();
  const ranking = would.rankings.get(would.revision);
  for await (const placing of read(would.revision)) ranks.set(placing.code, ranking?.place(placing).rank ?? Infinity);
  const rank = (code: string): number => ranks.get(code) ?? Infinity;
  return Object.keys(entries).sort((a, b) => {
    const [one, two] = [rank(a), rank(b)];
    return one === two ? ((entries[a] ?? '') < (entries[b] ?? '') ? -1 : 1) : one - two;
  });
};

const notFinal = (): WrongState =>
  new WrongState('result-not-final', text('成绩尚未生效', 'there is no final result yet'), text('请先终局成绩', 'finalise the result'));
