import type { Work } from '#libs/service';
import { contest } from '../contest/contest.js';
import { entry } from '../entry/entry.js';
import { codesByTag, unsealed } from './envelopes.js';
import { type CodesByTag, seal, type Seal } from './seal.js';

/** The codes by envelope, from the vault; only for the start, which seals them, and for the opening. */
export const readCodes = async (state: Exclude<Seal, { is: 'none' }>, work: Work): Promise<CodesByTag> => {
  const labels = await work.vault.read(work.query, state.labels);
  if (labels === null) throw new Error('the envelopes of this contest are not in the vault');
  return codesByTag(unsealed(labels));
};

/** Judging has locked every sheet: now, and by itself, registration tells whose codes they are. */
export const openSeal = async (id: string, work: Work): Promise<void> => {
  const [{ state: ours }, { state: before }] = [await work.load(contest, id), await work.load(seal, id)];
  if (ours.is === 'none' || before.is !== 'sealed') return;
  const because = { organisation: ours.organisation };
  await work.decide(contest, id, { type: 'CompleteMarking' }, because);
  await work.decide(seal, id, { type: 'Open', codes: await readCodes(before, work) }, because);
  const { state: opened } = await work.load(seal, id);
  if (opened.is !== 'opened') return;
  const reveals = Object.entries(opened.codes).map(
    ([entryId, code]) => ({ id: entryId, command: { type: 'Reveal', code } as const })
  );
  await work.decideMany(entry, reveals, because);
};
