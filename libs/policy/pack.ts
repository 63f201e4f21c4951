import Type, { type Static } from 'typebox';
import { count, date, fen, mark, name, oneOf, orNull, record, text } from './schema.js';

/**
 * A policy pack (政策包): every rule by which a contest's result promotes, honours and pays, as data with its sources.
 * One definition gives the TypeScript types and the JSON Schema. A rule is `when → effects`; what a source leaves open
 * is a declared hole. Fractions are two integers, money is integer fen: no float comes near either.
 */

/** 五级 = 5 … 一级 = 1. What lies above 一级 is appointed by enterprises; the linter says so where a pack tries. */
const level = () => Type.Integer({ minimum: -1, maximum: 5 });
const fraction = () => record({ numerator: count(), denominator: count(1) });
const verification = () => oneOf('primary', 'secondary', 'recalled', 'hypothetical');
const cite = () => Type.Array(name(), { description: 'ids of citations of this pack' });
const range = () => record({ from: count(), to: orNull(count()) });
const moment = () => oneOf('announced', 'registrationClosed', 'finalEnded', 'resultFinal');
const effectKind = () => oneOf('level', 'honours', 'money');

const citation = record({
  id: name(), document: name(), title: name(), quote: Type.String({ minLength: 1 }),
  /** Word for word, or our note of what the source says. */
  quoted: oneOf('verbatim', 'summary'),
});

const status = () => oneOf('employed', 'unemployed', 'student', 'graduating');
const medal = () => oneOf('gold', 'silver', 'bronze', 'excellence', 'none');
const payee = () => oneOf('person', 'team', 'coach', 'employer', 'expertTeam');
/** The part of an amount, by status or by the contest's class; who is named by none gets nothing. */
const factors = () => Type.Array(record({ status: Type.Optional(status()), class: Type.Optional(name()), part: fraction() }));

const rounding = record({ digits: Type.Literal(0), mode: oneOf('halfUp', 'halfEven', 'truncate') });

const condition = Type.Union([
  record({ all: Type.Array(Type.Ref('Condition')) }),
  record({ any: Type.Array(Type.Ref('Condition')) }),
  record({ not: Type.Ref('Condition') }),
  record({ group: oneOf('worker', 'student') }),
  record({ class: name() }),
  record({ contestLevel: level() }),
  record({ teamSize: range() }),
  record({ fieldSize: range() }),
  /** A band of ranks for a team size; without one, for every size. */
  record({ rank: Type.Array(record({ teamSize: Type.Optional(count(1)), from: count(1), to: count(1) }), { minItems: 1 }) }),
  /** The first `top` ranks, by how many were ranked. */
  record({ rankByField: Type.Array(record({ field: range(), top: count() }), { minItems: 1 }) }),
  /** A share of the ranked, above one cut and up to another; each cut is rounded as stated. */
  record({ share: record({ above: Type.Optional(fraction()), upTo: fraction(), rounding: Type.Optional(rounding) }) }),
  record({ qualified: Type.Boolean() }),
  record({ holds: record({ level: level(), orAbove: Type.Boolean(), months: Type.Optional(count(1)), related: Type.Optional(Type.Boolean()) }) }),
  record({ holdsHonour: name() }),
  record({ age: range() }),
  record({ status: status() }),
  /** Months in the occupation, and months of insurance paid. */
  record({ occupationMonths: range() }),
  record({ insuredMonths: range() }),
  /** How many events of this competition the person entered. */
  record({ entries: range() }),
  /** A professional title, a diploma, or another qualification; with months, for so long. */
  record({ holdsQualification: record({ title: name(), months: Type.Optional(count(1)) }) }),
  /** The certificate is of the post that the person works in. */
  record({ postMatches: Type.Boolean() }),
  /** The occupation has a national standard. */
  record({ hasStandard: Type.Boolean() }),
  /** Medals that the organiser gives, where they are not simply ranks. */
  record({ medal: Type.Array(medal(), { minItems: 1 }) }),
  record({ marks: record({ theory: Type.Optional(mark()), practical: Type.Optional(mark()) }) }),
]);

const amount = Type.Union([
  record({ fixed: fen() }),
  record({ byRank: Type.Array(record({ from: count(1), to: count(1), fen: fen() }), { minItems: 1 }) }),
  record({ byLevel: Type.Array(record({ level: level(), fen: fen() }), { minItems: 1 }) }),
]);

const effect = Type.Union([
  /** A person below the target gets it; one exactly at it goes one step up; above it nothing. */
  record({ grantOrStep: record({ level: level() }) }),
  record({ grant: record({ level: level() }) }),
  /** One step up, at most to the cap; a person without a level gets `fromNone`, if the rule names one. */
  record({ step: record({ cap: Type.Optional(level()), fromNone: Type.Optional(level()) }) }),
  /** A level relative to the contest's own paper: offset 1 is one above it. */
  record({ grantContestLevel: record({ offset: Type.Integer({ minimum: -4, maximum: 4 }) }) }),
  record({
    honour: record({ honour: name(), title: text(), mode: oneOf('award', 'approve', 'recommend'), unlessHeld: Type.Boolean(),
      /** Whom it honours; without it the person. */
      payee: Type.Optional(oneOf('coach', 'team', 'expertTeam')),
    }),
  }),
  record({
    pay: record({
      amount, payee: payee(), factor: Type.Optional(factors()),
      /** The source says "up to": the authority may pay less. */
      atMost: Type.Optional(Type.Literal(true)),
      /** Of one group only one is paid for the same certificate. */
      exclusive: Type.Optional(name()),
      needsCertificate: Type.Boolean(), claimWithinMonths: orNull(count(1)),
    }),
  }),
  /** Points for a person or a team (residence points, a team table). */
  record({
    points: record({
      scheme: name(), title: text(), payee: oneOf('person', 'team'), factor: Type.Optional(factors()), cap: Type.Optional(count(1)),
      amount: Type.Union([
        record({ byRank: Type.Array(record({ from: count(1), to: count(1), points: count() }), { minItems: 1 }) }),
        record({ byLevel: Type.Array(record({ level: level(), points: count() }), { minItems: 1 }) }),
      ]),
    }),
  }),
  /** Credits (学分) of an institution for named courses. */
  record({ credit: record({ institution: name(), courses: Type.Array(name()), credits: mark(), title: text() }) }),
  /** The person may apply for it; somebody else decides. */
  record({ applyFor: record({ what: name(), title: text() }) }),
]);

const rule = record({
  id: Type.String({ pattern: '^[a-z0-9-]{1,80}$' }), title: text(), cite: cite(),
  /** Where it is weaker than the pack's, e.g. a rounding that the source does not state. */
  verification: Type.Optional(verification()),
  note: Type.Optional(text()), when: Type.Ref('Condition'), effects: Type.Array(effect),
});

/** What the source does not say: where the condition holds, these effects wait for a panel, or there are none. */
const hole = record({
  id: name(), title: text(), cite: cite(), when: Type.Ref('Condition'), effects: Type.Array(effectKind()),
  /** Only the effects of this rule; without it, of all rules. */
  rule: Type.Optional(name()), then: oneOf('hold', 'nothing'),
});

const pack = record({
  id: Type.String({ pattern: '^[a-z0-9-]{1,80}$' }), version: name(), title: text(), jurisdiction: name(), authority: text(),
  verification: verification(), citations: Type.Array(citation), note: Type.Optional(text()),
  /** null: the source does not say. */
  valid: record({ from: orNull(date()), to: orNull(date()) }),
  /** The moment whose date chooses the version; from then on a later version does not touch the contest. */
  anchor: moment(),
  /** When facts from outside the chain (age, status, imported certificates) are read. */
  factsAsOf: moment(),
  /** An empty list does not restrict. */
  applies: record({
    series: Type.Array(name()), classes: Type.Array(name()), groups: Type.Array(oneOf('worker', 'student')),
    purposes: Type.Array(oneOf('award', 'selection')),
  }),
  /** What the decision is about: a contest's result, or a certificate that a person presents. */
  occasion: Type.Optional(Type.Literal('certificate')),
  /** Who may enter; who does not fulfil one gets nothing. */
  entry: Type.Optional(Type.Array(record({
    id: name(), title: text(), cite: cite(), when: Type.Ref('Condition'), verification: Type.Optional(verification()),
    note: Type.Optional(text()),
  }))),
  occupations: Type.Optional(
    record({
      catalogue: Type.Optional(Type.Array(name())), requireStandard: Type.Optional(Type.Boolean()), onMissing: oneOf('noLevel', 'reject', 'hold'), cite: cite(),
    }),
  ),
  passGate: Type.Optional(record({ theory: mark(), practical: mark(), before: oneOf('ranking', 'effect'), cite: cite() })),
  ranking: record({
    /** What a rank shared after every key means where only a part of its places lies within a cut. */
    tieAtCut: oneOf('share', 'panel', 'includeAll', 'excludeAll'), cite: cite(), verification: Type.Optional(verification()),
  }),
  fieldMinimum: Type.Optional(record({
    /** A selection contest may need fewer. */
    count: count(1), forSelection: Type.Optional(count(1)), below: oneOf('selectionOnly', 'void', 'hold'), cite: cite() })),
  /** The highest level that a contest of a group may write. */
  ceilings: Type.Array(record({ id: name(), group: oneOf('worker', 'student'), level: level(), cite: cite() })),
  holes: Type.Array(hole),
  rules: Type.Array(rule),
  /** `year` is the Shanghai calendar year of the contest's first finalisation; promotions by any contest count. */
  caps: Type.Array(record({
    id: name(), title: text(), /** `lowerLevel`: what was paid for a higher level of the occupation counts against a lower one. */
    per: oneOf('year', 'life', 'occupationLevel', 'lowerLevel'), count: count(1), of: oneOf('level', 'money'), cite: cite(),
    /** Of money: the rules that it limits; without it, all. */
    rules: Type.Optional(Type.Array(name())),
    verification: Type.Optional(verification()),
  })),
  process: record({
    /** `operator`: the source is silent, so this is a parameter of who runs the deployment, not a rule of the source. */
    basis: oneOf('source', 'operator'), cite: cite(),
    calendar: oneOf('china'), publicityWorkingDays: count(), appealHours: Type.Optional(count()), approval: oneOf('person', 'pack'),
    issuer: record({
      name: text(), kind: oneOf('employer', 'assessor'), code: Type.String({ pattern: '^\\d{4}$' }),
      province: Type.String({ pattern: '^\\d{2}$' }), site: Type.String({ pattern: '^\\d{6}$' }),
    }),
    codeScheme: oneOf('national-22'),
  }),
  /** What a correction of a final result does to what was given: see reversal.ts. */
  reversal: record({
    basis: oneOf('source', 'operator'), rerank: Type.Boolean(), certificates: oneOf('revoke', 'suspend', 'keep'),
    money: oneOf('recover', 'keep'),
    promoteNext: Type.Boolean(),
    /** Who advanced through another's error keeps it (WCA 9t), or falls with the correction. */
    advanced: Type.Optional(oneOf('keep', 'fall')), cite: Type.Optional(cite()),
  }),
});

/** One document: every reference to a condition points at one definition. */
export const packSchema = Type.Cyclic({ Condition: condition, Pack: pack }, 'Pack');

export type Pack = Static<typeof packSchema>;
export type Condition = Pack['rules'][number]['when'];
export type Rule = Pack['rules'][number];
export type Hole = Pack['holes'][number];
export type Effect = Static<typeof effect>;
export type Amount = Static<typeof amount>;
export type Rounded = Static<typeof rounding>;
export type Fraction = { numerator: number; denominator: number };
export type Verification = Pack['verification'];
export type Moment = Pack['anchor'];
export type EffectKind = 'level' | 'honours' | 'money';
export type Status = 'employed' | 'unemployed' | 'student' | 'graduating';
export type Medal = 'gold' | 'silver' | 'bronze' | 'excellence' | 'none';
