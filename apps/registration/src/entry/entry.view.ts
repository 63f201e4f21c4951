/** Entries as lists show them, with the place in the draw; a code stands here only once the seal has opened. */
import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import type { Instant } from '#libs/decider';
import type { Recorded } from '#libs/event-store';
import { view } from '#libs/views';
import type { Finding, MemberFacts } from '../contest/conditions.js';
import type { DrawEvent } from '../draw/draw.js';
import type { SealEvent } from '../seal/seal.js';
import type { EntryEvent, EntryStatus } from './entry.js';

@Entity('entries')
export class EntryRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') contest!: string;
  @Column('uuid') competition!: string;
  @Column('text') organisation!: string;
  @Column('text') number!: string;
  @Column('text') is!: EntryStatus;
  @Column('jsonb') members!: readonly MemberFacts[];
  @Column('jsonb') findings!: readonly Finding[];
  @Column('integer', { nullable: true, name: 'draw_order' }) drawOrder!: number | null;
  @Column('text', { nullable: true }) code!: string | null;
  @Column('text', { name: 'submitted_at' }) submittedAt!: Instant;
}

@Entity('entry_members')
export class EntryMemberRow {
  @PrimaryColumn('uuid') entry!: string;
  @PrimaryColumn('uuid') worker!: string;
}

type Of<T extends EntryEvent['type']> = Recorded<Extract<EntryEvent, { type: T }>>;

const submitted = async ({ aggregateId: id, event, metadata }: Of<'EntrySubmitted'>, db: EntityManager): Promise<void> => {
  const { contest, competition, organisation, number, members } = event;
  await db.insert(EntryRow, {
    id, contest, competition, organisation, number, is: 'submitted', members: [...members], findings: [], drawOrder: null,
    code: null,
    submittedAt: metadata.at,
  });
  await db.insert(EntryMemberRow, members.map(({ worker }) => ({ entry: id, worker })));
};

const becomes = (is: EntryStatus) => ({ aggregateId }: Recorded, db: EntityManager) => db.update(
  EntryRow, { id: aggregateId }, { is },
);

const screened = (is: EntryStatus) => (
  { aggregateId, event }: Of<'EntryAccepted' | 'EntryWaitlisted' | 'EntryRejected'>, db: EntityManager,
) =>
  db.update(EntryRow, { id: aggregateId }, { is, findings: [...event.findings] });

const merged = async ({ aggregateId: id, event: { worker, into } }: Of<'MemberMerged'>, db: EntityManager): Promise<void> => {
  const entry = await db.findOneByOrFail(EntryRow, { id });
  await db.update(EntryRow, { id }, { members: entry.members.map((m) => (m.worker === worker ? { ...m, worker: into } : m)) });
  await db.delete(EntryMemberRow, { entry: id, worker });
  await db.upsert(EntryMemberRow, { entry: id, worker: into }, ['entry', 'worker']);
};

export const entriesView = view<EntryEvent | SealEvent | DrawEvent>('entries', [EntryRow, EntryMemberRow], {
  EntrySubmitted: submitted,
  EntryAccepted: screened('accepted'),
  EntryWaitlisted: screened('waitlisted'),
  EntryRejected: screened('rejected'),
  EntryPromoted: becomes('accepted'),
  FactsTaken: ({ aggregateId, event }, db) => db.update(EntryRow, { id: aggregateId }, { members: [...event.members] }),
  EntryCheckedIn: becomes('checked-in'),
  EntryDrawn: becomes('drawn'),
  EntryAbsent: becomes('absent'),
  EntryCompeted: becomes('competed'),
  EntryWithdrawn: becomes('withdrawn'),
  EntryDisqualified: becomes('disqualified'),
  EntryAnnulled: becomes('annulled'),
  MemberMerged: merged,
  SealEntryRevealed: ({ event: { entry, code } }, db) => db.update(EntryRow, { id: entry }, { code }),
  DrawRevealed: async ({ event: { order } }, db) => {
    for (const [n, id] of order.entries()) await db.update(EntryRow, { id }, { drawOrder: n + 1 });
  },
});
