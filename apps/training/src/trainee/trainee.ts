/**
 * Trainee (学员): what training remembers of a worker's record, from what people says in public.
 *
 *   none ──merge──▶ merged      none · merged ──erase──▶ erased
 */
import { never, text, WrongState } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';

export type TraineeEvent = { type: 'TraineeMerged'; into: string } | { type: 'TraineeErased' };
export type TraineeCommand = { type: 'Merge'; into: string } | { type: 'Erase' };
export type Trainee = { is: 'known' } | { is: 'merged'; into: string } | { is: 'erased' };

const decide = (command: TraineeCommand, trainee: Trainee): readonly TraineeEvent[] => {
  switch (command.type) {
    case 'Merge': return trainee.is === 'known' ? [{ type: 'TraineeMerged', into: command.into }] : [];
    case 'Erase': return trainee.is === 'erased' ? [] : [{ type: 'TraineeErased' }];
    default: return never(command);
  }
};

const evolve = (_: Trainee, event: TraineeEvent): Trainee => {
  switch (event.type) {
    case 'TraineeMerged': return { is: 'merged', into: event.into };
    case 'TraineeErased': return { is: 'erased' };
    default: return never(event);
  }
};

export const trainee: Aggregate<TraineeCommand, Trainee, TraineeEvent> = {
  name: 'trainee',
  decider: { initial: { is: 'known' }, decide, evolve },
  organisation: () => undefined,
};

/** Nothing new is recorded of a record that goes on elsewhere, or of nobody. */
export const mustGoOn = (state: Trainee): void => {
  if (state.is === 'merged') {
    throw new WrongState(
      'worker-merged', text('该人员记录已并入另一条记录', 'this worker was merged into another record'), text('请使用该记录', 'use that record'),
      { into: state.into },
    );
  }
  if (state.is === 'erased')
    throw new WrongState('worker-erased', text('该人员的信息已被清除', 'this worker was erased'), text('无', 'none'));
};
