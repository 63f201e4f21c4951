import { asyncApi } from './asyncapi.js';
import { jsonSchemas } from './json-schema.js';

const written = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

/** The generated files under docs/, by their path: one schema a type, and the AsyncAPI document. */
export const contractDocuments = (): ReadonlyMap<string, string> =>
  new Map([
    ['docs/asyncapi.json', written(asyncApi())],
    ...Object.entries(jsonSchemas()).map(([type, schema]): [string, string] => [`docs/contracts/${type}.json`, written(schema)]),
  ]);
