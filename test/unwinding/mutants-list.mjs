/**
 * Each rule of unwinding, broken: where it is said, and what is said instead. `by`: the spec that finds it, where not the stories
 * do: what they look at has come to rest, and then it makes no difference. `also`: a rule that is said twice in one file.
 */
const reversal = 'libs/policy/reversal.ts';
const fold = 'libs/policy/fold.ts';
const refold = 'apps/certification/src/run/refold.ts';
const grants = 'apps/incentives/src/decision/decision.ts';

export const mutants = [
  { name: 'everyone-lost-by-the-own', file: reversal, from: 'const own = revision.placing.own === undefined || revision.placing.own !== before.placing.own;', to: 'const own = true;' },
  { name: 'nobody-lost-by-the-own', file: reversal, from: 'const own = revision.placing.own === undefined || revision.placing.own !== before.placing.own;', to: 'const own = false;' },
  { name: 'ranks-move-all-the-same', file: reversal, from: 'if (own || pack.reversal.rerank)', to: 'if (own || true)' },
  { name: 'nothing-given-is-kept', file: reversal, from: "word === 'keep' ? givenKept : undefined", to: 'undefined' },
  { name: 'the-next-is-promoted', file: reversal, from: 'if (own || promoteNext || before.held.includes(kind)) return false;', to: 'return false;' },
  { name: 'in-the-order-of-arrival', file: fold, from: '[...outcomes].sort((a, b) =>\n    compare(a.contest.firstFinalAt, b.contest.firstFinalAt) || compare(a.contest.id, b.contest.id));', to: '[...outcomes];' },
  { name: 'a-promotion-is-forgotten', file: fold, from: 'if (decision.level !== null)\n        given.push(', to: 'if (decision.level === null && false)\n        given.push(' },
  { name: 'earlier-revisions-are-forgotten', file: 'apps/certification/src/contest/contest.ts', from: '...(result?.closed === true ?', to: '...(result?.closed === null ?' },
  { name: 'the-first-revision-alone', file: 'apps/certification/src/contest/contest.ts', from: 'if (result !== null && result.number >= event.revision) return state;', to: 'if (result !== null) return state;' },
  { name: 'provisional-revisions-promote', file: 'apps/certification/src/reactions.ts', from: "if (stage === 'final' && firstFinalAt !== null)\n      await", to: "if (stage !== undefined)\n      await", also: { from: "if (stage === 'final') await tell", to: "if (stage !== undefined) await tell" } },
  { name: 'decisions-are-not-superseded', file: refold, from: "if (step.is === 'confirm' || step.supersedes === null) return [];", to: 'if (step.is) return [];' },
  { name: 'certificates-outlive-their-decision', file: refold, from: "if (state?.is !== 'issued') continue;", to: 'if (state?.is) continue;' },
  { name: 'rungs-outlive-their-decision', file: refold, from: "await work.decide(skillRecord, skillRecordId(worker, occupation), { type: 'Withdraw', decision: id }, why);", to: '' },
  { name: 'a-merged-record-goes-on', file: refold, from: 'if (state.mergedInto !== null)\n    return', to: 'if (state.mergedInto === undefined)\n    return' },
  { name: 'a-later-revision-is-no-news', file: 'apps/certification/src/file/file.ts', from: "return b === undefined || a.revision > b.revision;", to: 'return b === undefined;' },
  { name: 'certificates-share-their-ids', file: 'apps/certification/src/run/jobs.ts', from: 'const seed = newId();', to: 'const seed = rows.map(({ id }) => id).join();' },
  { name: 'grants-outlive-their-decision', file: grants, from: '.filter(([rule]) => fell !== undefined || (needing.has(rule) && certifiedOn === null))', to: '.filter(([rule]) => needing.has(rule) && certifiedOn === null)' },
  { name: 'what-is-carried-is-given-again', file: grants, from: 'if (takenOver[rule] !== undefined) return [];', to: '' },
  { name: 'nothing-is-carried', file: 'apps/incentives/src/reactions.ts', from: 'if (next !== undefined)\n', to: 'if (next === null)\n' },
  { name: 'money-comes-without-certificate', by: 'apps/incentives/src/decision/decision.spec', file: grants, from: 'const from = needsCertificate ? certifiedOn : on;', to: 'const from = on;' },
  { name: 'the-ledger-forgets-parts', file: 'apps/incentives/src/ledger/ledger-view.ts', from: "PartRepaid: (recorded, db) =>\n    book(", to: "PartRepaid: (recorded, db) => recorded.position > 0 ? Promise.resolve() :\n    book(" },
  { name: 'the-ledger-forgets-write-offs', file: 'apps/incentives/src/ledger/ledger-view.ts', from: "RecoveryWrittenOff: (recorded, db) => book(", to: "RecoveryWrittenOff: (recorded, db) => recorded.position > 0 ? Promise.resolve() : book(" },
];
