/** One appeal: filed by the entry, heard by an arbitrator who judged nothing here, and upheld. */
import { type Actors, cast } from './actors.js';
import type { Examples } from './examples.js';
import type { Contests, EntryItem } from './competition.js';
import type { Api } from './http.js';
import type { Labels } from './marking.js';
import { settle } from './settle.js';

interface MarkedSheet { readonly id: string; readonly kind: 'J' | 'M'; readonly part: string }

export const playAppeal = async (
  api: Api, actors: Actors, examples: Examples, contests: Contests, entries: readonly EntryItem[], labels: Labels,
  workerOf: (idNumber: string) => string,
): Promise<EntryItem> => {
  const { contest: key, idNumber, aspect, part, found, grounds, reasons } = examples.appeal;
  const contest = contests[key];
  const worker = workerOf(idNumber);
  const entry = entries.find(({ members }) => members.some((member) => member.worker === worker));
  if (!entry) throw new Error('who appeals is not entered');
  const { id: appeal } = await api.post<{ id: string }>(`/registration/entries/${entry.id}/appeals`, {
    token: await actors.worker(worker), key: 'appeal', body: { contested: [aspect], grounds },
  });
  await settle(api, actors); // until judging knows of it
  // The arbitrator reads the grounds without what tells who wrote them.
  const organiser = await actors.organiser();
  await api.put(`/registration/appeals/${appeal}/redaction`, { token: organiser, body: { text: grounds } });
  const { position } = await api.post<{ position: number }>(`/judging/hearings/${appeal}/assign`, {
    token: organiser, key: 'appeal/assign', body: { contest, arbitrator: cast.arbitrator },
  });
  const token = await actors.arbitrator();
  await settle(api, actors);
  await api.get(`/registration/appeals/${appeal}/grounds`, { token });
  const envelope = examples.envelopes.find((drawn) => drawn.contest === key && drawn.idNumber === idNumber)?.envelope;
  const code = [...labels[key]].find(([, inEnvelope]) => inEnvelope === envelope)?.[0] ?? '';
  const sheets = await api.all<MarkedSheet>(`/judging/contests/${contest}/sheets?code=${code}&after=${position}`, { token });
  const sheet = sheets.find((one) => one.kind === 'M' && one.part === String(part));
  if (!sheet) throw new Error('the contested sheet is not there');
  await api.post(`/judging/hearings/${appeal}/uphold`, {
    token, key: 'appeal/uphold', body: { reasons, amendments: [{ sheet: sheet.id, marks: [{ aspect, mark: found }] }] },
  });
  await settle(api, actors);
  return entry;
};
