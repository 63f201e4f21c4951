/** Others' public events → our memory of a contest, and what follows from it. Judging hears codes, never who is behind one. */
import type { PublicType } from '#libs/contracts';
import type { Message } from '#libs/messaging';
import { on, type Reaction, type Work } from '#libs/service';
import { contest, type ContestEvent, known } from './contest/contest.js';
import { publishNext } from './result/revise.js';
import { result } from './result/result.js';
import { codeRecord } from './texts.js';

/** Appended without reading the stream: thousands of codes come one by one. */
const remember = (id: string, event: ContestEvent, work: Work, organisation: string | null = null): Promise<void> =>
  work.record(contest, id, [event], { organisation });

type Data<T extends PublicType> = Message<T>['data'];

const announced = (data: Data<'jinji.contest.announced.v1'>, work: Work): Promise<void> => {
  const { contest: id, organisation, competition, number, name, scheme, teamSize } = data;
  return remember(
    id, { type: 'ContestAnnounced', organisation, competition, number, name, scheme, teamSize }, work, organisation
  );
};

/** Whoever starts says how many codes went before: fewer would mean unmarked work, so the message waits for a person. */
const started = async ({ contest: id, codes }: Data<'jinji.contest.started.v1'>, work: Work): Promise<void> => {
  const { state } = await work.load(contest, id);
  const sealed = known(state).codes.length;
  if (sealed !== codes) throw new Error(`contest ${id} started with ${codes} codes, ${sealed} were sealed`);
  await remember(id, { type: 'ContestStarted', codes }, work, known(state).organisation);
};

/** A code that falls after the result was computed leads to the next revision: others move up. */
const voided = async ({ contest: id, code, because }: Data<'jinji.contest.code-voided.v1'>, work: Work): Promise<void> => {
  await remember(id, { type: 'CodeVoided', code, because }, work);
  const { state } = await work.load(result, id);
  if (state.is !== 'none') await publishNext(work, id, { kind: 'code-voided', code }, { organisation: state.organisation });
};

/** What was written about this code's work becomes unreadable. */
const erased = async ({ contest: id, code }: Data<'jinji.contest.code-erased.v1'>, work: Work): Promise<void> => {
  await work.vault.shred(work.query, codeRecord(id, code));
  await remember(id, { type: 'CodeErased', code }, work);
};

export const judgingReactions: readonly Reaction[] = [
  on('jinji.contest.announced.v1', ({ data }, work) => announced(data, work)),
  on('jinji.contest.code-sealed.v1', ({ data: { contest: id, code } }, work) => remember(id, { type: 'CodeSealed', code }, work)),
  on('jinji.contest.started.v1', ({ data }, work) => started(data, work)),
  on('jinji.contest.cancelled.v1', ({ data }, work) => remember(data.contest, { type: 'ContestCancelled' }, work)),
  on('jinji.contest.code-voided.v1', ({ data }, work) => voided(data, work)),
  on('jinji.contest.code-erased.v1', ({ data }, work) => erased(data, work)),
  on('jinji.contest.noticed.v1', ({ data: { contest: id, revision, appealsUntil, until } }, work) =>
    remember(id, { type: 'ContestNoticed', revision, appealsUntil, until }, work)),
  on('jinji.appeal.filed.v1', ({ data: { contest: id, appeal, code, contested, until } }, work) =>
    remember(id, { type: 'AppealFiled', appeal, code, contested, until }, work)),
  on(
    'jinji.appeal.withdrawn.v1',
    ({ data: { contest: id, appeal } }, work) => remember(id, { type: 'AppealWithdrawn', appeal }, work)
  ),
];
