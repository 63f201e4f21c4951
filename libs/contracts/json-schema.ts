import { Ajv, type ValidateFunction } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { contracts, isPublicType, type PublicData, type PublicType } from './catalogue.js';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Where a message says that its data's shape is written: `ce_dataschema`, and the schema's own `$id`. */
export const schemaUri = (type: PublicType): string => `https://jinji.dev/contracts/${type}.json`;

export const jsonSchema = (type: PublicType): JsonSchema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: schemaUri(type),
  title: type,
  description: contracts[type].description,
  ...(JSON.parse(JSON.stringify(contracts[type].data)) as JsonSchema), // typebox's own marks are not part of JSON
});

/** Each public event's JSON Schema, by its type. */
export const jsonSchemas = (): Readonly<Record<PublicType, JsonSchema>> =>
  Object.fromEntries(
    Object.keys(contracts).filter(isPublicType).map((type) => [type, jsonSchema(type)]),
  ) as Record<PublicType, JsonSchema>;

const ajv = new Ajv({ formats: fullFormats });
const validators = new Map<PublicType, ValidateFunction>();

/** What is wrong with the data of a public event; undefined where it keeps the contract. Never repeats the data itself. */
export const contractBreach = (type: PublicType, data: unknown): string | undefined => {
  let validate = validators.get(type);
  if (!validate) validators.set(type, (validate = ajv.compile(jsonSchema(type))));
  return validate(data) ? undefined : ajv.errorsText(validate.errors, { dataVar: 'data' });
};

export const keyOf = <T extends PublicType>(type: T, data: PublicData<T>): string =>
  String((data as Readonly<Record<string, unknown>>)[contracts[type].key]);
