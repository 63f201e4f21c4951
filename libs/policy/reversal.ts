/**
 * Reversal (更正与追回): what the correction of a final result does to what an earlier final revision gave. Every word of a
 * pack's `reversal` is read here, kind by kind; the money and the certificates themselves follow from the decision.
 *
 *   own result corrected (an appeal of one's own, a code voided, a judge's marks taken out): the new place decides
 *        `certificates: keep` – the level that was given stands all the same    (`revoke`, `suspend`: it falls)
 *        `money: keep`        – the money that was given stands all the same    (`recover`: it is owed back)
 *   own result as it was, another's was corrected:
 *        `advanced: keep`     – who advanced through the error keeps it (WCA 9t): level, honours, money
 *        `promoteNext: false` – nobody gains what another lost
 *        `rerank: false`      – not even the rank changes, so nothing follows for them
 *
 * A person's revisions are read one after another, so that what stands does not depend on when a message came.
 */
import { text } from '#libs/decider';
import type { Decision, Facts, HeldKind, Reason } from './facts.js';
import type { Pack } from './pack.js';

/** Does anything outlive a correction, or is anyone passed over by it? Where not, the last revision alone decides. */
export const mayStand = ({ reversal: { rerank, certificates, money, promoteNext, advanced } }: Pack): boolean =>
  !rerank || !promoteNext || certificates === 'keep' || money === 'keep' || advanced === 'keep';

/** Decides every final revision in turn; `decide` knows nothing of earlier ones. */
export const throughRevisions = (pack: Pack, { earlier = [], ...last }: Facts, decide: (facts: Facts) => Decision): Decision => {
  const [first, ...later] = [...earlier, { revision: 0, placing: last.placing }];
  if (first === undefined || later.length === 0 || !mayStand(pack)) return decide(last);
  let { placing } = first;
  let before = first;
  let standing = decide({ ...last, placing });
  for (const revision of later) {
    const own = revision.placing.own === undefined || revision.placing.own !== before.placing.own;
    if (own || pack.reversal.rerank) ({ placing } = revision);
    standing = corrected(pack, standing, decide({ ...last, placing }), own);
    before = revision;
  }
  return standing;
};

/** What stands after one correction. `own`: the person's own result was corrected; where nobody knows, it was. */
const corrected = (pack: Pack, before: Decision, now: Decision, own: boolean): Decision => {
  const { certificates, money: ofMoney, advanced, promoteNext } = pack.reversal;
  const reasons = new Map<string, Reason>();
  const stays = (kind: HeldKind): boolean => {
    const word = kind === 'level' ? certificates : kind === 'money' ? ofMoney : undefined;
    const why = !own && advanced === 'keep' ? advancedKept : word === 'keep' ? givenKept : undefined;
    if (why === undefined) return false;
    reasons.set(`${kind}/kept`, reasonOf(pack, kind, why));
    return true;
  };
  const passedOver = (kind: HeldKind): boolean => {
    if (own || promoteNext || before.held.includes(kind)) return false;
    reasons.set(`${kind}/next`, reasonOf(pack, kind, nobodyNext));
    return true;
  };
  const level = ((): Decision['level'] => {
    const [was, is] = [before.level?.to ?? 6, now.level?.to ?? 6];
    if (is > was) return stays('level') ? before.level : now.level;
    return is < was && passedOver('level') ? before.level : now.level;
  })();
  const honours = chosen(
    before.honours, now.honours, ({ honour, mode }) => `${honour}/${mode}`, () => 1, 'honours', stays, passedOver,
  );
  const money = chosen(before.money, now.money, ({ rule }) => rule, ({ fen }) => fen, 'money', stays, passedOver);
  const others = chosen(
    before.others ?? [], now.others ?? [], ({ is, rule, what, for: whom }) => `${is}/${rule}/${what}/${whom}`,
    ({ amount }) => (amount === null ? 1 : Number(amount)),
    'others', stays, passedOver,
  );
  // What stands need not be settled; and who is passed over has nothing to settle.
  const had = {
    level: before.level !== null, honours: before.honours.length > 0, money: before.money.length > 0,
    others: before.others !== undefined,
  };
  const held = now.held.filter((kind) => !reasons.has(`${kind}/kept`) && (had[kind] || !passedOver(kind)));
  const some = level !== null || honours.length > 0 || money.length > 0 || others.length > 0;
  const { others: _, ...rest } = now;
  return {
    ...rest, level, honours, money, held, ...(others.length === 0 ? {} : { others }),
    is: some ? 'effects' : held.length > 0 ? 'held' : 'none',
    reasons: [...now.reasons, ...reasons.values()],
  };
};

/** Of each key what was given before or what is given now, in the order of the rules. */
const chosen = <T>(
  before: readonly T[], now: readonly T[], key: (one: T) => string, worth: (one: T) => number, kind: HeldKind,
  stays: (kind: HeldKind) => boolean, passedOver: (kind: HeldKind) => boolean,
): readonly T[] => {
  const was = new Map(before.map((one) => [key(one), one]));
  const is = new Map(now.map((one) => [key(one), one]));
  return [...new Set([...is.keys(), ...was.keys()])].flatMap((each): readonly T[] => {
    const [old, fresh] = [was.get(each), is.get(each)];
    const [a, b] = [old === undefined ? 0 : worth(old), fresh === undefined ? 0 : worth(fresh)];
    const take = b < a ? (stays(kind) ? old : fresh) : b > a && passedOver(kind) ? old : fresh;
    return take === undefined ? [] : [take];
  });
};

const advancedKept = {
  code: 'advanced-kept',
  text: text('本人成绩未变，因他人成绩的更正而落后：此前终局成绩所授予的予以保留',
    'the own result did not change, another was corrected: what an earlier final revision gave stands'),
};
const givenKept = {
  code: 'given-kept',
  text: text(
    '成绩更正后，此前终局成绩所授予的按政策包予以保留', 'the result was corrected: what an earlier final revision gave stands, as the pack says',
  ),
};
const nobodyNext = {
  code: 'not-promoted-next',
  text: text('因他人成绩的更正而前移：按政策包不递补', 'another was corrected: nobody is promoted in their place, as the pack says'),
};

const reasonOf = ({ reversal }: Pack, effect: HeldKind, why: Pick<Reason, 'code' | 'text'>): Reason =>
  ({ ...why, effect, by: 'reversal', cite: reversal.cite ?? [] });
