/**
 * Issuer keys (签发密钥): what credentials and status lists are signed with. One key signs; the private half of the one before
 * is destroyed, its public half stays, as what it signed is verified for as long as people hold it.
 *
 *   made: active ──another is made──▶ retired (verifies only) ──known to others──▶ withdrawn (verifies nothing any more)
 */
import { type Decider, derivedId, Refusal, text } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';

/** The public half, as a JWKS shows it. `kid` is its thumbprint (RFC 7638). */
export interface PublicKey {
  readonly kid: string;
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
}

export interface IssuerKey extends PublicKey {
  readonly is: 'active' | 'retired' | 'withdrawn';
  /** The private half: a text in the vault, under a key of its own that can be destroyed. */
  readonly secret: string;
}

export type IssuerKeyEvent =
  | { type: 'KeyMade'; key: PublicKey; secret: string }
  /** `reasons`: a text in the vault. */
  | { type: 'KeyWithdrawn'; kid: string; reasons: string };

export type IssuerKeyCommand =
  | { type: 'Begin'; key: PublicKey; secret: string }
  | { type: 'Rotate'; key: PublicKey; secret: string }
  | { type: 'Withdraw'; kid: string; reasons: string };

export interface IssuerKeysState { readonly keys: readonly IssuerKey[] }

/** A deployment serves one authority, which has one ring of keys. */
export const issuerKeysId = derivedId('issuer-keys');

/** The vault's record of a private key. */
export const secretOf = (kid: string): string => `issuer-key/${kid}`;

export const activeKey = ({ keys }: IssuerKeysState): IssuerKey | undefined => keys.find((key) => key.is === 'active');

const decide = (command: IssuerKeyCommand, state: IssuerKeysState): readonly IssuerKeyEvent[] => {
  switch (command.type) {
    case 'Begin': return state.keys.length > 0 ? [] : [{ type: 'KeyMade', key: command.key, secret: command.secret }];
    case 'Rotate': return [{ type: 'KeyMade', key: command.key, secret: command.secret }];
    case 'Withdraw': {
      const found = state.keys.find(({ kid }) => kid === command.kid);
      if (found === undefined)
        throw new Refusal('key-unknown', text('没有这个签发密钥', 'there is no such issuer key'), text('请查看 JWKS', 'see the JWKS'));
      if (found.is === 'active')
        throw new Refusal(
          'key-active', text('该密钥正在使用', 'this key signs now'), text('请先轮换，再停用', 'rotate first, then withdraw it'),
        );
      return found.is === 'withdrawn' ? [] : [{ type: 'KeyWithdrawn', kid: command.kid, reasons: command.reasons }];
    }
  }
};

const evolve = ({ keys }: IssuerKeysState, event: IssuerKeyEvent): IssuerKeysState => {
  switch (event.type) {
    case 'KeyMade': {
      const before = keys.map((key): IssuerKey => (key.is === 'active' ? { ...key, is: 'retired' } : key));
      return { keys: [...before, { ...event.key, is: 'active', secret: event.secret }] };
    }
    case 'KeyWithdrawn':
      return { keys: keys.map((key): IssuerKey => (key.kid === event.kid ? { ...key, is: 'withdrawn' } : key)) };
  }
};

const decider: Decider<IssuerKeyCommand, IssuerKeysState, IssuerKeyEvent> = { initial: { keys: [] }, decide, evolve };

export const issuerKeys: Aggregate<IssuerKeyCommand, IssuerKeysState, IssuerKeyEvent> = {
  name: 'issuer-keys', organisation: () => undefined, decider,
};
