import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';
import { newId } from '#libs/decider';
import type { Done } from '#libs/event-store';
import { DomainClock, Reader, Transactions, type Work } from '#libs/service';
import { Vault } from '#libs/vault';
import { queryOn } from '#libs/views';
import type { Caller } from '#libs/web';
import {
  activeKey, type IssuerKey, issuerKeys, issuerKeysId, type IssuerKeysState, type PublicKey, secretOf,
} from './issuer-key.js';

export const SIGNING = 'ES256';

/** What is signed, and as what: the `typ` keeps one kind of token from standing for another. */
export interface Signable { readonly typ: string; readonly cty?: string; readonly claims: JWTPayload }

type PrivateKey = Awaited<ReturnType<typeof importJWK>>;

/** Signs with the key of the day, and makes the first one when there is none. */
@Injectable()
export class IssuerKeys {
  /** Of one key only: the one that signs. */
  private unwrapped: { readonly kid: string; readonly key: PrivateKey } | undefined;

  constructor(
    private readonly reader: Reader, private readonly transactions: Transactions, private readonly vault: Vault,
    private readonly db: DataSource, private readonly clock: DomainClock,
  ) {}

  /** All that verify, the one that signs first. */
  async verifying(): Promise<readonly PublicKey[]> {
    const { keys } = await this.begun();
    return keys.filter(({ is }) => is !== 'withdrawn').reverse().map(({ kid, kty, crv, x, y }) => ({ kid, kty, crv, x, y }));
  }

  async sign({ typ, cty, claims }: Signable): Promise<string> {
    const { kid, key } = await this.signing();
    return new SignJWT(claims).setProtectedHeader({ alg: SIGNING, kid, typ, ...(cty === undefined ? {} : { cty }) }).sign(key);
  }

  /** A new key signs; the private half of the one before is destroyed. */
  async rotate(caller: Caller): Promise<Done & { kid: string }> {
    return this.transactions.run(caller, async (work) => {
      const before = activeKey((await work.load(issuerKeys, issuerKeysId)).state);
      const { key, secret } = await make(work);
      const done = await work.decide(issuerKeys, issuerKeysId, { type: 'Rotate', key, secret });
      if (before !== undefined) await work.vault.shred(work.query, secretOf(before.kid));
      return { ...done, kid: key.kid };
    });
  }

  async withdraw(kid: string, reasons: string, caller: Caller): Promise<Done> {
    return this.transactions.run(caller, async (work) => {
      const kept = await work.vault.put(work.query, issuerKeysId, reasons, caller.newId());
      return work.decide(issuerKeys, issuerKeysId, { type: 'Withdraw', kid, reasons: kept });
    });
  }

  private async signing(): Promise<{ kid: string; key: PrivateKey }> {
    // Once more: between the two reads another may have rotated, and destroyed what was read of.
    return (await this.unwrap(await this.begun())) ?? (await this.unwrap(await this.begun())) ?? unreadable();
  }

  private async unwrap(state: IssuerKeysState): Promise<{ kid: string; key: PrivateKey } | undefined> {
    const active = activeKey(state);
    if (active === undefined) return undefined;
    if (this.unwrapped?.kid !== active.kid) {
      const secret = await this.vault.read(queryOn(this.db), active.secret);
      if (secret === null) return undefined;
      this.unwrapped = { kid: active.kid, key: await importJWK(JSON.parse(secret) as JWK, SIGNING) };
    }
    return this.unwrapped;
  }

  private async begun(): Promise<IssuerKeysState> {
    const { state } = await this.reader.peek(issuerKeys, issuerKeysId);
    if (state.keys.length > 0) return state;
    const seed = newId();
    const task = {
      actor: 'issuer-keys', organisation: null, at: await this.clock.now(), correlation: seed, causation: null, seed,
    };
    return this.transactions.runAs(task, async (work) => {
      const { state: now } = await work.load(issuerKeys, issuerKeysId);
      if (now.keys.length > 0) return now;
      await work.decide(issuerKeys, issuerKeysId, { type: 'Begin', ...await make(work) });
      return (await work.load(issuerKeys, issuerKeysId)).state;
    });
  }
}

const make = async (work: Work): Promise<Pick<IssuerKey, 'secret'> & { key: PublicKey }> => {
  const { publicKey, privateKey } = await generateKeyPair(SIGNING, { extractable: true });
  const { x = '', y = '' } = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint({ kty: 'EC', crv: 'P-256', x, y });
  const secret = await work.vault.put(work.query, secretOf(kid), JSON.stringify(await exportJWK(privateKey)));
  return { key: { kid, kty: 'EC', crv: 'P-256', x, y }, secret };
};

const unreadable = (): never => {
  throw new Error('the private half of the issuer key that signs cannot be read: rotate');
};
