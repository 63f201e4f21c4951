/** Competitions and contests as lists show them; a competition is as far as the slowest of its contests. */
import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import type { Instant, Text } from '#libs/decider';
import type { Recorded } from '#libs/event-store';
import { view } from '#libs/views';
import type { CompetitionEvent } from '../competition/competition.js';
import type { Contest, ContestEvent, ContestTerms, PackRef } from './contest.js';

export type ContestStage = Exclude<Contest['is'], 'none'>;

@Entity('competitions')
export class CompetitionRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') organisation!: string;
  @Column('text') number!: string;
  @Column('jsonb') name!: Text;
  @Column('integer') year!: number;
  @Column('text') is!: ContestStage;
  @Column('integer') contests!: number;
}

@Entity('contests')
export class ContestRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') competition!: string;
  @Column('text') organisation!: string;
  @Column('text') number!: string;
  @Column('text') is!: ContestStage;
  @Column('jsonb') terms!: ContestTerms;
  @Column('jsonb', { nullable: true }) pack!: PackRef | null;
  @Column('boolean') overridden!: boolean;
  @Column('integer', { nullable: true }) revision!: number | null;
  @Column('text', { nullable: true, name: 'appeals_until' }) appealsUntil!: Instant | null;
  @Column('text', { nullable: true, name: 'notice_until' }) noticeUntil!: Instant | null;
}

const order: readonly ContestStage[] = ['draft', 'announced', 'open', 'closed', 'running', 'provisional', 'final'];

const slowest = (stages: readonly ContestStage[]): ContestStage => {
  const alive: readonly ContestStage[] = stages.filter((stage) => stage !== 'cancelled');
  return order.find((stage) => alive.includes(stage)) ?? (stages.length > 0 ? 'cancelled' : 'draft');
};

type Of<T extends ContestEvent['type']> = Recorded<Extract<ContestEvent, { type: T }>>;

/** Changes a contest, then what its competition has come to. */
const change = async (recorded: Recorded, db: EntityManager, changes: Partial<ContestRow>): Promise<void> => {
  await db.update(ContestRow, { id: recorded.aggregateId }, changes);
  const contest = await db.findOneBy(ContestRow, { id: recorded.aggregateId });
  if (contest === null) return;
  const all = await db.find(ContestRow, { where: { competition: contest.competition }, select: { is: true } });
  await db.update(CompetitionRow, { id: contest.competition }, { is: slowest(all.map((c) => c.is)) });
};

const becomes = (is: ContestStage) => (recorded: Recorded, db: EntityManager): Promise<void> => change(recorded, db, { is });

const drafted = async ({ aggregateId, event }: Of<'ContestDrafted'>, db: EntityManager): Promise<void> => {
  const { competition, organisation, terms } = event;
  await db.insert(ContestRow, {
    id: aggregateId, competition, organisation, number: terms.number, is: 'draft', terms, pack: null, overridden: false,
    revision: null,
    appealsUntil: null, noticeUntil: null,
  });
};

export const contestsView = view<CompetitionEvent | ContestEvent>('contests', [CompetitionRow, ContestRow], {
  CompetitionCreated: ({ aggregateId, event: { organisation, number, name, year } }, db) =>
    db.insert(CompetitionRow, { id: aggregateId, organisation, number, name, year, is: 'draft', contests: 0 }),
  ContestAdded: ({ aggregateId }, db) => db.increment(CompetitionRow, { id: aggregateId }, 'contests', 1),
  CompetitionCancelled: ({ aggregateId }, db) => db.update(CompetitionRow, { id: aggregateId }, { is: 'cancelled' }),
  ContestDrafted: drafted,
  PackOverridden: ({ aggregateId }, db) => db.update(ContestRow, { id: aggregateId }, { overridden: true }),
  ContestAnnounced: (recorded, db) =>
    change(recorded, db, { is: 'announced', pack: recorded.event.pack, overridden: recorded.event.overridden }),
  RegistrationOpened: becomes('open'),
  RegistrationClosed: becomes('closed'),
  ContestStarted: becomes('running'),
  ContestNoticed: (recorded, db) => {
    const { revision, appealsUntil, until } = recorded.event;
    return change(recorded, db, { is: 'provisional', revision, appealsUntil, noticeUntil: until });
  },
  ContestFinalised: (recorded, db) => change(recorded, db, { is: 'final', revision: recorded.event.revision }),
  ContestCancelled: becomes('cancelled'),
});
