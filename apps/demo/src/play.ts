/**
 * A whole municipal competition, through the HTTP APIs of all services. After "results final" it makes only the calls
 * that the packs demand of a person, and moves the clock: everything else is the chain's own doing.
 */
import type { Instant } from '#libs/decider';
import { Actors } from './actors.js';
import { playAfterwards } from './afterwards.js';
import { playAppeal } from './appeal.js';
import {
  announce, appointPanels, closeAndDraw, entriesOf, freezeScheme, startContests, takeEntries,
} from './competition.js';
import { collect, standings } from './collect.js';
import { type ContestKey, contestKeys, type Examples } from './examples.js';
import type { Api } from './http.js';
import { mark } from './marking.js';
import type { Outcome } from './outcome.js';
import { approveGrants, approvePromotions } from './promotion.js';
import { registerPeople, workerIn } from './register.js';
import { moveClock, settle } from './settle.js';
import { recordTraining } from './training.js';

/** The days of the competition: it opens on 2 March 2026, the first instant of the demo's clock. */
const days = {
  closing: '2026-03-20T01:00:00.000Z',
  contest: '2026-03-27T01:00:00.000Z',
  resultNoticeOver: '2026-04-07T01:00:00.000Z',
  decisionNoticeOver: '2026-04-20T01:00:00.000Z',
} satisfies Record<string, Instant>;

export interface Progress {
  /** A step began; it has so many calls. */
  step(name: string, calls?: number): void;
  done(calls?: number): void;
  /** A sentence worth reading. */
  say(line: string): void;
}

const forEachContest = async <T>(work: (key: ContestKey) => Promise<T>): Promise<Readonly<Record<ContestKey, T>>> => {
  const all = {} as Record<ContestKey, T>;
  for (const key of contestKeys) all[key] = await work(key);
  return all;
};

export const play = async (api: Api, examples: Examples, progress: Progress): Promise<Outcome> => {
  const actors = new Actors(api);

  progress.step('登记 people, skills, training, drills');
  const people = await registerPeople(api, actors, examples);
  const workerOf = workerIn(people);
  await recordTraining(api, actors, examples, workerOf);
  await settle(api, actors);

  progress.step('公告 competition announced');
  const schemes = await forEachContest((key) => freezeScheme(api, actors, examples, key));
  await settle(api, actors); // until registration knows the schemes
  const { contests, refusedFor } = await announce(api, actors, examples, schemes, (line) => progress.say(line));
  progress.say(`before the overrides the announcement was refused: ${refusedFor}`);
  await settle(api, actors);
  await appointPanels(api, actors, examples, contests);

  progress.step('报名 entries imported and screened');
  const badRows = await takeEntries(api, actors, examples, contests);
  await moveClock(api, actors, days.closing);
  await closeAndDraw(api, actors, contests);

  progress.step('抽签 draw, check-in, start');
  await moveClock(api, actors, days.contest);
  const labels = await startContests(api, actors, examples, contests, workerOf);
  await settle(api, actors);

  progress.step('评分 every judge submits every sheet', 3030);
  const marked = await mark(api, actors, examples, contests, labels, () => progress.done());

  progress.step('排名 locked, seal opened, on notice');
  const chief = await actors.chief();
  const asChief = (what: string): Promise<unknown> => forEachContest((key) =>
    api.post(`/judging/contests/${contests[key]}/${what}`, { token: chief, key: `${what}/${key}`, body: {} }));
  await asChief('lock');
  await settle(api, actors);
  const entries = await forEachContest((key) => entriesOf(api, actors, contests[key]));
  const before = await standings(api, actors, contests[examples.appeal.contest]);

  progress.step('申诉 an appeal, heard and upheld');
  await playAppeal(api, actors, examples, contests, entries[examples.appeal.contest], labels, workerOf);

  progress.step('终局 results final');
  await moveClock(api, actors, days.resultNoticeOver);
  await asChief('finalise');
  await settle(api, actors);

  // From here on: the clock, a certifier and an incentive officer.
  progress.step('晋级 promotions on notice, approved, certified');
  await moveClock(api, actors, days.decisionNoticeOver);
  await approvePromotions(api, actors, contests);
  await settle(api, actors);

  progress.step('激励 grants approved');
  await approveGrants(api, actors, contests);
  await settle(api, actors);

  const played = { examples, contests, people, badRows, marked, before };
  const final = await collect(api, actors, played);

  progress.step('查验与撤销 verified, annulled, decided again');
  const afterwards = await playAfterwards(api, actors, played);
  progress.step('');
  return { ...final, afterwards };
};

