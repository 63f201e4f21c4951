import { expected } from './model.js';
import type { Found, Telling } from './stage.js';

const over = new Set(['superseded', 'revoked', 'rejected']);
const live = new Set(['proposed', 'approved', 'paid']);

/** What is wrong with what was found, each as a sentence; nothing where the story came out as it must. */
export const faults = (telling: Telling, { decisions, certificates, grants, rungs, ledger }: Found): readonly string[] => {
  const wrong: string[] = [];
  const say = (holds: boolean, sentence: () => string): void => {
    if (!holds) wrong.push(sentence());
  };
  const { story, published, announced, merged, till } = telling;
  const must = expected(story, { revisions: published, announced, merged, idOf: (index) => telling.contest(index) });
  const active = decisions.filter(({ state }) => !over.has(state));

  // 1. The active promotions are those of the model: one a person and contest, and nobody else's.
  const byKey = new Map<string, typeof active>();
  for (const decision of active) byKey.set(telling.keyOf(decision), [...(byKey.get(telling.keyOf(decision)) ?? []), decision]);
  for (const of of new Set([...byKey.keys(), ...must.keys()])) {
    const [is, ...more] = byKey.get(of) ?? [];
    const want = must.get(of);
    if (is === undefined || want === undefined || more.length > 0) {
      wrong.push(`${of}: ${byKey.get(of)?.length ?? 0} active decisions, ${want === undefined ? 'none' : 'one'} expected`);
      continue;
    }
    const money = new Map(is.money.map(({ rule, fen }) => [rule.split('/')[1] ?? '', fen]));
    const got = { level: is.to, medal: is.honours.length > 0, cash: money.get('cash') ?? 0, subsidy: money.get('subsidy') ?? 0 };
    say(JSON.stringify(got) === JSON.stringify(want), () => `${of}: ${JSON.stringify(got)} instead of ${JSON.stringify(want)}`);
    say(!['onNotice', 'awaiting', 'held'].includes(is.state), () => `${of}: still ${is.state}`);
  }

  // 2. One valid certificate and one rung for a decision that gives a level, none for any other.
  const ids = new Set(active.map(({ id }) => id));
  for (const { id, to, worker, contest } of active) {
    const valid = certificates.filter((one) => one.decision === id && one.state === 'valid');
    const steps = (rungs.get(worker) ?? []).filter((source) => source === id);
    const want = to === null ? 0 : 1;
    const name = telling.keyOf({ contest, worker });
    say(valid.length === want && valid.every(({ level }) => level === to), () => `${name}: ${valid.length} valid certificates, ${want} expected`);
    say(steps.length === want, () => `${name}: ${steps.length} rungs, ${want} expected`);
  }
  const stray = certificates.filter(({ decision, state }) => state === 'valid' && !ids.has(decision));
  say(stray.length === 0, () => `${stray.length} valid certificates of decisions that fell`);
  const steps = [...rungs.values()].flat().filter((source) => !ids.has(source));
  say(steps.length === 0, () => `${steps.length} rungs of decisions that fell`);

  // 3. One live grant a money rule of each active decision, none of any other.
  for (const { id, money, to, contest, worker } of active)
    for (const { rule, fen, needsCertificate } of money) {
      const here = grants.filter((one) => one.decision === id && one.rule === rule && live.has(one.state));
      // What was paid on a certificate that fell since may stand; unpaid, it needs one.
      const fits = here.length === 1 || (here.length === 0 && needsCertificate && to === null);
      say(fits && here.every((one) => one.fen === fen), () =>
        `${telling.keyOf({ contest, worker })}: ${here.length} live grants of ${rule}, one of ${fen} expected`);
    }
  const rules = new Set(active.flatMap(({ id, money }) => money.map(({ rule }) => `${id} ${rule}`)));
  const loose = grants.filter(({ decision, rule, state }) => live.has(state) && !rules.has(`${decision} ${rule}`));
  say(loose.length === 0, () => `${loose.length} live grants of what is not given: ${loose.map(({ rule, state }) => `${rule} ${state}`).join(', ')}`);

  // 4. What the next decision gives again by the same rule is not owed back.
  const byId = new Map(decisions.map((decision) => [decision.id, decision]));
  for (const { decision, rule, fen, state } of grants) {
    const of = byId.get(decision);
    if (of === undefined || !['owed', 'recovered', 'writtenOff'].includes(state)) continue;
    const next = decisions.find(({ contest, worker, nth }) => contest === of.contest && worker === of.worker && nth === of.nth + 1);
    say(next?.money.some((one) => one.rule === rule && one.fen === fen) !== true, () => `${telling.keyOf(of)}: ${rule} is owed back and given again`);
  }

  // 5. The ledger balances, and says what the officer did.
  const { paid, repaid, writtenOff } = till;
  const want = { paid, recovered: repaid, writtenOff, balances: true };
  say(JSON.stringify(ledger) === JSON.stringify(want), () => `ledger ${JSON.stringify(ledger)} instead of ${JSON.stringify(want)}`);
  return wrong;
};

/** What two tellings of one story must have in common: everything but ids and how often something was decided. */
export const outcome = (telling: Telling, { decisions }: Found): Readonly<Record<string, unknown>> =>
  Object.fromEntries(decisions.filter(({ state }) => !over.has(state)).map(({ contest, worker, to, honours, money }): [string, unknown] =>
    [telling.keyOf({ contest, worker }), { to, honours: honours.length, money: money.map(({ rule, fen }) => `${rule} ${fen}`).sort() }])
    .sort(([a], [b]) => (a < b ? -1 : 1)));

export const distinct = (telling: Telling): boolean => new Set(telling.story.contests.map(({ month }) => month)).size === telling.story.contests.length;
