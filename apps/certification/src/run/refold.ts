/** All contests of a worker are folded in their order, and compared with what is recorded; only differences are appended. */
import { afterWorkingDays, chinaCalendar, derivedId, type Instant } from '#libs/decider';
import { digestOf, effectsDigest, fold, type Folded, type ImportedLevel, type Outcome, type Pack } from '#libs/policy';
import type { Because, Work } from '#libs/service';
import { certificate } from '../certificate/certificate.js';
import { decision, type DecisionCommand } from '../decision/decision.js';
import { evolveFile, file, type FileEvent, type FileState, type Known, type Result } from '../file/file.js';
import { skillRecord, skillRecordId, type SkillRecordState } from '../skill-record/skill-record.js';
import { frozenPack } from './results.js';

export const decisionId = (contest: string, worker: string, nth: number): string =>
  nth === 1 ? derivedId(contest, worker) : derivedId(contest, worker, nth);
export const certificateId = (of: string): string => derivedId(of, 'certificate');

/** What the fold asks to be done about one contest. */
export type Step =
  | {
    readonly is: 'decide'; readonly known: Known; readonly folded: Folded; readonly id: string; readonly nth: number;
    readonly supersedes: string | null
  }
  | { readonly is: 'confirm'; readonly known: Known; readonly folded: Folded; readonly id: string; readonly nth: number }
  | { readonly is: 'revoke'; readonly known: Known; readonly id: string };

/** Pure: the file and the imported levels → what differs from the recorded decisions. */
export const differences = (worker: string, state: FileState, imported: readonly ImportedLevel[]): readonly Step[] => {
  if (state.mergedInto !== null)
    return Object.values(state.contests).flatMap(
      (known) => (known.made === null ? [] : [{ is: 'revoke', known, id: known.made.decision } as const]),
    );
  return fold(Object.values(state.contests).map(outcomeOf), imported).flatMap((folded): Step[] => {
    const known = state.contests[folded.contest];
    if (known === undefined) return [];
    const { made } = known;
    if (made === null || made.effects !== effectsDigest(folded.decision)) {
      const nth = (made?.nth ?? 0) + 1;
      return [
        { is: 'decide', known, folded, id: decisionId(folded.contest, worker, nth), nth, supersedes: made?.decision ?? null },
      ];
    }
    return made.facts === digestOf(folded.facts) ? [] : [{ is: 'confirm', known, folded, id: made.decision, nth: made.nth }];
  });
};

const outcomeOf = (known: Known): Outcome => {
  const { contest, placing, person, rejected, ruled, pack } = known;
  const valid = placing.rank !== null && ruled !== null && ruled >= placing.rank && ruled < placing.rank + placing.tied;
  return { pack: frozenPack(pack), contest, placing: { ...placing, ruled: valid ? ruled : null }, person, rejected };
};

/** In the caller's transaction; never in a person's name: decisions of other organisations may follow. */
export const refold = async (work: Work, worker: string, result: Result | null, because: Because): Promise<void> => {
  const loaded = await work.load(file, worker);
  const { mergedInto } = loaded.state;
  // A correction still names the record that was merged away: the person's results go on in the other.
  if (mergedInto !== null && result !== null) return refold(work, mergedInto, result, because);
  const first: readonly FileEvent[] = result === null || !isNews(loaded.state, result)
    ? []
    : [{ type: 'ResultKnown', ...result }];
  const state = first.reduce(evolveFile, loaded.state);
  const steps = differences(worker, state, await importedLevels(work, worker, state));
  const made: FileEvent[] = [];
  for (const step of steps) made.push(await take(work, step, worker, { ...because, organisation: step.known.organisation }));
  const events: readonly FileEvent[] = [...first, ...made, ...(state.stale ? [{ type: 'Refolded' } as const] : [])];
  await work.record(file, worker, events, { ...because, organisation: null, expected: loaded.version });
};

const isNews = (state: FileState, result: Result): boolean => {
  const before = state.contests[result.contest.id];
  if (before === undefined) return true;
  if (before.revision > result.revision) return false;
  const { ruled: _1, rejected: _2, made: _3, ...known } = before;
  return digestOf(known) !== digestOf(result);
};

const importedLevels = async (
  work: Work, worker: string, { contests, occupations }: FileState,
): Promise<readonly ImportedLevel[]> => {
  const relevant = [
    ...new Set(Object.values(contests).map(({ contest }) => contest.occupation))
  ].filter((each) => occupations.includes(each));
  const records = await work.loadMany(skillRecord, relevant.map((occupation) => skillRecordId(worker, occupation)));
  return [...records.values()].flatMap(({ state }: { state: SkillRecordState }) =>
    state.imported.map(({ level, since }) => ({ occupation: state.occupation ?? '', level, since })));
};

const take = async (work: Work, step: Step, worker: string, because: Because): Promise<FileEvent> => {
  const { known } = step;
  const contest = known.contest.id;
  if (step.is === 'revoke') {
    await fall(work, step.id, { type: 'Revoke', because: 'merged' }, because);
    return { type: 'DecisionRevoked', contest };
  }
  const { folded, id, nth } = step;
  const { facts, decision: outcome } = folded;
  const { level, honours, money, held, reasons } = outcome;
  const found = { facts, sources: known.sources, revision: known.revision, reasons };
  if (step.is === 'confirm') await work.decide(decision, id, { type: 'Confirm', found }, because);
  else {
    if (step.supersedes !== null) await fall(work, step.supersedes, { type: 'Supersede', next: id }, because);
    const pack = frozenPack(known.pack);
    const about = {
      worker, contest, entryNumber: known.entryNumber, occupation: known.contest.occupation, organisation: known.organisation,
      nth, pack: known.pack,
    };
    await work.decide(decision, id, {
      type: 'Find', about, found, effects: { level, honours, money, held }, noticeUntil: noticeEnd(pack, work.at),
      approval: pack?.process.approval ?? 'person',
    }, because);
  }
  return { type: 'DecisionMade', contest, decision: id, nth, effects: effectsDigest(outcome), facts: digestOf(facts) };
};

/** The decision falls, and its certificate and rung with it. */
const fall = async (
  work: Work, id: string, command: Extract<DecisionCommand, { type: 'Supersede' | 'Revoke' }>, because: Because,
): Promise<void> => {
  const { state } = await work.load(decision, id);
  await work.decide(decision, id, command, because);
  if (state.is !== 'issued') return;
  const { worker, occupation } = state.about;
  await work.decide(
    certificate, state.certificate, { type: 'Revoke', because: command.type === 'Supersede' ? 'superseded' : command.because },
    because,
  );
  await work.decide(skillRecord, skillRecordId(worker, occupation), { type: 'Withdraw', decision: id }, because);
};

const noticeEnd = (pack: Pack | null, at: Instant): Instant =>
  pack === null || pack.process.publicityWorkingDays === 0
    ? at
    : afterWorkingDays(chinaCalendar, at, pack.process.publicityWorkingDays);
