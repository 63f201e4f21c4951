/**
 * Enrolment (参训): one worker in one programme, under the programme's terms of the day of joining.
 *
 *   none ──enrol──▶ enrolled ──attend──▶ attended ──pass──▶ passed ──credit──▶ credited
 *                      │                    │
 *                      └──────withdraw──────┴──▶ withdrawn
 */
import { type CivilDate, decimal, type DecimalString, exact, never, Refusal, sum, text, WrongState } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';

export interface EnrolmentTerms {
  readonly organisation: string;
  readonly programme: string;
  readonly worker: string;
  readonly occupation: string;
  /** The hours that a pass takes. */
  readonly hours: DecimalString;
  readonly credits: DecimalString;
  readonly trainers: readonly string[];
}

export type EnrolmentEvent =
  | ({ type: 'EnrolmentOpened' } & EnrolmentTerms)
  | { type: 'SessionAttended'; session: string; on: CivilDate; hours: DecimalString }
  | { type: 'EnrolmentPassed'; on: CivilDate; hours: DecimalString }
  | { type: 'EnrolmentCredited'; credits: DecimalString }
  /** `reason` is the id of a text in the vault. */
  | { type: 'EnrolmentWithdrawn'; reason: string };

export type EnrolmentCommand =
  | ({ type: 'Enrol' } & EnrolmentTerms)
  /** `session` names the lesson, once an enrolment: the same list sent twice counts once. */
  | { type: 'Attend'; session: string; on: CivilDate; hours: DecimalString; today: CivilDate }
  | { type: 'Pass'; on: CivilDate; today: CivilDate }
  | { type: 'Withdraw'; reason: string };

interface Attendance {
  readonly sessions: readonly { readonly session: string; readonly hours: DecimalString }[];
}

export type Enrolment =
  | { is: 'none' }
  | ({ is: 'enrolled' | 'attended' } & EnrolmentTerms & Attendance)
  | ({ is: 'passed' | 'credited'; on: CivilDate } & EnrolmentTerms & Attendance)
  | ({ is: 'withdrawn'; reason: string } & EnrolmentTerms & Attendance);

export const attended = ({ sessions }: Attendance): DecimalString => decimal(sum(sessions.map((s) => s.hours)));

const decide = (command: EnrolmentCommand, enrolment: Enrolment): readonly EnrolmentEvent[] => {
  switch (command.type) {
    case 'Enrol': {
      if (enrolment.is === 'withdrawn') {
        throw new WrongState(
          'enrolment-withdrawn', text('该学员已退出', 'the worker withdrew'), text('请参加另一培训项目', 'join another programme'),
        );
      }
      if (enrolment.is !== 'none') return [];
      const { type: _, ...terms } = command;
      return [{ type: 'EnrolmentOpened', ...terms }];
    }
    case 'Attend': {
      const known = 'sessions' in enrolment ? enrolment.sessions.find((s) => s.session === command.session)?.hours : undefined;
      if (known !== undefined && exact(known).eq(command.hours)) return []; // the same list, sent again
      learning(enrolment);
      if (known !== undefined) {
        throw new Refusal(
          'session-differs', text('该次课已按不同学时登记', 'this session was recorded with other hours'),
          text('请另指一节', 'name another session'),
          { recorded: known },
        );
      }
      if (!exact(command.hours).gt(0)) {
        throw new Refusal('hours-positive', text('学时必须大于零', 'hours are more than zero'), text('请改正学时', 'correct the hours'));
      }
      past(command.on, command.today);
      return [{ type: 'SessionAttended', session: command.session, on: command.on, hours: command.hours }];
    }
    case 'Pass': {
      if (enrolment.is === 'passed' || enrolment.is === 'credited') return [];
      learning(enrolment);
      past(command.on, command.today);
      const hours = attended(enrolment);
      const missing = exact(enrolment.hours).minus(hours);
      if (missing.gt(0)) {
        const short = decimal(missing);
        throw new Refusal(
          'hours-short', text(`学时不足，还差${short}学时`, `${short} hours are missing`),
          text('请补登出勤', 'record the attendance that is missing'),
          { needed: enrolment.hours, attended: hours, missing: short },
        );
      }
      return [
        { type: 'EnrolmentPassed', on: command.on, hours },
        { type: 'EnrolmentCredited', credits: enrolment.credits },
      ];
    }
    case 'Withdraw':
      if (enrolment.is === 'withdrawn') return [];
      learning(enrolment);
      return [{ type: 'EnrolmentWithdrawn', reason: command.reason }];
    default:
      return never(command);
  }
};

type Learning = Extract<Enrolment, { is: 'enrolled' | 'attended' }>;

function learning(enrolment: Enrolment): asserts enrolment is Learning {
  if (enrolment.is === 'none') {
    throw new Refusal('enrolment-unknown', text('没有该参训记录', 'there is no such enrolment'), text('请为该劳动者报名', 'enrol the worker'));
  }
  if (enrolment.is !== 'enrolled' && enrolment.is !== 'attended') {
    throw new WrongState(
      'enrolment-over', text('该参训已结束', 'this enrolment is over'), text('无：已合格或已退出', 'none: it is passed or withdrawn'),
      { is: enrolment.is },
    );
  }
}

const past = (on: CivilDate, today: CivilDate): void => {
  if (on > today) {
    throw new Refusal(
      'date-in-future', text('日期不能晚于今天', 'the date lies in the future'), text('请在发生后登记', 'record it when it has happened'),
    );
  }
};

const evolve = (enrolment: Enrolment, event: EnrolmentEvent): Enrolment => {
  if (event.type === 'EnrolmentOpened') {
    const { type: _, ...terms } = event;
    return { is: 'enrolled', ...terms, sessions: [] };
  }
  if (enrolment.is === 'none' || enrolment.is === 'withdrawn') return enrolment;
  switch (event.type) {
    case 'SessionAttended':
      return enrolment.is === 'enrolled' || enrolment.is === 'attended'
        ? { ...enrolment, is: 'attended', sessions: [...enrolment.sessions, { session: event.session, hours: event.hours }] }
        : enrolment;
    case 'EnrolmentPassed': return { ...enrolment, is: 'passed', on: event.on };
    case 'EnrolmentCredited': return enrolment.is === 'passed' ? { ...enrolment, is: 'credited' } : enrolment;
    case 'EnrolmentWithdrawn': return { ...enrolment, is: 'withdrawn', reason: event.reason };
    default: return never(event);
  }
};

export const enrolment: Aggregate<EnrolmentCommand, Enrolment, EnrolmentEvent> = {
  name: 'enrolment',
  decider: { initial: { is: 'none' }, decide, evolve },
  organisation: (state) => (state.is === 'none' ? undefined : state.organisation),
};
