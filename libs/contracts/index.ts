export type { PublicData, PublicType } from './catalogue.js';
export { contractOf, contracts, isPublicType, topicOwners } from './catalogue.js';
export { contractDocuments } from './documents.js';
export { asyncApi } from './asyncapi.js';
export { contractBreach, jsonSchema, type JsonSchema, jsonSchemas, keyOf, schemaUri } from './json-schema.js';
export type { Contract, Topic } from './schema.js';
export { topics } from './schema.js';
