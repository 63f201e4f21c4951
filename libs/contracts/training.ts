import Type from 'typebox';
import { contract, dateString, decimalString, id, ref } from './schema.js';

/** jinji.training: 培训·练兵, keyed by worker. */
export const training = {
  'jinji.enrolment.opened.v1': contract('jinji.training', 'worker', 'A worker joined a programme; from now on its trainers may not certify that worker (考培分离).', {
    enrolment: id(), worker: id(), programme: id(), occupation: ref(), trainers: Type.Array(ref()),
  }),
  'jinji.enrolment.passed.v1': contract('jinji.training', 'worker', 'A worker passed a programme.', {
    enrolment: id(), worker: id(), programme: id(), occupation: ref(), on: dateString(), hours: decimalString(),
  }),
  'jinji.drill.recorded.v1': contract('jinji.training', 'worker', 'A drill (练兵) result.', {
    drill: id(), worker: id(), occupation: ref(), on: dateString(), score: decimalString(), passed: Type.Boolean(),
  }),
  'jinji.credit.earned.v1': contract('jinji.training', 'worker', 'Credits (学分) were booked to the worker.', {
    worker: id(), credits: decimalString(), because: ref(),
  }),
} as const;
