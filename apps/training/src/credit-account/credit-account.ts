/**
 * Credit account (学分账户): the credits of one worker at one organisation, each booked once, with what earned them.
 *
 *   none ──book──▶ open ──book──▶ open
 */
import { decimal, type DecimalString, derivedId, exact, never, sum } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';

export type CreditEvent = {
  type: 'CreditsBooked'; organisation: string; worker: string; credits: DecimalString; because: string;
};
export type CreditCommand = { type: 'Book'; organisation: string; worker: string; credits: DecimalString; because: string };

export type CreditAccount =
  | { is: 'none' }
  | { is: 'open'; organisation: string; total: DecimalString; booked: readonly string[] };

export const accountOf = (organisation: string, worker: string): string => derivedId('credits', organisation, worker);

const decide = (command: CreditCommand, account: CreditAccount): readonly CreditEvent[] => {
  switch (command.type) {
    case 'Book': {
      const { type: _, ...terms } = command;
      const again = account.is === 'open' && account.booked.includes(terms.because);
      return again || exact(terms.credits).isZero() ? [] : [{ type: 'CreditsBooked', ...terms }];
    }
    default:
      return never(command.type);
  }
};

const evolve = (account: CreditAccount, { organisation, credits, because }: CreditEvent): CreditAccount => ({
  is: 'open',
  organisation,
  total: decimal(sum([account.is === 'open' ? account.total : '0', credits])),
  booked: [...(account.is === 'open' ? account.booked : []), because],
});

export const creditAccount: Aggregate<CreditCommand, CreditAccount, CreditEvent> = {
  name: 'credit-account',
  decider: { initial: { is: 'none' }, decide, evolve },
  organisation: (state) => (state.is === 'none' ? undefined : state.organisation),
};
