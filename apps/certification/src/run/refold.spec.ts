import { derivedId } from '#libs/decider';
import { decide, effectsDigest, findPack, fold, type Level, parseFacts } from '#libs/policy';
import fc from 'fast-check';
import { evolveFile, file, type FileEvent, type FileState, type Result } from '../file/file.js';
import { factsForSpecs } from '../spec-facts.js';
import { differences, type Step } from './refold.js';

const found = findPack('tianjin-municipal-1', '1');
if (found === undefined) throw new Error('not shipped');
const { pack, digest } = found;
const worker = derivedId('spec', 'worker');

const result = (name: string, finalAt: string, revision: number, rank: number | null): Result => {
  const facts = factsForSpecs();
  const { ruled: _, ...placing } = facts.placing;
  return {
    contest: {
      ...facts.contest, id: name, series: 'tianjin-municipal', class: 'municipal-1', firstFinalAt: finalAt, factsAt: finalAt,
    },
    placing: { ...placing, rank, unranked: rank === null ? 'annulled' : null }, person: facts.person, organisation: 'org-1',
    entryNumber: '001',
    pack: { id: pack.id, version: pack.version, digest }, revision, sources: [],
  };
};

/** What the job does, without a database: the events that follow, and the ids that are made and fall. */
const settle = (state: FileState, steps: readonly Step[], log: string[]): FileState =>
  steps.reduce((before, step) => {
    if (step.is === 'revoke') return evolveFile(before, { type: 'DecisionRevoked', contest: step.known.contest.id });
    if (step.is === 'decide' && step.supersedes !== null) log.push(`- ${step.supersedes}`);
    if (step.is === 'decide') log.push(`+ ${step.id}`);
    const { folded, id, nth } = step;
    return evolveFile(before, {
      type: 'DecisionMade', contest: folded.contest, decision: id, nth, effects: effectsDigest(folded.decision), facts: '',
    });
  }, state);

const levels = (state: FileState): Record<string, Level | null> =>
  Object.fromEntries(fold(
    Object.values(state.contests).map((known) => ({ ...known, pack, earlier: [], placing: { ...known.placing, ruled: null } })), [],
  )
    .map(({ contest, decision }) => [contest, decision.level?.to ?? null]));

describe('deciding a worker again', () => {
  const contest = fc.record({
    month: fc.integer({ min: 1, max: 12 }), year: fc.constantFrom('2026', '2027'),
    ranks: fc.array(fc.option(fc.integer({ min: 1, max: 12 }), { nil: null }), { minLength: 1, maxLength: 3 }),
  });
  const contests = fc.array(contest, { minLength: 1, maxLength: 4 });
  const told = contests.chain((all) => {
    const messages = all.flatMap(({ month, year, ranks }, index) => ranks.map((rank, revision) => ({
      of: index,
      result: result(`contest-${index}`, `${year}-${String(month).padStart(2, '0')}-10T01:00:00.000Z`, revision + 1, rank),
    })));
    const order = () => fc.shuffledSubarray(messages.map(({ of }) => of), {
      minLength: messages.length, maxLength: messages.length,
    });
    return fc.tuple(fc.constant(messages), order(), order());
  });

  /** Contests interleave as `turns` says; the revisions of one contest keep their order. */
  const tell = (messages: readonly { of: number; result: Result }[], turns: readonly number[]) => {
    const rest = [...messages];
    const log: string[] = [];
    let state = file.decider.initial;
    for (const turn of turns) {
      const next = rest.splice(rest.findIndex(({ of }) => of === turn), 1)[0];
      if (next === undefined) continue;
      state = evolveFile(state, { type: 'ResultKnown', ...next.result });
      state = settle(state, differences(worker, state, []), log);
    }
    return { state, log };
  };

  it('ends in the same decisions in whichever order contests are told, and these are the fold of the last revisions', () => {
    fc.assert(fc.property(told, ([messages, one, other]) => {
      const [a, b] = [tell(messages, one), tell(messages, other)];
      const made = (state: FileState) =>
        Object.fromEntries(Object.entries(state.contests).map(([id, known]) => [id, known.made?.effects]));
      expect(made(a.state)).toEqual(made(b.state));
      expect(levels(a.state)).toEqual(levels(b.state));
      for (
        const { contest: id, decision } of fold(
          Object.values(a.state.contests).map((known) => ({ ...known, pack, earlier: [], placing: { ...known.placing, ruled: null } })), [],
        )
      )
        expect(made(a.state)[id]).toBe(effectsDigest(decision));
    }));
  });

  it('leaves exactly one decision a contest that has not fallen, and makes no id twice', () => {
    fc.assert(fc.property(told, ([messages, one]) => {
      const { state, log } = tell(messages, one);
      const born = log.filter((line) => line.startsWith('+')).map((line) => line.slice(2));
      const fallen = new Set(log.filter((line) => line.startsWith('-')).map((line) => line.slice(2)));
      expect(new Set(born).size).toBe(born.length);
      expect(born.filter((id) => !fallen.has(id)).sort()).toEqual(
        Object.values(state.contests).map((known) => known.made?.decision).sort(),
      );
    }));
  });

  it('has nothing to do once it is done', () => {
    fc.assert(fc.property(told, ([messages, one]) => {
      const { state } = tell(messages, one);
      expect(differences(worker, state, []).filter(({ is }) => is === 'decide')).toEqual([]);
    }));
  });

  it('records facts from which anyone gets the same answer offline', () => {
    fc.assert(fc.property(told, ([messages, one]) => {
      for (const { facts, decision } of fold(Object.values(tell(messages, one).state.contests).map((known) =>
        ({ ...known, pack, earlier: [], placing: { ...known.placing, ruled: null } })), []))
        expect(decide(pack, parseFacts(JSON.parse(JSON.stringify(facts))))).toEqual(decision);
    }), { numRuns: 30 });
  });

  it.each<[string, string, Partial<Result['contest']>, readonly string[]]>([
    ['a medal', 'shanghai-worldskills-44', { series: 'worldskills-44', class: 'worldskills' }, ['level', 'money']],
    [
      'whether the occupation has a national standard', 'anhui-provincial-1-2023',
      { series: 'anhui-provincial', class: 'provincial-1' }, ['level'],
    ],
    ['the level of the paper', 'chongming-2025', { series: 'chongming', class: 'district', level: null }, ['level', 'money']],
  ])('holds what hangs on a fact that no event brings, and never guesses it: %s', (fact, id, contest, held) => {
    const needing = findPack(id, '1');
    if (needing === undefined) throw new Error('not shipped');
    const known = result('a', '2026-06-10T01:00:00.000Z', 1, 1);
    const state = evolveFile(file.decider.initial, {
      type: 'ResultKnown', ...known, contest: { ...known.contest, ...contest }, pack: { id, version: '1', digest: needing.digest },
    });
    const [step] = differences(worker, state, []);
    if (step?.is !== 'decide') throw new Error('nothing is decided');
    expect(step.folded.decision).toMatchObject({ level: null, money: [], held });
    expect(step.folded.decision.reasons.map(({ code, text }) => `${code}: ${text.en}`).join('\n')).toMatch(
      new RegExp(`fact-missing: not known: .*${fact.split(' ').at(-1) ?? ''}`),
    );
  });

  it('gives nobody a level by a pack about certificates', () => {
    const about = findPack('shanghai-training-subsidy', '1');
    if (about === undefined) throw new Error('not shipped');
    const certificates = { id: about.pack.id, version: '1', digest: about.digest };
    const state = evolveFile(file.decider.initial, { type: 'ResultKnown', ...result('a', '2026-06-10T01:00:00.000Z', 1, 1), pack: certificates });
    expect(differences(worker, state, [])).toMatchObject([
      { folded: { decision: { is: 'held', level: null, money: [], reasons: [{ code: 'fact-missing' }] } } },
    ]);
  });

  it('revokes all decisions of a record that was merged away', () => {
    const events: readonly FileEvent[] = [
      { type: 'ResultKnown', ...result('a', '2026-06-10T01:00:00.000Z', 1, 1) },
      { type: 'DecisionMade', contest: 'a', decision: 'd1', nth: 1, effects: '', facts: '' },
      { type: 'MergedInto', into: 'other' },
    ];
    expect(differences(worker, events.reduce(evolveFile, file.decider.initial), [])).toMatchObject([{ is: 'revoke', id: 'd1' }]);
  });
});
