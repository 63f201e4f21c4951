import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type Outcome, outcomeSchema } from '../../apps/demo/src/outcome.js';
import { type Correction, rows, standings } from './support/fold.js';
import { play, playThroughCrash } from './support/demo.js';

const appeal = JSON.parse(readFileSync('examples/municipal-2026/appeal.json', 'utf8')) as Correction;
const contests = ['turning', 'netsec', 'fitting'] as const;

describe('the demo, played once and once through a crash of the server', () => {
  let once: string;
  let crashed: string;
  let outcome: Outcome;
  beforeAll(async () => {
    [once, crashed] = await Promise.all([play(), playThroughCrash()]);
    outcome = JSON.parse(once) as Outcome;
  }, 900_000);

  it('comes to the very same bytes', () => {
    expect(crashed).toBe(once);
  });

  it('prints what its schema in docs/ says', () => {
    const schema = JSON.parse(readFileSync('docs/demo.schema.json', 'utf8')) as object;
    expect(schema).toEqual(JSON.parse(JSON.stringify(outcomeSchema)));
    const validate = new Ajv2020({ strict: true }).compile(schema);
    expect(validate(outcome) ? [] : validate.errors).toEqual([]);
    expect(validate({ ...outcome, totals: { ...outcome.totals, fen: '1' } })).toBe(false);
  });

  it('tells no ids, codes or times', () => {
    expect(once).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}|T\d\d:\d\d|2026-0[3-9]/);
    for (const { idNumber, name } of rows('workers.csv')) {
      expect(once).not.toContain(idNumber);
      expect(once).not.toContain(name);
    }
  });

  it('takes the rows that are good, and says of every other what is wrong with it', () => {
    const [turning, netsec, fitting] = outcome.contests;
    expect(turning?.badRows.map(({ line }) => line)).toEqual([9, 21]);
    expect(turning?.turnedAway).toHaveLength(3);
    expect([netsec, fitting].map((one) => [one?.badRows, one?.turnedAway])).toEqual([[[], []], [[], []]]);
    expect(outcome.contests.map(({ overridden }) => overridden)).toEqual([true, false, true]);
    expect(outcome.totals).toMatchObject({ workers: 125, entries: 105, ranked: 101, sheets: 3030, marks: 101 * (123 + 9 * 26) });
  });

  it('ranks as the sheets say, added up again by hand', async () => {
    for (const contest of contests) {
      const expected = await standings(contest, contest === 'turning' ? appeal : undefined);
      const ranked = outcome.contests.find((one) => one.contest === contest)?.results ?? [];
      expect(ranked.map(({ rank, total }) => ({ rank, total }))).toEqual(expected.map(({ rank, total }) => ({ rank, total })));
    }
  });

  it('promotes as the packs say, by rank and the level held', async () => {
    const levels = new Map<string, number>();
    for (const { idNumber = '', level } of rows('skills.csv'))
      levels.set(idNumber, Math.min(Number(level), levels.get(idNumber) ?? 9));
    const expected = {
      turning: (rank: number, held: number) => (rank <= 20 && held > 2 ? 2 : null), // floor(41 / 2)
      netsec: (rank: number, held: number) => (rank <= 10 && held > 3 ? 3 : null),
      fitting: (rank: number, held: number) => stepOrGrant(held, rank <= 3 ? 2 : rank <= 10 ? 3 : 9),
    };
    for (const contest of contests) {
      const ranks = await standings(contest, contest === 'turning' ? appeal : undefined);
      const decided = [...outcome.promotions, ...outcome.refusals].filter((one) => one.contest === contest);
      const teams = teamsOf(contest);
      const due = ranks.flatMap(({ idNumber, rank }) =>
        (teams.get(idNumber) ?? [idNumber]).map((person) => [rank, expected[contest](rank, levels.get(person) ?? 9)]));
      expect(decided).toHaveLength(due.length);
      const given = decided.flatMap((one) => ('to' in one ? [[one.rank, one.to]] : []));
      expect(given).toEqual(due.filter(([, to]) => to !== null));
    }
    expect(outcome.promotions.map(({ contest }) => contest).filter((contest) => contest === 'turning')).toHaveLength(19);
  });

  it('pays the subsidy of the certificate: four fifths to who is employed', () => {
    expect(outcome.grants.filter(({ fen }) => fen === 240_000)).toHaveLength(18);
    expect(outcome.grants.filter(({ fen }) => fen === 300_000)).toHaveLength(1);
    expect(new Set(outcome.grants.map(({ state }) => state))).toEqual(new Set(['approved']));
  });

  it('lets an upheld appeal move one across the cut and another out', () => {
    const { entryNumber, changes } = outcome.appeal;
    expect(changes).toMatchObject([
      { before: { rank: 20 }, after: { rank: 21 }, promoted: false },
      { entryNumber, before: { rank: 21 }, after: { rank: 20 }, promoted: true },
    ]);
  });

  it('proves a certificate, and takes it back with the money when the result is annulled, for the next in rank', () => {
    const { afterwards: { verified, annulled }, appeal, promotions } = outcome;
    const eighth = promotions.find(({ contest, rank }) => contest === 'turning' && rank === 8);
    expect(verified).toMatchObject({ entryNumber: eighth?.entryNumber, status: 'valid', level: eighth?.to });
    expect(verified.maskedName).toMatch(/^.\*+.?$/u);
    expect(annulled).toMatchObject({
      entryNumber: eighth?.entryNumber, rank: 8, status: 'revoked', money: [{ fen: 240_000, state: 'owed' }], lost: [eighth],
      // Forty are ranked now, so twenty still: who fell out by the appeal comes in again.
      gained: [{ entryNumber: appeal.changes[0]?.entryNumber, rank: 20, to: 2 }],
      granted: [{ entryNumber: appeal.changes[0]?.entryNumber, state: 'approved' }],
      decidedBy: 'a named person decided: confirmed (demo-certifier)',
    });
  });

  it('says what another pack would have given, and changes nothing by asking', () => {
    const { afterwards: { whatIf }, refusals } = outcome;
    // Tianjin: the first ten become technicians, and who is one already steps up.
    const technician = refusals.find(({ contest, rank, holds }) => contest === 'turning' && holds === 2 && (rank ?? 99) <= 10);
    expect(whatIf.changes).toEqual([
      {
        entryNumber: technician?.entryNumber, before: { rank: technician?.rank, level: null },
        after: { rank: technician?.rank, level: 1 },
      },
      ...[11, 12, 13, 14, 15, 16, 17, 18, 19, 20].map((rank) => ({
        entryNumber: expect.any(String), before: { rank, level: 2 }, after: { rank, level: null },
      })),
    ]);
    expect(whatIf).toMatchObject({ emptyChanges: 0, levels: { gained: 1, lost: 10 } });
  });
});

/** Below the target: the target; exactly at it: one step up; above it: nothing. */
const stepOrGrant = (held: number, target: number): number | null =>
  (target > 5 || held < target ? null : held === target ? target - 1 : target);

/** The members of a team, by the first of them. */
const teamsOf = (contest: string): Map<string, string[]> => {
  const teams = new Map<string, string[]>();
  if (contest !== 'fitting') return new Map();
  for (const { team = '', idNumber = '' } of rows('entries-fitting.csv')) teams.set(team, [...(teams.get(team) ?? []), idNumber]);
  return new Map([...teams.values()].map((members) => [members[0] ?? '', members]));
};
