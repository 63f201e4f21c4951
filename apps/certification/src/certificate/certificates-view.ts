import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import type { Recorded } from '#libs/event-store';
import type { Level } from '#libs/policy';
import { view } from '#libs/views';
import { whole } from '../decision/decisions-view.js';
import type { CertificateEvent, CertificateStatus, IssuingBody } from './certificate.js';

/** What the law keeps of a certificate (number, level, occupation, dates, status), and no name. */
@Entity('certificates')
export class CertificateRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') number!: string;
  @Column('text') organisation!: string;
  @Column('uuid') worker!: string;
  @Column('uuid') contest!: string;
  @Column('uuid') decision!: string;
  @Column('text') occupation!: string;
  @Column('integer') level!: Level;
  /** The civil date of issue. */
  @Column('text', { name: 'issued_on' }) on!: string;
  @Column('jsonb', { nullable: true }) issuer!: IssuingBody | null;
  @Column('text') state!: CertificateStatus;
  /** Since when it is in this state: an instant. */
  @Column('text') since!: string;
  /** Its place in a status list, once a credential was asked for. */
  @Column('integer', { nullable: true }) list!: number | null;
  @Column('integer', { name: 'list_index', nullable: true }) index!: number | null;
  @Column('integer') version!: number;
  @Column('bigint', { transformer: whole }) position!: number;
}

const change = (
  { aggregateId: id, version }: Recorded, db: EntityManager, parts: Partial<CertificateRow> = {},
): Promise<unknown> =>
  db.update(CertificateRow, { id }, { ...parts, version });

const becomes = (state: CertificateStatus) => (recorded: Recorded, db: EntityManager) =>
  change(recorded, db, { state, since: recorded.metadata.at });

export const certificatesView = view<CertificateEvent>('certificates', [CertificateRow], {
  CertificateIssued: ({ aggregateId: id, version, position, metadata, event }, db) => {
    const { number, organisation, worker, contest, decision, occupation, level, on, issuer } = event;
    return db.insert(CertificateRow, {
      id, number, organisation, worker, contest, decision, occupation, level, on, issuer, state: 'valid', since: metadata.at,
      list: null, index: null, version, position,
    });
  },
  CertificateSuspended: becomes('suspended'),
  InquiryOpened: (recorded, db) => change(recorded, db),
  InquiryEnded: (recorded, db) => change(recorded, db),
  CertificateReinstated: becomes('valid'),
  CertificateRevoked: becomes('revoked'),
  StatusEntryGiven: (recorded, db) => change(recorded, db, { list: recorded.event.list, index: recorded.event.index }),
});
