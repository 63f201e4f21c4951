/**
 * Certificate (职业技能等级证书): the proof of a level that a decision gave. It holds no name: that is asked for when it is
 * shown.
 *
 *   issued: valid ──an inquiry is opened──▶ suspended ──the last inquiry ends──▶ valid (reinstated)
 *             │                                 │
 *             └─────────its decision falls──────┴──▶ revoked, for good
 */
import { type CivilDate, type Decider, Refusal, text, type Text, WrongState } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';
import type { Level } from '#libs/policy';

/** Who assessed and issues: what the pack said on that day, as packs may change their names later. */
export interface IssuingBody { readonly name: Text; readonly code: string }

export interface CertificateTerms {
  readonly number: string;
  readonly decision: string;
  readonly worker: string;
  readonly contest: string;
  readonly occupation: string;
  readonly organisation: string;
  readonly level: Level;
  readonly on: CivilDate;
  /** null on certificates issued before it was recorded: their number still names the body by its code. */
  readonly issuer: IssuingBody | null;
}

/** Its place in a public status list. */
export interface StatusEntry { readonly list: number; readonly index: number }

/** `because` is a code; `reasons` what a person wrote, a text in the vault. */
interface Why { readonly because: string; readonly reasons: string | null }

export type CertificateEvent =
  | ({ type: 'CertificateIssued' } & CertificateTerms)
  | ({ type: 'CertificateSuspended'; inquiry: string } & Why)
  /** A further inquiry into what is suspended already. */
  | ({ type: 'InquiryOpened'; inquiry: string } & Why)
  /** Others go on, so it stays suspended. */
  | { type: 'InquiryEnded'; inquiry: string; reasons: string | null }
  | { type: 'CertificateReinstated'; inquiry: string; reasons: string | null }
  | ({ type: 'CertificateRevoked' } & Why)
  | ({ type: 'StatusEntryGiven' } & StatusEntry);

export type CertificateCommand =
  | ({ type: 'Issue' } & CertificateTerms)
  /** `inquiry`: whatever is under way, by its id: an appeal, a decision that is corrected, a certifier's own inquiry. */
  | { type: 'Suspend'; inquiry: string; because: string; reasons?: string }
  | { type: 'Reinstate'; inquiry: string; reasons?: string }
  | { type: 'Revoke'; because: string; reasons?: string }
  | ({ type: 'GiveStatusEntry' } & StatusEntry);

export type CertificateState =
  | { readonly is: 'none' }
  | {
    readonly is: 'valid' | 'suspended' | 'revoked'; readonly terms: CertificateTerms; readonly inquiries: readonly string[];
    readonly entry: StatusEntry | null
  };
export type IssuedCertificate = Exclude<CertificateState, { is: 'none' }>;
export type CertificateStatus = IssuedCertificate['is'];

/** What is done already, or cannot be any more, changes nothing: inquiries end in any order, and some after the revocation. */
const decide = (command: CertificateCommand, state: CertificateState): readonly CertificateEvent[] => {
  if (command.type === 'Issue') return state.is === 'none' ? [{ ...command, type: 'CertificateIssued' }] : [];
  if (state.is === 'none')
    throw new WrongState('certificate-not-issued', text('证书尚未签发', 'no such certificate was issued'), text('无', 'none'));
  if (command.type === 'GiveStatusEntry') {
    const { list, index } = command;
    return state.entry === null ? [{ type: 'StatusEntryGiven', list, index }] : [];
  }
  if (state.is === 'revoked') return [];
  const reasons = command.reasons ?? null;
  switch (command.type) {
    case 'Suspend': {
      const { inquiry, because } = command;
      if (state.inquiries.includes(inquiry)) return [];
      return [{ type: state.is === 'valid' ? 'CertificateSuspended' : 'InquiryOpened', inquiry, because, reasons }];
    }
    case 'Reinstate': {
      const { inquiry } = command;
      if (!state.inquiries.includes(inquiry)) return [];
      return [{ type: state.inquiries.length === 1 ? 'CertificateReinstated' : 'InquiryEnded', inquiry, reasons }];
    }
    case 'Revoke': return [{ type: 'CertificateRevoked', because: command.because, reasons }];
  }
};

const evolve = (state: CertificateState, event: CertificateEvent): CertificateState => {
  if (event.type === 'CertificateIssued') {
    const { type: _, ...terms } = event;
    return { is: 'valid', terms, inquiries: [], entry: null };
  }
  if (state.is === 'none') return state;
  switch (event.type) {
    case 'CertificateSuspended':
    case 'InquiryOpened': return { ...state, is: 'suspended', inquiries: [...state.inquiries, event.inquiry] };
    case 'InquiryEnded': return { ...state, inquiries: state.inquiries.filter((inquiry) => inquiry !== event.inquiry) };
    case 'CertificateReinstated': return { ...state, is: 'valid', inquiries: [] };
    case 'CertificateRevoked': return { ...state, is: 'revoked', inquiries: [] };
    case 'StatusEntryGiven': return { ...state, entry: { list: event.list, index: event.index } };
  }
};

const decider: Decider<CertificateCommand, CertificateState, CertificateEvent> = { initial: { is: 'none' }, decide, evolve };

export const certificate: Aggregate<CertificateCommand, CertificateState, CertificateEvent> = {
  name: 'certificate',
  organisation: (state) => (state.is === 'none' ? undefined : state.terms.organisation),
  schema: { CertificateIssued: 2, CertificateRevoked: 2 },
  upcast: {
    CertificateIssued: (data) => ({ issuer: null, ...data }),
    CertificateRevoked: (data) => ({ reasons: null, ...data }),
  },
  decider,
};

/** What was revoked stays so, whoever asks: a person is told, where a reversal just changes nothing. */
export const standing = ({ is, terms: { number } }: IssuedCertificate): void => {
  if (is === 'revoked')
    throw new WrongState(
      'certificate-revoked', text(`证书 ${number} 已撤销`, `certificate ${number} is revoked`), text('无：不再改变', 'none: it stays so'),
    );
};

const notSuspended = (): WrongState =>
  new WrongState('not-suspended', text('证书未被暂停', 'the certificate is not suspended'), text('无', 'none'));

/** The inquiry that a certifier ends. `holds`: the decision that the certificate proves stands. */
export const inquiryOf = (state: IssuedCertificate, named: string | undefined, holds: boolean): string => {
  standing(state);
  if (!holds)
    throw new WrongState(
      'decision-fell', text('所依据的晋级决定已失效', 'the decision that it proves has fallen'), text('请撤销它', 'revoke it'),
    );
  const { inquiries } = state;
  const [only, another] = inquiries;
  if (only === undefined) throw notSuspended();
  if (named === undefined && another !== undefined)
    throw new Refusal(
      'several-inquiries', text('有多项核查', 'several inquiries go on'), text('请指明核查事项', 'name the inquiry'), { inquiries },
    );
  if (named !== undefined && !inquiries.includes(named))
    throw new Refusal(
      'inquiry-unknown', text('没有这项核查', 'there is no such inquiry'), text('请指明其中之一', 'name one of these'), { inquiries },
    );
  return named ?? only;
};

export const revocable = (state: IssuedCertificate, holds: boolean): void => {
  standing(state);
  if (holds)
    throw new Refusal('decision-stands', text('所依据的晋级决定仍然有效', 'the decision that it proves stands'),
      text(
        '证书随其决定失效：经申诉、撤销成绩或取消资格；其间请先暂停',
        'the certificate falls with its decision: by an appeal, an annulment or a disqualification; suspend it meanwhile',
      ));
  // Valid without its decision: the pack's reversal let it stand.
  if (state.is !== 'suspended') throw notSuspended();
};
