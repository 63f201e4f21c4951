/** The judging room: every judge submits every sheet, one call a sheet, as it stands on paper. */
import type { Actors } from './actors.js';
import { type ContestKey, contestKeys, type Examples } from './examples.js';
import { type Api, inParallel } from './http.js';

interface Sheet {
  readonly id: string;
  readonly contest: string;
  readonly code: string;
  readonly part: string;
  readonly kind: 'J' | 'M';
  readonly aspects: readonly string[];
}

/** What lies in which envelope: the custodian prints it; here it stands for the work that lies before the judges. */
export type Labels = Readonly<Record<ContestKey, ReadonlyMap<string, string>>>;

interface Turn { readonly token: string; readonly sheet: Sheet; readonly marks: readonly string[] }

const WIDTH = 16;

export const mark = async (
  api: Api, actors: Actors, examples: Examples, contests: Readonly<Record<ContestKey, string>>, labels: Labels, done: () => void,
): Promise<{ sheets: number; marks: number }> => {
  const turns: Turn[] = [];
  for (const key of contestKeys) {
    const paper = examples.paper(key);
    const envelopes = labels[key];
    for (const { subject, seat } of examples.judges.filter(({ contest }) => contest === key)) {
      const token = await actors.judge(subject);
      for (const sheet of await api.all<Sheet>(`/judging/sheets?contest=${contests[key]}`, { token })) {
        const envelope = envelopes.get(sheet.code);
        if (envelope === undefined) throw new Error(`no envelope holds a code of ${key}`);
        const { kind, part } = sheet;
        const marks = kind === 'M' ? paper.measurement(envelope, part) : paper.judgement(envelope, part, Number(seat));
        turns.push({ token, sheet, marks });
      }
    }
  }
  await inParallel(turns, WIDTH, async ({ token, sheet: { id, contest, code, part, kind, aspects }, marks }) => {
    if (marks.length !== aspects.length) throw new Error(`a paper sheet has ${marks.length} marks for ${aspects.length} aspects`);
    const given = aspects.map((aspect, i) => ({ aspect, mark: marks[i] }));
    const body = { contest, code, part, kind, marks: given, sign: true };
    await api.post(`/judging/sheets/${id}/submit`, { token, key: `sheet/${id}`, body });
    done();
  });
  return { sheets: turns.length, marks: turns.reduce((sum, { marks }) => sum + marks.length, 0) };
};
