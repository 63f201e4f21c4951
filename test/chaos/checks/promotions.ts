/**
 * Each final result led to exactly one active decision an entrant, each approved decision that gives a level to exactly one
 * certificate, and each of its money rules to exactly one grant: as a fold of the public facts has it, and not the services.
 */
import type { PublicData } from '#libs/contracts';
import { contracts } from '#libs/contracts';
import {
  type ContestFacts, type Decision, findPack, fold, type ImportedLevel, type Outcome, type Place, placesOf, type Status,
} from '#libs/policy';
import { Actors } from '../../../apps/demo/src/actors.js';
import type { Api } from '../../../apps/demo/src/http.js';
import type { Seen } from '../topics.js';
import { arrivals, type Arrived, of, type Problems, some } from './sources.js';

interface Decided {
  readonly id: string;
  readonly contest: string;
  readonly worker: string;
  readonly state: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly honours: readonly { readonly honour: string }[];
  readonly money: readonly { readonly rule: string; readonly fen: number }[];
  readonly held: readonly string[];
}
interface Granted {
  readonly id: string; readonly decision: string; readonly rule: string; readonly fen: number; readonly state: string
}

const fallen = new Set(['superseded', 'revoked', 'rejected']);
const due = new Set(['proposed', 'approved', 'paid']);
const sum = (all: readonly { readonly fen: number }[]): number => all.reduce((total, { fen }) => total + fen, 0);

export interface Counted {
  readonly problems: Problems;
  readonly decisions: number;
  readonly certificates: number;
  readonly grants: number;
  readonly fen: number;
}

export const promotedOnce = async (api: Api, seen: readonly Seen[]): Promise<Counted> => {
  const all = arrivals(seen, new Set(Object.keys(contracts)));
  const expected = foldOf(all);
  const actors = new Actors(api);
  const token = await actors.auditor();
  const problems: string[] = [];
  const count = { decisions: 0, certificates: 0, grants: 0, fen: 0 };
  const valid = validCertificates(all, problems);
  for (const [contest, workers] of expected) {
    const decisions = await api.all<Decided>(`/certification/decisions?contest=${contest}`, { token });
    const grants = await api.all<Granted>(`/incentives/grants?contest=${contest}`, { token });
    const active = decisions.filter(({ state }) => !fallen.has(state));
    const people = new Set([...workers.keys(), ...active.map(({ worker }) => worker)]);
    for (const worker of people) {
      const who = `worker ${worker} in contest ${contest}`;
      const mine = active.filter((one) => one.worker === worker);
      const folded = workers.get(worker);
      const [one] = mine;
      if (mine.length !== 1 || !one) problems.push(`${who} has ${mine.length} active decisions`);
      else if (!folded) problems.push(`${who} has a decision, and no final result`);
      else problems.push(...compared(one, folded, who), ...papers(one, valid.get(one.id) ?? [], grants, who));
    }
    count.decisions += active.length;
    const live = grants.filter(({ state }) => due.has(state));
    for (const { id, decision } of live)
      if (!active.some((one) => one.id === decision)) problems.push(`grant ${id} belongs to no active decision`);
    const wanted = sum(
      active.filter(({ state }) => isApproved(state)).flatMap(({ worker }) => [...(workers.get(worker)?.money ?? [])]),
    );
    if (sum(live) !== wanted) problems.push(`the grants of contest ${contest} sum to ${sum(live)} fen, the facts to ${wanted}`);
    count.grants += live.length;
    count.fen += sum(live);
    for (const { id, state } of decisions)
      if (fallen.has(state) && (valid.get(id)?.length ?? 0) > 0)
        problems.push(`decision ${id} is ${state}, its certificate is not`);
  }
  count.certificates = [...valid.values()].flat().length;
  return { problems: some(problems), ...count };
};

const isApproved = (state: string): boolean => state === 'approved' || state === 'issued';

const compared = (one: Decided, folded: Decision, who: string): Problems => {
  const found = {
    to: one.to, honours: one.honours.map(({ honour }) => honour).sort(), money: money(one.money), held: [...one.held].sort(),
  };
  const wanted = {
    to: folded.level?.to ?? null, honours: folded.honours.map(({ honour }) => honour).sort(), money: money(folded.money),
    held: [...folded.held].sort(),
  };
  const [was, is] = [JSON.stringify(wanted), JSON.stringify(found)];
  return was === is ? [] : [`the decision of ${who} gives ${is}, the facts ${was}`];
};

const money = (all: readonly { readonly rule: string; readonly fen: number }[]): readonly string[] =>
  all.map(({ rule, fen }) => `${rule} ${fen}`).sort();

/** An approved decision that gives a level has one valid certificate, and one grant a money rule; any other has none. */
const papers = (one: Decided, certificates: readonly string[], grants: readonly Granted[], who: string): Problems => {
  const problems: string[] = [];
  const certified = isApproved(one.state) && one.to !== null ? 1 : 0;
  if (certificates.length !== certified)
    problems.push(`the decision of ${who} (${one.state}, to ${one.to}) has ${certificates.length} valid certificates`);
  for (const { rule, fen } of one.money) {
    const mine = grants.filter((grant) => grant.decision === one.id && grant.rule === rule && due.has(grant.state));
    const right = mine.length === (isApproved(one.state) ? 1 : 0) && mine.every((grant) => grant.fen === fen);
    if (!right) problems.push(`rule ${rule} of the decision of ${who} (${one.state}) has the grants ${JSON.stringify(mine)}`);
  }
  return problems;
};

/** By decision, the numbers of certificates that were issued and not revoked. */
const validCertificates = (all: readonly Arrived[], problems: string[]): ReadonlyMap<string, readonly string[]> => {
  const revoked = new Set(of(all, 'jinji.certificate.revoked.v1').map(({ data }) => data.certificate));
  const numbers = new Set<string>();
  const valid = new Map<string, readonly string[]>();
  for (const { data: { certificate, decision, number } } of of(all, 'jinji.certificate.issued.v1')) {
    if (numbers.has(number)) problems.push(`the number ${number} is on two certificates`);
    numbers.add(number);
    if (!revoked.has(certificate)) valid.set(decision, [...(valid.get(decision) ?? []), number]);
  }
  return valid;
};

/** What the last final revisions give, by contest and worker. */
const foldOf = (all: readonly Arrived[]): ReadonlyMap<string, ReadonlyMap<string, Decision>> => {
  const outcomes = new Map<string, Outcome[]>();
  for (const announced of of(all, 'jinji.contest.announced.v1'))
    for (const [worker, outcome] of outcomesOf(all, announced)) outcomes.set(worker, [...(outcomes.get(worker) ?? []), outcome]);
  const imported = new Map<string, ImportedLevel[]>();
  for (const { data: { worker, occupation, level, since } } of of(all, 'jinji.skill-record.imported.v1'))
    imported.set(worker, [...(imported.get(worker) ?? []), { occupation, level, since }]);
  const decided = new Map<string, Map<string, Decision>>();
  for (const [worker, mine] of outcomes)
    for (const { contest, decision } of fold(mine, imported.get(worker) ?? []))
      decided.set(contest, (decided.get(contest) ?? new Map<string, Decision>()).set(worker, decision));
  return decided;
};

type Announced = Arrived<'jinji.contest.announced.v1'>;

const outcomesOf = (all: readonly Arrived[], { at, data: terms }: Announced): readonly (readonly [string, Outcome])[] => {
  const id = terms.contest;
  const finals = of(all, 'jinji.result.opened.v1').filter(({ data }) => data.contest === id && data.stage === 'final');
  const last = finals.map(({ data }) => data).sort((a, b) => b.revision - a.revision)[0];
  const closed = of(all, 'jinji.contest.registration-closed.v1').find(({ data }) => data.contest === id)?.at;
  if (!last?.firstFinalAt || closed === undefined) return [];
  const placings = of(all, 'jinji.result.placed.v1').map(({ data }) => data)
    .filter(({ contest, revision }) => contest === id && revision === last.revision);
  const pack = findPack(terms.pack.id, terms.pack.version)?.pack ?? null;
  const places = placesOf(pack ?? undefined, placings);
  const { occupation, group, teamSize, level, series, purpose, overridden } = terms;
  const moments = { announced: at, registrationClosed: closed, finalEnded: last.firstFinalAt, resultFinal: last.firstFinalAt };
  const contest: ContestFacts = {
    id, occupation, group, teamSize, level, series, class: terms.class, purpose, overridden, firstFinalAt: last.firstFinalAt,
    factsAt: moments[pack?.factsAsOf ?? 'registrationClosed'],
  };
  const entries = of(all, 'jinji.seal.entry.v1').map(({ data }) => data).filter((entry) => entry.contest === id);
  return entries.flatMap(({ code, members }) => members.map((member) => {
    const placing = { ...(places.get(code) ?? notPlaced), ruled: null };
    return [
      member.worker, { pack, contest, placing, person: { age: member.age, status: statusOf(member) }, rejected: null },
    ] as const;
  }));
};

const notPlaced: Place = {
  rank: null, unranked: 'not-in-the-result', tied: 1, field: 0, theory: null, practical: null, ifPassed: null,
};

type Member = PublicData<'jinji.seal.entry.v1'>['members'][number];
const statusOf = ({ status, unit }: Member): Status =>
  (status === 'student' ? 'student' : unit === null ? 'unemployed' : 'employed');
