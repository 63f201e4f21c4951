import { type Decision, decision, type DecisionEvent, grantId } from '../decision/decision.js';
import { grant, type GrantEvent, type Terms } from '../grant/grant.js';
import { moneyChanges, sumsOf } from './what-if.js';

const subsidy = { rule: 'p/subsidy', fen: 240_000, payee: 'person' as const };
const medal = { rule: 'p/medal', fen: 300_000, payee: 'person' as const };
const more = { needsCertificate: false, claimWithinMonths: null };
const approved: DecisionEvent = {
  type: 'DecisionApproved', organisation: 'o1', worker: 'w1', contest: 'c1', on: '2026-04-01',
  money: [{ ...subsidy, ...more }, { ...medal, ...more }],
};
const state: Decision = decision.decider.evolve(decision.decider.initial, approved);
const terms = ({ rule, fen, payee }: typeof subsidy): Terms =>
  ({ organisation: 'o1', worker: 'w1', contest: 'c1', decision: 'd1', rule, fen, payee, claimBy: null });
const after = (of: typeof subsidy, ...events: readonly GrantEvent[]) =>
  [{ type: 'GrantProposed', ...terms(of) } as const, ...events].reduce(grant.decider.evolve, grant.decider.initial);
const yes: GrantEvent = { type: 'GrantApproved', by: 'i' };
const paid: GrantEvent = { type: 'GrantPaid', by: 'i', reference: 'P1', on: '2026-04-02' };
const known = {
  decision: state,
  grants: new Map([[grantId('d1', subsidy.rule), after(subsidy, yes, paid)], [grantId('d1', medal.rule), after(medal)]]),
};

describe('what if, for the money of a decision', () => {
  it('owes back what was paid and would not be given, and ends what was not paid', () => {
    const changes = moneyChanges('d1', known, [subsidy, medal], []);
    expect(changes.map(({ rule, from, to, grant: of, then, recovery }) => [rule, from, to, of?.state, then, recovery])).toEqual([
      ['p/medal', 300_000, null, 'proposed', 'lapses', 0], ['p/subsidy', 240_000, null, 'paid', 'recovery', 240_000],
    ]);
    expect(sumsOf(changes)).toEqual({ before: 540_000, after: 0, gained: 0, lost: 540_000, recovery: 240_000 });
  });

  it('lets go on what was paid and would be given just so; another amount is owed back and proposed anew', () => {
    expect(moneyChanges('d1', known, [subsidy], [subsidy])[1]).toMatchObject({ then: 'kept', recovery: 0, proposed: false });
    const changes = moneyChanges('d1', known, [subsidy, medal], [{ ...subsidy, fen: 200_000 }, medal]);
    expect(changes[1]).toMatchObject({ from: 240_000, to: 200_000, then: 'recovery', recovery: 240_000, proposed: true });
    expect(sumsOf(changes)).toEqual({ before: 540_000, after: 500_000, gained: 0, lost: 40_000, recovery: 240_000 });
  });

  it('speaks of promises alone where nothing was approved yet', () => {
    const changes = moneyChanges(null, null, [], [medal]);
    expect(changes).toEqual([
      { rule: 'p/medal', from: null, to: 300_000, grant: null, then: 'none', recovery: 0, proposed: true },
    ]);
    expect(sumsOf(changes)).toMatchObject({ gained: 300_000, lost: 0 });
  });
});
