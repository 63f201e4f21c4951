/** Asks all services what came of it, and keeps the facts of business: no generated ids, times, serial numbers or codes. */
import type { Actors } from './actors.js';
import { type BadRow, type Contests, entriesOf } from './competition.js';
import { type ContestKey, contestKeys, type Examples } from './examples.js';
import type { Api } from './http.js';
import type { Outcome, Text } from './outcome.js';
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
  readonly honours: readonly { readonly honour: string }[];
}

interface Explanation {
  readonly rules: readonly string[];
  readonly reasons: readonly { readonly effect: string; readonly by: string | null; readonly text: Text }[];
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
  const { placings } = await api.get<{ placings: Standing[] }>(path, { token: await actors.organiser() });
  return placings
    .map(({ entryNumber, rank, total, criteria }) =>
      ({ entryNumber, rank, total, criteria: criteria.map(({ id, mark }) => ({ id, mark })) }))
    .sort((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity) || compare(a.entryNumber, b.entryNumber));
};

export const collect = async (api: Api, actors: Actors, played: Played): Promise<Outcome> => {
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

const ofContest = async (api: Api, actors: Actors, key: ContestKey, { examples, contests, people, badRows }: Played) => {
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
  for (const { id, worker, state, rank, from, to, honours } of decisions) {
    if (state === 'superseded') continue;
    const explained = await api.get<Explanation>(`/certification/decisions/${id}/explanation`, { token: auditor });
    const aboutLevel = explained.reasons.filter(({ effect }) => effect === 'level' || effect === 'all');
    const reason = joined((aboutLevel.length > 0 ? aboutLevel : explained.reasons).map(({ text }) => text));
    const rule = aboutLevel.find(({ by }) => by !== null)?.by ?? null;
    if (to !== null && rank !== null) {
      const given = { from, to, rule: rule ?? '—', honours: honours.map(({ honour }) => honour).sort() };
      promotions.push({ contest: key, ...seat(worker), rank, ...given, reason });
    } else refusals.push({ contest: key, ...seat(worker), rank, rule, reason });
  }
  const granted = await api.all<Grant>(`/incentives/grants?contest=${contest}`, { token: auditor });
  const turnedAway = entries.filter(({ is }) => is === 'rejected').map(({ number, findings }) => ({
    entryNumber: number, reasons: findings.filter(({ met }) => !met).map(({ reason }) => reason),
  }));
  const appellant = seats.get(people.get(examples.appeal.idNumber) ?? '')?.entryNumber;
  return {
    taken: entries.length,
    appellant,
    contest: {
      contest: key, name, occupation, group, teamSize, level, pack: `${pack.id}@${pack.version}`, overridden: override !== null,
      badRows: [...badRows[key]], turnedAway, results,
    } satisfies Outcome['contests'][number],
    promotions: inOrder(promotions),
    refusals: inOrder(refusals),
    grants: inOrder(granted.map(({ worker, rule, fen, state }) => ({ contest: key, ...seat(worker), rule, fen, state }))),
  };
};

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const joined = (texts: readonly Text[]): Text => ({
  zh: texts.map(({ zh }) => zh).join('；') || '无', en: texts.map(({ en }) => en).join('; ') || 'none',
});
