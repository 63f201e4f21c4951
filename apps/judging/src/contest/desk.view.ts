/** The marking desk: contests, their codes and panels, and every sheet that was begun. By code alone. */
import { Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import type { Text } from '#libs/decider';
import type { Recorded } from '#libs/event-store';
import { view } from '#libs/views';
import { type Panel, panelDecider, type PanelEvent } from '../panel/panel.js';
import type { Change, FilledSheet, Marks, ScoresheetEvent } from '../scoresheet/scoresheet.js';
import type { SheetKind } from '../scoresheet/sheet-id.js';
import type { ContestEvent, KnownContest } from './contest.js';

@Entity('contests')
export class ContestRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') organisation!: string;
  @Column('text') number!: string;
  @Column('jsonb') name!: Text;
  @Column('uuid') scheme!: string;
  @Column('text') state!: KnownContest['is'];
  @Column('jsonb') panel!: Panel;
}

@Entity('contest_codes')
export class CodeRow {
  @PrimaryColumn('uuid') contest!: string;
  @PrimaryColumn('text') code!: string;
  /** Its place in the order of the seal: turns at measuring go by it. */
  @Column('integer') ordinal!: number;
  @Column('text', { nullable: true }) voided!: string | null;
}

@Entity('scoresheets')
export class SheetRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') contest!: string;
  @Column('text') organisation!: string;
  @Column('text') code!: string;
  @Column('text') part!: string;
  @Column('text') kind!: SheetKind;
  @Column('text') judge!: string;
  @Column('text') state!: FilledSheet['is'];
  @Column('jsonb') marks!: Marks;
  @Column('jsonb') asked!: readonly string[];
  @Column('jsonb') remarked!: readonly string[];
  @Column('integer') version!: number;
}

const panelChanged = async ({ aggregateId: id, event }: Recorded<PanelEvent>, db: EntityManager): Promise<void> => {
  const row = await db.findOneBy(ContestRow, { id });
  if (row) await db.update(ContestRow, { id }, { panel: panelDecider.evolve(row.panel, event) });
};

type Filled = Extract<ScoresheetEvent, { type: 'SheetDrafted' | 'SheetSubmitted' }>;

const filled = async ({ aggregateId: id, version, event }: Recorded<Filled>, db: EntityManager): Promise<void> => {
  const { type, ...sheet } = event;
  const before = version === 1 ? null : await db.findOneBy(SheetRow, { id });
  const remarked = [...(before?.remarked ?? []), ...(before?.asked ?? [])];
  const state = type === 'SheetDrafted' ? 'draft' : 'submitted';
  const row = { id, ...sheet, state, asked: [], remarked, version } as const;
  await (before ? db.update(SheetRow, { id }, row) : db.insert(SheetRow, row));
};

const changed = async (
  { aggregateId: id, version }: Recorded, db: EntityManager, state: FilledSheet['is'], changes: readonly Change[]
): Promise<void> => {
  const row = await db.findOneByOrFail(SheetRow, { id });
  const marks = { ...row.marks, ...Object.fromEntries(changes.map(({ aspect, to }) => [aspect, to])) };
  await db.update(SheetRow, { id }, { state, marks, version });
};

export const deskView = view<ContestEvent | PanelEvent | ScoresheetEvent>('desk', [ContestRow, CodeRow, SheetRow], {
  ContestAnnounced: async ({ aggregateId: id, event: { organisation, number, name, scheme } }, db) => {
    const terms = { organisation, number, name, scheme: scheme.id };
    await ((await db.existsBy(ContestRow, { id }))
      ? db.update(ContestRow, { id }, terms)
      : db.insert(ContestRow, { id, ...terms, state: 'announced', panel: panelDecider.initial }));
  },
  CodeSealed: async ({ aggregateId: contest, event: { code } }, db) => {
    if (await db.existsBy(CodeRow, { contest, code })) return;
    await db.insert(CodeRow, { contest, code, ordinal: await db.countBy(CodeRow, { contest }), voided: null });
  },
  ContestStarted: ({ aggregateId: id }, db) => db.update(ContestRow, { id }, { state: 'running' }),
  ContestCancelled: ({ aggregateId: id }, db) => db.update(ContestRow, { id }, { state: 'cancelled' }),
  MarkingCompleted: ({ aggregateId: id }, db) => db.update(ContestRow, { id }, { state: 'marked' }),
  CodeVoided: (
    { aggregateId: contest, event: { code, because } }, db
  ) => db.update(CodeRow, { contest, code }, { voided: because }),
  PanelAppointed: panelChanged,
  JudgeAdded: panelChanged,
  ArbitratorAdded: panelChanged,
  JudgeRecused: panelChanged,
  JudgeReplaced: panelChanged,
  MeasurementAssigned: panelChanged,
  RecusalAsked: panelChanged,
  RecusalGranted: panelChanged,
  RecusalDismissed: panelChanged,
  SheetDrafted: filled,
  SheetSubmitted: filled,
  SheetSigned: ({ aggregateId: id, version }, db) => db.update(SheetRow, { id }, { state: 'signed', version }),
  RemarkAsked: async ({ aggregateId: id, version, event: { aspects } }, db) => {
    const { asked } = await db.findOneByOrFail(SheetRow, { id });
    await db.update(SheetRow, { id }, { state: 're-mark', asked: [...asked, ...aspects], version });
  },
  SheetAmended: (recorded, db) => changed(recorded, db, 'submitted', recorded.event.changes),
  SheetLocked: ({ aggregateId: id, version }, db) => db.update(SheetRow, { id }, { state: 'locked', version }),
  SheetCorrected: (recorded, db) => changed(recorded, db, 'locked', recorded.event.changes),
});
