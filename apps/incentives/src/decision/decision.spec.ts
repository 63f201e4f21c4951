import { given } from '#libs/decider';
import {
  addMonths, type Approval, decision, type DecisionEvent, dueGrants, fallingGrants, grantId, type MoneyRule,
} from './decision.js';

const cash: MoneyRule = { rule: 'medal', fen: 300_000, payee: 'person', needsCertificate: false, claimWithinMonths: null };
const subsidy: MoneyRule = { rule: 'subsidy', fen: 240_000, payee: 'person', needsCertificate: true, claimWithinMonths: 12 };
const approval: Approval = { organisation: 'o', worker: 'w1', contest: 'c1', money: [cash, subsidy], on: '2026-04-30' };
const approved: DecisionEvent = { type: 'DecisionApproved', ...approval };
const certified: DecisionEvent = { type: 'CertificateIssued', on: '2026-05-06' };

const due = (...history: DecisionEvent[]) =>
  dueGrants('d1', given(decision.decider, ...history).state).map(({ rule, claimBy }) => ({ rule, claimBy }));

describe('the memory of a decision', () => {
  it('gives the grants that need no certificate at once, the others with it', () => {
    expect(due(approved)).toEqual([{ rule: 'medal', claimBy: null }]);
    expect(due(approved, certified)).toEqual([{ rule: 'medal', claimBy: null }, { rule: 'subsidy', claimBy: '2027-05-06' }]);
  });

  it('comes to the same in whichever order the messages come', () => {
    expect(due(certified, approved)).toEqual(due(approved, certified));
  });

  it('gives nothing once the decision fell, even when its approval is heard of later', () => {
    const fell: DecisionEvent = { type: 'DecisionFell', because: 'superseded' };
    expect(due(approved, certified, fell)).toEqual([]);
    expect(due(fell, approved)).toEqual([]);
  });

  it('lets only what needed the certificate fall when that alone is void', () => {
    const voided: DecisionEvent = { type: 'CertificateVoided' };
    const { state } = given(decision.decider, approved, certified, voided);
    expect(fallingGrants('d1', state)).toEqual([grantId('d1', 'subsidy')]);
    expect(due(approved, certified, voided)).toEqual([{ rule: 'medal', claimBy: null }]);
    expect(given(decision.decider, approved, voided).when({ type: 'RecordCertificate', on: '2026-05-06' })).toEqual([]);
    const fallen = given(decision.decider, approved, { type: 'DecisionFell', because: 'revoked' }).state;
    expect(fallingGrants('d1', fallen)).toEqual([grantId('d1', 'medal'), grantId('d1', 'subsidy')]);
  });

  it('hands on what was paid to the decision that gives the same, and does not give that anew there', () => {
    const handed: DecisionEvent = { type: 'GrantHandedOn', rule: 'medal', to: 'd2' };
    const fell: DecisionEvent = { type: 'DecisionFell', because: 'superseded' };
    const { state } = given(decision.decider, approved, certified, handed, fell);
    expect(fallingGrants('d1', state)).toEqual([grantId('d1', 'subsidy')]);
    const taken: DecisionEvent = { type: 'GrantTakenOver', rule: 'medal', grant: grantId('d1', 'medal') };
    const next = given(decision.decider, taken, approved, certified);
    expect(dueGrants('d2', next.state).map(({ rule }) => rule)).toEqual(['subsidy']);
    // Also before anything was approved: what was taken over falls with the decision that took it.
    const rejected: DecisionEvent = { type: 'DecisionFell', because: 'rejected' };
    expect(fallingGrants('d2', given(decision.decider, taken, rejected).state)).toEqual([grantId('d1', 'medal')]);
    const voided: DecisionEvent = { type: 'CertificateVoided' };
    const subsidyTaken: DecisionEvent = { type: 'GrantTakenOver', rule: 'subsidy', grant: 'g1' };
    expect(fallingGrants('d2', given(decision.decider, subsidyTaken, approved, certified, voided).state)).toEqual(['g1']);
  });

  it('hears everything once', () => {
    const { when } = given(decision.decider, approved, certified);
    expect(when({ type: 'RecordCertificate', on: '2026-05-07' })).toEqual([]);
    expect(when({ type: 'RecordApproval', ...approval })).toEqual([]);
  });

  it('names a grant by decision and rule', () => {
    expect(grantId('d1', 'medal')).toBe(grantId('d1', 'medal'));
    expect(grantId('d1', 'medal')).not.toBe(grantId('d1', 'subsidy'));
  });

  it('counts a claim window in calendar months', () => {
    expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
    expect(addMonths('2026-12-15', 12)).toBe('2027-12-15');
    expect(addMonths('2028-02-29', 12)).toBe('2029-02-28');
  });
});
