import { type CivilDate, civilDate, type DecimalString, derivedId, Refusal, text, WrongState } from '#libs/decider';
import type { Done } from '#libs/event-store';
import type { Work } from '#libs/service';
import { accountOf, creditAccount } from '../credit-account/credit-account.js';
import { programme } from '../programme/programme.js';
import { mustGoOn, trainee } from '../trainee/trainee.js';
import { enrolment, type Enrolment, type EnrolmentCommand } from './enrolment.js';

type Enrol = Extract<EnrolmentCommand, { type: 'Enrol' }>;

/** One worker, one programme, one enrolment. */
export const enrolmentOf = (of: string, worker: string): string => derivedId('enrolment', of, worker);

/** Joins a programme under its terms of today. */
export const enrol = async (work: Work, of: string, worker: string): Promise<Done> => {
  const id = enrolmentOf(of, worker);
  mustGoOn((await work.load(trainee, worker)).state);
  return work.decide(enrolment, id, await termsFor(work, of, worker, (await work.load(enrolment, id)).state));
};

/** Passing books the programme's credits, once. */
export const pass = async (work: Work, id: string, on: CivilDate): Promise<Done> => {
  const done = await work.decide(enrolment, id, { type: 'Pass', on, today: civilDate(work.at) });
  const { state } = await work.load(enrolment, id);
  if (state.is !== 'credited') throw new Error(`enrolment ${id} passed and is ${state.is}`);
  const { organisation, worker, credits } = state;
  await work.decide(creditAccount, accountOf(organisation, worker), { type: 'Book', organisation, worker, credits, because: id });
  return done;
};

/** What a file says of one worker in one programme. */
export interface TrainingRecord {
  readonly worker: string;
  readonly programme: string;
  readonly session: string;
  readonly hours: DecimalString;
  readonly on: CivilDate;
  readonly passed: boolean;
}

/** The whole record or nothing of it: first on paper, then for good. */
export const record = async (work: Work, r: TrainingRecord): Promise<string> => {
  const today = civilDate(work.at);
  const id = enrolmentOf(r.programme, r.worker);
  mustGoOn((await work.load(trainee, r.worker)).state);
  const { state } = await work.load(enrolment, id);
  const enrolling = await termsFor(work, r.programme, r.worker, state);
  const attending: EnrolmentCommand = { type: 'Attend', session: r.session, on: r.on, hours: r.hours, today };
  rehearse(state, [enrolling, attending, ...(r.passed ? [{ type: 'Pass', on: r.on, today } as const] : [])]);
  await work.decide(enrolment, id, enrolling);
  await work.decide(enrolment, id, attending);
  if (r.passed) await pass(work, id, r.on);
  return id;
};

const rehearse = (from: Enrolment, commands: readonly EnrolmentCommand[]): void => {
  const { decide, evolve } = enrolment.decider;
  commands.reduce((state, command) => decide(command, state).reduce(evolve, state), from);
};

/** Who has joined goes on under the terms of that day, whatever became of the programme. */
const termsFor = async (work: Work, of: string, worker: string, joined: Enrolment): Promise<Enrol> => {
  const { state } = await work.load(programme, of);
  if (state.is === 'none') {
    throw new Refusal(
      'programme-unknown', text('没有该培训项目', 'there is no such programme'), text('请先开放培训项目', 'open the programme first'),
    );
  }
  if (state.is === 'closed' && joined.is === 'none') {
    throw new WrongState(
      'programme-closed', text('该培训项目已关闭', 'the programme is closed'), text('请参加另一培训项目', 'join another programme'),
    );
  }
  const { organisation, occupation, hours, credits, trainers } = state;
  return { type: 'Enrol', organisation, programme: of, worker, occupation, hours, credits, trainers };
};
