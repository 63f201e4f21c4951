import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import type { Recorded } from '#libs/event-store';
import { putMany, type View } from '#libs/views';
import type { ContestEvent, Member } from './contest.js';

/** Who is behind a code: from the seal. */
@Entity('contest_entries')
export class EntryRow {
  @PrimaryColumn('uuid') contest!: string;
  @PrimaryColumn('text') code!: string;
  @Column('text', { name: 'entry_number' }) entryNumber!: string;
  @Column('jsonb') members!: Member[];
  /** The public event that said so. */
  @Column('uuid') message!: string;
}

/** How a code came in, in one revision of the result. */
@Entity('contest_placings')
export class PlacingRow {
  @PrimaryColumn('uuid') contest!: string;
  @PrimaryColumn('integer') revision!: number;
  @PrimaryColumn('text') code!: string;
  @Column('integer', { nullable: true }) rank!: number | null;
  @Column('text', { nullable: true }) unranked!: string | null;
  @Column('text', { nullable: true }) theory!: string | null;
  @Column('text', { nullable: true }) practical!: string | null;
  /** A digest of the code's own result: what another's correction does not touch. */
  @Column('text', { nullable: true }) own!: string | null;
  @Column('uuid') message!: string;
}

type Heard = Recorded<Extract<ContestEvent, { type: 'SealEntryRead' | 'CodePlaced' }>>;

const isHeard = (recorded: Recorded): recorded is Heard =>
  recorded.event.type === 'SealEntryRead' || recorded.event.type === 'CodePlaced';

const applyAll = async (all: readonly Recorded[], db: EntityManager): Promise<void> => {
  const entries: EntryRow[] = [];
  const placings: PlacingRow[] = [];
  for (const { aggregateId: of, event } of all.filter(isHeard)) {
    if (event.type === 'SealEntryRead') {
      const { code, entryNumber, members, message } = event;
      entries.push({ contest: of, code, entryNumber, members: [...members], message });
    } else {
      const { revision, code, rank, unranked, theory, practical, own = null, message } = event;
      placings.push({ contest: of, revision, code, rank, unranked, theory, practical, own, message });
    }
  }
  await putMany(db, EntryRow, entries);
  await putMany(db, PlacingRow, placings);
};

/** Code by code what seal and result say: a contest may have 30 000, and nobody holds them all. */
export const codesView: View = {
  name: 'contest-codes',
  entities: [EntryRow, PlacingRow],
  types: ['SealEntryRead', 'CodePlaced'],
  apply: (recorded, db) => applyAll([recorded], db),
  applyAll,
};
