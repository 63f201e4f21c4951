import { createHash, randomInt } from 'node:crypto';
import { Bitstring } from '@digitalbazaar/bitstring';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { newId } from '#libs/decider';
import { DomainClock, Reader, Transactions, type Work } from '#libs/service';
import { NotFound } from '#libs/web';
import { certificate, type StatusEntry } from '../certificate/certificate.js';
import { CertificateRow } from '../certificate/certificates-view.js';
import { IssuerKeys } from '../issuer-key/issuer-keys.js';
import { type Purpose, Site } from '../site.js';
import { isFull, isTaken, LENGTH, statusList, statusListId, type StatusListState } from './status-list.js';

/** So long a verifier may go on with a list that it has. */
export const TTL_MS = 300_000;
/** A list that is older proves nothing: nobody may show an old one for ever. */
const VALID_MS = 24 * 3_600_000;
const SIGNED_AGAIN_MS = 3_600_000;
/** Places are drawn one after another, also by several processes. */
const LOCK = 0x6a6b;

interface SignedList { readonly jwt: string; readonly etag: string; readonly bits: string; readonly until: number }

const stateOf = { revocation: 'revoked', suspension: 'suspended' } as const satisfies Record<Purpose, CertificateRow['state']>;

/** Bitstring status lists (W3C): public, signed, made from the certificates as they are now. */
@Injectable()
export class StatusLists {
  private readonly signed = new Map<string, SignedList>();
  /** Those before are full. */
  private open = 1;

  constructor(
    private readonly reader: Reader, private readonly transactions: Transactions, private readonly db: DataSource,
    private readonly keys: IssuerKeys, private readonly site: Site, private readonly clock: DomainClock,
  ) {}

  /** The certificate's place; given when it is first asked for. */
  async entryOf(id: string): Promise<StatusEntry> {
    const { state } = await this.reader.peek(certificate, id);
    if (state.is === 'none') throw new NotFound('certificate', id);
    if (state.entry !== null) return state.entry;
    const seed = newId();
    const { organisation } = state.terms;
    const task = { actor: 'status-lists', organisation, at: await this.clock.now(), correlation: seed, causation: null, seed };
    return this.transactions.runAs(task, (work) => this.give(work, id));
  }

  private async give(work: Work, id: string): Promise<StatusEntry> {
    await work.query('SELECT pg_advisory_xact_lock($1, 0)', [LOCK]);
    const { state } = await work.load(certificate, id);
    if (state.is !== 'none' && state.entry !== null) return state.entry;
    const { list, places } = await this.openList(work);
    const index = draw(places);
    await work.decide(statusList, statusListId(list), { type: 'Take', certificate: id, index }, { organisation: null });
    await work.decide(certificate, id, { type: 'GiveStatusEntry', list, index });
    return { list, index };
  }

  private async openList(work: Work): Promise<{ list: number; places: StatusListState }> {
    for (let list = this.open; ; list += 1) {
      const { state: places } = await work.load(statusList, statusListId(list));
      if (isFull(places)) continue;
      this.open = list;
      return { list, places };
    }
  }

  /** A list as a credential (VC-JWT); signed again when it has changed, or has grown old. */
  async credential(list: number, purpose: Purpose): Promise<SignedList> {
    // The first list is there before anybody has a place in it.
    if (list !== 1 && (await this.reader.peek(statusList, statusListId(list))).version === 0) throw new NotFound('status-list');
    const bits = await this.bitsOf(list, purpose);
    const [{ kid } = { kid: '' }] = await this.keys.verifying();
    const name = `${list}/${purpose}/${kid}`;
    const before = this.signed.get(name);
    if (before?.bits === bits && before.until > Date.now()) return before;
    const jwt = await this.sign(list, purpose, bits);
    const etag = `"${createHash('sha256').update(jwt).digest('base64url').slice(0, 22)}"`;
    const signed = { jwt, etag, bits, until: Date.now() + SIGNED_AGAIN_MS };
    this.signed.set(name, signed);
    return signed;
  }

  private async bitsOf(list: number, purpose: Purpose): Promise<string> {
    const rows = await this.db.manager.find(CertificateRow, {
      select: { index: true }, where: { list, state: stateOf[purpose] },
    });
    const bits = new Bitstring({ length: LENGTH });
    for (const { index } of rows) if (index !== null) bits.set(index, true);
    // The package leaves the multibase prefix to whoever uses it: `u`, base64url without padding.
    return `u${await bits.encodeBits()}`;
  }

  private sign(list: number, purpose: Purpose, encodedList: string): Promise<string> {
    const url = this.site.statusList(list, purpose);
    const [from, until] = [new Date(), new Date(Date.now() + VALID_MS)];
    return this.keys.sign({
      typ: 'vc+jwt', cty: 'vc',
      claims: {
        '@context': ['https://www.w3.org/ns/credentials/v2'], id: url,
        type: ['VerifiableCredential', 'BitstringStatusListCredential'], issuer: this.site.issuer,
        validFrom: toSecond(from), validUntil: toSecond(until),
        credentialSubject: {
          id: `${url}#list`, type: 'BitstringStatusList', statusPurpose: purpose, encodedList, ttl: TTL_MS,
        },
        iss: this.site.issuer, iat: seconds(from), exp: seconds(until),
      },
    });
  }
}

const draw = (places: StatusListState): number => {
  for (;;) {
    const index = randomInt(LENGTH);
    if (!isTaken(places, index)) return index;
  }
};

const seconds = (at: Date): number => Math.floor(at.getTime() / 1000);
const toSecond = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`;
