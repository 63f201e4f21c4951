import Type from 'typebox';
import { contract, dateString, id, instantString, level, oneOf, orNull, ref, textPair } from './schema.js';

/** The policy pack that a contest is frozen to; the digest is the SHA-256 of its canonical JSON. */
export const packRef = () => Type.Object({ id: ref(), version: ref(), digest: ref() });

/** jinji.competitions: 报名 and the life of a contest, keyed by contest. Codes only; never an entry or a worker. */
export const competitions = {
  'jinji.contest.announced.v1': contract('jinji.competitions', 'contest', 'A contest was announced: its policy pack and marking scheme are frozen.', {
    contest: id(), competition: id(), organisation: ref(), number: ref(), name: textPair(),
    occupation: ref(), group: Type.Union([Type.Literal('worker'), Type.Literal('student')]),
    /** The level of the paper, where the contest has one. */
    level: orNull(level()), teamSize: Type.Integer({ minimum: 1 }),
    /** A series is the name that packs apply to, e.g. "shanghai-special-2024"; the class e.g. "municipal-1". */
    series: ref(), class: ref(), purpose: Type.Union([Type.Literal('award'), Type.Literal('selection')]),
    pack: packRef(), overridden: Type.Boolean(), scheme: Type.Object({ id: id(), digest: ref() }),
    notice: Type.Object({ workingDays: Type.Integer({ minimum: 0 }), appealHours: Type.Integer({ minimum: 0 }) }),
    startsOn: dateString(),
  }),
  'jinji.contest.registration-closed.v1': contract('jinji.competitions', 'contest', 'Registration closed; facts from outside the chain are read as of now.', {
    contest: id(),
  }),
  'jinji.contest.code-sealed.v1': contract('jinji.competitions', 'contest', 'One sealed code (密封编号) that will be marked.', { contest: id(), code: ref() }),
  'jinji.contest.started.v1': contract('jinji.competitions', 'contest', 'The contest is running; exactly `codes` codes were sealed before.', {
    contest: id(), codes: Type.Integer({ minimum: 0 }),
  }),
  'jinji.contest.cancelled.v1': contract('jinji.competitions', 'contest', 'The contest will not take place.', { contest: id() }),
  'jinji.contest.code-voided.v1': contract('jinji.competitions', 'contest', 'A code is not ranked any more.', {
    contest: id(), code: ref(),
    because: oneOf('withdrawn', 'absent', 'disqualified', 'annulled'),
  }),
  'jinji.contest.code-erased.v1': contract('jinji.competitions', 'contest', 'Texts kept about this code are to be made unreadable.', { contest: id(), code: ref() }),
  'jinji.contest.noticed.v1': contract('jinji.competitions', 'contest', 'The provisional result is on public notice (公示) until then.', {
    contest: id(), revision: Type.Integer(), appealsUntil: instantString(), until: instantString(),
  }),
  'jinji.appeal.filed.v1': contract('jinji.competitions', 'contest', 'An entry appeals, known here by its code; the grounds stay in registration.', {
    appeal: id(), contest: id(), code: ref(), contested: Type.Array(ref()), until: instantString(),
  }),
  'jinji.appeal.withdrawn.v1': contract('jinji.competitions', 'contest', 'The entry took its appeal back.', { appeal: id(), contest: id() }),
} as const;

/** jinji.seals: which code is whose. Judging does not read it. Keyed by contest. */
export const seals = {
  'jinji.seal.opened.v1': contract('jinji.seals', 'contest', 'The seal is open; `count` entries follow.', {
    contest: id(), count: Type.Integer({ minimum: 0 }), digest: ref(),
  }),
  'jinji.seal.entry.v1': contract('jinji.seals', 'contest', 'One code, its entry and members, with the facts as of the end of registration.', {
    contest: id(), code: ref(), entry: id(), entryNumber: ref(),
    members: Type.Array(Type.Object({
      worker: id(), age: orNull(Type.Integer()), status: Type.Union([Type.Literal('worker'), Type.Literal('student')]), unit: orNull(id()),
    })),
  }),
  'jinji.seal.closed.v1': contract('jinji.seals', 'contest', 'All entries of the seal were sent.', { contest: id() }),
} as const;
