import Type, { type Static } from 'typebox';
import type { Explanation } from './explain.js';
import type { Decision } from './facts.js';
import { count, fen, name, oneOf, orNull, record } from './schema.js';

const level = () => oneOf(1, 2, 3, 4, 5);
const effect = () => oneOf('level', 'honours', 'money', 'others');
const mode = () => oneOf('award', 'approve', 'recommend');
const texts = () => record({ zh: Type.String(), en: Type.String() });
const verification = () => oneOf('primary', 'secondary', 'recalled', 'hypothetical');

const decision = record({
  is: oneOf('effects', 'held', 'none'),
  level: orNull(record({ from: orNull(level()), to: level(), rule: name() })),
  honours: Type.Array(record({ honour: name(), mode: mode(), rule: name() })),
  money: Type.Array(record({
    rule: name(), fen: fen(), payee: oneOf('person', 'team', 'coach', 'employer'), needsCertificate: Type.Boolean(),
    claimWithinMonths: orNull(count(1)), atMost: Type.Optional(Type.Literal(true)),
  })),
  held: Type.Array(effect()),
  others: Type.Optional(Type.Array(record({
    is: oneOf('honour', 'money', 'points', 'credit', 'applyFor'), rule: name(), what: name(), title: texts(),
    for: oneOf('person', 'coach', 'team', 'expertTeam'), amount: orNull(Type.String()),
    mode: Type.Optional(mode()), atMost: Type.Optional(Type.Literal(true)),
  }))),
  reasons: Type.Array(record({
    code: name(), effect: oneOf('level', 'honours', 'money', 'others', 'all'), by: orNull(name()), text: texts(),
    cite: Type.Array(name()),
  })),
  rules: Type.Array(name()),
});

const cited = record({ document: name(), title: name(), quote: Type.String(), quoted: oneOf('verbatim', 'summary') });
const checked = record({
  holds: Type.Boolean(), text: texts(), value: orNull(Type.String()), parts: Type.Array(Type.Ref('Checked')),
  missing: Type.Optional(Type.Array(name())),
});

const explanation = record({
  outcome: texts(),
  reasons: Type.Array(record({ code: name(), text: texts(), citations: Type.Array(cited) })),
  rules: Type.Array(record({
    rule: name(), title: texts(), verification: verification(), citations: Type.Array(cited), note: orNull(texts()),
    condition: Type.Ref('Checked'),
  })),
  changes: Type.Array(record({ fact: name(), change: texts(), then: texts() })),
});

/** What `npm run policy -- decide … --json` prints. */
export const decidedSchema = Type.Cyclic({
  Checked: checked,
  Decided: record({
    pack: record({ id: name(), version: name(), digest: name() }), decision, explanation: Type.Optional(explanation),
  }),
}, 'Decided');

type Decided = { pack: { id: string; version: string; digest: string }; decision: Decision; explanation?: Explanation };
type Fits<A, B> = A extends B ? true : never;
/** Whatever the engine says is of the schema: these lines do not compile where it is not. */
export const decisionFits: Fits<Decision, Readonly<DeepReadonly<Static<typeof decision>>>> = true;
export const decidedFits: Fits<Decided, DeepReadonly<Static<typeof decidedSchema>>> = true;

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
