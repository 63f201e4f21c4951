import { Injectable } from '@nestjs/common';
import { Refusal, text, WrongState } from '#libs/decider';
import type { ImportedLevel } from '#libs/policy';
import { PeerRefused, Peers, Reading } from '#libs/service';
import { type Caller, NotFound, Unavailable } from '#libs/web';
import { contest, type ContestState } from '../contest/contest.js';
import { file, type FileState, type Result } from '../file/file.js';
import { importedLevels } from '../run/refold.js';
import { resultsOf } from '../run/results.js';
import { type Difference, differences, side, told } from './compare.js';
import { type RankChange, type Tried, underPack, withRanking } from './supposed.js';
import { Totals } from './totals.js';
import type { GrantChangeDto, PersonChangeDto, StandingDecisionDto, WhatIfDto } from './what-if.dto.js';

/** So many people are in hand at once. */
const PEOPLE = 200;

/** A worker with what the contest says, and what it would say. */
interface Entrant { readonly worker: string; readonly now: Result; readonly would: Result }

export interface Supposed {
  readonly revision: number;
  readonly ranking: 'recorded' | 'judging' | 'given';
  readonly tried: Tried | null;
  readonly entrants: readonly Entrant[];
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
      throw new WrongState(
        'result-not-final', text('成绩尚未生效', 'there is no final result yet'), text('请先终局成绩', 'finalise the result'),
      );
    const { ranking, changes } = await this.ranking(whatIf, result.number, caller);
    const ranked = withRanking(state, changes);
    const tried = whatIf.pack === undefined ? null : underPack(ranked, whatIf.pack.id, whatIf.pack.version);
    return {
      revision: result.number, ranking, tried: tried?.tried ?? null,
      entrants: entrantsOf(whatIf.contest, state, tried?.state ?? ranked),
    };
  }

  /** One after the other, so many at a time; `totals` and `missing` are complete when it ends. */
  async *changes(
    { entrants }: Supposed, caller: Caller, totals: Totals, missing: Set<string>,
  ): AsyncGenerator<PersonChangeDto> {
    for (let from = 0; from < entrants.length; from += PEOPLE) {
      const found = await this.compared(entrants.slice(from, from + PEOPLE), totals);
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

/** In the order of the ranks that would be. Who stands behind two codes counts by the last, as in a run. */
const entrantsOf = (id: string, state: ContestState, would: ContestState): readonly Entrant[] => {
  const supposed = new Map(resultsOf(id, would).map((each) => [each.code, each]));
  const last = new Map<string, Entrant>();
  for (const { code, members } of resultsOf(id, state))
    for (const [index, { worker, result: now }] of members.entries()) {
      const other = supposed.get(code)?.members[index]?.result;
      if (other !== undefined) last.set(worker, { worker, now, would: other });
    }
  const rank = ({ would: { placing } }: Entrant): number => placing.rank ?? Infinity;
  return [...last.values()].sort((a, b) => {
    const [one, two] = [rank(a), rank(b)];
    return one === two ? (a.now.entryNumber < b.now.entryNumber ? -1 : 1) : one - two;
  });
};
