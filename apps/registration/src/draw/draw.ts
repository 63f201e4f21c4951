/**
 * Draw (抽签): the order of the entries in one contest, which nobody can steer and anyone can check (see order.ts).
 *
 *   none ──commit (when registration opens)──▶ committed ──reveal (after it closed)──▶ revealed
 *
 * The seed lies in the vault until the reveal; the event holds its hash, and the name of a public value that nobody can
 * know yet (say, tomorrow's closing index), where the organiser names one.
 */
import type { Aggregate } from '#libs/event-store';
import { type Decider, never, Refusal, text, WrongState } from '#libs/decider';
import { drawOrder, entriesHash, seedHash } from './order.js';

export type DrawEvent =
  | { type: 'DrawCommitted'; contest: string; organisation: string; hash: string; seed: string; publicValueName: string | null }
  | { type: 'DrawRevealed'; seed: string; publicValue: string | null; entries: string; order: readonly string[] };

export type DrawCommand =
  /** `seed` is the id of the text in the vault. */
  | { type: 'Commit'; contest: string; organisation: string; hash: string; seed: string; publicValueName: string | null }
  /** `seed` is the seed itself, in hex. */
  | { type: 'Reveal'; seed: string; publicValue: string | null; entries: readonly string[] };

export type Draw =
  | { is: 'none' }
  | { is: 'committed'; contest: string; organisation: string; hash: string; seed: string; publicValueName: string | null }
  | {
    is: 'revealed'; contest: string; organisation: string; hash: string; publicValueName: string | null; seed: string;
    publicValue: string | null; entries: string; order: readonly string[];
  };

const decide = (command: DrawCommand, draw: Draw): readonly DrawEvent[] => {
  switch (command.type) {
    case 'Commit': {
      if (draw.is !== 'none')
        throw new WrongState('draw-already-committed', text('抽签种子已承诺', 'the draw is committed'), text('无', 'none'));
      const { type: _, ...terms } = command;
      return [{ type: 'DrawCommitted', ...terms }];
    }
    case 'Reveal': {
      if (draw.is === 'none') throw new WrongState(
        'draw-not-committed', text('抽签尚未承诺', 'no draw was committed'), text('请开放报名', 'open registration'),
      );
      if (draw.is === 'revealed')
        throw new WrongState('draw-already-revealed', text('抽签已揭晓', 'the draw is revealed'), text('请读取', 'read it'));
      if (seedHash(command.seed) !== draw.hash) throw new Error('the vault holds another seed than the one committed to');
      if ((draw.publicValueName === null) !== (command.publicValue === null))
        throw new Refusal(
          'public-value-mismatch', text('公共随机值须与承诺一致', 'the public value must be given exactly where one was named'),
          draw.publicValueName === null
            ? text('请不要填写', 'leave it out')
            : text(`请给出其值：${draw.publicValueName}`, `give the value of: ${draw.publicValueName}`),
        );
      const { seed, publicValue, entries } = command;
      if (entries.length === 0) throw new Refusal(
        'nobody-to-draw', text('没有可抽签的报名', 'no entry holds a place'), text('请审查报名', 'screen the entries'),
      );
      return [{
        type: 'DrawRevealed', seed, publicValue, entries: entriesHash(entries),
        order: drawOrder({ contest: draw.contest, seed, publicValue, entries }),
      }];
    }
    default: return never(command);
  }
};

const evolve = (draw: Draw, event: DrawEvent): Draw => {
  const { type, ...terms } = event;
  if (type === 'DrawCommitted') return {
    is: 'committed', ...(terms as Omit<Extract<DrawEvent, { type: 'DrawCommitted' }>, 'type'>)
  };
  return draw.is === 'none' ? draw : {
    ...draw, ...(terms as Omit<Extract<DrawEvent, { type: 'DrawRevealed' }>, 'type'>), is: 'revealed',
  };
};

export const draw: Aggregate<DrawCommand, Draw, DrawEvent> = {
  name: 'draw',
  decider: { initial: { is: 'none' }, decide, evolve } satisfies Decider<DrawCommand, Draw, DrawEvent>,
  organisation: (state) => (state.is === 'none' ? undefined : state.organisation),
};
