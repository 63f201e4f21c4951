/** The organiser's desk: schemes, the announcement with its overrides, panels, entries, the draw, check-in and the start. */
import { type Actors, cast } from './actors.js';
import { type ContestKey, contestKeys, type Examples } from './examples.js';
import { type Api, Refused } from './http.js';
import type { Labels } from './marking.js';
import type { Text } from './outcome.js';

interface Done { readonly id: string }
export type Contests = Readonly<Record<ContestKey, string>>;

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Imports, completes by the technical document's rule, and freezes; gives the scheme's id. */
export const freezeScheme = async (api: Api, actors: Actors, examples: Examples, key: ContestKey): Promise<string> => {
  const token = await actors.organiser();
  const { competition } = examples;
  const { id } = await api.post<Done>('/judging/marking-schemes/import', {
    token, key: `scheme/${key}`, file: { type: XLSX, content: examples.file(`scheme-${key}.xlsx`) },
  });
  const kinds = [...'ABCDEF'].map((criterion) => ({
    criterion, kind: competition.theory.includes(criterion) ? 'theory' : 'practical',
  }));
  await api.put(`/judging/marking-schemes/${id}/rule`, { token, body: { rule: competition.panelRule, kinds } });
  await api.post(`/judging/marking-schemes/${id}/freeze`, { token, key: `freeze/${key}`, body: {} });
  return id;
};

export interface Announced {
  readonly contests: Contests;
  /** What the server said before the overrides: the rule that it named. */
  readonly refusedFor: string;
}

export const announce = async (
  api: Api, actors: Actors, examples: Examples, schemes: Contests, say: (line: string) => void,
): Promise<Announced> => {
  const token = await actors.organiser();
  const { number, name, year, contests: terms } = examples.competition;
  const { id } = await api.post<Done>('/registration/competitions', { token, key: 'competition', body: { number, name, year } });
  const contests = {} as Record<ContestKey, string>;
  for (const key of contestKeys) {
    const { override: _, ...body } = terms[key];
    const done = await api.post<Done>(`/registration/competitions/${id}/contests`, {
      token, key: `contest/${key}`, body: { ...body, scheme: schemes[key] },
    });
    contests[key] = done.id;
  }
  // Without the overrides the announcement is refused, and the refusal says why and what to do.
  const refusedFor = await api.post(`/registration/competitions/${id}/announce`, { token, body: {} }).then(
    () => '',
    (error: unknown) => {
      if (error instanceof Refused) return error.rule;
      throw error;
    },
  );
  for (const key of contestKeys) {
    const { override, pack } = terms[key];
    if (override === null) continue;
    await api.post(`/registration/contests/${contests[key]}/override`, {
      token, key: `override/${key}`, body: { reason: override },
    });
    say(`override for ${pack.id}: ${override}`);
  }
  await api.post(`/registration/competitions/${id}/announce`, { token, key: 'announce', body: {} });
  return { contests, refusedFor };
};

export const appointPanels = async (api: Api, actors: Actors, examples: Examples, contests: Contests): Promise<void> => {
  const token = await actors.organiser();
  for (const key of contestKeys) {
    const judges = examples.judges.filter(({ contest }) => contest === key).map(({ subject }) => subject);
    await api.post(`/judging/contests/${contests[key]}/panel`, {
      token, key: `panel/${key}`, body: { chief: cast.chief, judges, arbitrators: [cast.arbitrator] },
    });
  }
};

export interface BadRow { readonly line: number; readonly reason: Text }

interface Imported { readonly entries: number; readonly bad: readonly BadRow[] }

export const takeEntries = async (
  api: Api, actors: Actors, examples: Examples, contests: Contests,
): Promise<Readonly<Record<ContestKey, readonly BadRow[]>>> => {
  const token = await actors.organiser();
  const all = {} as Record<ContestKey, readonly BadRow[]>;
  for (const key of contestKeys) {
    const contest = `/registration/contests/${contests[key]}`;
    await api.post(`${contest}/open`, { token, key: `open/${key}`, body: {} });
    const file = { type: 'text/csv', content: examples.file(`entries-${key}.csv`) };
    const path = `${contest}/entries/import?mode=good`;
    // First a dry run, as an organiser would: it says the same, and takes nothing.
    const trial = await api.post<Imported>(`${path}&dryRun=true`, { token, file });
    const { bad, entries } = await api.post<Imported>(path, { token, key: `entries/${key}`, file });
    if (trial.entries !== entries || trial.bad.length !== bad.length) throw new Error(`the dry run of ${key} said otherwise`);
    all[key] = bad.map(({ line, reason }) => ({ line, reason }));
  }
  return all;
};

export interface EntryItem {
  readonly id: string;
  readonly number: string;
  readonly is: string;
  readonly members: readonly { readonly worker: string }[];
  readonly findings: readonly { readonly met: boolean; readonly reason: Text }[];
}

export const entriesOf = async (api: Api, actors: Actors, contest: string): Promise<readonly EntryItem[]> => {
  const items = await api.all<EntryItem>(`/registration/contests/${contest}/entries`, { token: await actors.organiser() });
  return [...items].sort((a, b) => (a.number < b.number ? -1 : 1));
};

/** Registration closes, the conditions are applied, the draw is revealed and the codes are sealed. */
export const closeAndDraw = async (api: Api, actors: Actors, contests: Contests): Promise<void> => {
  const [organiser, custodian] = [await actors.organiser(), await actors.custodian()];
  for (const key of contestKeys) {
    const contest = `/registration/contests/${contests[key]}`;
    await api.post(`${contest}/close`, { token: organiser, key: `close/${key}`, body: {} });
    await api.post(`${contest}/screen`, { token: organiser, key: `screen/${key}`, body: {} });
    await api.post(`${contest}/draw/reveal`, { token: organiser, key: `reveal/${key}`, body: {} });
    await api.post(`${contest}/codes`, { token: custodian, key: `codes/${key}`, body: {} });
  }
};

/**
 * On the day each entry draws an envelope, and the custodian prints what lies in it. Who reads both sides is not the
 * system's: this client plays the physical world, where the work itself carries its label.
 */
export const startContests = async (
  api: Api, actors: Actors, examples: Examples, contests: Contests, workerOf: (idNumber: string) => string,
): Promise<Labels> => {
  const [organiser, custodian] = [await actors.organiser(), await actors.custodian()];
  const labels = {} as Record<ContestKey, ReadonlyMap<string, string>>;
  for (const key of contestKeys) {
    const entries = await entriesOf(api, actors, contests[key]);
    const byWorker = new Map(entries.flatMap(({ id, members }) => members.map(({ worker }) => [worker, id] as const)));
    for (const { idNumber, envelope } of examples.envelopes.filter(({ contest }) => contest === key)) {
      const entry = byWorker.get(workerOf(idNumber));
      if (entry === undefined) throw new Error(`envelope ${envelope} of ${key} was drawn by nobody who is entered`);
      await api.post(`/registration/entries/${entry}/check-in`, {
        token: organiser, key: `check-in/${key}/${envelope}`, body: { envelope: Number(envelope) },
      });
    }
    await api.post(`/registration/contests/${contests[key]}/start`, { token: organiser, key: `start/${key}`, body: {} });
    const printed = await api.get<{ labels: { envelope: number; code: string }[] }>(
      `/registration/contests/${contests[key]}/labels`, { token: custodian },
    );
    labels[key] = new Map(printed.labels.map(({ envelope, code }) => [code, String(envelope)]));
  }
  return labels;
};
