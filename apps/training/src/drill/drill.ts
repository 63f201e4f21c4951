/**
 * Drill (练兵): what a worker reached in an occupation on one day; a competition may ask for one that was passed.
 *
 *   none ──record──▶ recorded
 */
import { type CivilDate, type DecimalString, derivedId, exact, never, Refusal, text, WrongState } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';

export interface DrillResult {
  readonly organisation: string;
  readonly worker: string;
  readonly occupation: string;
  readonly on: CivilDate;
  readonly score: DecimalString;
  readonly passed: boolean;
}

export type DrillEvent = { type: 'DrillRecorded' } & DrillResult;
export type DrillCommand = { type: 'Record'; today: CivilDate } & DrillResult;
export type Drill = { is: 'none' } | ({ is: 'recorded' } & DrillResult);

/** One worker, one occupation, one day, one drill: a file sent twice records nothing twice. */
export const drillOf = ({ organisation, worker, occupation, on }: Omit<DrillResult, 'score' | 'passed'>): string =>
  derivedId('drill', organisation, worker, occupation, on);

const OCCUPATION = /^\d-\d{2}-\d{2}-\d{2}$/;

const decide = (command: DrillCommand, drill: Drill): readonly DrillEvent[] => {
  switch (command.type) {
    case 'Record': {
      const { type: _, today, ...result } = command;
      if (drill.is === 'recorded') {
        if (exact(drill.score).eq(result.score) && drill.passed === result.passed) return [];
        throw new WrongState(
          'drill-differs', text('该日的练兵成绩已登记，且与此不同', 'another result of that day is recorded'), text('请另指一天', 'name another day'),
          { score: drill.score, passed: drill.passed },
        );
      }
      if (!OCCUPATION.test(result.occupation)) {
        throw new Refusal(
          'occupation-code', text('职业编码应形如 6-18-01-01', 'an occupation code looks like 6-18-01-01'),
          text('请采用大典中的编码', 'take the code from the 大典'),
        );
      }
      if (result.on > today) {
        throw new Refusal(
          'date-in-future', text('日期不能晚于今天', 'the date lies in the future'), text('请在发生后登记', 'record it when it has happened'),
        );
      }
      if (exact(result.score).lt(0)) {
        throw new Refusal('negative-amount', text('成绩不能为负', 'a score is not negative'), text('请改正成绩', 'correct the score'));
      }
      return [{ type: 'DrillRecorded', ...result }];
    }
    default:
      return never(command.type);
  }
};

const evolve = (_: Drill, event: DrillEvent): Drill => {
  const { type: __, ...result } = event;
  return { is: 'recorded', ...result };
};

export const drill: Aggregate<DrillCommand, Drill, DrillEvent> = {
  name: 'drill',
  decider: { initial: { is: 'none' }, decide, evolve },
  organisation: (state) => (state.is === 'none' ? undefined : state.organisation),
};
