/** One small competition from the register to the money, with appeals, and with a result that is annulled in the end. */
import type { Instant } from '#libs/decider';
import { Actors, cast } from '../../apps/demo/src/actors.js';
import { collect, standings } from '../../apps/demo/src/collect.js';
import {
  announce, appointPanels, closeAndDraw, type Contests, entriesOf, type EntryItem, startContests, takeEntries,
} from '../../apps/demo/src/competition.js';
import { type ContestKey, contestKeys } from '../../apps/demo/src/examples.js';
import type { Api } from '../../apps/demo/src/http.js';
import { mark, type Labels } from '../../apps/demo/src/marking.js';
import { approveGrants, approvePromotions } from '../../apps/demo/src/promotion.js';
import { registerPeople, workerIn } from '../../apps/demo/src/register.js';
import { recordTraining } from '../../apps/demo/src/training.js';
import type { Contested, Small } from './small.js';
import { schemeOf } from './small.js';

/** When what happens, by the clock that is moved. */
export interface Days {
  readonly closing: Instant;
  readonly contest: Instant;
  readonly resultNoticeOver: Instant;
  readonly decisionNoticeOver: Instant;
  readonly secondNoticeOver: Instant;
}

/** What is done for all competitions that are held at once: each call waits for the others. */
export interface Together {
  readonly settled: () => Promise<void>;
  readonly clockMoved: (to: Instant) => Promise<void>;
}

/** What the demo's JSON tells of a competition. */
export type Facts = Awaited<ReturnType<typeof collect>>;

export interface Held {
  readonly outcome: Facts;
  readonly contests: Contests;
}

export interface Desk {
  readonly api: Api;
  readonly small: Small;
  readonly days: Days;
}

export const hold = async ({ api, small, days }: Desk, { settled, clockMoved }: Together): Promise<Held> => {
  const actors = new Actors(api);
  const people = await registerPeople(api, actors, small);
  const workerOf = workerIn(people);
  await recordTraining(api, actors, small, workerOf);
  await settled();

  const schemes = await ofEach((key) => freezeScheme(api, actors, small, key));
  await settled(); // until registration knows the schemes
  const { contests } = await announce(api, actors, small, schemes, () => undefined);
  await settled();
  await appointPanels(api, actors, small, contests);
  const badRows = await takeEntries(api, actors, small, contests);
  await clockMoved(days.closing);
  await closeAndDraw(api, actors, contests);
  await clockMoved(days.contest);
  const labels = await startContests(api, actors, small, contests, workerOf);
  await settled();

  const marked = await mark(api, actors, small, contests, labels, () => undefined);
  const chief = await actors.chief();
  const asChief = (what: string): Promise<unknown> => ofEach((key) =>
    api.post(`/judging/contests/${contests[key]}/${what}`, { token: chief, key: `${what}/${key}`, body: {} }));
  await asChief('lock');
  await settled();
  const entries = await ofEach((key) => entriesOf(api, actors, contests[key]));
  const before = await standings(api, actors, contests[small.appeal.contest]);
  const room: Room = { api, actors, small, contests, entries, labels, workerOf };
  await appeals(room, settled);

  await clockMoved(days.resultNoticeOver);
  await asChief('finalise');
  await settled();
  await clockMoved(days.decisionNoticeOver);
  await approvePromotions(api, actors, contests);
  await settled();
  await approveGrants(api, actors, contests);
  await settled();
  await payGrants(api, actors, contests);

  // What was found out later: who came in behind moves up, is decided again and approved again.
  const entry = entryOf(room, 'turning', small.annulled);
  await api.post(`/registration/entries/${entry.id}/annul`, {
    token: await actors.organiser(), key: 'annul', body: { reason: '赛后查实冒名顶替。' },
  });
  await settled();
  await clockMoved(days.secondNoticeOver);
  await approvePromotions(api, actors, contests, ' again');
  await settled();
  await approveGrants(api, actors, contests, ' again');
  await settled();
  return { outcome: await collect(api, actors, { examples: small, contests, people, badRows, marked, before }), contests };
};

const ofEach = async <T>(work: (key: ContestKey) => Promise<T>): Promise<Readonly<Record<ContestKey, T>>> =>
  Object.fromEntries(await Promise.all(contestKeys.map(async (key) => [key, await work(key)]))) as Record<ContestKey, T>;

const freezeScheme = async (api: Api, actors: Actors, small: Small, key: ContestKey): Promise<string> => {
  const token = await actors.organiser();
  const { id } = await api.post<{ id: string }>('/judging/marking-schemes', { token, key: `scheme/${key}`, body: schemeOf(key) });
  const kinds = [...'AB'].map((criterion) => ({ criterion, kind: criterion === 'A' ? 'theory' : 'practical' }));
  const ruled = { rule: small.competition.panelRule, kinds };
  await api.put(`/judging/marking-schemes/${id}/rule`, { token, key: `rule/${key}`, body: ruled });
  await api.post(`/judging/marking-schemes/${id}/freeze`, { token, key: `freeze/${key}`, body: {} });
  return id;
};

interface Room {
  readonly api: Api;
  readonly actors: Actors;
  readonly small: Small;
  readonly contests: Contests;
  readonly entries: Readonly<Record<ContestKey, readonly EntryItem[]>>;
  readonly labels: Labels;
  readonly workerOf: (idNumber: string) => string;
}

const entryOf = ({ entries, workerOf }: Room, key: ContestKey, idNumber: string): EntryItem => {
  const worker = workerOf(idNumber);
  const found = entries[key].find(({ members }) => members.some((member) => member.worker === worker));
  if (!found) throw new Error(`nobody of ${key} is entered who should be`);
  return found;
};

/** One is upheld, one dismissed, one withdrawn. */
const appeals = async (room: Room, settled: () => Promise<void>): Promise<void> => {
  const { api, actors, small, contests } = room;
  const file = async ({ contest, idNumber, aspect }: Contested): Promise<string> => {
    const entry = entryOf(room, contest, idNumber);
    const { id } = await api.post<{ id: string }>(`/registration/entries/${entry.id}/appeals`, {
      token: await actors.worker(room.workerOf(idNumber)), key: `appeal/${contest}`,
      body: { contested: [aspect], grounds: small.appeal.grounds },
    });
    return id;
  };
  const filed = [small.appeal, small.dismissed, small.withdrawn];
  const [upheld = '', dismissed = '', withdrawn = ''] = await Promise.all(filed.map(file));
  await settled(); // until judging knows of them
  const organiser = await actors.organiser();
  await api.post(`/registration/appeals/${withdrawn}/withdraw`, { token: organiser, key: 'appeal/withdraw', body: {} });
  for (const [appeal, { contest }] of [[upheld, small.appeal], [dismissed, small.dismissed]] as const) {
    await api.put(`/registration/appeals/${appeal}/redaction`, {
      token: organiser, key: `redact/${contest}`, body: { text: small.appeal.grounds },
    });
    await api.post(`/judging/hearings/${appeal}/assign`, {
      token: organiser, key: `assign/${contest}`, body: { contest: contests[contest], arbitrator: cast.arbitrator },
    });
  }
  await settled();
  const token = await actors.arbitrator();
  await api.post(`/judging/hearings/${dismissed}/dismiss`, { token, key: 'dismiss', body: { reasons: '评分符合标准。' } });
  await api.post(`/judging/hearings/${upheld}/uphold`, {
    token, key: 'uphold', body: { reasons: small.appeal.reasons, amendments: [await amendment(room, token)] },
  });
  await settled();
};

const amendment = async ({ api, small: { appeal, envelopes }, contests, labels }: Room, token: string) => {
  const { contest, idNumber, aspect, part, found } = appeal;
  const envelope = envelopes.find((drawn) => drawn.contest === contest && drawn.idNumber === idNumber)?.envelope;
  const code = [...labels[contest]].find(([, inEnvelope]) => inEnvelope === envelope)?.[0] ?? '';
  type Sheet = { id: string; kind: string; part: string };
  const sheets = await api.all<Sheet>(`/judging/contests/${contests[contest]}/sheets?code=${code}`, { token });
  const sheet = sheets.find((one) => one.kind === 'M' && one.part === String(part));
  if (!sheet) throw new Error('the contested sheet is not there');
  return { sheet: sheet.id, marks: [{ aspect, mark: found }] };
};

const payGrants = async (api: Api, actors: Actors, contests: Contests): Promise<void> => {
  const token = await actors.officer();
  for (const key of contestKeys) {
    const grants = await api.all<{ id: string; state: string }>(`/incentives/grants?contest=${contests[key]}`, { token });
    for (const { id, state } of grants)
      if (state === 'approved')
        await api.post(`/incentives/grants/${id}/pay`, { token, key: `pay/${id}`, body: { reference: `PAY-${id.slice(0, 8)}` } });
  }
};
