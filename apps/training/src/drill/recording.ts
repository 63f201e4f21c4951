import { civilDate } from '#libs/decider';
import type { Done } from '#libs/event-store';
import type { Work } from '#libs/service';
import { mustGoOn, trainee } from '../trainee/trainee.js';
import { drill, drillOf, type DrillResult } from './drill.js';

export const recordDrill = async (work: Work, result: DrillResult): Promise<Done> => {
  mustGoOn((await work.load(trainee, result.worker)).state);
  return work.decide(drill, drillOf(result), { type: 'Record', today: civilDate(work.at), ...result });
};
