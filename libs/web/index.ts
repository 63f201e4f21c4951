export { type AuthOptions } from './auth.js';
export { type Caller, type Claims, type Language, type RequestSeed, type Role, roles, TheCaller, TheLanguage } from './caller.js';
export { DoneAnswer, versioned, Versioned } from './done.js';
export {
  type FieldError, Forbidden, Malformed, NotFound, Problem, Unauthenticated, Unavailable, ValidationFailed,
} from './errors.js';
export {
  BooleanField, DateField, DecimalField, EnumField, type FieldOptions, IdField, InstantField, IntegerField, LevelField, ListField,
  ObjectField,
  RefField, TextField, TextPairField,
} from './fields.js';
export { Idempotency } from './idempotency.js';
export { createLog, nestLogger } from './log.js';
export { documentOf, exampleOf, serveDocument } from './openapi.js';
export { type Page, pageOf, PageQuery, readCursor, writeCursor } from './paging.js';
export { type ProblemAnswer, problemOf } from './problem.js';
export { IdParam, IfMatchRequired, OnlyReads, Produces, ProducesFile, Public, Roles, Upload } from './routes.js';
export { Sealing } from './sealing.js';
export { seededId } from './seed.js';
export { streamedJson } from './stream.js';
export { fastifyOptions, routeOf, setUpWeb, type WebOptions } from './setup.js';
