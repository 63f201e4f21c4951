import { given } from '#libs/decider';
import type { OtherEffect } from '#libs/policy';
import { factsForSpecs } from '../spec-facts.js';
import { type About, decision, type DecisionEvent, type Found, type Given } from './decision.js';

const about: About = {
  worker: 'w1', contest: 'c1', entryNumber: '001', occupation: '6-18-01-01', organisation: 'org-1', nth: 1,
  pack: { id: 'p', version: '1', digest: 'd' },
};
const found: Found = { facts: factsForSpecs(), sources: ['m1'], revision: 1, reasons: [] };
const tie = { code: 'tie-at-the-cut', effect: 'level', by: 'ranking', text: { zh: '并列', en: 'a tie' }, cite: [] } as const;
const gives: Given = { from: 3, to: 2, rule: 'p/r', honours: [], money: [], others: [] };
const until = '2026-06-10T16:00:00.000Z';
const proposed: DecisionEvent = {
  type: 'PromotionProposed', ...about, ...found, ...gives, noticeUntil: until, approval: 'person',
};
const ended: DecisionEvent = { type: 'NoticeEnded' };
const approved: DecisionEvent = { type: 'PromotionApproved', by: 'certifier', how: 'person', on: '2026-06-11', ...gives };
const objected: DecisionEvent = { type: 'ObjectionRaised', by: 'w1', grounds: 't1', effects: ['level'] };
const approve = { type: 'Approve', by: 'certifier', trainers: ['trainer'], at: '2026-06-11T01:00:00.000Z' } as const;

const after = (...history: readonly DecisionEvent[]) => given(decision.decider, ...history);
const refused = (rule: string) => expect.objectContaining({ rule }) as Error;

describe('a promotion decision', () => {
  it('is proposed with three independent effects, and what is held beside them', () => {
    const effects = { level: { from: 3, to: 2, rule: 'p/r' }, honours: [], money: [], held: ['honours'] } as const;
    expect(after().when({ type: 'Find', about, found, effects, noticeUntil: until, approval: 'person' })).toEqual([
      proposed, { type: 'EffectsHeld', effects: ['honours'] },
    ]);
  });

  it('is recorded also where nothing follows, or all of it is held', () => {
    const find = { type: 'Find', about, found, noticeUntil: until, approval: 'person' } as const;
    const nothing = { level: null, honours: [], money: [] };
    expect(after().when({ ...find, effects: { ...nothing, held: [] } })).toEqual([{ type: 'NothingFound', ...about, ...found }]);
    expect(
      after().when({ ...find, effects: { ...nothing, held: ['level'] } }),
    ).toEqual([{ type: 'PromotionHeld', effects: ['level'], ...about, ...found }]);
  });

  const points: OtherEffect = {
    is: 'points', rule: 'p/points', what: 'residence', title: { zh: '积分', en: 'points' }, for: 'person', amount: '60',
  };
  const alone = { level: null, honours: [], money: [], held: [], others: [points] } as const;

  it('is proposed, approved and falls also where it gives nothing but points: that is not without effect', () => {
    const given: DecisionEvent = { ...proposed, to: null, rule: null, others: [points] };
    expect(after().when({ type: 'Find', about, found, effects: alone, noticeUntil: until, approval: 'person' })).toEqual([given]);
    expect(after(given).when({ type: 'Object', by: 'w1', grounds: 't1', at: '2026-06-09T01:00:00.000Z' })).toEqual([
      { ...objected, effects: ['others'] },
    ]);
    const stands: DecisionEvent = { ...approved, to: null, rule: null, others: [points] };
    expect(after(given, ended).when(approve)).toEqual([stands]);
    expect(after(given, ended, stands).when({ type: 'Issue', certificate: 'x1', number: 'n1' })).toEqual([]);
    expect(after(given, ended, stands).when({ type: 'Supersede', next: 'd2', money: [] })).toEqual([
      { type: 'PromotionSuperseded', next: 'd2' },
    ]);
  });

  it('waits where they are held', () => {
    const { others: _, ...nothing } = alone;
    const effects = { ...nothing, held: ['others'] } as const;
    expect(after().when({ type: 'Find', about, found, effects, noticeUntil: until, approval: 'person' })).toEqual([
      { type: 'PromotionHeld', effects: ['others'], ...about, ...found },
    ]);
  });

  it('gave nothing else before events said so', () => {
    for (const type of ['PromotionProposed', 'PromotionApproved'] as const) {
      expect(decision.upcast?.[type]?.({ to: 2 }, 1)).toEqual({ to: 2, others: [] });
      expect(decision.schema?.[type]).toBe(2);
    }
  });

  it('waits for the end of the notice, then for a person', () => {
    expect(() => after(proposed).when(approve)).toThrow(refused('notice-not-over'));
    expect(after(proposed).when({ type: 'EndNotice', due: until })).toEqual([ended]);
    expect(after(proposed, ended).when(approve)).toEqual([approved]);
    expect(after(proposed, ended, approved).when(approve)).toEqual([]);
  });

  it('is approved at the end of the notice where the pack says so', () => {
    expect(after({ ...proposed, approval: 'pack' }).when({ type: 'EndNotice', due: until })).toEqual([
      ended, { ...approved, by: 'pack', how: 'pack', on: '2026-06-11' },
    ]);
  });

  it('is never approved by who trained the candidate, nor by the candidate', () => {
    expect(() => after(proposed, ended).when({ ...approve, by: 'trainer' })).toThrow(refused('trained-the-candidate'));
    expect(() => after(proposed, ended).when({ ...approve, by: about.worker })).toThrow(refused('own-decision'));
  });

  it('is held by an objection while on notice, and goes on when that is dismissed', () => {
    const object = { type: 'Object', by: 'w1', grounds: 't1', at: '2026-06-09T01:00:00.000Z' } as const;
    expect(after(proposed).when(object)).toEqual([objected]);
    expect(() => after(proposed).when({ ...object, at: until })).toThrow(refused('not-on-notice'));
    expect(() => after(proposed, objected).when(approve)).toThrow(refused('not-awaiting-approval'));
    const dismiss = { type: 'DismissObjection', by: 'certifier', reasons: 't2' } as const;
    const dismissed = { type: 'ObjectionDismissed', by: 'certifier', reasons: 't2' } as const;
    expect(after(proposed, objected).when({ ...dismiss, at: '2026-06-09T02:00:00.000Z' })).toEqual([dismissed]);
    expect(after(proposed, objected).when({ ...dismiss, at: until })).toEqual([dismissed, ended]);
    expect(after(proposed, objected).when({ type: 'EndNotice', due: until })).toEqual([]);
  });

  it('is rejected with reasons while it is open, and not afterwards', () => {
    const reject = { type: 'Reject', by: 'certifier', reasons: 't3' } as const;
    expect(after(proposed, ended).when(reject)).toEqual([{ type: 'PromotionRejected', by: 'certifier', reasons: 't3' }]);
    expect(() => after(proposed, ended, approved).when(reject)).toThrow(refused('not-open'));
  });

  it('is issued once, and only where it gives a level', () => {
    const issue = { type: 'Issue', certificate: 'x1', number: 'n1' } as const;
    const issued = { type: 'PromotionIssued', certificate: 'x1', number: 'n1' } as const;
    expect(after(proposed, ended, approved).when(issue)).toEqual([issued]);
    expect(after(proposed, ended, approved, issued).when(issue)).toEqual([]);
    expect(after({ ...proposed, to: null }, ended, { ...approved, to: null }).when(issue)).toEqual([]);
  });

  it('falls once, wherever it stands', () => {
    const supersede = { type: 'Supersede', next: 'd2', money: [] } as const;
    const superseded = { type: 'PromotionSuperseded', next: 'd2' } as const;
    for (const history of [[proposed], [proposed, ended], [proposed, ended, approved], [proposed, objected]])
      expect(after(...history).when(supersede)).toEqual([superseded]);
    expect(after(proposed, superseded).when(supersede)).toEqual([]);
    expect(after(proposed, superseded).when({ type: 'Revoke', because: 'merged' })).toEqual([]);
    expect(() => after(proposed, ended, superseded).when(approve)).toThrow(refused('not-awaiting-approval'));
  });

  it('takes a ruling only within its shared rank', () => {
    const held: DecisionEvent = {
      type: 'PromotionHeld', effects: ['level'], ...about, ...found, facts: factsForSpecs({ rank: 10, tied: 2 }), reasons: [tie],
    };
    const rule = { type: 'RulePlace', by: 'certifier', reasons: 't4' } as const;
    expect(after(held).when({ ...rule, place: 11 })).toEqual([{ type: 'PlaceRuled', by: 'certifier', place: 11, reasons: 't4' }]);
    expect(() => after(held).when({ ...rule, place: 12 })).toThrow(refused('place-outside-the-tie'));
    expect(() => after(proposed).when({ ...rule, place: 1 })).toThrow(refused('no-tie-to-settle'));
  });
});

describe('where a person refuses that automation alone decides (PIPL art. 24(3))', () => {
  const refuse = { type: 'RefuseAutomation', by: 'w1', statement: 't5' } as const;
  const refusal: DecisionEvent = { type: 'AutomationRefused', by: 'w1', statement: 't5' };
  const inPerson = {
    type: 'DecideInPerson', by: 'certifier', trainers: ['trainer'], outcome: 'confirmed', reasons: 't6',
    at: '2026-06-11T01:00:00.000Z',
  } as const;
  const said = (outcome: 'confirmed' | 'changed' | 'rejected'): DecisionEvent =>
    ({ type: 'DecidedInPerson', by: 'certifier', outcome, reasons: 't6' });
  const byPack: DecisionEvent = { ...approved, by: 'pack', how: 'pack' };
  const nothing: DecisionEvent = { type: 'NothingFound', ...about, ...found };
  const held: DecisionEvent = { type: 'PromotionHeld', effects: ['level'], ...about, ...found };
  const issued: DecisionEvent = { type: 'PromotionIssued', certificate: 'x1', number: 'n1' };
  const rejected: DecisionEvent = { type: 'PromotionRejected', by: 'certifier', reasons: 't3' };
  const superseded: DecisionEvent = { type: 'PromotionSuperseded', next: 'd2' };

  it.each<[string, readonly DecisionEvent[]]>([
    ['on notice', [proposed]], ['awaiting', [proposed, ended]], ['held', [held]], ['without effect', [nothing]],
    ['approved by the pack', [proposed, ended, byPack]], ['issued by the pack alone', [proposed, ended, byPack, issued]],
  ])('may do so while it is %s, once', (_, history) => {
    expect(after(...history).when(refuse)).toEqual([refusal]);
    expect(after(...history, refusal).when(refuse)).toEqual([]);
  });

  it('not once a person approved it, and not where it is over', () => {
    expect(() => after(proposed, ended, approved).when(refuse)).toThrow(refused('decided-by-a-person'));
    expect(() => after(proposed, ended, approved, issued).when(refuse)).toThrow(refused('decided-by-a-person'));
    for (const history of [[], [proposed, rejected], [proposed, superseded]])
      expect(() => after(...history).when(refuse)).toThrow(refused('not-open'));
  });

  it('nothing is approved until a named person decides: neither by the pack, nor by an approval without reasons', () => {
    expect(after({ ...proposed, approval: 'pack' }, refusal).when({ type: 'EndNotice', due: until })).toEqual([ended]);
    expect(() => after(proposed, refusal, ended).when(approve)).toThrow(refused('automation-refused'));
  });

  it('who decides is apart from the candidate, and decides once, and only what was refused', () => {
    expect(() => after(proposed, ended).when(inPerson)).toThrow(refused('automation-not-refused'));
    expect(() => after(proposed, refusal).when({ ...inPerson, by: 'trainer' })).toThrow(refused('trained-the-candidate'));
    expect(() => after(proposed, refusal).when({ ...inPerson, by: about.worker })).toThrow(refused('own-decision'));
    expect(() => after(proposed, refusal, said('confirmed')).when(inPerson)).toThrow(refused('decided-in-person'));
    expect(() => after(proposed, refusal, rejected).when(inPerson)).toThrow(refused('not-open'));
  });

  it('confirmed is approved in that name, at once or when the notice is over', () => {
    expect(after(proposed, refusal, ended).when(inPerson)).toEqual([said('confirmed'), approved]);
    expect(after(proposed, refusal).when(inPerson)).toEqual([said('confirmed')]);
    expect(after(proposed, refusal, said('confirmed')).when({ type: 'EndNotice', due: until })).toEqual([ended, approved]);
    expect(after(proposed, ended, byPack, refusal).when(inPerson)).toEqual([said('confirmed')]);
    expect(after(nothing, refusal).when(inPerson)).toEqual([said('confirmed')]);
    expect(() => after(held, refusal).when(inPerson)).toThrow(refused('not-settled'));
  });

  it('rejected falls, also where the pack had approved it by itself', () => {
    const reject = { ...inPerson, outcome: 'rejected' } as const;
    expect(after(proposed, refusal, ended).when(reject)).toEqual([
      said('rejected'), { type: 'PromotionRejected', by: 'certifier', reasons: 't6' },
    ]);
    for (const history of [[proposed, ended, byPack], [proposed, ended, byPack, issued]])
      expect(after(...history, refusal).when(reject)).toEqual([
        said('rejected'), { type: 'PromotionRevoked', because: 'decided-in-person' },
      ]);
    expect(() => after(nothing, refusal).when(reject)).toThrow(refused('nothing-to-reject'));
  });

  it('changed leaves it to the next decision, which says so; who was not ranked has no place to change', () => {
    const change = { ...inPerson, outcome: 'changed' } as const;
    expect(after(nothing, refusal).when(change)).toEqual([said('changed')]);
    const { placing, ...facts } = factsForSpecs();
    const unranked: DecisionEvent = { ...nothing, facts: { ...facts, placing: { ...placing, rank: null, unranked: 'absent' } } };
    expect(() => after(unranked, refusal).when(change)).toThrow(refused('not-ranked'));
    const effects = { level: { from: 3, to: 2, rule: 'p/r' }, honours: [], money: [], held: [] } as const;
    const review = { by: 'certifier', outcome: 'changed', reasons: 't6' } as const;
    const next = { type: 'Find', about, found, effects, noticeUntil: until, approval: 'pack' } as const;
    const carried = after().when({ ...next, refusal: { by: 'w1', statement: 't5' }, review });
    expect(carried).toEqual([{ ...proposed, approval: 'pack' }, refusal, said('changed')]);
    expect(after(...carried).when({ type: 'EndNotice', due: until })).toEqual([ended, approved]);
    // A later correction decides anew: what was refused still is, and waits for a person again.
    const corrected = after().when({ ...next, refusal: { by: 'w1', statement: 't5' } });
    expect(after(...corrected).when({ type: 'EndNotice', due: until })).toEqual([ended]);
  });
});
