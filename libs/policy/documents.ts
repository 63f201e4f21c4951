import { decidedSchema } from './decision-schema.js';
import { factsSchema } from './facts-schema.js';
import { packSchema } from './pack.js';

const schemas = {
  pack: ['Policy pack 政策包', packSchema], facts: ['FACTS: what a decision reads 决定所依据的事实', factsSchema],
  decision: ['A decision as `npm run policy -- decide … --json` prints it 决定', decidedSchema],
} as const;

/** The published schemas under docs/policy, by their path. */
export const policyDocuments = (): ReadonlyMap<string, string> =>
  new Map(Object.entries(schemas).map(([name, [title, schema]]): [string, string] => [`docs/policy/${name}.schema.json`, `${JSON.stringify({
    $schema: 'http://json-schema.org/draft-07/schema#', $id: `https://jinji.dev/policy/${name}.schema.json`, title,
    ...(JSON.parse(JSON.stringify(schema)) as Record<string, unknown>),
  }, null, 2)}\n`]));
