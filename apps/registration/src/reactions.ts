/** Others' public events → our memory and our commands. */
import type { PublicData } from '#libs/contracts';
import type { Instant } from '#libs/decider';
import type { Message } from '#libs/messaging';
import { on, type Work } from '#libs/service';
import { appeal, type AppealCommand } from './appeal/appeal.js';
import { contest } from './contest/contest.js';
import { entry, type EntryCommand } from './entry/entry.js';
import { person, type PersonEvent } from './memory/person.js';
import { result } from './memory/result.js';
import { scheme, type SchemeEvent } from './memory/scheme.js';
import { roster } from './roster/roster.js';
import { openSeal } from './seal/open-seal.js';
import { seal } from './seal/seal.js';

/** The words that the events of one contest go under. */
const organisationOf = async (work: Work, id: string): Promise<string | null> => {
  const { state } = await work.load(contest, id);
  return state.is === 'none' ? null : state.organisation;
};

const resultClosed = async ({ data, time }: Message<'jinji.result.closed.v1'>, work: Work): Promise<void> => {
  const { contest: id, revision, stage } = data;
  const organisation = await organisationOf(work, id);
  if (organisation === null) return;
  const { state } = await work.load(result, id);
  if (state.revision !== revision || state.placed !== state.expected)
    throw new Error(`revision ${revision} of contest ${id} has ${state.placed} placings, not ${state.expected}`); // parked
  await work.record(result, id, [{ type: 'RevisionClosed', revision, stage }], { organisation });
  await work.decide(contest, id, stage === 'final' ? { type: 'Finalise', revision } : noticeAt(revision, time), { organisation });
};

const noticeAt = (revision: number, at: Instant) => ({ type: 'PutOnNotice', revision, at }) as const;

const remember = (worker: string, event: PersonEvent, work: Work): Promise<void> => work.record(person, worker, [event]);

const onAppeal = async (id: string, command: AppealCommand, work: Work): Promise<void> => {
  const { state } = await work.load(appeal, id);
  if (state.is !== 'none') await work.decide(appeal, id, command, { organisation: state.organisation });
};

/** One command on each entry of a worker; answers those entries and their contests. */
const onEntriesOf = async (worker: string, command: EntryCommand, work: Work) => {
  const { entries } = (await work.load(person, worker)).state;
  for (const { entry: id } of entries) {
    const { state } = await work.load(entry, id);
    if (state.is !== 'none') await work.decide(entry, id, command, { organisation: state.organisation });
  }
  return entries;
};

const merged = async ({ worker, into }: PublicData<'jinji.worker.merged.v1'>, work: Work): Promise<void> => {
  const entries = await onEntriesOf(worker, { type: 'MergeMember', worker, into }, work);
  for (const id of new Set(entries.map((e) => e.contest))) {
    const organisation = await organisationOf(work, id);
    await work.decide(roster, id, { type: 'MergeWorker', worker, into }, { organisation });
    await work.decide(seal, id, { type: 'MergeMember', worker, into }, { organisation });
  }
  await remember(worker, { type: 'MergedInto', into }, work);
  await remember(into, { type: 'Absorbed', worker }, work);
  for (const e of entries) await remember(into, { type: 'Entered', ...e }, work);
};

/** Texts about the worker's entries become unreadable here, and by code in judging. */
const erased = async ({ worker }: PublicData<'jinji.worker.erased.v1'>, work: Work): Promise<void> => {
  for (const { entry: id, contest: of } of await onEntriesOf(worker, { type: 'EraseMember', worker }, work)) {
    await work.vault.shred(work.query, `entry:${id}`);
    await work.decide(seal, of, { type: 'Erase', entry: id }, { organisation: await organisationOf(work, of) });
  }
  await remember(worker, { type: 'PersonErased' }, work);
};

export const reactions = [
  on('jinji.worker.merged.v1', ({ data }, work) => merged(data, work)),
  on('jinji.worker.erased.v1', ({ data }, work) => erased(data, work)),

  on('jinji.drill.recorded.v1', async ({ data: { worker, occupation, on: date, passed } }, work) => {
    if (passed) await remember(worker, { type: 'DrillPassed', occupation, on: date }, work);
  }),
  on('jinji.enrolment.passed.v1', ({ data: { worker, programme, occupation } }, work) =>
    remember(worker, { type: 'ProgrammePassed', programme, occupation }, work)),

  on('jinji.skill-record.imported.v1', ({ data: { worker, occupation, level, since } }, work) =>
    remember(worker, { type: 'LevelLearned', certificate: null, occupation, level, since }, work)),
  on('jinji.certificate.issued.v1', ({ data: { worker, certificate, occupation, level, on: since } }, work) =>
    remember(worker, { type: 'LevelLearned', certificate, occupation, level, since }, work)),
  on('jinji.certificate.revoked.v1', ({ data: { worker, certificate } }, work) =>
    remember(worker, { type: 'LevelLost', certificate }, work)),

  on('jinji.marking-scheme.frozen.v1', ({ data: { scheme: id, organisation, digest, total, aspects } }, work) => {
    const frozen: SchemeEvent = { type: 'SchemeFrozen', organisation, digest, total, aspects };
    return work.record(scheme, id, [frozen], { organisation });
  }),
  on('jinji.marking.completed.v1', ({ data }, work) => openSeal(data.contest, work)),

  on('jinji.result.opened.v1', async ({ data: { contest: id, revision, stage, count, digest, firstFinalAt } }, work) => {
    const organisation = await organisationOf(work, id);
    if (organisation === null) return;
    await work.record(
      result, id, [{ type: 'RevisionOpened', organisation, revision, stage, count, digest, firstFinalAt }], { organisation },
    );
  }),
  on('jinji.result.placed.v1', async ({ data: { contest: id, theory: _, practical: __, ...placing } }, work) => {
    await work.record(result, id, [{ type: 'CodePlaced', ...placing }]);
  }),
  on('jinji.result.closed.v1', resultClosed),

  on(
    'jinji.hearing.assigned.v1', ({ data }, work) => onAppeal(data.appeal, { type: 'Assign', arbitrator: data.arbitrator }, work),
  ),
  on('jinji.hearing.upheld.v1', ({ data }, work) => onAppeal(data.appeal, { type: 'Uphold' }, work)),
  on('jinji.hearing.dismissed.v1', ({ data }, work) => onAppeal(data.appeal, { type: 'Dismiss' }, work)),
];
