import { text, WrongState } from '#libs/decider';
import type { Work } from '#libs/service';
import { latest } from '../answers.js';
import { contest } from '../contest/contest.js';
import { draw } from '../draw/draw.js';
import { entry } from '../entry/entry.js';
import { roster } from '../roster/roster.js';
import { takeTurn } from '../turn.js';
import { readCodes } from './open-seal.js';
import { seal } from './seal.js';

/** Codes are sealed, then the contest runs; who was not checked in is absent. */
export const startContest = async (id: string, work: Work) => {
  await takeTurn(work, id);
  const list = (await work.load(roster, id)).state;
  if (list.entries.some((e) => e.is === 'listed'))
    throw new WrongState(
      'entries-unscreened', text('尚有未审查的报名', 'there are entries that were not screened'),
      text('请调用 POST /contests/{id}/screen', 'POST /contests/{id}/screen'),
    );
  if ((await work.load(draw, id)).state.is !== 'revealed')
    throw new WrongState(
      'draw-not-revealed', text('抽签尚未揭晓', 'the draw is not revealed'),
      text('请调用 POST /contests/{id}/draw/reveal', 'POST /contests/{id}/draw/reveal'),
    );
  const { state: drawn } = await work.load(seal, id);
  if (drawn.is === 'none')
    throw new WrongState(
      'codes-not-drawn', text('密封编号尚未生成', 'the codes are not drawn'),
      text('保管人：POST /contests/{id}/codes', 'a custodian: POST /contests/{id}/codes'),
    );
  const sealed = await work.decide(seal, id, { type: 'Seal', codes: await readCodes(drawn, work) });
  const codes = sealed.events.filter((event) => event.type === 'CodeSealed').length;
  const started = await work.decide(contest, id, { type: 'Start', codes });
  const placed = list.entries.filter((e) => e.is === 'placed');
  const entries = await work.decideMany(entry, placed.map((e) => ({ id: e.entry, command: { type: 'Start' } as const })));
  return latest(id, started, sealed, ...entries);
};
