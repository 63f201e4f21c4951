import { Injectable } from '@nestjs/common';
import { text } from '#libs/decider';
import { Peers } from '#libs/service';
import { type Caller, Problem } from '#libs/web';
import { IssuerKeys } from '../issuer-key/issuer-keys.js';
import type { Subject } from './credential.js';

/** Whose certificate it is, as far as the one who asks may know: an HR system never gets the whole ID number. */
export interface Holder extends Subject { readonly idNumber: string | null }

interface Told { readonly name: string | null; readonly idNumber: string | null; readonly maskedIdNumber: string | null }

/** What the public page shows: a masked name, that the person was erased, or that people does not answer. */
export type PublicName =
  | { readonly is: 'name'; readonly name: string }
  | { readonly is: 'erased' }
  | { readonly is: 'unavailable' };

/** A page that the public waits for does not wait longer for a name. */
const PATIENCE_MS = 3_000;

/** Names are asked from people each time they are needed, and kept nowhere. */
@Injectable()
export class Holders {
  constructor(private readonly peers: Peers, private readonly keys: IssuerKeys) {}

  /** In the caller's own name, so that people decides and logs it: a 503 without an answer, a 410 after erasure. */
  async of(worker: string, caller: Caller): Promise<Holder> {
    const { name, idNumber, maskedIdNumber } = await this.peers.need<Told>(
      'people', `/workers/${worker}/certificate-holder`, caller,
    );
    if (name === null)
      throw new Problem(410, 'holder-erased', text(
        '持证人的个人信息已依法清除，无法再出具证书；证书事实仍可查验',
        'the holder was erased: no credential or paper can be made any more; the facts of the certificate can still be verified',
      ), { next: text('按证书编号查验：GET /verify/{number}', 'verify the number: GET /verify/{number}') });
    return { name, idNumber, maskedIdNumber };
  }

  /** For the public, in whose name nobody asks: certification proves by its issuer key that it is the one who does. */
  async publicName(worker: string, language: Caller['language']): Promise<PublicName> {
    const now = Math.floor(Date.now() / 1000);
    const proof = await this.keys.sign({
      typ: 'holder-request+jwt',
      claims: { iss: 'urn:jinji:certification', aud: 'urn:jinji:people', sub: worker, iat: now, exp: now + 60 },
    });
    const asker = { authorization: `Bearer ${proof}`, language, newId: () => '' };
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS, undefined).unref());
    const answer = await Promise.race([
      this.peers.ask<{ maskedName: string | null }>('people', `/workers/${worker}/masked-name`, asker), late,
    ]);
    if (answer?.is !== 'answer') return { is: 'unavailable' };
    const { maskedName } = answer.value;
    return maskedName === null ? { is: 'erased' } : { is: 'name', name: maskedName };
  }
}
