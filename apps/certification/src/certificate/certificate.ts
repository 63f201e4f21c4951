/**
 * Certificate (职业技能等级证书): the proof of a level that a decision gave. It holds no name: that is asked for when it is
 * shown.
 *
 *   issued ──its decision falls──▶ revoked
 */
import type { CivilDate } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';
import type { Level } from '#libs/policy';

export interface CertificateTerms {
  readonly number: string;
  readonly decision: string;
  readonly worker: string;
  readonly contest: string;
  readonly occupation: string;
  readonly organisation: string;
  readonly level: Level;
  readonly on: CivilDate;
}

export type CertificateEvent =
  | ({ type: 'CertificateIssued' } & CertificateTerms)
  | { type: 'CertificateRevoked'; because: string };
export type CertificateCommand = ({ type: 'Issue' } & CertificateTerms) | { type: 'Revoke'; because: string };
export type CertificateState =
  | { readonly is: 'none' }
  | { readonly is: 'valid' | 'revoked'; readonly terms: CertificateTerms };

export const certificate: Aggregate<CertificateCommand, CertificateState, CertificateEvent> = {
  name: 'certificate',
  organisation: (state) => (state.is === 'none' ? undefined : state.terms.organisation),
  decider: {
    initial: { is: 'none' },
    decide: (command, state) => {
      switch (command.type) {
        case 'Issue': return state.is === 'none' ? [{ ...command, type: 'CertificateIssued' }] : [];
        case 'Revoke': return state.is === 'valid' ? [{ type: 'CertificateRevoked', because: command.because }] : [];
      }
    },
    evolve: (state, event) => {
      switch (event.type) {
        case 'CertificateIssued': {
          const { type: _, ...terms } = event;
          return { is: 'valid', terms };
        }
        case 'CertificateRevoked': return state.is === 'valid' ? { ...state, is: 'revoked' } : state;
      }
    },
  },
};
