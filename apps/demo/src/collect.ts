/** Asks all services what came of it, and keeps the facts of business: no generated ids, times, serial numbers or codes. */
import type { Actors } from './actors.js';
import { type BadRow, type Contests, entriesOf } from './competition.js';
import { type ContestKey, contestKeys, type Examples } from './examples.js';
import { type Api, inParallel } from './http.js';
import type { Collected, Outcome, Text } from './outcome.js';
import type { People } from './register.js';

export interface Standing {
  readonly entryNumber: string;
  readonly rank: number | null;
  readonly total: string;
  readonly criteria: readonly { readonly id: string; readonly mark: string }[];
}

interface Decision {
  readonly id: string;
  readonly worker: string;
  readonly state: string;
  readonly rank: number | null;
  readonly from: number | null;
  readonly to: number | null;
  readonly rule: string | null;
  readonly honours: readonly { readonly honour: string }[];
}

interface Checked {
  readonly holds: boolean;
  readonly condition: string;
  readonly value: string | null;
  readonly parts: readonly Checked[];
}

/** In one language. */
interface Explanation {
  readonly outcome: string;
  readonly reasons: readonly { readonly text: string }[];
  readonly rules: readonly {
    readonly rule: string;
    readonly title: string;
    readonly condition: Checked;
    readonly citations: readonly { readonly document: string }[];
  }[];
  readonly changes: readonly { readonly change: string; readonly then: string }[];
}

interface Grant { readonly worker: string; readonly rule: string; readonly fen: number; readonly state: string }

export interface Played {
  readonly examples: Examples;
  readonly contests: Contests;
  readonly people: People;
  readonly badRows: Readonly<Record<ContestKey, readonly BadRow[]>>;
  readonly marked: { readonly sheets: number; readonly marks: number };
  /** The provisional ranking of the contest of the appeal, before it was heard. */
  readonly before: readonly Standing[];
}

/** The ranking as registration shows it: the result joined with the seal. */
export const standings = async (api: Api, actors: Actors, contest: string): Promise<readonly Standing[]> => {
  const path = `/registration/contests/${contest}/results`;
  type Answer = { standings: (Omit<Standing, 'entryNumber'> & { number: string })[] };
  const answer = await api.get<Answer>(path, { token: await actors.organiser() });
  return answer.standings
    .map(({ number, rank, total, criteria }) =>
      ({ entryNumber: number, rank, total, criteria: criteria.map(({ id, mark }) => ({ id, mark })) }))
    .sort((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity) || compare(a.entryNumber, b.entryNumber));
};

export const collect = async (api: Api, actors: Actors, played: Played): Promise<Collected> => {
  const { examples, contests, badRows, marked } = played;
  const parts = [];
  for (const key of contestKeys) parts.push(await ofContest(api, actors, key, played));
  const [promotions, refusals, grants] = [
    parts.flatMap((part) => part.promotions), parts.flatMap((part) => part.refusals), parts.flatMap((part) => part.grants),
  ];
  const { contest: key, aspect, given, found } = examples.appeal;
  const after = parts.find(({ contest }) => contest.contest === key)?.contest.results ?? [];
  const appellant = parts.find(({ contest }) => contest.contest === key)?.appellant ?? '';
  return {
    totals: {
      units: examples.units.length, workers: played.people.size, contests: Object.keys(contests).length,
      badRows: sum(contestKeys.map((one) => badRows[one].length)), entries: sum(parts.map(({ taken }) => taken)),
      turnedAway: sum(parts.map(({ contest }) => contest.turnedAway.length)),
      ranked: sum(parts.map(({ contest }) => contest.results.filter(({ rank }) => rank !== null).length)),
      sheets: marked.sheets, marks: marked.marks, promotions: promotions.length, refusals: refusals.length,
      grants: grants.length, fen: sum(grants.map(({ fen }) => fen)),
    },
    contests: parts.map(({ contest }) => contest),
    promotions, refusals, grants,
    appeal: {
      contest: key, entryNumber: appellant, aspect, given, found,
      changes: played.before.flatMap(({ entryNumber, rank, total }) => {
        const now = after.find((one) => one.entryNumber === entryNumber);
        if (!now || (now.rank === rank && now.total === total)) return [];
        const promoted = promotions.some((one) => one.contest === key && one.entryNumber === entryNumber);
        return [{ entryNumber, before: { rank, total }, after: { rank: now.rank, total: now.total }, promoted }];
      }),
    },
  };
};

/** One contest, in the order of its ranks. */
export const ofContest = async (
  api: Api, actors: Actors, key: ContestKey, { examples, contests, people, badRows }: Played,
) => {
  const contest = contests[key];
  const { name, occupation, group, teamSize, level, pack, override } = examples.competition.contests[key];
  const entries = await entriesOf(api, actors, contest);
  const results = [...(await standings(api, actors, contest))].map((one) => ({ ...one, criteria: [...one.criteria] }));
  const seats = new Map(entries.flatMap(({ number, members }) =>
    members.map(({ worker }, i) => [worker, { entryNumber: number, member: i + 1 }] as const)));
  const seat = (worker: string): { entryNumber: string; member: number } => seats.get(worker) ?? { entryNumber: '', member: 1 };
  const rankOf = (entryNumber: string): number => results.find((one) => one.entryNumber === entryNumber)?.rank ?? Infinity;
  const inOrder = <T extends { entryNumber: string; member: number }>(items: T[]): T[] => items.sort((a, b) =>
    rankOf(a.entryNumber) - rankOf(b.entryNumber) || compare(a.entryNumber, b.entryNumber) || a.member - b.member);

  const auditor = await actors.auditor();
  const decisions = await api.all<Decision>(`/certification/decisions?contest=${contest}`, { token: auditor });
  const promotions: Outcome['promotions'] = [];
  const refusals: Outcome['refusals'] = [];
  const standing = decisions.filter(({ state }) => state !== 'superseded');
  await inParallel(standing, 8, async ({ id, worker, rank, from, to, rule, honours }) => {
    const explained = (language: 'zh' | 'en'): Promise<Explanation> =>
      api.get(`/certification/decisions/${id}/explanation`, { token: auditor, language });
    const reason: Text = { zh: why(await explained('zh'), rule, '若', '，则'), en: why(await explained('en'), rule, 'with', ':') };
    const of = { contest: key, ...seat(worker) };
    if (to === null || rank === null || rule === null) refusals.push({ ...of, rank, holds: from, reason });
    else promotions.push({ ...of, rank, from, to, rule, honours: honours.map(({ honour }) => honour).sort(), reason });
  });
  const granted = await api.all<Grant>(`/incentives/grants?contest=${contest}`, { token: auditor });
  const turnedAway = entries.filter(({ is }) => is === 'rejected').map(({ number, findings }) => ({
    entryNumber: number, reasons: findings.filter(({ met }) => !met).map(({ reason }) => bilingual(reason)),
  }));
  const appellant = seats.get(people.get(examples.appeal.idNumber) ?? '')?.entryNumber;
  return {
    taken: entries.length,
    appellant,
    contest: {
      contest: key, name, occupation, group, teamSize, level, pack: `${pack.id}@${pack.version}`, overridden: override !== null,
      badRows: badRows[key].map(({ line, reason }) => ({ line, reason: bilingual(reason) })), turnedAway, results,
    } satisfies Outcome['contests'][number],
    promotions: inOrder(promotions),
    refusals: inOrder(refusals),
    grants: inOrder(granted.map(({ worker, rule, fen, state }) => ({ contest: key, ...seat(worker), rule, fen, state }))),
  };
};

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Always in the same order, whatever stored it. */
const bilingual = ({ zh, en }: Text): Text => ({ zh, en });

/** What follows; the rule that gave the level and what it found, or what stood against it and what would have helped. */
const why = ({ outcome, reasons, rules, changes }: Explanation, rule: string | null, where: string, then: string): string => {
  const gave = rules.find((one) => one.rule === rule);
  const source = gave?.citations[0]?.document;
  const said = [
    outcome,
    ...(gave ? [`${gave.title}${source === undefined ? '' : ` [${source}]`}: ${found(gave.condition)}`] : []),
    ...reasons.map(({ text }) => text),
  ];
  const [nearest] = changes;
  return said.join(' · ') + (nearest && gave === undefined ? ` · ${where} ${nearest.change}${then} ${nearest.then}` : '');
};

const found = ({ condition, value, parts }: Checked): string =>
  (parts.length === 0 ? `${condition}${value === null ? '' : ` (${value})`}` : parts.map(found).join(', '));
