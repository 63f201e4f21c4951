import Type from 'typebox';
import { contract, decimalString, id, instantString, orNull, ref } from './schema.js';

const stage = () => Type.Union([Type.Literal('provisional'), Type.Literal('final')]);

/** jinji.results: 比武, by code; keyed by contest (a marking scheme by itself). Who consumes acts at `closed`. */
export const results = {
  'jinji.marking-scheme.frozen.v1': contract('jinji.results', 'scheme', 'A marking scheme can no longer change, and may be announced with a contest.', {
    scheme: id(), organisation: ref(), digest: ref(), total: decimalString(), aspects: Type.Integer(),
  }),
  'jinji.marking.completed.v1': contract('jinji.results', 'contest', 'Every sheet of the contest is locked and nothing is missing.', { contest: id() }),
  'jinji.result.opened.v1': contract('jinji.results', 'contest', 'A revision of the result begins; `count` placings follow.', {
    contest: id(), revision: Type.Integer({ minimum: 1 }), stage: stage(), count: Type.Integer({ minimum: 0 }), digest: ref(),
    /** The instant of the contest's first finalisation, which no later correction changes; null while provisional. */
    firstFinalAt: orNull(instantString()),
  }),
  'jinji.result.placed.v1': contract('jinji.results', 'contest', 'One code in this revision.', {
    contest: id(), revision: Type.Integer({ minimum: 1 }), code: ref(),
    /** null: not ranked, `unranked` says why. */
    rank: orNull(Type.Integer({ minimum: 1 })), unranked: orNull(ref()),
    total: decimalString(), criteria: Type.Array(Type.Object({ id: ref(), mark: decimalString() })),
    /** Theory and practical marks out of 100, where the scheme names its criteria so: what a pass gate reads. */
    theory: orNull(decimalString()), practical: orNull(decimalString()),
    /** True where every tie-break key of the technical document left this rank shared. */
    tied: Type.Boolean(),
  }),
  'jinji.result.closed.v1': contract('jinji.results', 'contest', 'All placings of the revision were sent.', {
    contest: id(), revision: Type.Integer({ minimum: 1 }), stage: stage(),
  }),
  'jinji.hearing.assigned.v1': contract('jinji.results', 'contest', 'An arbitrator who marked nothing in the contest hears the appeal.', {
    appeal: id(), contest: id(), arbitrator: ref(),
  }),
  'jinji.hearing.upheld.v1': contract('jinji.results', 'contest', 'The appeal was upheld; sheets may be amended in its name.', { appeal: id(), contest: id(), code: ref() }),
  'jinji.hearing.dismissed.v1': contract('jinji.results', 'contest', 'The appeal was dismissed.', { appeal: id(), contest: id(), code: ref() }),
} as const;
