/**
 * Grant (奖补): money that one rule of one promotion decision gives, paid once, owed back when the decision falls.
 * Its id is derived from the decision and the rule, so the same rule of the same decision is one grant.
 *
 *   proposed ──approve──▶ approved ──pay──▶ paid ──decision falls──▶ owed ──repay──▶ recovered
 *      │  ╰──────┬───────────╯              │  ▲                     │ ╰─repay in part─╯
 *   expire     refuse, or the decision falls ╰──╯ the next decision  ╰──write off──▶ written off
 *      ▼         ▼                                gives just the same:
 *   expired   refused                             carried over
 */
import {
  addDays, type CivilDate, type Decider, type Instant, never, Refusal, startOf, text, type Text, WrongState,
} from '#libs/decider';
import type { Aggregate } from '#libs/event-store';

export type Payee = 'person' | 'team' | 'coach' | 'employer';
export type Fall = 'superseded' | 'revoked' | 'rejected';

/** What a rule promised, and to whom. Amounts are integer fen; `claimBy` is the last day on which it may be approved. */
export interface Terms {
  readonly organisation: string;
  readonly worker: string;
  readonly contest: string;
  readonly decision: string;
  readonly rule: string;
  readonly fen: number;
  readonly payee: Payee;
  readonly claimBy: CivilDate | null;
}

export type GrantEvent =
  | ({ type: 'GrantProposed' } & Terms)
  | { type: 'GrantApproved'; by: string }
  /** `reason` is the id of a text in the vault. */
  | { type: 'GrantRefused'; by: string; reason: string }
  | { type: 'GrantExpired' }
  | { type: 'GrantPaid'; by: string; reference: string; on: CivilDate }
  /** The decision fell before anything was paid. */
  | { type: 'GrantLapsed'; because: Fall }
  /** The decision fell afterwards. */
  | { type: 'RecoveryOpened'; because: Fall; fen: number }
  /** A later decision gives the same by the same rule: what was paid goes on under it. */
  | { type: 'GrantCarriedOver'; decision: string }
  /** Nothing more is expected back; `reason` is the id of a text in the vault. */
  | { type: 'RecoveryWrittenOff'; by: string; reason: string; fen: number }
  | { type: 'PartRepaid'; by: string; reference: string; fen: number; left: number }
  | { type: 'GrantRecovered'; by: string; reference: string; fen: number };

export type GrantCommand =
  | ({ type: 'Propose' } & Terms)
  | { type: 'Approve'; by: string; at: Instant }
  | { type: 'Refuse'; by: string; reason: string }
  | { type: 'Expire' }
  | { type: 'Pay'; by: string; reference: string; on: CivilDate }
  | { type: 'Fall'; because: Fall }
  | { type: 'CarryOver'; decision: string }
  | { type: 'Repay'; by: string; reference: string; fen: number }
  | { type: 'WriteOff'; by: string; reason: string };

export type Grant =
  | { is: 'none' }
  | { is: 'proposed'; terms: Terms }
  | { is: 'approved'; terms: Terms }
  | { is: 'paid'; terms: Terms }
  | { is: 'owed'; terms: Terms; left: number }
  | { is: 'refused' | 'expired' | 'recovered' | 'writtenOff'; terms: Terms };

/** Midnight after the last day of the claim window: from then on it is too late. */
export const windowEnd = (claimBy: CivilDate): Instant => startOf(addDays(claimBy, 1));

const decide = (command: GrantCommand, grant: Grant): readonly GrantEvent[] => {
  switch (command.type) {
    case 'Propose': {
      if (grant.is !== 'none') return []; // the same rule of the same decision, seen again
      const { type: _, ...terms } = command;
      return [{ type: 'GrantProposed', ...terms }];
    }
    case 'Approve': {
      requires(grant, 'proposed');
      notOwn(grant.terms, command.by);
      const { claimBy } = grant.terms;
      if (claimBy !== null && command.at >= windowEnd(claimBy)) throw tooLate(claimBy);
      return [{ type: 'GrantApproved', by: command.by }];
    }
    case 'Refuse':
      requires(grant, 'proposed', 'approved');
      return [{ type: 'GrantRefused', by: command.by, reason: command.reason }];
    case 'Expire':
      // The window is for claiming: once approved, a slow payment must not cost the worker the money.
      return grant.is === 'proposed' ? [{ type: 'GrantExpired' }] : [];
    case 'Pay':
      requires(grant, 'approved');
      notOwn(grant.terms, command.by);
      return [{ type: 'GrantPaid', by: command.by, reference: command.reference, on: command.on }];
    case 'Fall':
      // Only paid money can be owed; what was not paid yet simply ends.
      if (grant.is === 'paid') return [{ type: 'RecoveryOpened', because: command.because, fen: grant.terms.fen }];
      return grant.is === 'proposed' || grant.is === 'approved' ? [{ type: 'GrantLapsed', because: command.because }] : [];
    case 'CarryOver':
      return grant.is === 'paid' && grant.terms.decision !== command.decision
        ? [{ type: 'GrantCarriedOver', decision: command.decision }] : [];
    case 'WriteOff':
      requires(grant, 'owed');
      notOwn(grant.terms, command.by);
      return [{ type: 'RecoveryWrittenOff', by: command.by, reason: command.reason, fen: grant.left }];
    case 'Repay': {
      requires(grant, 'owed');
      const { by, reference, fen } = command;
      const left = grant.left - fen;
      if (left < 0) throw tooMuch(grant.left);
      return left === 0 ? [{ type: 'GrantRecovered', by, reference, fen }] : [{ type: 'PartRepaid', by, reference, fen, left }];
    }
    default: return never(command);
  }
};

const evolve = (grant: Grant, event: GrantEvent): Grant => {
  if (event.type === 'GrantProposed') {
    const { type: _, ...terms } = event;
    return { is: 'proposed', terms };
  }
  if (grant.is === 'none') return grant; // a stream begins with its proposal
  const { terms } = grant;
  switch (event.type) {
    case 'GrantApproved': return { is: 'approved', terms };
    case 'GrantRefused': return { is: 'refused', terms };
    case 'GrantLapsed': return { is: 'refused', terms };
    case 'GrantExpired': return { is: 'expired', terms };
    case 'GrantPaid': return { is: 'paid', terms };
    case 'RecoveryOpened': return { is: 'owed', terms, left: event.fen };
    case 'GrantCarriedOver': return { ...grant, terms: { ...terms, decision: event.decision } };
    case 'RecoveryWrittenOff': return { is: 'writtenOff', terms };
    case 'PartRepaid': return { is: 'owed', terms, left: event.left };
    case 'GrantRecovered': return { is: 'recovered', terms };
    default: return never(event);
  }
};

export const grant: Aggregate<GrantCommand, Grant, GrantEvent> = {
  name: 'grant',
  decider: { initial: { is: 'none' }, decide, evolve } satisfies Decider<GrantCommand, Grant, GrantEvent>,
  organisation: (state) => (state.is === 'none' ? undefined : state.terms.organisation),
};

function requires<K extends Grant['is']>(state: Grant, ...states: readonly K[]): asserts state is Extract<Grant, { is: K }> {
  if ((states as readonly string[]).includes(state.is)) return;
  const { zh, en } = names[state.is];
  const needed = states.map((is) => names[is]);
  const why = text(
    `该奖补${zh}，须${needed.map((name) => name.zh).join('或')}方可办理`,
    `the grant is ${en}, not ${needed.map((name) => name.en).join(' or ')}`,
  );
  throw new WrongState(`grant-not-${states[0]}`, why, nextStep[state.is]);
}

const notOwn = (terms: Terms, by: string): void => {
  if (terms.worker === by) {
    throw new Refusal(
      'own-grant', text('不得办理本人的奖补', 'nobody decides on a grant of their own'),
      text('请由另一名激励经办人办理', 'ask another incentive officer'),
    );
  }
};

const tooLate = (claimBy: CivilDate): Refusal =>
  new Refusal(
    'claim-window-over', text(`申领期限已于${claimBy}届满`, `the claim window ended on ${claimBy}`), text('无', 'none'), { claimBy },
  );

const tooMuch = (left: number): Refusal =>
  new Refusal(
    'more-than-owed', text('退还金额超过应退余额', 'more is repaid than is owed'), text(`最多退还${left}分`, `repay at most ${left} fen`),
    { left },
  );

const names: Record<Grant['is'], Text> = {
  none: text('不存在', 'not there'), proposed: text('待审批', 'proposed'),
  approved: text('已批准', 'approved'), paid: text('已发放', 'paid'),
  owed: text('待追回', 'owed back'), refused: text('未予发放', 'refused'),
  expired: text('已逾期', 'expired'), recovered: text('已追回', 'recovered'),
  writtenOff: text('已核销', 'written off'),
};

const nextStep: Record<Grant['is'], Text> = {
  none: text('无：激励随批准的决定自动产生', 'none: a grant follows an approved decision by itself'),
  proposed: text('请批准或拒绝', 'approve or refuse'), approved: text('请发放或拒绝', 'pay or refuse'),
  paid: text('无，除非其决定被撤', 'none, unless its decision falls'), owed: text('请退还，或核销', 'repay, or write off'),
  refused: text('无', 'none'), expired: text('无', 'none'), recovered: text('无', 'none'),
  writtenOff: text('无', 'none'),
};
