/** All contests of a worker are folded in their order, and compared with what is recorded; only differences are appended. */
import { afterWorkingDays, chinaCalendar, type Instant } from '#libs/decider';
import {
  digestOf, effectsDigest, fold, type Folded, type ImportedLevel, type Outcome, type Pack, type Place, type PlacingFacts,
} from '#libs/policy';
import type { Because, Work } from '#libs/service';
import { certificate } from '../certificate/certificate.js';
import { decision, type DecisionCommand, decisionId, type Review } from '../decision/decision.js';
import { counts, evolveFile, file, type FileEvent, type FileState, type Known, type Result, reviewed } from '../file/file.js';
import { skillRecord, skillRecordId } from '../skill-record/skill-record.js';
import { frozenPack } from './results.js';

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
  return foldFile(state, imported).flatMap((folded): Step[] => {
    const known = state.contests[folded.contest];
    if (known === undefined) return [];
    const { made } = known;
    if (made === null || made.effects !== digests(folded).effects) {
      const nth = (made?.nth ?? 0) + 1;
      return [
        { is: 'decide', known, folded, id: decisionId(folded.contest, worker, nth), nth, supersedes: made?.decision ?? null },
      ];
    }
    return made.facts === digests(folded).facts ? [] : [{ is: 'confirm', known, folded, id: made.decision, nth: made.nth }];
  });
};

/** Asked of a decision more than once, and dear. */
const digests = (folded: Folded): { readonly effects: string; readonly facts: string } => {
  const known = digested.get(folded) ?? { effects: effectsDigest(folded.decision), facts: digestOf(folded.facts) };
  digested.set(folded, known);
  return known;
};
const digested = new WeakMap<Folded, { readonly effects: string; readonly facts: string }>();

/** Pure: what all contests of a worker give, in their order, as the packs' reversals leave it. */
export const foldFile = (state: FileState, imported: readonly ImportedLevel[]): readonly Folded[] =>
  fold(Object.values(state.contests).map(outcomeOf), imported);

const outcomeOf = (known: Known): Outcome => {
  const { contest, placing, person, rejected, ruled, pack, earlier } = known;
  // A ruling speaks of the places of a shared rank, in whichever revision that rank is shared.
  const settled = (place: Place): PlacingFacts => {
    const valid = place.rank !== null && ruled !== null && ruled >= place.rank && ruled < place.rank + place.tied;
    return { ...place, ruled: valid ? ruled : null };
  };
  const place = reviewed(known)?.place ?? null;
  return {
    pack: frozenPack(pack), contest, person, rejected,
    placing: place === null ? settled(placing) : { ...settled(placing), decidedAs: place },
    ...(earlier === undefined ? {} : { earlier: earlier.map((one) => ({ ...one, placing: settled(one.placing) })) }),
  };
};

/** A worker to decide again, with what is new about one contest, if anything. */
export interface Refold {
  readonly worker: string;
  readonly result: Result | null;
  readonly because: Because;
}

type Reads = Pick<Work, 'loadMany'>;

interface Plan extends Refold {
  readonly version: number;
  readonly news: readonly FileEvent[];
  readonly state: FileState;
}

/**
 * Decides workers again, in a job's transaction, all at once: a few round trips, however many they are. Never in a
 * person's name: decisions of other organisations may follow.
 */
export const refold = async (work: Work, workers: readonly Refold[]): Promise<void> => {
  if (workers.length > 0) await carryOut(work, await foldAll(work, workers));
};

/** What the folds of several workers ask for. */
export interface Asked {
  readonly folds: readonly { readonly plan: Plan; readonly steps: readonly Step[] }[];
  readonly later: readonly Refold[];
}

/** Only reads, so it may be done ahead of the transaction in which it is carried out. */
export const foldAll = async (reads: Reads, workers: readonly Refold[]): Promise<Asked> => {
  const { plans, later } = await planned(reads, workers);
  const imported = await importedLevels(reads, plans);
  const folds = plans.map((plan) => ({ plan, steps: differences(plan.worker, plan.state, imported.get(plan.worker) ?? []) }));
  return { folds, later };
};

/** A version conflict where a person's file is no longer as it was read. */
export const carryOut = async (work: Work, { folds, later }: Asked): Promise<void> => {
  await take(work, folds.flatMap(({ plan, steps }) => steps.map((step) => ({ plan, step }))));
  await work.recordMany(file, folds.map(({ plan: { worker, because, version, news, state }, steps }) => {
    const made = steps.map(madeOf);
    const events = [...news, ...made, ...(state.stale ? [{ type: 'Refolded' } as const] : [])];
    // What was read must still be so: another transaction may have decided on the same person.
    return { id: worker, version, events, because: { ...because, organisation: null } };
  }));
  await refold(work, later);
};

/** Each worker once; who comes twice, or goes on in another record, comes after. */
const planned = async (reads: Reads, workers: readonly Refold[]): Promise<{ plans: Plan[]; later: Refold[] }> => {
  const now = new Map<string, Refold>();
  const later = workers.filter((each) => {
    if (now.has(each.worker)) return true;
    now.set(each.worker, each);
    return false;
  });
  const files = await reads.loadMany(file, [...now.keys()]);
  const plans: Plan[] = [];
  for (const each of now.values()) {
    const loaded = files.get(each.worker);
    if (loaded === undefined) throw new Error(`the file of ${each.worker} was not loaded`);
    const { mergedInto } = loaded.state;
    // A correction still names the record that was merged away: the person's results go on in the other.
    if (mergedInto !== null && each.result !== null) later.push({ ...each, worker: mergedInto });
    else {
      const news = each.result === null ? [] : newsOf(loaded.state, each.result);
      plans.push({ ...each, version: loaded.version, news, state: news.reduce(evolveFile, loaded.state) });
    }
  }
  return { plans, later };
};

/** What a result tells a file that it does not know yet. */
export const newsOf = (state: FileState, result: Result): readonly FileEvent[] =>
  (isNews(state, result) ? [{ type: 'ResultKnown', ...result }] : []);

const isNews = (state: FileState, result: Result): boolean => {
  const before = state.contests[result.contest.id];
  if (before === undefined) return true;
  if (!counts(result, before)) return false;
  const { ruled: _1, rejected: _2, made: _3, refusal: _4, review: _5, ...known } = before;
  return digestOf(known) !== digestOf(result);
};

/** The levels that each worker held from outside the chain, in the occupations of their contests. */
export const importedLevels = async (
  reads: Reads, plans: readonly Pick<Plan, 'worker' | 'state'>[],
): Promise<ReadonlyMap<string, readonly ImportedLevel[]>> => {
  const ids = plans.map(({ worker, state: { contests, occupations } }) => {
    const relevant = new Set(Object.values(contests).map(({ contest }) => contest.occupation));
    return {
      worker, records: [...relevant].filter((each) => occupations.includes(each)).map((each) => skillRecordId(worker, each)),
    };
  });
  const records = await reads.loadMany(skillRecord, ids.flatMap(({ records: each }) => each));
  const levels = (id: string): readonly ImportedLevel[] => {
    const state = records.get(id)?.state;
    return state === undefined
      ? []
      : state.imported.map(({ level, since }) => ({ occupation: state.occupation ?? '', level, since }));
  };
  return new Map(ids.map(({ worker, records: each }) => [worker, each.flatMap(levels)]));
};

type Decided = Exclude<Step, { is: 'revoke' }>;
interface Taken { readonly plan: Plan; readonly step: Step }

/** The event by which the file remembers a step. */
const madeOf = (step: Step): FileEvent => {
  const contest = step.known.contest.id;
  if (step.is === 'revoke') return { type: 'DecisionRevoked', contest };
  return { type: 'DecisionMade', contest, decision: step.id, nth: step.nth, ...digests(step.folded) };
};

const take = async (work: Work, taken: readonly Taken[]): Promise<void> => {
  const because = ({ plan, step }: Taken): Because => ({ ...plan.because, organisation: step.known.organisation });
  const falling = taken.flatMap((each): { id: string; command: Falling; because: Because }[] => {
    const { step } = each;
    if (step.is === 'revoke') return [{ id: step.id, command: { type: 'Revoke', because: 'merged' }, because: because(each) }];
    if (step.is === 'confirm' || step.supersedes === null) return [];
    const { money } = step.folded.decision;
    return [{ id: step.supersedes, command: { type: 'Supersede', next: step.id, money }, because: because(each) }];
  });
  const decided = taken.flatMap((each) =>
    each.step.is === 'revoke'
      ? []
      : [{ id: each.step.id, command: commandOf(work, each.plan.worker, each.step), because: because(each) }]);
  const before = await work.loadMany(decision, falling.map(({ id }) => id));
  // As it was read, or all is done again: a certificate that is issued in between would outlive its decision (the stories found it).
  const asRead = falling.map((each) => ({ ...each, because: { ...each.because, expected: before.get(each.id)?.version ?? 0 } }));
  await work.decideMany(decision, [...asRead, ...decided]);
  for (const { id, command, because: why } of falling) {
    const state = before.get(id)?.state;
    // The decision falls, and its certificate and rung with it; the pack may say that a correction only suspends the paper.
    if (state?.is !== 'issued') continue;
    const { worker, occupation, pack } = state.about;
    const suspends = command.type === 'Supersede' && frozenPack(pack)?.reversal.certificates === 'suspend';
    const reason = command.type === 'Supersede' ? 'superseded' : command.because;
    await work.decide(certificate, state.certificate, suspends
      ? { type: 'Suspend', inquiry: id, because: reason } : { type: 'Revoke', because: reason }, why);
    await work.decide(skillRecord, skillRecordId(worker, occupation), { type: 'Withdraw', decision: id }, why);
  }
};

type Falling = Extract<DecisionCommand, { type: 'Supersede' | 'Revoke' }>;

const commandOf = (work: Work, worker: string, step: Decided): DecisionCommand => {
  const { known, folded: { facts, decision: outcome } } = step;
  const { reasons, is: _is, rules: _rules, ...effects } = outcome;
  const found = { facts, sources: known.sources, revision: known.revision, reasons };
  if (step.is === 'confirm') return { type: 'Confirm', found };
  const pack = frozenPack(known.pack);
  const { contest: { id: contest, occupation }, entryNumber, organisation } = known;
  return {
    type: 'Find', about: { worker, contest, entryNumber, occupation, organisation, nth: step.nth, pack: known.pack }, found,
    effects, noticeUntil: noticeEnd(pack, work.at), approval: pack?.process.approval ?? 'person',
    ...(known.refusal === undefined ? {} : { refusal: known.refusal }), ...reviewOf(known),
  };
};

/** What a named person decided leads to this decision; a later one of the same contest waits for a person again. */
const reviewOf = (known: Known): { review?: Review } => {
  const review = reviewed(known);
  if (review === undefined || review.applied) return {};
  const { by, outcome, reasons } = review;
  return { review: { by, outcome, reasons } };
};

const noticeEnd = (pack: Pack | null, at: Instant): Instant =>
  pack === null || pack.process.publicityWorkingDays === 0 ? at : endOf(at, pack.process.publicityWorkingDays);

/** A run asks the calendar the same question for everybody. */
let asked: { readonly at: Instant; readonly days: number; readonly end: Instant } | undefined;
const endOf = (at: Instant, days: number): Instant => {
  if (asked?.at !== at || asked.days !== days) asked = { at, days, end: afterWorkingDays(chinaCalendar, at, days) };
  return asked.end;
};
