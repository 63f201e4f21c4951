/**
 * Decision run (决定批次): all workers of one final revision of one contest are decided in chunks; the cursor and the chunk's
 * decisions are recorded together, so a run that was interrupted goes on where it stood.
 *
 *   started ──chunk──▶ … ──last chunk──▶ completed
 *      └──a later revision──▶ overtaken
 */
import { type Decider, WrongState, text } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';

export type RunEvent =
  | { type: 'RunStarted'; contest: string; revision: number; codes: number }
  | { type: 'ChunkDecided'; upTo: number }
  | { type: 'RunCompleted' }
  | { type: 'RunOvertaken' };

export type RunCommand =
  | { type: 'Start'; contest: string; revision: number; codes: number }
  | { type: 'DecideChunk'; from: number; upTo: number }
  | { type: 'Overtake' };

export type RunState =
  | { readonly is: 'none' }
  | {
    readonly is: 'running'; readonly contest: string; readonly revision: number; readonly codes: number; readonly cursor: number
  }
  | { readonly is: 'completed' | 'overtaken'; readonly codes: number; readonly cursor: number };

const over = (state: RunState, is: 'completed' | 'overtaken'): RunState =>
  state.is === 'none' ? state : { is, codes: state.codes, cursor: state.cursor };

const decider: Decider<RunCommand, RunState, RunEvent> = {
  initial: { is: 'none' },
  decide: (command, state) => {
    switch (command.type) {
      case 'Start': {
        if (state.is !== 'none') return [];
        const { type: _, ...terms } = command;
        return [{ type: 'RunStarted', ...terms }, ...(command.codes === 0 ? [{ type: 'RunCompleted' } as const] : [])];
      }
      case 'DecideChunk':
        // Another process was faster: what this one prepared is thrown away with its transaction.
        if (state.is !== 'running' || state.cursor !== command.from)
          throw new WrongState('chunk-decided', text('该批次已处理', 'this chunk is decided already'));
        return [
          { type: 'ChunkDecided', upTo: command.upTo },
          ...(command.upTo >= state.codes ? [{ type: 'RunCompleted' } as const] : [])
        ];
      case 'Overtake': return state.is === 'running' ? [{ type: 'RunOvertaken' }] : [];
    }
  },
  evolve: (state, event) => {
    switch (event.type) {
      case 'RunStarted': return {
        is: 'running', contest: event.contest, revision: event.revision, codes: event.codes, cursor: 0,
      };
      case 'ChunkDecided': return state.is === 'running' ? { ...state, cursor: event.upTo } : state;
      case 'RunCompleted': return over(state, 'completed');
      case 'RunOvertaken': return over(state, 'overtaken');
    }
  },
};

export const decisionRun: Aggregate<RunCommand, RunState, RunEvent> = {
  name: 'decision-run', decider, organisation: () => undefined,
};
