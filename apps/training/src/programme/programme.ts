/**
 * Programme (培训项目): what is taught for an occupation, how many hours it takes and how many credits it gives. Who
 * teaches it may not certify those who joined it (考培分离), so its trainers are named before anybody joins.
 *
 *   none ──open──▶ open ──close──▶ closed (who joined goes on; nobody joins any more)
 */
import { type DecimalString, derivedId, exact, never, Refusal, text, type Text, WrongState } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';

export interface ProgrammeTerms {
  readonly organisation: string;
  /** What files call it; one code a programme of an organisation. */
  readonly code: string;
  readonly name: Text;
  /** 大典 code. */
  readonly occupation: string;
  readonly hours: DecimalString;
  readonly credits: DecimalString;
  /** Subjects of the trainers' tokens. */
  readonly trainers: readonly string[];
}

export type ProgrammeEvent = ({ type: 'ProgrammeOpened' } & ProgrammeTerms) | { type: 'ProgrammeClosed' };
export type ProgrammeCommand = ({ type: 'Open' } & ProgrammeTerms) | { type: 'Close' };
export type Programme = { is: 'none' } | ({ is: 'open' } & ProgrammeTerms) | ({ is: 'closed' } & ProgrammeTerms);

export const programmeOf = (organisation: string, code: string): string => derivedId('programme', organisation, code);

const OCCUPATION = /^\d-\d{2}-\d{2}-\d{2}$/;

const decide = (command: ProgrammeCommand, programme: Programme): readonly ProgrammeEvent[] => {
  switch (command.type) {
    case 'Open': {
      const { type: _, ...terms } = command;
      if (programme.is !== 'none') {
        if (sameTerms(programme, terms)) return [];
        throw new WrongState(
          'programme-exists', text('已有同一编号的培训项目', 'a programme with this code exists'), text('请另选代码', 'choose another code'),
        );
      }
      if (!OCCUPATION.test(terms.occupation)) {
        throw new Refusal(
          'occupation-code', text('职业编码应形如 6-18-01-01', 'an occupation code looks like 6-18-01-01'),
          text('请采用大典中的编码', 'take the code from the 大典'),
        );
      }
      if (exact(terms.hours).lt(0) || exact(terms.credits).lt(0)) {
        throw new Refusal(
          'negative-amount', text('学时和学分不能为负', 'hours and credits are not negative'), text('请改正数额', 'correct the amount'),
        );
      }
      return [{ type: 'ProgrammeOpened', ...terms }];
    }
    case 'Close':
      return programme.is === 'open' ? [{ type: 'ProgrammeClosed' }] : [];
    default:
      return never(command);
  }
};

const sameTerms = (a: ProgrammeTerms, b: ProgrammeTerms): boolean =>
  a.code === b.code && a.name.zh === b.name.zh && a.name.en === b.name.en && a.occupation === b.occupation &&
  exact(a.hours).eq(b.hours) && exact(a.credits).eq(b.credits) && a.trainers.join('\n') === b.trainers.join('\n');

const evolve = (programme: Programme, event: ProgrammeEvent): Programme => {
  switch (event.type) {
    case 'ProgrammeOpened': {
      const { type: _, ...terms } = event;
      return { is: 'open', ...terms };
    }
    case 'ProgrammeClosed': return programme.is === 'none' ? programme : { ...programme, is: 'closed' };
    default: return never(event);
  }
};

export const programme: Aggregate<ProgrammeCommand, Programme, ProgrammeEvent> = {
  name: 'programme',
  decider: { initial: { is: 'none' }, decide, evolve },
  organisation: (state) => (state.is === 'none' ? undefined : state.organisation),
};
