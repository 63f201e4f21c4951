import { Ajv, type ValidateFunction } from 'ajv';
import Type, { type Static } from 'typebox';
import type { Facts } from './facts.js';
import { count, date, mark, name, oneOf, orNull, record } from './schema.js';

const level = () => oneOf(1, 2, 3, 4, 5);
const instant = () => Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z$', description: 'an instant, UTC' });

const placing = () => record({
  rank: orNull(count(1)), unranked: orNull(name()), tied: count(1), ruled: orNull(count(1)), decidedAs: Type.Optional(count(1)), field: count(),
  theory: orNull(mark()), practical: orNull(mark()),
  medal: Type.Optional(oneOf('gold', 'silver', 'bronze', 'excellence', 'none')), ifPassed: orNull(record({ rank: count(1), field: count(1) })),
  own: Type.Optional(Type.String({ description: 'a digest of the own result: revisions with the same one differ by others\' results' })),
});

/** FACTS: everything that a decision reads, as the service records it with each decision. */
export const factsSchema = record({
  contest: record({
    id: name(), occupation: name(), group: oneOf('worker', 'student'), teamSize: count(1), level: orNull(level()),
    series: name(), class: name(), purpose: oneOf('award', 'selection'),
    overridden: Type.Boolean({ description: 'the operator recorded an override for a pack that needs one' }),
    firstFinalAt: instant(), factsAt: instant(), standard: Type.Optional(Type.Boolean()),
  }),
  placing: placing(),
  person: record({
    age: orNull(count()), status: oneOf('employed', 'unemployed', 'student', 'graduating'),
    occupationMonths: Type.Optional(count()), insuredMonths: Type.Optional(count()), entries: Type.Optional(count()),
    qualifications: Type.Optional(Type.Array(record({ title: name(), since: date() }))), postMatches: Type.Optional(Type.Boolean()),
  }),
  held: record({
    level: orNull(record({ level: level(), since: date() })),
    honours: Type.Array(name()),
    promotions: Type.Array(record({ contest: name(), occupation: name(), level: level(), firstFinalAt: instant() })),
    related: Type.Optional(Type.Array(record({ level: level(), since: date() }))),
    payments: Type.Optional(Type.Array(record({
      rule: name(), exclusive: orNull(name()), occupation: name(), level: level(), on: date(),
    }))),
  }),
  certificate: Type.Optional(record({ level: level(), issuedOn: date(), claimedOn: date() })),
  earlier: Type.Optional(Type.Array(record({ revision: count(1), placing: placing() }), {
    description: 'the placings of earlier final revisions, oldest first: the pack\'s reversal says what of them stands',
  })),
});

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
type Same<A, B> = [A, B] extends [B, A] ? true : never;
/** The schema and the engine's type are the same: this line does not compile where they part. */
export const factsSchemaIsTheEngines: Same<DeepReadonly<Static<typeof factsSchema>>, Facts> = true;

let validator: ValidateFunction | undefined;

/** Tells every error at once. */
export const parseFacts = (value: unknown, source = 'facts'): Facts => {
  validator ??= new Ajv({ allErrors: true, strict: true }).compile(JSON.parse(JSON.stringify(factsSchema)) as object);
  if (validator(value)) return value as Facts;
  const errors = (validator.errors ?? []).map(({ instancePath, message, params }) => {
    const extra = 'additionalProperty' in params ? ` (${String(params.additionalProperty)})` : '';
    return `${instancePath || '/'} ${message ?? ''}${extra}`;
  });
  throw new Error(`${source} are no facts of a decision:\n  ${[...new Set(errors)].join('\n  ')}`);
};
