/** Others' public events → what certification remembers of contests and workers, in its own events. */
import type { PublicData } from '#libs/contracts';
import { digestOf } from '#libs/policy';
import { on, type Reaction, type Work } from '#libs/service';
import { contest, type ContestCommand, runId } from './contest/contest.js';
import { file } from './file/file.js';
import { decisionRun } from './run/decision-run.js';
import { skillRecord, skillRecordId } from './skill-record/skill-record.js';

/** Whichever message completes what a decision needs, starts the run; the decisions themselves are a job's. */
const tell = async (work: Work, id: string, command: ContestCommand): Promise<void> => {
  const { events } = await work.decide(contest, id, command);
  if (!events.some(({ type }) => type === 'DecisionRunStarted')) return;
  const { state } = await work.load(contest, id);
  const because = { organisation: state.terms?.organisation ?? null };
  const codes = Object.keys(state.seal?.entries ?? {}).length;
  await work.decide(decisionRun, runId(id, state.run), { type: 'Start', contest: id, revision: state.run, codes }, because);
};

/** What is the code's own in a placing; its rank hangs on others too. */
const ownResult = (own: Pick<PublicData<'jinji.result.placed.v1'>, 'unranked' | 'theory' | 'practical' | 'total' | 'criteria'>): string =>
  digestOf(own).slice(0, 16);

/** Two records of one person become one: results, training and imported levels go on in the other, and all is decided again. */
const merge = async (work: Work, worker: string, into: string): Promise<void> => {
  const { state } = await work.load(file, worker);
  const results = Object.values(state.contests).map(({ made: _, ...result }) => result);
  await work.record(file, worker, [{ type: 'MergedInto', into }, { type: 'RefoldAsked', because: 'merged' }]);
  await work.record(file, into, [
    { type: 'MergedFrom', worker, results, occupations: state.occupations, trainers: state.trainers },
    { type: 'RefoldAsked', because: 'merged' },
  ]);
  for (const occupation of state.occupations) {
    const { state: record } = await work.load(skillRecord, skillRecordId(worker, occupation));
    for (const { level, since, source, certificate } of record.imported)
      for (const organisation of record.organisations.slice(0, 1))
        await work.decide(skillRecord, skillRecordId(into, occupation), {
          type: 'Import', worker: into, occupation, organisation, level, since, source, certificate,
        }, { organisation });
  }
};

export const certificationReactions: readonly Reaction[] = [
  on('jinji.contest.announced.v1', ({ time, data: { contest: id, notice: _n, scheme: _s, ...terms } }, work) =>
    tell(work, id, { type: 'Announce', at: time, terms })),
  on(
    'jinji.contest.registration-closed.v1',
    ({ time, data }, work) => tell(work, data.contest, { type: 'CloseRegistration', at: time }),
  ),
  on('jinji.contest.cancelled.v1', ({ data }, work) => tell(work, data.contest, { type: 'Cancel' })),

  on('jinji.seal.opened.v1', ({ data }, work) => work.record(contest, data.contest, [{ type: 'SealOpened', count: data.count }])),
  on('jinji.seal.entry.v1', ({ id, data: { contest: of, code, entry, entryNumber, members } }, work) =>
    work.record(contest, of, [{ type: 'SealEntryRead', code, entry, entryNumber, members, message: id }])),
  on('jinji.seal.closed.v1', ({ data }, work) => tell(work, data.contest, { type: 'CloseSeal' })),

  // Provisional revisions promote nobody: their placings are of no revision that was opened here.
  on('jinji.result.opened.v1', async ({ data: { contest: of, revision, count, firstFinalAt, stage } }, work) => {
    if (stage === 'final' && firstFinalAt !== null)
      await work.record(contest, of, [{ type: 'ResultOpened', revision, count, firstFinalAt }]);
  }),
  on('jinji.result.placed.v1', ({ id, data: { contest: of, revision, code, rank, unranked, theory, practical, ...own } }, work) =>
    work.record(contest, of, [{
      type: 'CodePlaced', revision, code, rank, unranked, theory, practical, message: id,
      own: ownResult({ unranked, theory, practical, total: own.total, criteria: own.criteria }),
    }])),
  on('jinji.result.closed.v1', async ({ data: { contest: of, revision, stage } }, work) => {
    if (stage === 'final') await tell(work, of, { type: 'CloseResult', revision });
  }),

  on('jinji.enrolment.opened.v1', ({ data: { worker, enrolment, trainers } }, work) =>
    work.record(file, worker, [{ type: 'TrainedBy', enrolment, trainers }])),
  on(
    'jinji.worker.registered.v1', ({ data: { worker, unit } }, work) => work.record(file, worker, [{ type: 'UnitKnown', unit }]),
  ),
  on(
    'jinji.worker.unit-changed.v1',
    ({ data: { worker, unit } }, work) => work.record(file, worker, [{ type: 'UnitKnown', unit }]),
  ),
  on('jinji.worker.merged.v1', ({ data: { worker, into } }, work) => merge(work, worker, into)),
  on('jinji.worker.erased.v1', ({ data: { worker } }, work) => work.record(file, worker, [{ type: 'WorkerErased' }])),
];
